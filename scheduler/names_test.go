package scheduler_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNamesAreOfThoseWhoAreThere: nobody is made up, and somebody without a name keeps to their username.
func TestNamesAreOfThoseWhoAreThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := people()[0]
	p.Username, p.Name = "nameless", ""
	h.putPerson(p)
	got, err := h.Names(t.Context(), as("maeve"), []string{"monika", "nameless", "nobody", "", "monika"})
	if diff := cmp.Diff(map[string]string{"monika": "The monika"}, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}
