package calendar

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"github.com/klauspost/compress/s2"
)

// texts packs the texts of an index's objects, each by itself, so that one can be read without the others. They differ in little from one another:
// what they have in common with a sample takes no memory.
type texts struct {
	dict    *s2.Dict
	scratch []byte
}

// newTexts makes the packing of an index. The sample is one of its objects.
func newTexts(sample *Object) *texts {
	at := time.Unix(0, 0).UTC()
	usual := render(Event{Name: "00000000-0000-0000-0000-000000000000", Created: at, Modified: at, Start: at, End: at, Status: Confirmed, Summary: "Orchestrate Tear down Offered until Closed",
		Description: "Scheduled: Thu 26 Nov 2026, 09:00–13:00 UTC\nOperators orchestrate it before the slot begins.\n\nSlot:  time\n  UTC\nNetwork service: \nExperimenter: \nMentor: \nTicket: \n\nNeeds:\n-  vCPU,  GB memory,  GB storage for \n-  of ",
		Location:    "Location", URL: "https://", Categories: []string{"Place"}})
	return &texts{dict: s2.MakeDict([]byte(usual+sample.Full+sample.Busy), nil)}
}

// pack is not safe for concurrent use, unpack is.
func (t *texts) pack(o *Object) *packed {
	p := &packed{full: uint32(len(o.Full)), busy: uint32(len(o.Busy))}
	if p.full+p.busy > 0 {
		t.scratch = t.dict.Encode(t.scratch[:cap(t.scratch)], []byte(o.Full+o.Busy))
		p.text = bytes.Clone(t.scratch)
	}
	return p
}

// unpack adds a packed text of n bytes.
func (t *texts) unpack(to, packed []byte, n int) []byte {
	if n == 0 {
		return to
	}
	to = slices.Grow(to, n)
	from := len(to)
	if _, err := t.dict.Decode(to[from:from+n:from+n], packed); err != nil {
		panic(fmt.Sprintf("a text in memory cannot be read: %v", err)) // it was packed by the same dictionary
	}
	return to[:from+n]
}
