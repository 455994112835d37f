package calendar

import (
	"strings"
	"testing"
)

func TestPartsOfAnObject(t *testing.T) {
	t.Parallel()
	object := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nSUMMARY;LANGUAGE=en:long\r\n  and folded\r\nUIDX:b\r\n" +
		"BEGIN:VALARM\r\nUID:c\r\nACTION:DISPLAY\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	calendar := func(p *Part) *Part { return &Part{Components: map[string]*Part{"VCALENDAR": p}} }
	event := func(p *Part) *Part {
		return calendar(&Part{Properties: map[string]bool{"VERSION": true}, Components: map[string]*Part{"VEVENT": p}})
	}
	for _, tt := range []struct {
		name string
		part *Part
		want string
	}{
		{"all of it", calendar(whole), object},
		{"nothing but the calendar", calendar(&Part{}), "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"},
		{"an event's UID", event(&Part{Properties: map[string]bool{"UID": true}}), "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:a\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"},
		{"a folded line", event(&Part{Properties: map[string]bool{"SUMMARY": true}}), "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY;LANGUAGE=en:long\r\n  and folded\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"},
		{"a name without its value", event(&Part{Properties: map[string]bool{"SUMMARY": false}}), "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"},
		{"all properties, no alarms", event(&Part{AllProperties: true}), strings.Replace(strings.Replace(object, "PRODID:x\r\n", "", 1), "BEGIN:VALARM\r\nUID:c\r\nACTION:DISPLAY\r\nEND:VALARM\r\n", "", 1)},
		{"the alarms alone", event(&Part{AllComponents: true}), "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nBEGIN:VALARM\r\nUID:c\r\nACTION:DISPLAY\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"},
		{"tasks", calendar(&Part{Components: map[string]*Part{"VTODO": whole}}), "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"},
		{"nothing", &Part{}, ""},
	} {
		if got := tt.part.Of(object); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
	for _, odd := range []string{"", "END:VCALENDAR\r\nEND:X\r\n", "BEGIN:VCALENDAR", " x", "no name"} {
		calendar(whole).Of(odd) // must not panic
	}
}
