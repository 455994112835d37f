package console

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"berth/scheduler"
)

// longestPassword bounds the input: hashing costs memory and time.
const longestPassword = 1024

// ReadPassword reads a password from a file ("-" for the input itself), or asks for it twice if the input is a terminal, without
// showing it. It is never an argument, which every user of the machine could see, and the shell keeps.
func ReadPassword(file string, in io.Reader, prompt io.Writer) (string, error) {
	if file != "" && file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return "", scheduler.Errorf(scheduler.CodeInvalid, "password file: %v", err)
		}
		defer f.Close()
		return firstLine(f)
	}
	if f, ok := in.(*os.File); ok && file == "" && term.IsTerminal(int(f.Fd())) {
		return askTwice(int(f.Fd()), prompt)
	}
	return firstLine(in)
}

func firstLine(r io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(r, longestPassword+2)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return acceptable(strings.TrimRight(line, "\r\n"))
}

func askTwice(fd int, prompt io.Writer) (string, error) {
	var said [2]string
	for i, text := range []string{"password: ", "once more: "} {
		fmt.Fprint(prompt, text)
		b, err := term.ReadPassword(fd)
		fmt.Fprintln(prompt)
		if err != nil {
			return "", fmt.Errorf("read the password: %w", err)
		}
		said[i] = string(b)
	}
	if said[0] != said[1] {
		return "", scheduler.Errorf(scheduler.CodeInvalid, "the two passwords differ")
	}
	return acceptable(said[0])
}

func acceptable(password string) (string, error) {
	switch {
	case password == "":
		return "", scheduler.Errorf(scheduler.CodeInvalid, "the password is empty")
	case len(password) > longestPassword:
		return "", scheduler.Errorf(scheduler.CodeInvalid, "the password is longer than %d bytes", longestPassword)
	}
	return password, nil
}
