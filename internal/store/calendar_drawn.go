package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"

	"berth/testbeds"
)

// drawnMark names the mark that says what the calendars were last drawn with.
const drawnMark = "drawn"

// drawnWith is what decides how a request is drawn, beside the request itself.
type drawnWith struct {
	Program string            `json:"program"`
	Site    string            `json:"site"`
	Later   int64             `json:"later,omitempty"`
	Beds    map[string]string `json:"beds"` // digest of each testbed, without its times
}

// drawsWith returns what this program draws a facility with. A program that cannot be told from others has no name, and draws everything again.
func (s *Store) drawsWith(f testbeds.Facility) (drawnWith, error) {
	d := drawnWith{Program: s.program, Site: s.site.URL, Later: s.site.Later, Beds: make(map[string]string, len(f.Testbeds))}
	for _, t := range f.Testbeds {
		sum, err := digest(t.Timeless())
		if err != nil {
			return d, err
		}
		d.Beds[t.ID] = sum
	}
	return d, nil
}

func digest(x any) (string, error) {
	text, err := json.Marshal(x)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8]), err
}

// since lists the testbeds whose requests look different now; all says that every request may.
func (d drawnWith) since(before drawnWith) (beds []string, all bool) {
	if d.Program == "" || d.Program != before.Program || d.Site != before.Site || d.Later != before.Later || before.Beds == nil {
		return nil, true
	}
	for id, sum := range d.Beds {
		if before.Beds[id] != sum {
			beds = append(beds, id)
		}
	}
	for id := range before.Beds {
		if _, left := d.Beds[id]; !left {
			beds = append(beds, id)
		}
	}
	return slices.Sorted(slices.Values(beds)), false
}

// lastDrawn reads what the calendars were last drawn with, and the text of the mark.
func (s *Store) lastDrawn(ctx context.Context) (d drawnWith, text string, err error) {
	if text, err = s.Mark(ctx, drawnMark); err != nil || text == "" {
		return d, text, err
	}
	if json.Unmarshal([]byte(text), &d) != nil {
		d = drawnWith{} // drawn by another program
	}
	return d, text, nil
}

// drew records what the calendars were drawn with. If another process has recorded something meanwhile, it did the same, or will.
func (s *Store) drew(ctx context.Context, d, was drawnWith, before string) error {
	if d.Program == was.Program && d.Site == was.Site && d.Later == was.Later && maps.Equal(d.Beds, was.Beds) {
		return nil
	}
	text, err := json.Marshal(d)
	if err == nil {
		_, err = s.SetMark(ctx, drawnMark, before, string(text))
	}
	return err
}
