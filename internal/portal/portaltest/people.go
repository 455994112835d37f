package portaltest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// Ask is what a person asks for on the portal's form.
type Ask struct {
	Key        string // of the person
	Name       string
	Experiment string         // by name
	Places     map[int]string // the name of an infrastructure, by member; for a portal of the second generation 0 is all of them
	Mentor     string         // address; second generation only
	Start, End time.Time
	ISO        bool // dates as browsers send them, else milliseconds
}

// Ask makes a deployment as the form does, and returns its id.
func (s *Server) Ask(a Ask) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	date := func(t time.Time) any {
		if a.ISO {
			return t.UTC().Format("2006-01-02T15:04:05.000Z")
		}
		return t.UnixMilli()
	}
	d := record{"name": a.Name, "description": "asked for in the portal", "startReqDate": date(a.Start), "endReqDate": date(a.End),
		"startReqHour": "00", "startReqMinute": "00", "endReqHour": "00", "endReqMinute": "00"}
	experiment := named(s.nsds, a.Experiment)
	d["experiment"] = experiment
	placements := []any{}
	members, _ := experiment["constituentVxF"].([]any)
	for i, m := range members {
		if where, has := a.Places[i+1]; has {
			placements = append(placements, record{"constituentVxF": m, "infrastructure": named(s.sites, where)})
		}
	}
	d["vxfPlacements"] = placements
	if s.generation == Second {
		d["infrastructureForAll"] = named(s.sites, a.Places[0])
		if len(d["infrastructureForAll"].(record)) == 0 {
			d["infrastructureForAll"] = nil
		}
		if a.Mentor != "" {
			d["mentor"] = record{"id": 900, "name": "A mentor", "username": "mentor", "email": a.Mentor, "organization": "Patras", "apikey": "a-secret-of-the-mentor", "password": ""}
		}
	}
	raw, _ := json.Marshal(d)
	made := s.create(s.users[a.Key], raw).body.(record)
	id, _ := made["id"].(int)
	return int64(id)
}

func named(list []record, name string) record {
	for _, x := range list {
		if x["name"] == name {
			return x
		}
	}
	return record{}
}

// Look returns a deployment as the portal shows it, nil if there is none.
func (s *Server) Look(id int64) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	d, i := s.find(fmt.Sprint(id))
	if i < 0 {
		return nil
	}
	return s.shown(d)
}

// Edit changes a deployment as an administrator does on the portal's form. It returns the status of the answer.
func (s *Server) Edit(id int64, change map[string]any) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	d, i := s.find(fmt.Sprint(id))
	if i < 0 {
		return http.StatusNotFound
	}
	next := maps.Clone(d)
	for name, v := range change {
		if t, ok := v.(time.Time); ok {
			v = t.UnixMilli()
		}
		next[name] = v
	}
	raw, _ := json.Marshal(next)
	in, _ := decode(raw)
	if s.generation == First {
		return s.merge(d, in).status
	}
	return s.step(d, in).status
}

// Delete deletes a deployment.
func (s *Server) Delete(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = slices.DeleteFunc(s.list, func(d record) bool { return fmt.Sprint(d["id"]) == fmt.Sprint(id) })
}

// Put stores a record as it is given, as one that another version of the portal has left.
func (s *Server) Put(d map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, d)
}

// Break makes a deployment fail in the portal's OSM.
func (s *Server) Break(id int64, status, detail string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d, i := s.find(fmt.Sprint(id)); i >= 0 {
		s.set(d, status, detail)
	}
}
