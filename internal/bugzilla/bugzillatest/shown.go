package bugzillatest

import (
	"net/http"
	"strings"
	"time"
)

// shown returns all fields of a bug in this version.
func (s *Server) shown(b *bug) map[string]any {
	var dupe any
	if b.dupeOf != 0 {
		dupe = b.dupeOf
	}
	cc := []any{}
	for _, name := range b.cc {
		cc = append(cc, s.detail(name))
	}
	all := map[string]any{"id": b.id, "alias": append([]string{}, b.alias...), "product": b.product, "component": b.component, "classification": "Unclassified",
		"summary": b.summary, "status": b.status, "resolution": b.resolution, "is_open": open(b.status), "is_confirmed": b.status != "UNCONFIRMED", "dupe_of": dupe,
		"creator": b.creator, "creator_detail": s.detail(b.creator), "assigned_to": b.assignee, "assigned_to_detail": s.detail(b.assignee), "qa_contact": "",
		"cc": append([]string{}, b.cc...), "cc_detail": cc, "is_cc_accessible": true, "is_creator_accessible": true,
		"url": b.url, "whiteboard": b.whiteboard, "keywords": []any{}, "groups": []any{}, "flags": []any{}, "see_also": append([]string{}, b.seeAlso...), "blocks": []any{}, "depends_on": []any{},
		"deadline": b.deadline, "actual_time": 0, "estimated_time": 0, "remaining_time": 0,
		"op_sys": "All", "platform": "All", "priority": "Normal", "severity": "normal", "version": "unspecified", "target_milestone": "---",
		"creation_time": b.created.Format(time.RFC3339), "last_change_time": b.changed.Format(time.RFC3339)}
	for name, v := range b.chosen {
		all[name] = v
	}
	if s.untimed {
		for _, name := range []string{"actual_time", "estimated_time", "remaining_time"} {
			delete(all, name)
		}
	}
	return all
}

// detail describes a user as others see them; the newest version hides mail addresses.
func (s *Server) detail(name string) map[string]any {
	d := map[string]any{"id": 1, "name": name, "real_name": name, "email": name}
	if s.version == V53 {
		delete(d, "email")
	}
	return d
}

// asked returns the requested fields of a bug. It ignores unknown names, and adds details to people.
func (s *Server) asked(r *http.Request, b *bug) map[string]any {
	all := s.shown(b)
	fields := r.URL.Query().Get("include_fields")
	if fields == "" {
		return all
	}
	some := map[string]any{}
	for name := range strings.SplitSeq(fields, ",") {
		for _, with := range []string{name, name + "_detail"} {
			if v, there := all[with]; there {
				some[with] = v
			}
		}
	}
	return some
}
