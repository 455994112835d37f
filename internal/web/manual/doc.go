// Package manual turns the documents of the project into what the pages below /docs show: each document as HTML with the addresses of its sections, the
// navigation that docs/README.md lists, and a search over all of it. Pure: it reads the files that it is given and nothing else.
package manual
