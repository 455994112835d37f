package bugzillatest

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// time returns the server's clock. The newest version leaves out the fields that the others keep for very old clients.
func (s *Server) time() answer {
	now := s.now().Format(time.RFC3339)
	clock := map[string]any{"db_time": now, "web_time": now}
	if s.version != V53 {
		for name, v := range map[string]string{"web_time_utc": now, "tz_name": "UTC", "tz_offset": "+0000", "tz_short_name": "UTC"} {
			clock[name] = v
		}
	}
	return ok(clock)
}

// parameters lists the parameters of each read that servers were seen to understand. They silently ignore any other, so that a misspelt
// filter finds every bug: here the test fails instead.
var parameters = map[string][]string{
	"bug":         {"alias", "id", "include_fields", "last_change_time", "limit", "offset", "order", "product"},
	"bug/*":       {"include_fields"},
	"valid_login": {"login"}, "user": {"names"}, "product": {"names"},
	"comment": {"new_since"}, "history": {"new_since"},
}

// strict fails the test of a client whose read has a form that no server was seen to get.
func (s *Server) strict(r *http.Request) {
	path := strings.Split(strings.TrimPrefix(r.URL.Path, "/rest/"), "/")
	what := path[0]
	switch {
	case what == "bug" && len(path) == 2:
		what = "bug/*"
	case what == "bug" && len(path) == 3:
		what = path[2]
	}
	for name := range r.URL.Query() {
		if name != "api_key" && !slices.Contains(parameters[what], name) {
			s.tb.Errorf("%s is asked with %q, which servers ignore", r.URL.Path, name)
		}
	}
}

// values lists the values of a field; for the status with the workflow.
func (s *Server) values(field string) answer {
	names := map[string][]string{"op_sys": {"All", "Linux"}, "rep_platform": {"All", "PC"}, "resolution": append([]string{""}, resolutions...)}[field]
	if field == "bug_status" {
		return s.workflow()
	}
	list := []any{}
	for _, name := range names {
		list = append(list, map[string]any{"name": name})
	}
	return ok(map[string]any{"fields": []any{map[string]any{"name": field, "values": list}}})
}

// allParameters lists the parameters of the installation that a user may see.
func (s *Server) allParameters(who *person) answer {
	all := map[string]any{"maintainer": "admin@bugs.example", "requirelogin": "0"}
	if who != nil {
		maps.Copy(all, map[string]any{"defaultopsys": "", "defaultplatform": "", "emailsuffix": "", "mailfrom": "bugzilla-daemon", "use_see_also": "1"})
		for name, value := range s.params {
			all[name] = value
		}
	}
	return ok(map[string]any{"parameters": all})
}

// next lists the statuses to which a bug may go from one.
func (s *Server) next(from string) (list []string) {
	for _, to := range steps[from] {
		if !slices.Contains(s.dropped, from+" "+to) {
			list = append(list, to)
		}
	}
	return list
}

func (s *Server) workflow() answer {
	var values []any
	for _, name := range []string{"", "UNCONFIRMED", "CONFIRMED", "IN_PROGRESS", "RESOLVED", "VERIFIED"} {
		var to []any
		for _, next := range s.next(name) {
			to = append(to, map[string]any{"name": next, "comment_required": s.takesComment(name, next)})
		}
		v := map[string]any{"name": name, "is_open": open(name), "can_change_to": to}
		if name == "" {
			v["name"] = nil
		}
		values = append(values, v)
	}
	return ok(map[string]any{"fields": []any{map[string]any{"name": "bug_status", "values": values}}})
}

func (s *Server) one(r *http.Request, name string) answer {
	b, refusal := s.find(name)
	if refusal != nil {
		return *refusal
	}
	return ok(map[string]any{"bugs": []any{s.asked(r, b)}, "faults": []any{}})
}

