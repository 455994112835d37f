/*
Manifests checks what deploy/ says to Kubernetes and to Compose against the types and the schema of those who read it: every name, every type, every
reference from one object to another.

	kubectl kustomize deploy/kubernetes | go -C tools/manifests run . kubernetes
	go -C tools/manifests run . compose ../../deploy/compose.yaml

It is a module of its own, so that neither the program nor its other tools depend on those of Kubernetes.
*/
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "manifests:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 1 && args[0] == "kubernetes":
		b, err := io.ReadAll(os.Stdin)
		if err != nil {
			return err
		}
		return kubernetes(b)
	case len(args) == 2 && args[0] == "compose":
		o, err := cli.NewProjectOptions(args[1:])
		if err != nil {
			return err
		}
		p, err := o.LoadProject(context.Background())
		if err != nil {
			return err
		}
		fmt.Printf("compose: %d services, %d networks, %d secrets\n", len(p.Services), len(p.Networks), len(p.Secrets))
		return nil
	}
	return errors.New("give kubernetes, or compose and a file")
}
