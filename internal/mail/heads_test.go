package mail

import (
	"bytes"
	"maps"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler"
)

// heads lists the headers of every mail about a request, as net/mail spells them.
var heads = []string{"Auto-Submitted", "Content-Type", "Date", "From", "In-Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post", "Message-Id", "Mime-Version", "References", "Subject", "To", "X-Auto-Response-Suppress"}

// FuzzHeads tries any names and addresses of people: a mail must have exactly its own headers, and go to one reader.
func FuzzHeads(f *testing.F) {
	for _, s := range []string{"Ada", "x\r\nBcc: all@victim.example\r\n\r\n<script>", "a\rb\nc", "Ελένη \U0001F680", "\"a\" <b@c.example>, d", "=?utf-8?q?x=0D=0ABcc:_y?=", "\u2028\u0085\x00\xff", strings.Repeat("w", 1200), `Ada "A" \`, `Ελένη \`, strings.Repeat("ü ", 300)} {
		f.Add(s, "ada@people.example", "Berth", "berth@berth.example", s)
		f.Add("Ada", s+"@people.example", s, s+"@berth.example", "Trial")
		f.Add("Ada", "ada@people.example"+s, "Berth", "berth@berth.example"+s, "Trial")
	}
	f.Add("Ada", "ada@people.example", "Berth", `"berth@\""@bücher.example`, "Trial")
	f.Fuzz(func(t *testing.T, name, address, sender, from, request string) {
		p := &Mailer{settings: Settings{From: Address{sender, from}, Site: "https://berth.example"}}
		m := p.mail(letter{Subject: subject(scheduler.Request{Number: 7, Name: request}), Stop: "https://berth.example/mails/" + strings.Repeat("x", 300) + ".y"}, reader{address: Address{name, address}})
		m.ID, m.Thread = p.identity(scheduler.Event{Request: "0b5e", Sequence: 3}, address)
		msg, err := message(m)
		if err != nil {
			for _, a := range []string{address, from} {
				if _, bad := mail.ParseAddress("<" + a + ">"); bad != nil {
					return // not an address
				}
			}
			t.Fatalf("names keep a mail from being written: %v", err)
		}
		var raw bytes.Buffer
		if _, err := msg.WriteTo(&raw); err != nil {
			t.Fatal(err)
		}
		head, _, _ := strings.Cut(raw.String(), "\r\n\r\n")
		if strings.ContainsAny(strings.ReplaceAll(head, "\r\n", ""), "\r\n\x00") {
			t.Fatalf("a head that breaks off: %q", head)
		}
		got, err := mail.ReadMessage(&raw)
		if err != nil {
			t.Fatalf("%v: %q", err, head)
		}
		if diff := cmp.Diff(heads, slices.Sorted(maps.Keys(got.Header))); diff != "" {
			t.Fatalf("heads (-want +got):\n%s%q", diff, head)
		}
		for name, values := range got.Header {
			if len(values) != 1 {
				t.Errorf("%s is there %d times: %q", name, len(values), head)
			}
		}
		readers, err := msg.GetRecipients()
		if err != nil || len(readers) != 1 {
			t.Fatalf("it goes to %q, %v", readers, err)
		}
		for key, want := range map[string]string{"To": name, "From": sender} {
			want = strings.ReplaceAll(header(want), `\`, "/")
			list, err := got.Header.AddressList(key)
			if err != nil || len(list) != 1 || list[0].Name != want {
				t.Fatalf("%s is %v, %v; want %q alone: %q", key, list, err, want, head)
			}
			if bare := (&mail.Address{Address: list[0].Address}).String(); key == "To" && bare != readers[0] {
				t.Errorf("it is for %s and goes to %s", bare, readers[0])
			}
		}
		if read, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject")); err != nil || read != m.Subject {
			t.Errorf("the subject is read as %q, %v; want %q", read, err, m.Subject)
		}
		for _, name := range []string{"Message-Id", "In-Reply-To", "References"} {
			if id := got.Header.Get(name); !strings.HasPrefix(id, "<berth.") || strings.IndexByte(id, '>') != len(id)-1 || strings.Count(id, "@") != 1 || strings.ContainsAny(id, " \t\"") {
				t.Errorf("%s is %q", name, id)
			}
		}
	})
}
