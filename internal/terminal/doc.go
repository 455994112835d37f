// Package terminal is Berth for people who work on a command line, against a server: it reads what they type ("fri 9-13"), shows answers as tables
// that fit the terminal or as JSON, YAML and CSV for programs, and asks before a step that changes something, with a preview of its consequences.
//
// natural.go reads times, said.go writes them. context.go keeps which server somebody uses, and with which token. output.go is the one place that
// knows the formats. The other files are commands: one for each thing that they are about.
package terminal
