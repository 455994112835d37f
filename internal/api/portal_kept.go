package api

import (
	"bytes"
	"encoding/json"
	"maps"

	"berth/scheduler"
	"berth/testbeds"
)

// What a portal's descriptor holds beyond what Berth knows is given back as it came: ids of users, infrastructures and experiments, where those are
// onboarded, the instance and its addresses.

// MarshalJSON writes what Berth knows over what was posted.
func (d deployment) MarshalJSON() ([]byte, error) {
	type plain deployment
	raw, err := json.Marshal(plain(d))
	if err != nil || len(d.kept) == 0 {
		return raw, err
	}
	var known map[string]json.RawMessage
	if err := json.Unmarshal(raw, &known); err != nil {
		return nil, err
	}
	all := maps.Clone(d.kept)
	maps.Copy(all, known)
	for _, name := range d.same {
		if v, has := d.kept[name]; has {
			all[name] = v
		}
	}
	return json.Marshal(all)
}

// keep remembers what was posted with a request, and which parts of it still say where and what it runs.
func (d *deployment) keep(r scheduler.Request, f testbeds.Facility) {
	var asked deployment
	if len(r.Portal) == 0 || json.Unmarshal(r.Portal, &d.kept) != nil || json.Unmarshal(r.Portal, &asked) != nil {
		return
	}
	for _, name := range []string{"startDate", "endDate", "scheduledStartDate", "scheduledEndDate", "status", "feedback"} {
		delete(d.kept, name) // Berth's own, also where they are empty
	}
	if asked.Experiment.Name == r.NSD {
		d.same = append(d.same, "experiment")
	}
	where := func(i *portalInfrastructure) string {
		if i == nil {
			return ""
		}
		at, _ := f.Locate(testbeds.Infrastructure{Account: i.VIM, Datacenter: i.Datacenter, Name: i.Name})
		return at
	}
	moved := false
	for _, p := range asked.Placements {
		moved = moved || where(p.Infrastructure) != r.Placement[p.Member.Index.String()]
	}
	if len(asked.Placements) > 0 && !moved {
		d.same = append(d.same, "vxfPlacements")
	}
	if at := where(asked.ForAll); at != "" && !moved {
		d.same = append(d.same, "infrastructureForAll")
	} else {
		delete(d.kept, "infrastructureForAll")
	}
}

// portalSecrets are the fields of people that no record of theirs needs.
var portalSecrets = []string{"apikey", "password", "currentSessionID"}

// censored takes people's secrets out of a descriptor before it is kept.
func censored(raw []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var all any
	if err := dec.Decode(&all); err != nil {
		return nil, malformed(err)
	}
	censor(all)
	return json.Marshal(all)
}

func censor(v any) {
	switch x := v.(type) {
	case map[string]any:
		for _, name := range portalSecrets {
			delete(x, name)
		}
		for _, inner := range x {
			censor(inner)
		}
	case []any:
		for _, inner := range x {
			censor(inner)
		}
	}
}
