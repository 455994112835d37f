package scheduler_test

import (
	"errors"
	"testing"

	"berth/scheduler"
	"berth/testbeds"
)

// TestThePolicyOfAFile: it is put in force when its content is new, once, and what people change since stays until then.
func TestThePolicyOfAFile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const short, long, own = "limits: [{name: r, longest: PT4H}]", "limits: [{name: r, longest: PT8H}]", "limits: [{name: r, longest: PT6H}]"
	for _, step := range []struct {
		what, file, page string
		revision         int64
		text, by, reason string
	}{
		{"the first start", short, "", 1, short, "berth", "from the file policy.yaml"},
		{"another start", short, "", 1, short, "berth", "from the file policy.yaml"},
		{"somebody changes it", "", own, 2, own, "adele", ""},
		{"a start with the same file", short, "", 2, own, "adele", ""},
		{"a start with another file", long, "", 3, long, "berth", "from the file policy.yaml"},
		{"somebody puts it back", "", own, 4, own, "adele", ""},
		{"a start with a file that says the same", own, "", 5, own, "berth", "from the file policy.yaml"},
		{"somebody changes it again", "", short, 6, short, "adele", ""},
		{"a start with that file", own, "", 6, short, "adele", ""},
		{"somebody puts what is in force", "", short, 6, short, "adele", ""},
	} {
		if step.file != "" {
			out, err := h.ApplyPolicyFile(t.Context(), "/etc/berth/policy.yaml", []byte(step.file))
			if err != nil || out.Revision != step.revision {
				t.Fatalf("%s: %+v, %v", step.what, out, err)
			}
		} else {
			h.rule(step.page)
		}
		v, err := h.Policy(t.Context(), as("maeve"))
		if err != nil || v.Revision != step.revision || v.Text != step.text || v.By != step.by || v.Reason != step.reason || v.File == "" {
			t.Errorf("%s: revision %d of %s, %q, %q, file %q, %v", step.what, v.Revision, v.By, v.Reason, v.Text, v.File, err)
		}
	}
	told := 0
	events, _, err := h.Events(t.Context(), as("adele"), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Text == "berth changed the policy to that of its file; revision 3 is in force" && e.Actor == "berth" {
			told++
		}
	}
	if told != 1 {
		t.Errorf("the change by the file is told %d times", told)
	}
}

// TestABadPolicyFile: every fault has file, line and rule, and nothing changes.
func TestABadPolicyFile(t *testing.T) {
	t.Parallel()
	h := ruled(t, "limits: [{name: r, longest: PT4H}]")
	_, err := h.ApplyPolicyFile(t.Context(), "dir/policy.yaml", []byte("limits:\n  - {name: r, longest: PT4H, colour: red}\nquotas:\n  - {name: q, quantity: gold, hours: 4, per: person, every: week}\n"))
	faults, ok := errors.AsType[testbeds.Faults](err)
	if !ok || len(faults) != 2 || faults[0].Line != 2 || faults[1].Line != 4 || faults[0].File != "dir/policy.yaml" || faults[1].Rule == "" {
		t.Errorf("got %v", err)
	}
	var file *scheduler.Error
	if e := scheduler.InFiles("no", faults); !errors.As(error(e), &file) || file.Code != scheduler.CodeInvalid || file.Fields[1].Field != "dir/policy.yaml:4: quotas[0].quantity" {
		t.Errorf("as an error for people it is %+v", file)
	}
	if v, err := h.Policy(t.Context(), as("maeve")); err != nil || v.Revision != 1 || v.File != "" {
		t.Errorf("in force is %+v, %v", v, err)
	}
}
