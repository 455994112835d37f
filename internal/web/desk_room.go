package web

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/plain"
)

// excess says by how much an overbooking exceeds what there is, and whom it hurts.
func (p *deskPage) excess(x reader, v testbeds.Verdict) (lines []string) {
	hurt := map[int64]bool{}
	var whom []string
	for _, c := range v.Conflicts {
		when := ", " + x.slot(c.Interval)
		if c.Interval.Equal(p.Slot) {
			when = ""
		}
		lines = append(lines, p.Names.Bed(c.Resource.Testbed)+strings.TrimPrefix(c.Resource.Words(), c.Resource.Testbed)+" by "+plain.Size(c.Resource.Quantity, c.ShortBy)+when+".")
		for _, t := range c.TakenBy {
			if t.Kind == testbeds.TakerBooking && t.Request != 0 && !hurt[t.Request] {
				hurt[t.Request] = true
				whom = append(whom, strings.TrimSpace(fmt.Sprintf("#%d %s", t.Request, t.Summary)))
			}
		}
	}
	for _, problem := range v.Problems {
		lines = append(lines, sentence(problem.Message))
	}
	if len(whom) > 0 {
		lines = append(lines, "It hurts "+strings.Join(whom, ", ")+"; their people are told.")
	}
	return lines
}

// triedAlone bounds the requests that are tried one by one.
const triedAlone = 3

// room adds the ways in which other requests make room: each that is enough by itself, else the smallest set that is.
func (s *site) room(ctx context.Context, who account.Actor, p *deskPage, v testbeds.Verdict, least *scheduler.Clearance) error {
	if least == nil {
		return nil // whoever goes, it does not fit
	}
	var victims []int64
	for _, x := range least.Requests {
		victims = append(victims, x.Number)
	}
	if ok, err := s.makeRoom(ctx, who, p, victims); err != nil || !ok {
		return err
	}
	if at := len(p.Ways) - 1; len(victims) > 1 {
		words := "No fewer would do."
		if !least.Least {
			words = "Perhaps fewer would do: there are too many to try all."
		}
		p.Ways[at].Lines = append(p.Ways[at].Lines, words)
		return nil
	}
	tried := 1
	for _, c := range v.Conflicts {
		for _, t := range c.TakenBy {
			if t.Kind != testbeds.TakerBooking || t.Request == 0 || t.Request == p.R.Number || slices.Contains(victims, t.Request) || tried == triedAlone {
				continue
			}
			victims = append(victims, t.Request)
			tried++
			if _, err := s.makeRoom(ctx, who, p, []int64{t.Request}); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeRoom adds the way in which some requests make room together, if it is enough. Those that need not are left alone.
func (s *site) makeRoom(ctx context.Context, who account.Actor, p *deskPage, victims []int64) (enough bool, err error) {
	for range len(victims) {
		words := make([]string, len(victims))
		for i, n := range victims {
			words[i] = strconv.FormatInt(n, 10)
		}
		way := wayDisplace + " " + strings.Join(words, " ")
		out, err := s.foretell(ctx, who, p, way, foreseen, nil)
		e, refused := asError(err)
		if err == nil {
			w := deskWay{Value: way, Kind: wayDisplace, Must: true}
			var titles []string
			for _, d := range out.Displaced {
				titles = append(titles, fmt.Sprintf("#%d %s", d.Number, d.Name))
				w.Lines = append(w.Lines, s.readerOf(who).goes(d))
			}
			w.Title = "Displace " + strings.Join(titles, " and ")
			p.Ways = append(p.Ways, w)
			return true, nil
		}
		if !refused {
			return false, err
		}
		idle := map[int]bool{}
		for _, f := range e.Fields { // override.displace[2]: it need not make room
			if at, ok := strings.CutPrefix(f.Field, "override.displace["); ok {
				if i, err := strconv.Atoi(strings.TrimSuffix(at, "]")); err == nil {
					idle[i] = true
				}
			}
		}
		if len(idle) == 0 || len(victims) == 1 {
			return false, nil
		}
		left := victims[:0:0]
		dropped := false
		for i, n := range victims {
			if idle[i] && !dropped {
				dropped = true
				continue
			}
			left = append(left, n)
		}
		victims = left
	}
	return false, nil
}

// goes says where a displaced request could go.
func (x reader) goes(d scheduler.Displaced) string {
	words := fmt.Sprintf("#%d goes back to review, and its people are told", d.Number)
	if len(d.Alternatives) == 0 {
		return words + "; no other slot was found for it."
	}
	best := d.Alternatives[0]
	to := x.slot(best.Slot)
	if best.Slot.Equal(d.Slot) {
		to = "the same time elsewhere"
		if slices.ContainsFunc(best.Changes, func(c testbeds.Change) bool { return c.Kind == testbeds.ChangeDevices }) {
			to = "the same time with fewer devices"
		}
	}
	return words + "; " + to + " would work for it."
}
