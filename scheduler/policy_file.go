package scheduler

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"

	"berth/scheduler/account"
)

// policyText is a policy that is to be put in force; file names where it comes from at a start, and is empty for what a person says.
type policyText struct {
	file string
	text []byte
}

// ApplyPolicyFile puts the policy of a file in force, as one change of Berth's own, unless its content is what was last put in force so: what somebody
// has changed since on the page or over the API stays until the file changes. The faults of a policy are testbeds.Faults, each with file and line;
// other errors have the codes of PutPolicy.
func (s *Service) ApplyPolicyFile(ctx context.Context, file string, text []byte) (PolicyChange, error) {
	return s.putPolicy(ctx, account.System, policyText{file, text}, ChangeOptions{Reason: "from the file " + clip(filepath.Base(file))})
}

// sum identifies the content.
func (t policyText) sum() string {
	sum := sha256.Sum256(t.text)
	return hex.EncodeToString(sum[:])
}

// applied reports whether a file was put in force before, whatever came after it.
func (t policyText) applied(was StoredPolicy) bool { return t.file != "" && was.File == t.sum() }

// changes reports whether there is something to record: another text, or that it is now a file that says so.
func (t policyText) changes(was StoredPolicy) bool {
	return was.Text != string(t.text) || was.File != t.mark(was)
}

// mark returns the file that was last put in force, once the text is.
func (t policyText) mark(was StoredPolicy) string {
	if t.file == "" {
		return was.File
	}
	return t.sum()
}

func (t policyText) origin() string {
	if t.file == "" {
		return ""
	}
	return " to that of its file"
}
