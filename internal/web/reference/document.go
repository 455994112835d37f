package reference

import (
	"encoding/json"
	"maps"
	"slices"
)

// document31 is the part of an OpenAPI 3.1 document that the page needs.
type document31 struct {
	Info struct {
		Title, Version, Description string
	}
	Servers    []struct{ URL string }
	Paths      map[string]map[string]operation31
	Components struct {
		Schemas  map[string]schema31
		Security map[string]struct{ Description string } `json:"securitySchemes"`
	}
}

type operation31 struct {
	ID          string `json:"operationId"`
	Tags        []string
	Summary     string
	Description string
	Who         string `json:"x-who"`
	Parameters  []struct {
		Name, In, Description string
		Required              bool
		Schema                schema31
	}
	Body *struct {
		Content map[string]media31
	} `json:"requestBody"`
	Responses map[string]struct {
		Description string
		Content     map[string]media31
	}
}

type media31 struct {
	Schema  schema31
	Example json.RawMessage
}

type schema31 struct {
	Ref         string `json:"$ref"`
	Types       names  `json:"type"`
	Format      string
	Description string
	Properties  map[string]schema31
	Required    []string
	Items       *schema31
	More        extra `json:"additionalProperties"`
	Enum        []any
	Examples    []any
	Default     any
	Minimum     *json.Number
	Maximum     *json.Number
	MaxLength   *int
	MaxItems    *int
	Pattern     string `json:"x-pattern-description"`
}

// names is one word or several.
type names []string

func (n *names) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*n = names{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(n))
}

// extra is the schema of the values of a mapping, where there is one.
type extra struct{ of *schema31 }

func (x *extra) UnmarshalJSON(b []byte) error {
	var yes bool
	if json.Unmarshal(b, &yes) == nil {
		return nil
	}
	x.of = &schema31{}
	return json.Unmarshal(b, x.of)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
