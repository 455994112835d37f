package console

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"berth/scheduler"
	"berth/scheduler/policy"
	"berth/testbeds"
)

// ReadPolicy reads the file of a policy.
func ReadPolicy(path string) ([]byte, error) { return readBounded(path) }

// ShowPolicy prints the policy in force.
func (c Console) ShowPolicy(ctx context.Context) error {
	v, err := c.Service.Policy(ctx, Local)
	if err != nil || c.JSON {
		return cmpErr(err, func() error { return c.json(v) })
	}
	c.PolicyInForce(v)
	return nil
}

// PolicyInForce writes a policy in plain words, and what its reader has used of it.
func (c Console) PolicyInForce(v scheduler.PolicyView) {
	if v.Revision == 0 {
		c.printf("there is no policy: nothing is limited, and people decide about everything\n")
		return
	}
	c.printf("revision %d, by %s, %s\n", v.Revision, v.By, c.at(v.At))
	c.words(v.Words)
}

// cmpErr returns an error, or else what then returns.
func cmpErr(err error, then func() error) error {
	if err != nil {
		return err
	}
	return then()
}

func (c Console) words(list []policy.Sentence) {
	for _, s := range list {
		c.printf("  %s: %s\n", s.Rule, s.Text)
	}
}

// LoadPolicy puts a policy in force. A fault stops the change; all faults are told, with their lines.
func (c Console) LoadPolicy(ctx context.Context, file string, text []byte, o scheduler.ChangeOptions) error {
	out, err := c.Service.PutPolicy(ctx, Local, text, o)
	if err != nil {
		return ofFile(file, err)
	}
	if c.JSON {
		return c.json(out)
	}
	c.PolicyPut(out)
	return nil
}

// PolicyPut writes what became of a policy that was to be put in force.
func (c Console) PolicyPut(out scheduler.PolicyChange) {
	switch {
	case !out.Changed:
		c.printf("it is in force already, as revision %d\n", out.Revision)
	case out.DryRun:
		c.printf("it would be in force as revision %d; this is a dry run\n", out.Revision)
	default:
		c.printf("revision %d is in force\n", out.Revision)
	}
	c.words(out.Words)
}

// ofFile names the file in the faults of a policy.
func ofFile(file string, err error) error {
	faults, ok := errors.AsType[testbeds.Faults](err)
	if !ok {
		return err
	}
	for i := range faults {
		faults[i].File = file
	}
	return scheduler.InFiles(nothingLoaded, faults)
}

// TestPolicy says what a policy would have done to the requests of the last months.
func (c Console) TestPolicy(ctx context.Context, file string, text []byte, months int) error {
	out, err := c.Service.TestPolicy(ctx, Local, text, months)
	if err != nil {
		return ofFile(file, err)
	}
	if c.JSON {
		return c.json(out)
	}
	c.PolicyTried(out)
	return nil
}

// PolicyTried writes what a policy would have done.
func (c Console) PolicyTried(out scheduler.PolicyTrial) {
	c.printf("of %d requests since %s, it would have refused %d, approved %d, scheduled %d and rejected %d; people would have decided about %d\n",
		out.Requests, c.at(out.Since), len(out.Refused), len(out.Approved), len(out.Scheduled), len(out.Rejected), out.People)
	if out.More {
		c.printf("older requests of that time were not judged\n")
	}
	for _, part := range []struct {
		title string
		list  []policy.Judged
	}{{"refused", out.Refused}, {"approved", out.Approved}, {"scheduled", out.Scheduled}, {"rejected", out.Rejected}} {
		for i, j := range part.list {
			if i == 0 {
				c.printf("\n%s:\n", part.title)
			}
			line := fmt.Sprintf("  #%d %s, %s's, by %s", j.Number, j.Name, j.By, strings.Join(j.Rules, ", "))
			if j.Text != "" {
				line += ": " + j.Text
			}
			c.printf("%s\n", line)
		}
	}
}
