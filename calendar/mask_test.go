package calendar

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"berth/scheduler"
	"berth/testbeds"
)

// eventFields says what everybody sees of each field of an event: all of it, something else in its place, or nothing. A new field has to be
// written in here, and is masked until Event.masked names it.
var eventFields = map[string]string{
	"Name": "shown", "Sequence": "shown", "Created": "masked", "Modified": "shown", "Start": "shown", "End": "shown", "Status": "shown",
	"Summary": "another", "Description": "masked", "Location": "masked", "URL": "masked", "Comment": "masked", "Categories": "shown", "Transparent": "shown", "Series": "masked",
}

func TestEveryFieldOfAnEventIsShownOrMasked(t *testing.T) {
	t.Parallel()
	e := Event{Name: "name", Sequence: 3, Created: at, Modified: at, Start: at, End: at, Status: Confirmed, Summary: "summary", Description: "description",
		Location: "location", URL: "url", Comment: "comment", Categories: []string{"category"}, Series: "series", Transparent: true}
	full, masked := reflect.ValueOf(e), reflect.ValueOf(e.masked("Busy"))
	for i := range full.NumField() {
		name := full.Type().Field(i).Name
		got := "another"
		switch {
		case masked.Field(i).IsZero():
			got = "masked"
		case reflect.DeepEqual(full.Field(i).Interface(), masked.Field(i).Interface()):
			got = "shown"
		}
		if got != eventFields[name] {
			t.Errorf("%s is %s, want %q", name, got, eventFields[name])
		}
	}
}

// TestNothingOfARequestIsInItsBusyText puts a word of its own into every text of a request and looks for them in what everybody sees.
func TestNothingOfARequestIsInItsBusyText(t *testing.T) {
	t.Parallel()
	var word func(v reflect.Value)
	words := 0
	word = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			word(v.Elem())
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type() != reflect.TypeFor[time.Time]() {
					word(v.Field(i))
				}
			}
		case reflect.Slice:
			if v.Len() == 0 && v.Type().Elem().Kind() != reflect.Uint8 {
				v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			}
			for i := range v.Len() {
				word(v.Index(i))
			}
		case reflect.String:
			if v.String() == "" || v.Type() == reflect.TypeFor[string]() {
				v.SetString("canary")
				words++
			}
		}
	}
	r := marathon(scheduler.Scheduled)
	demand := marathon(scheduler.Scheduled).Demand
	word(reflect.ValueOf(&r).Elem())
	r.Demand, r.Offers[0].State, r.Offers[0].What.Slot = demand, scheduler.OfferOpen, testbeds.NewSlot(at, time.Hour) // where it runs is for everybody to know
	if words < 50 {
		t.Fatalf("%d words are looked for", words)
	}
	for _, o := range testSite.Objects(r, hall()) {
		if o.Kind == KindDeployment && !strings.Contains(unfolded(o.Full), "canary") {
			t.Errorf("its own people do not see it either:\n%s", o.Full)
		}
		rest := strings.ReplaceAll(unfolded(o.Busy), "UID:"+o.Name+UIDSuffix, "") // which Aliases.Masked takes out
		if strings.Contains(rest, "canary") {
			t.Errorf("everybody sees of the %s:\n%s", o.Kind, o.Busy)
		}
	}
}

func unfolded(text string) string { return strings.ReplaceAll(text, "\r\n ", "") }
