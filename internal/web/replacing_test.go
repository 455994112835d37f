package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"berth/scheduler/account"
	"berth/testbeds"
)

func TestAClosureMovesWhomItHitsFromThePage(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://berth.example")
	r := h.granted("maeve", 8, tomorrow(4))
	adele := h.session("adele")
	_, page := h.page("/testbeds/hall/edit", adele, nil)
	form := sent(t, page)
	form.Set("replace", "told")
	if code, page := h.page("/testbeds/hall/edit", adele, form); code != http.StatusSeeOther {
		t.Fatalf("the testbed: %d %s", code, page)
	}
	dublin, err := time.LoadLocation("Europe/Dublin")
	if err != nil {
		t.Fatal(err)
	}
	wall := func(at time.Time) string { return at.In(dublin).Format(localTime) }
	closure := url.Values{"summary": {"Paint"}, "start": {wall(r.Slot.Start)}, "end": {wall(r.Slot.End)}, "of": {"vim:iris"}}
	for way, want := range map[string]string{"": "it is moved to", "told": "it is moved to", "asked": "other slots are held for it", "never": "Paint"} {
		closure.Set("replace", way)
		code, page := h.page("/testbeds/hall/closures", adele, closure)
		if code != http.StatusOK || !strings.Contains(page, want) || !strings.Contains(page, `value="`+way+`" checked`) || (way == "never") == strings.Contains(page, "held for it") && want != "it is moved to" {
			t.Errorf("%q: %d %s", way, code, page)
		}
	}
	closure.Set("replace", "perhaps")
	if code, page := h.page("/testbeds/hall/closures", adele, closure); code != http.StatusUnprocessableEntity || !strings.Contains(page, "must be asked, told or never") {
		t.Errorf("another word: %d %s", code, page)
	}
	closure.Set("replace", "")
	closure.Set("step", "confirm")
	if code, page := h.page("/testbeds/hall/closures", adele, closure); code != http.StatusSeeOther {
		t.Fatalf("the closure: %d %s", code, page)
	}
	now, _ := h.hall()
	moved, err := h.svc.Get(t.Context(), h.actor("adele", account.RoleAdministrator), r.ID)
	if err != nil || now.Replace != testbeds.ReplaceTold || now.Closures[0].Replace != "" || moved.Slot.Equal(r.Slot) || len(moved.Flags) > 0 {
		t.Errorf("%+v, %+v", now.Closures, moved)
	}
}
