package store

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"berth/scheduler"
	"berth/testbeds"
)

// The claims of a booking are one text, since they are only ever read and written together: one claim a line, its columns separated by tabs: testbed,
// VIM, quantity, device, amount, start, end in seconds, and its units as JSON if it names any. Names have neither tabs nor line feeds.

// claimsText writes claims.
func claimsText(claims []testbeds.Claim) (string, error) {
	b := make([]byte, 0, 64*len(claims))
	for i, c := range claims {
		if i > 0 {
			b = append(b, '\n')
		}
		for _, name := range []string{c.Testbed, c.VIM, c.Quantity, c.Device} {
			if strings.ContainsAny(name, "\t\n") {
				return "", scheduler.Errorf(scheduler.CodeInvalid, "claim: a name has a tab or a line feed in it")
			}
			b = append(append(b, name...), '\t')
		}
		if !whole(c.Resource) || c.Amount < 0 || c.To.Before(c.From) {
			return "", fmt.Errorf("this claim cannot be kept: %+v", c)
		}
		b = append(strconv.AppendInt(b, c.Amount, 10), '\t')
		b = append(strconv.AppendInt(b, seconds(c.From), 10), '\t')
		b = strconv.AppendInt(b, seconds(c.To), 10)
		if len(c.Units) > 0 {
			units, err := document("units", c.Units)
			if err != nil {
				return "", err
			}
			b = append(append(b, '\t'), units...)
		}
	}
	return string(b), nil
}

// whole reports whether a resource is a quantity of a VIM, or a device.
func whole(r testbeds.Resource) bool {
	return r.Testbed != "" && (r.Device == "") != (r.VIM == "") && (r.VIM == "") == (r.Quantity == "")
}

// claimReader reads claims. It remembers the resources that it has met: there are few, and each is in many claims.
type claimReader map[string]testbeds.Resource

func newClaimReader() claimReader { return claimReader{} }

// claims reads the claims of a booking.
func (known claimReader) claims(text string) ([]testbeds.Claim, error) {
	if text == "" {
		return nil, nil
	}
	list := make([]testbeds.Claim, 0, strings.Count(text, "\n")+1)
	for line := range strings.SplitSeq(text, "\n") {
		c, err := known.claim(line)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", line, err)
		}
		list = append(list, c)
	}
	return list, nil
}

func (known claimReader) claim(line string) (c testbeds.Claim, err error) {
	names := 0
	for range 4 {
		n := strings.IndexByte(line[names:], '\t')
		if n < 0 {
			return c, errors.New("it has too few columns")
		}
		names += n + 1
	}
	r, met := known[line[:names]]
	if !met {
		own := strings.Clone(line[:names]) // not all of the text
		column := strings.Split(own, "\t")
		r = testbeds.Resource{Testbed: column[0], VIM: column[1], Quantity: column[2], Device: column[3]}
		if !whole(r) {
			return c, errors.New("it names no resource")
		}
		known[own] = r
	}
	c.Resource = r
	rest := line[names:]
	var span [2]int64
	for _, n := range []*int64{&c.Amount, &span[0], &span[1]} {
		var column string
		column, rest, _ = strings.Cut(rest, "\t")
		if *n, err = strconv.ParseInt(column, 10, 64); err != nil {
			return c, err
		}
	}
	c.From, c.To = fromSeconds(span[0]), fromSeconds(span[1])
	if c.Amount < 0 || c.To.Before(c.From) {
		return c, errors.New("its amount or its length is below zero")
	}
	if rest != "" {
		c.Units, err = parsed[[]string]("units", rest)
	}
	return c, err
}