// search knows the filters that Berth uses. It ignores any other, and returns every bug.
func (s *Server) search(r *http.Request) answer {
	q := r.URL.Query()
	var found []*bug
	since, err := time.Parse(time.RFC3339, q.Get("last_change_time"))
	if err != nil && q.Get("last_change_time") != "" {
		return s.fail(http.StatusBadRequest, 56, "'%s' is not a legal date.", q.Get("last_change_time"))
	}
	for _, b := range s.bugs {
		if b.hidden || q.Get("product") != "" && q.Get("product") != b.product || b.changed.Before(since) {
			continue
		}
		if a := q.Get("alias"); a != "" && !slices.ContainsFunc(b.alias, func(x string) bool { return strings.EqualFold(x, a) }) {
			continue
		}
		if ids := q["id"]; len(ids) > 0 && !slices.Contains(ids, strconv.FormatInt(b.id, 10)) {
			continue
		}
		found = append(found, b)
	}
	if q.Get("order") == "changeddate,bug_id" {
		slices.SortStableFunc(found, func(a, b *bug) int { return a.changed.Compare(b.changed) })
	}
	limit, offset := len(found), 0
	n, _ := strconv.Atoi(q.Get("limit"))
	switch {
	case q.Has("offset") && n == 0:
		return s.fail(http.StatusBadRequest, 50, "The function requires a limit argument, and that argument was not set.")
	case n > 0:
		limit = n
		offset, _ = strconv.Atoi(q.Get("offset"))
	}
	if s.most > 0 {
		limit = min(limit, s.most)
	}
	offset = min(offset, len(found))
	list := []any{}
	for _, b := range found[offset:min(offset+limit, len(found))] {
		list = append(list, s.asked(r, b))
	}
	return ok(map[string]any{"bugs": list})
}

// after reads new_since, which is strictly greater.
func after(r *http.Request) time.Time {
	t, _ := time.Parse(time.RFC3339, r.URL.Query().Get("new_since"))
	return t
}

func (s *Server) comments(r *http.Request, name string) answer {
	b, refusal := s.find(name)
	if refusal != nil {
		return *refusal
	}
	list := []any{}
	for i, c := range b.comments {
		if c.at.After(after(r)) {
			list = append(list, map[string]any{"id": c.id, "bug_id": b.id, "count": i, "creator": c.creator, "time": c.at.Format(time.RFC3339), "creation_time": c.at.Format(time.RFC3339),
				"text": c.text, "is_private": false, "tags": []any{}, "attachment_id": nil})
			if s.version == V53 {
				list[len(list)-1].(map[string]any)["is_markdown"] = false
			}
		}
	}
	return ok(map[string]any{"bugs": map[string]any{fmt.Sprint(b.id): map[string]any{"comments": list}}, "comments": map[string]any{}})
}

// history merges one person's changes within one second.
func (s *Server) history(r *http.Request, name string) answer {
	b, refusal := s.find(name)
	if refusal != nil {
		return *refusal
	}
	type key struct {
		at  time.Time
		who string
	}
	var order []key
	merged := map[key]map[string][2]string{}
	entries := slices.Clone(b.entries)
	slices.SortStableFunc(entries, func(a, b entry) int { return a.at.Compare(b.at) })
	for _, e := range entries {
		if !e.at.After(after(r)) {
			continue
		}
		k := key{e.at, e.who}
		if merged[k] == nil {
			merged[k] = map[string][2]string{}
			order = append(order, k)
		}
		was := merged[k][e.field]
		merged[k][e.field] = [2]string{strings.TrimSpace(was[0] + " " + e.from), strings.TrimSpace(was[1] + " " + e.to)}
	}
	list := []any{}
	for _, k := range order {
		var changes []any
		for field, v := range merged[k] {
			changes = append(changes, map[string]any{"field_name": field, "removed": v[0], "added": v[1]})
		}
		list = append(list, map[string]any{"when": k.at.Format(time.RFC3339), "who": k.who, "changes": changes})
	}
	return ok(map[string]any{"bugs": []any{map[string]any{"id": b.id, "alias": append([]string{}, b.alias...), "history": list}}})
}

func (s *Server) user(r *http.Request, who *person) answer {
	name := r.URL.Query().Get("names")
	p := s.people[name]
	if p == nil {
		return s.fail(http.StatusNotFound, 51, "There is no user named '%s'. Either you mis-typed the name or that user has not yet registered for a Bugzilla account.", name)
	}
	u := map[string]any{"id": 1, "name": p.name, "real_name": p.name}
	if who != nil {
		groups := []any{}
		for _, g := range p.groups {
			groups = append(groups, map[string]any{"name": g})
		}
		u["can_login"], u["groups"], u["email"] = !p.disabled, groups, p.name
	}
	return ok(map[string]any{"users": []any{u}})
}

func (s *Server) product(r *http.Request) answer {
	if r.URL.Query().Get("names") != Product {
		return ok(map[string]any{"products": []any{}})
	}
	components := []any{}
	for _, name := range s.parts {
		components = append(components, map[string]any{"name": name, "is_active": true})
	}
	return ok(map[string]any{"products": []any{map[string]any{"id": 1, "name": Product, "is_active": true,
		"components": components, "versions": []any{map[string]any{"name": "unspecified", "is_active": true}}}}})
}
