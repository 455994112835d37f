package tmf685

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Lists follow TM Forum's guidelines (TMF630): offset and limit, X-Total-Count and X-Result-Count, 206 where there is more, and fields to select
// the properties of the first level.

// maxListed is also the default: Openslice's pages ask for a list once, without a limit, and show what they get.
const (
	maxListed = 1000
	maxOffset = 100_000
)

type paging struct {
	offset, limit int
}

// paging reads offset and limit. It refuses a filter that it does not know: ignoring one would list what was not asked for.
func (c call) paging(filters ...string) (p paging, err error) {
	var bad faults
	query := c.URL.Query()
	for name := range query {
		if !slices.Contains(append(filters, "offset", "limit", "fields"), name) {
			bad.add(name, "there is no such filter; there are "+strings.Join(append(filters, "offset", "limit", "fields"), ", "))
		}
	}
	number := func(name string, usual, least, most int) int {
		text := query.Get(name)
		if text == "" {
			return usual
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < least || n > most {
			bad.add(name, fmt.Sprintf("must be from %d to %d", least, most))
		}
		return n
	}
	p.offset, p.limit = number("offset", 0, 0, maxOffset), number("limit", maxListed, 1, maxListed)
	return p, bad.err()
}

// cut returns the page's part of a list.
func (p paging) cut(list []pool) []pool {
	from := min(p.offset, len(list))
	return list[from:min(from+p.limit, len(list))]
}

// list answers with a page. The total is told where it is known.
func (c call) list(p paging, items []any, total int, known bool) error {
	h := c.w.Header()
	h.Set("X-Result-Count", strconv.Itoa(len(items)))
	if known {
		h.Set("X-Total-Count", strconv.Itoa(total))
	}
	status := http.StatusOK
	if more := !known || p.offset+len(items) < total; more {
		status = http.StatusPartialContent
		query := c.URL.Query()
		query.Set("offset", strconv.Itoa(p.offset+len(items)))
		query.Set("limit", strconv.Itoa(p.limit))
		h.Set("Link", "<"+c.URL.Path+"?"+query.Encode()+`>; rel="next"`)
	}
	out := make([]any, len(items))
	for i, x := range items {
		var err error
		if out[i], err = c.selected(x); err != nil {
			return err
		}
	}
	return c.answer(status, out)
}

// one answers with a document.
func (c call) one(status int, document any) error {
	x, err := c.selected(document)
	if err != nil {
		return err
	}
	return c.answer(status, x)
}

// selected keeps the properties that the caller named, beside those that name the document.
func (c call) selected(document any) (any, error) {
	fields := c.URL.Query().Get("fields")
	if fields == "" {
		return document, nil
	}
	raw, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	wanted := append(strings.Split(fields, ","), "id", "href", "@type")
	for name := range all {
		if !slices.ContainsFunc(wanted, func(w string) bool { return strings.TrimSpace(w) == name }) {
			delete(all, name)
		}
	}
	return all, nil
}
