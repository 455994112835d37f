package mail

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	htmltemplate "html/template"
	"strings"
	texttemplate "text/template"
	"unicode"

	"berth/scheduler"
	"berth/testbeds/plain"
)

//go:embed templates
var files embed.FS

var (
	asText = texttemplate.Must(texttemplate.New("letter.txt").Funcs(texttemplate.FuncMap{"indent": indent}).ParseFS(files, "templates/letter.txt"))
	asHTML = htmltemplate.Must(htmltemplate.ParseFS(files, "templates/letter.html"))
)

// Mail is one mail to one reader.
type Mail struct {
	To         Address
	From       Address
	Subject    string
	ID         string // without angle brackets
	Thread     string // id of the first mail of its thread; empty for a thread of its own
	Text       string
	HTML       string
	Invitation string   // iCalendar; empty for none
	Method     string   // iTIP method of the invitation
	Further    []string // invitations of other events by the same method, attached
	Stop       string   // address that stops mails of this kind, without a sign-in; empty for none
}

func (p *Mailer) mail(l letter, to reader) Mail {
	var text, html bytes.Buffer
	for _, err := range []error{asText.Execute(&text, l), asHTML.Execute(&html, l)} {
		if err != nil {
			panic(err) // marshalling plain values cannot fail; the courier keeps the message
		}
	}
	return Mail{To: to.address, From: p.settings.From, Subject: header(l.Subject), Text: plainText(text.String()), HTML: plainText(html.String()), Stop: l.Stop}
}

// indent puts a mark before every line of a person's text.
func indent(mark, text string) string {
	return mark + strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n"+mark)
}

// header puts a text on one line without control characters: a line break would begin a new header. It also breaks anything that looks
// like an encoded word, because readers would decode it, line breaks and all.
func header(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\uFFFD' {
			return ' '
		}
		return r
	}, unturned(s))
	s = strings.ReplaceAll(s, "=?", "= ?")
	const longest = 200
	return strings.Join(strings.Fields(plain.Clip(s, longest)), " ")
}

// unturned makes a text valid, and removes the characters that turn its direction.
func unturned(s string) string {
	return plain.WithoutTurns(strings.ToValidUTF8(s, "\uFFFD"))
}

// plainText unifies line breaks, and removes control characters and those that turn the direction of text.
func plainText(s string) string {
	s = strings.ReplaceAll(unturned(s), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, s)
}

// identity derives the Message-ID of the mail about an event to a target, the same each time it is sent, and that of its
// thread.
func (p *Mailer) identity(e scheduler.Event, target string) (id, thread string) {
	domain := idDomain(p.settings.From.Address)
	sum := sha256.Sum256([]byte(target))
	name := e.Request
	if name == "" {
		name = string(e.Kind)
	}
	id = fmt.Sprintf("berth.%s.%d.%s@%s", name, e.Sequence, hex.EncodeToString(sum[:6]), domain)
	if e.Request != "" {
		thread = fmt.Sprintf("berth.%s@%s", e.Request, domain)
	}
	return id, thread
}

// idDomain takes the domain of an address without the characters that a Message-ID cannot have, such as those of
// international names.
func idDomain(address string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' || r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return '-'
	}, address[strings.LastIndex(address, "@")+1:])
}
