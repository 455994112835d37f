package api

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// deepest bounds the nesting of an example.
const deepest = 3

// sampler makes values that agree with schemas, for the examples of the document: the same ones each time.
type sampler struct{ schemas huma.Registry }

func (s sampler) resolved(x *huma.Schema) *huma.Schema {
	for x.Ref != "" {
		x = s.schemas.SchemaFromRef(x.Ref)
	}
	return x
}

// sample makes a value: of a body only what is required, where anything is; of an answer all.
func (s sampler) sample(name string, x *huma.Schema, depth int, all bool) any {
	if given := shapes[strings.TrimPrefix(x.Ref, "#/components/schemas/")]; given != "" {
		return json.RawMessage(given)
	}
	x = s.resolved(x)
	more, _ := x.AdditionalProperties.(*huma.Schema)
	switch {
	case len(x.Examples) > 0:
		return x.Examples[0]
	case len(x.Enum) > 0:
		return x.Enum[0]
	case x.Default != nil:
		return x.Default
	case len(x.OneOf) > 0:
		return s.sample(name, x.OneOf[0], depth, all)
	case x.Type == huma.TypeArray:
		if depth >= deepest || x.Items == nil {
			return []any{}
		}
		return []any{s.sample(name, x.Items, depth+1, all)}
	case len(x.Properties) > 0:
		return s.object(x, depth, all)
	case more != nil:
		return map[string]any{keyOf(name): s.sample("", more, depth+1, all)}
	case x.Type == huma.TypeObject:
		return map[string]any{}
	case x.Format == "date-time":
		return instants[name == "end"]
	case x.Format == "uuid":
		return likely["id"]
	case x.Format == "uri":
		return "https://berth.example.org/"
	case x.Type == huma.TypeBoolean:
		return false
	case x.Type == huma.TypeInteger, x.Type == huma.TypeNumber:
		return number(name, x)
	case x.Type == huma.TypeString:
		return text(name)
	}
	return nil
}

// object samples the fields of an object. Required fields stand at every depth: without them it would be none.
func (s sampler) object(x *huma.Schema, depth int, all bool) any {
	m := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(x.Properties)) {
		required := slices.Contains(x.Required, name)
		if !required && (depth >= deepest || !all && len(x.Required) > 0) {
			continue
		}
		if v := s.sample(name, x.Properties[name], depth+1, all); v != nil {
			m[name] = v
		}
	}
	return m
}

var instants = map[bool]string{false: "2027-01-14T09:00:00Z", true: "2027-01-14T13:00:00Z"}

// likely gives texts that fields of these names could have.
var likely = map[string]string{"nsd": "hydra_baseline_nsd", "testbed": "wins-5g", "testbeds": "wins-5g", "vim": "iris", "vims": "iris", "device": "usrp-n210", "reason": "The mast is being painted.", "name": "HyDRA spectrum",
	"username": "maeve", "experimenter": "maeve", "mentor": "monika", "actor": "monika", "by": "monika", "owner": "maeve", "duration": "PT4H", "min_duration": "PT2H", "hold_for": "P3D", "id": "6f1d2c9a-3b74-4c0e-9a41-2f5f0f7b1a11",
	"request": "6f1d2c9a-3b74-4c0e-9a41-2f5f0f7b1a11", "email": "maeve@example.org", "summary": "Maintenance", "timezone": "Europe/Dublin", "zone": "Europe/Dublin", "member": "1", "vnf": "hydra_vnfd", "quantity": "vcpu", "organisation": "Trinity College Dublin",
	"url": "https://berth.example.org/api/v1/requests/42", "action": "schedule", "status": "SCHEDULED", "from": "2027-01-14T08:00:00", "start": "2027-01-14T09:00:00", "text": "The spectrum was clean all afternoon.", "units": "n210-1"}

func text(name string) string {
	if x := likely[name]; x != "" {
		return x
	}
	return "text"
}

// keyOf names the one entry of a mapping.
func keyOf(name string) string {
	switch name {
	case "placement":
		return "1"
	case "capacity", "size":
		return "vcpu"
	}
	return "key"
}

// number returns a whole number within the limits of a schema.
func number(name string, x *huma.Schema) any {
	n := 1.0
	if name == "number" {
		n = 42
	}
	if x.Minimum != nil {
		n = max(n, *x.Minimum)
	}
	if x.Maximum != nil {
		n = min(n, *x.Maximum)
	}
	return int64(n)
}
