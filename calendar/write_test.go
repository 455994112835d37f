package calendar

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func sample() Event {
	at := time.Date(2026, 11, 20, 8, 30, 0, 0, time.UTC)
	return Event{
		Name: "u", Sequence: 3, Created: at.Add(-time.Hour), Modified: at,
		Start: at.AddDate(0, 0, 7), End: at.AddDate(0, 0, 7).Add(4 * time.Hour), Status: Confirmed,
		Summary: "#7 MARATHON: WINS_5G (scheduled)", Categories: []string{"WINS_5G", "5G-VINO, Volos"},
		URL: "https://berth.example/requests/7",
	}
}

func TestAnEventIsTheSameBytesForTheSameEvent(t *testing.T) {
	t.Parallel()
	want := strings.ReplaceAll(`BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Berth//Testbed slots//EN
CALSCALE:GREGORIAN
BEGIN:VEVENT
UID:u@berth
DTSTAMP:20261120T083000Z
CREATED:20261120T073000Z
LAST-MODIFIED:20261120T083000Z
SEQUENCE:3
DTSTART:20261127T083000Z
DTEND:20261127T123000Z
STATUS:CONFIRMED
SUMMARY:#7 MARATHON: WINS_5G (scheduled)
URL:https://berth.example/requests/7
CATEGORIES:WINS_5G
CATEGORIES:5G-VINO\, Volos
TRANSP:OPAQUE
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
END:VEVENT
END:VCALENDAR
`, "\n", "\r\n")
	if diff := cmp.Diff(want, render(sample())); diff != "" {
		t.Errorf("object (-want +got):\n%s", diff)
	}
}

// TestNoTextCanInjectALine writes any text into every property and reads it back: the set of lines stays the same, none is longer than
// 75 octets, and every text survives unchanged.
func TestNoTextCanInjectALine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rendered(t, rapid.OneOf(rapid.String(), rapid.SampledFrom(hostile)).Draw(t, "text"))
	})
}

var hostile = []string{"a\r\nATTENDEE:mailto:x@y", "a\nBEGIN:VALARM", "\\n\\;", "x\r\rEND:VEVENT", "\u2028DTSTART:1", strings.Repeat("ελ", 200), "\xff\xfe\n", "a\x00b"}

func FuzzRender(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { rendered(t, text) })
}

func rendered(t interface{ Fatalf(string, ...any) }, text string) {
	names := func(object string) []string {
		var list []string
		for l := range bytes.SplitSeq(unfold([]byte(object)), []byte("\r\n")) {
			name, _, _ := bytes.Cut(l, []byte(":"))
			list = append(list, string(name))
		}
		return list
	}
	plain, odd := sample(), sample()
	plain.Description, plain.Location, plain.Comment = "x", "x", "x"
	odd.Name, odd.Summary, odd.Description, odd.Location, odd.URL, odd.Comment = "u"+text, "s"+text, "d"+text, "l"+text, "https://h/"+text, "c"+text
	odd.Categories = []string{"a" + text, "b" + text}
	object := render(odd)
	if diff := cmp.Diff(names(render(plain)), names(object)); diff != "" {
		t.Fatalf("lines (-want +got):\n%s", diff)
	}
	for l := range strings.SplitSeq(object, "\r\n") {
		if len(l) > 75 || strings.ContainsAny(l, "\r\n") || !utf8.ValidString(l) {
			t.Fatalf("line of %d octets: %q", len(l), l)
		}
	}
	cal, err := decode([]byte(object))
	if err != nil {
		t.Fatalf("reading it back: %v", err)
	}
	got, err := cal.Children[0].Props.Text("DESCRIPTION")
	if want := clean("d"+text, maxText); err != nil || got != want {
		t.Fatalf("description %q, %v; want %q", got, err, want)
	}
}

func unfold(object []byte) []byte { return bytes.ReplaceAll(object, []byte("\r\n "), nil) }

func TestFeedSaysHowItIsToBeRead(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	info := Info{ID: "deployments", Name: "Deployments\nX:1", Description: "All of them", Colour: "#336699", URL: "https://berth.example/f.ics"}
	head, tail := Feed(info)
	for _, part := range []string{head, FeedEvents(render(sample())), FeedEvents(render(sample())), tail} {
		b.WriteString(part)
	}
	for _, want := range []string{"METHOD:PUBLISH", "X-WR-CALNAME:Deployments X:1", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H", "X-APPLE-CALENDAR-COLOR:#336699"} {
		if !bytes.Contains(b.Bytes(), []byte(want+"\r\n")) {
			t.Errorf("the feed lacks %q:\n%s", want, b.String())
		}
	}
	if n := bytes.Count(b.Bytes(), []byte("BEGIN:VEVENT")); n != 2 {
		t.Errorf("%d events, want 2", n)
	}
}

func TestAnEmptyFeedIsStillACalendar(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	head, tail := Feed(Info{ID: "mine", Name: "Mine"})
	b.WriteString(head + tail)
	if !bytes.HasPrefix(b.Bytes(), []byte("BEGIN:VCALENDAR\r\n")) || !bytes.HasSuffix(b.Bytes(), []byte("END:VCALENDAR\r\n")) {
		t.Errorf("feed:\n%s", b.String())
	}
}
