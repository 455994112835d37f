package store

import (
	"context"
	"fmt"
	"math"
	"strings"

	"berth/scheduler"
)

// A list of requests begins with the newest. Without a filter, or with one that many requests pass, it reads them in that order until the page is
// full. A filter with an index nominates: it names numbers of requests, newest first, among which are all that pass it. Of several filters the
// one that names the fewest nominates. What is nominated is then compared with the whole filter, page by page.

// source is a query for numbers of requests below {before}, newest first, at most {limit}; each ? stands for the next argument.
type source struct {
	query string
	args  []any
}

// nominator is the union of some sources.
type nominator []source

// maxSources bounds the sources of a nominator; with more, reading all requests is not worse.
const maxSources = 64

func having(column string, value string) source {
	return source{`SELECT number FROM requests WHERE ` + column + ` = ? AND number < {before} ORDER BY number DESC LIMIT {limit}`, []any{value}}
}

func onTestbed(id string) source {
	return source{`SELECT number FROM request_testbeds WHERE testbed = ? AND number < {before} ORDER BY number DESC LIMIT {limit}`, []any{id}}
}

func inWeek(week int64) source {
	return source{`SELECT number FROM request_weeks WHERE week = ? AND number < {before} ORDER BY number DESC LIMIT {limit}`, []any{week}}
}

// owned nominates the requests of an experimenter that pass what a filter says about columns and a testbed, which an index
// has: on PostgreSQL without the text.
func owned(experimenter string, f scheduler.RequestFilter) source {
	query, args := `SELECT number FROM requests WHERE experimenter = ? AND number < {before}`, []any{experimenter}
	and := func(condition string, more ...any) {
		query += ` AND ` + condition
		args = append(args, more...)
	}
	if len(f.Status) > 0 {
		and(`status IN (`+strings.TrimSuffix(strings.Repeat("?,", len(f.Status)), ",")+`)`, anys(f.Status)...)
	}
	if !f.From.IsZero() {
		and(`ends > ?`, seconds(f.From))
	}
	if !f.To.IsZero() {
		and(`starts < ?`, seconds(f.To))
	}
	if f.Testbed != "" {
		and(`EXISTS (SELECT 1 FROM request_testbeds t WHERE t.testbed = ? AND t.number = requests.number)`, f.Testbed)
	}
	if f.Text != "" {
		and(`replace(words, ?, '') <> words`, strings.ToLower(f.Text))
	}
	return source{query + ` ORDER BY number DESC LIMIT {limit}`, args}
}

// nominators lists those of a filter. One that is good enough by itself is the only one.
func (d dialect) nominators(f scheduler.RequestFilter) (list []nominator) {
	if f.Experimenter != "" {
		return []nominator{{owned(f.Experimenter, f)}}
	}
	if v := f.Visible; v != nil && v.Experimenter != "" && v.Mentor == "" && len(v.Testbeds) == 0 {
		return []nominator{{owned(v.Experimenter, f)}}
	}
	add := func(n nominator) {
		if len(n) > 0 && len(n) <= maxSources {
			list = append(list, n)
		}
	}
	add(sources(f.Testbeds, onTestbed))
	add(sources(f.Status, func(s scheduler.Status) source { return having("status", string(s)) }))
	if f.Testbed != "" {
		add(nominator{onTestbed(f.Testbed)})
	}
	if f.Mentor != "" {
		add(nominator{having("mentor", f.Mentor)})
	}
	if v := f.Visible; v != nil {
		n := sources(v.Testbeds, onTestbed)
		if v.Experimenter != "" {
			n = append(n, owned(v.Experimenter, f))
		}
		if v.Mentor != "" {
			n = append(n, having("mentor", v.Mentor))
		}
		add(n)
	}
	if !f.From.IsZero() && !f.To.IsZero() && f.From.Before(f.To) {
		add(sources(cover(seconds(f.From), seconds(f.To), maxSources), inWeek))
	}
	add(d.containing(strings.ToLower(f.Text)))
	return list
}

func sources[T any](list []T, of func(T) source) (n nominator) {
	for _, x := range list {
		n = append(n, of(x))
	}
	return n
}

// query asks for the newest numbers below one.
func (n nominator) query(before int64, limit int) (string, []any) {
	args := []any{before, limit}
	var parts []string
	for i, s := range n {
		q := strings.NewReplacer("{before}", "$1", "{limit}", "$2").Replace(s.query)
		for _, a := range s.args {
			args = append(args, a)
			q = strings.Replace(q, "?", fmt.Sprintf("$%d", len(args)), 1)
		}
		if len(n) > 1 {
			q = fmt.Sprintf(`SELECT number FROM (%s) s%d`, q, i)
		}
		parts = append(parts, q)
	}
	if len(n) == 1 {
		return parts[0], args
	}
	return strings.Join(parts, ` UNION `) + ` ORDER BY number DESC LIMIT $2`, args
}

// compared is the number of nominations by which nominators are compared.
const compared = 1000

// fewest chooses the nominator that names the fewest requests: of those that name too many to count, the one that goes back furthest with so many.
func (r *reader) fewest(ctx context.Context, list []nominator, before int64) (best nominator, err error) {
	if len(list) == 1 {
		return list[0], nil
	}
	type size struct{ count, reaches int64 }
	var least size
	for i, n := range list {
		query, args := n.query(before, compared)
		sizes, err := all(ctx, r.tx, func(s scan) (x size, err error) { return x, s(&x.count, &x.reaches) },
			`SELECT COUNT(*), COALESCE(MIN(number), 0) FROM (`+query+`) n`, args...)
		if err != nil {
			return nil, err
		}
		var got size // of a text that cannot be stored, none
		if len(sizes) > 0 {
			got = sizes[0]
		}
		if i == 0 || got.count < least.count || got.count == least.count && got.reaches < least.reaches {
			best, least = n, got
		}
		if got.count == 0 {
			break
		}
	}
	return best, nil
}

// Requests reads the requests of a filter, by number, newest first.
func (r *reader) Requests(ctx context.Context, f scheduler.RequestFilter) (list []scheduler.Request, err error) {
	if !keepable(f.Text) {
		return nil, nil
	}
	nominators := r.s.dialect.nominators(f)
	if f.Limit == 0 || len(nominators) == 0 {
		return r.filtered(ctx, f, nil, f.Limit)
	}
	before := f.Before
	if before <= 0 {
		before = math.MaxInt64
	}
	n, err := r.fewest(ctx, nominators, before)
	if err != nil {
		return nil, err
	}
	for page := min(f.Limit, chunk); ; page = min(4*page, chunk) {
		query, args := n.query(before, page)
		numbers, err := all(ctx, r.tx, number, query, args...)
		if err != nil || len(numbers) == 0 {
			return list, err
		}
		some, err := r.filtered(ctx, f, numbers, f.Limit-len(list))
		if err != nil {
			return nil, err
		}
		list, before = append(list, some...), numbers[len(numbers)-1]
		if len(list) == f.Limit || len(numbers) < page {
			return list, nil
		}
	}
}
