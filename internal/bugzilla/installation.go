package bugzilla

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"slices"
	"time"
)

// Person is an account.
type Person struct {
	Name     string `json:"name"` // the login
	RealName string `json:"real_name"`
	CanLogin bool   `json:"can_login"`
	Groups   []struct {
		Name string `json:"name"`
	} `json:"groups"`
}

// In reports whether the account is in a group.
func (p Person) In(group string) bool {
	return slices.ContainsFunc(p.Groups, func(g struct {
		Name string `json:"name"`
	}) bool {
		return g.Name == group
	})
}

// Person finds an account by its login; found is false if there is none.
func (c *Client) Person(ctx context.Context, login string) (p Person, found bool, err error) {
	var list []Person
	err = c.get(ctx, "looking for "+login, "user", url.Values{"names": {login}}, "users", &list)
	switch {
	case code(err) == codeNoSuch:
		return p, false, nil
	case err != nil || len(list) == 0:
		return p, false, err
	}
	return list[0], true, nil
}

// Version reads the server's version. Servers answer this to everyone, even without their database: it is no sign of health.
func (c *Client) Version(ctx context.Context) (version string, err error) {
	err = c.read(ctx, signature{}, "asking for the version", "version", nil, "version", &version)
	return cut(version), err
}

// Time asks for the time of the web server, and for that of its database.
func (c *Client) Time(ctx context.Context) (web, database time.Time, err error) {
	const doing = "asking for the time"
	if err = c.get(ctx, doing, "time", nil, "web_time", &web); err == nil { // web_time_utc is missing from 5.3 on
		err = c.get(ctx, doing, "time", nil, "db_time", &database)
	}
	return web, database, err
}

// Parameters holds the parameters of the installation that Berth checks; empty also if the account may not see them.
type Parameters struct {
	EmailSuffix  string `json:"emailsuffix"`          // the part of a mail address that logins lack
	MailDelivery string `json:"mail_delivery_method"` // None: no mails
}

// Parameters reads the parameters that the account may see.
func (c *Client) Parameters(ctx context.Context) (p Parameters, err error) {
	err = c.get(ctx, "reading the parameters", "parameters", nil, "parameters", &p)
	return p, err
}

// Product is a product of the server.
type Product struct {
	Name       string `json:"name"`
	Active     bool   `json:"is_active"`
	Components []struct {
		Name   string `json:"name"`
		Active bool   `json:"is_active"`
	} `json:"components"`
	Versions []struct {
		Name   string `json:"name"`
		Active bool   `json:"is_active"`
	} `json:"versions"`
}

// Product finds a product by its name; found is false if there is none that the account may see.
func (c *Client) Product(ctx context.Context, name string) (p Product, found bool, err error) {
	var list []Product
	if err := c.get(ctx, "looking for the product "+name, "product", url.Values{"names": {name}}, "products", &list); err != nil {
		return p, false, err
	}
	for _, x := range list {
		if x.Name == name {
			return x, true, nil
		}
	}
	return p, false, nil
}

// Workflow lists the statuses to which a bug may go from each; from "" those in which a new one may begin.
type Workflow map[string]Step

// Step is one status of a workflow.
type Step struct {
	Open    bool
	To      []string
	Comment []string // the statuses in To that require a comment with the change
}

// Workflow reads the server's workflow. The server decides which part of it the account may use.
func (c *Client) Workflow(ctx context.Context) (Workflow, error) {
	var list []struct {
		Values []struct {
			Name *string `json:"name"`
			Open bool    `json:"is_open"`
			To   []struct {
				Name    string `json:"name"`
				Comment bool   `json:"comment_required"`
			} `json:"can_change_to"`
		} `json:"values"`
	}
	if err := c.get(ctx, "reading the workflow", "field/bug/bug_status", nil, "fields", &list); err != nil {
		return nil, err
	}
	w := Workflow{}
	for _, f := range list {
		for _, v := range f.Values {
			s := Step{Open: v.Open}
			for _, to := range v.To {
				s.To = append(s.To, to.Name)
				if to.Comment {
					s.Comment = append(s.Comment, to.Name)
				}
			}
			name := ""
			if v.Name != nil {
				name = *v.Name
			}
			w[name] = s
		}
	}
	return w, nil
}

// Commented lists the steps that require a comment.
func (w Workflow) Commented() (steps []string) {
	for _, from := range slices.Sorted(maps.Keys(w)) {
		for _, to := range w[from].Comment {
			if from != "" {
				steps = append(steps, from+" to "+to)
			}
		}
	}
	return steps
}

// unconfirmed is a status that a path avoids if it can.
const unconfirmed = "UNCONFIRMED"

// Path finds the shortest way from one status to another, without the first; ok is false if there is none. Each step is a change of its
// own.
func (w Workflow) Path(from, goal string) (path []string, ok bool) {
	if from == goal {
		return nil, true
	}
	before := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		to := slices.Clone(w[queue[0]].To)
		slices.SortStableFunc(to, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
		for _, next := range to {
			if _, seen := before[next]; seen || next != goal && !w[next].Open {
				continue // a closed status would require a resolution on the way
			}
			before[next] = queue[0]
			if next == goal {
				for at := goal; at != from; at = before[at] {
					path = append(path, at)
				}
				slices.Reverse(path)
				return path, true
			}
			queue = append(queue, next)
		}
	}
	return nil, false
}

func rank(status string) int {
	if status == unconfirmed {
		return 1
	}
	return 0
}
