package bugzilla

import (
	"context"
	"slices"
)

// Field is one of those that bugs have, by its name in the database.
type Field struct {
	Name      string   `json:"name"`
	Label     string   `json:"display_name"`
	Custom    bool     `json:"is_custom"`
	Mandatory bool     `json:"is_mandatory"`
	When      string   `json:"visibility_field"` // it is there only where that one has one of WhenIs; empty: always
	WhenIs    []string `json:"visibility_values"`
	Values    []struct {
		Name *string `json:"name"`
	} `json:"values"`
}

// Legal are the values that the field can have; none where it takes any.
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

// Values are those that a field of bugs can have.
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

// columns are the names in the database of fields that the interface calls otherwise.
var columns = map[string]string{"severity": "bug_severity", "whiteboard": "status_whiteboard", "platform": "rep_platform"}

// Column is the name of a field in the database.
func Column(name string) string {
	if c := columns[name]; c != "" {
		return c
	}
	return name
}
