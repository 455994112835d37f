package web

import "berth/scheduler"

// saidPart is a piece of a remark: plain text, or the mention of a person.
type saidPart struct {
	Text    string
	Mention bool
}

// saidParts splits a remark at its mentions.
func saidParts(text string) (parts []saidPart) {
	at := 0
	for _, m := range scheduler.Mention.FindAllStringSubmatchIndex(text, -1) {
		begin, end := m[2]-1, m[3] // with the @
		if at < begin {
			parts = append(parts, saidPart{Text: text[at:begin]})
		}
		parts = append(parts, saidPart{text[begin:end], true})
		at = end
	}
	if at < len(text) {
		parts = append(parts, saidPart{Text: text[at:]})
	}
	return parts
}
