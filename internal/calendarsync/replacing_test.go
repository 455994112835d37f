package calendarsync

import (
	"testing"

	"berth/scheduler"
	"berth/testbeds"
)

func TestEventsSayWhatBecomesOfWhomTheyHit(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		more []string
		want testbeds.Replacing
		of   string
	}{
		"nothing":                    {[]string{"SUMMARY:Repair [iris]"}, "", "30 iris Repair [iris]"},
		"in the title":               {[]string{"SUMMARY:Repair [Replace: Told]"}, testbeds.ReplaceTold, "30 Repair [Replace: Told]"},
		"beside what is closed":      {[]string{"SUMMARY:[iris\\, replace:never] Repair"}, testbeds.ReplaceNever, "30 iris [iris, replace:never] Repair"},
		"in a category":              {[]string{"SUMMARY:[iris]", "CATEGORIES:Upkeep,replace: asked"}, testbeds.ReplaceAsked, "30 iris [iris]"},
		"the title before the other": {[]string{"SUMMARY:x [replace: told]", "CATEGORIES:replace: never"}, testbeds.ReplaceTold, "30 x [replace: told]"},
		"other words":                {[]string{"SUMMARY:[replace: fan] x"}, "", "30 [replace: fan] x"},
		"without brackets":           {[]string{"SUMMARY:replace: told"}, "", "30 replace: told"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := bench1(t)
			b.server.Put("upkeep", "a.ics", event("a", 30, c.more...))
			b.round(b.sync)
			b.wants("radio", c.of)
			bed, _, err := b.svc.Testbed(t.Context(), as("paddy"), "radio")
			if err != nil || len(bed.Closures) != 1 || bed.Closures[0].Replace != c.want {
				t.Errorf("%+v, %v", bed.Closures, err)
			}
			if n := len(b.state(b.sync, "adele").Notes); n > 0 && name != "other words" {
				t.Errorf("%d events were not understood", n)
			}
		})
	}
}

// TestADrawnClosureMovesWhomItHits when its event says so: the preview says it before.
func TestADrawnClosureMovesWhomItHits(t *testing.T) {
	t.Parallel()
	b := bench1(t)
	r := b.granted(30)
	b.server.Put("upkeep", "a.ics", event("a", 30, "SUMMARY:Repair [iris\\, replace: told]"))
	preview, err := b.sync.Preview(t.Context(), as("paddy"))
	if err != nil || len(preview.Broken) != 1 || preview.Broken[0].Moved == nil {
		t.Fatalf("%+v, %v", preview, err)
	}
	b.round(b.sync)
	v, err := b.svc.Get(t.Context(), as("monika"), r.ID)
	if err != nil || v.Slot.Equal(r.Slot) || v.Status != scheduler.Scheduled || len(v.Flags) > 0 || !v.Fit.Fits {
		t.Errorf("%+v, %v", v.Request, err)
	}
}
