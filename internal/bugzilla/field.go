package bugzilla

import (
	"context"
	"slices"
)

// Field is a field of bugs, by its name in the database.
type Field struct {
	Name      string   `json:"name"`
	Label     string   `json:"display_name"`
	Custom    bool     `json:"is_custom"`
	Mandatory bool     `json:"is_mandatory"`
	When      string   `json:"visibility_field"` // the field that it depends on: it exists only for values in WhenIs; empty: always
	WhenIs    []string `json:"visibility_values"`
	Values    []struct {
		Name *string `json:"name"`
	} `json:"values"`
}

// Legal lists the values that the field can have; none if it takes any.
func (f Field) Legal() (names []string) {
	for _, v := range f.Values {
		if v.Name != nil && !slices.Contains(names, *v.Name) {
			names = append(names, *v.Name)
		}
	}
	return names
}

// Fields reads all fields of bugs.
func (c *Client) Fields(ctx context.Context) (list []Field, err error) {
	err = c.get(ctx, "reading the fields of bugs", "field/bug", nil, "fields", &list)
	return list, err
}

// Values lists the legal values of a field of bugs.
func (c *Client) Values(ctx context.Context, field string) (names []string, err error) {
	var list []Field
	if err := c.get(ctx, "reading the values of "+field, "field/bug/"+field, nil, "fields", &list); err != nil {
		return nil, err
	}
	for _, f := range list {
		names = append(names, f.Legal()...)
	}
	return names, nil
}

// columns maps fields that the interface calls otherwise to their names in the database.
var columns = map[string]string{"severity": "bug_severity", "whiteboard": "status_whiteboard", "platform": "rep_platform"}

// Column returns the name of a field in the database.
func Column(name string) string {
	if c := columns[name]; c != "" {
		return c
	}
	return name
}
