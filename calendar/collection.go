package calendar

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// Keys of collections: objects are filed under them. The collection "mine" has a key for each person.
const (
	keyDeployments = "deployments"
	keyOperations  = "operations"
	keyDecisions   = "decisions"
)

func keyTestbed(id string) string         { return "testbed-" + id }
func keyMine(username string) string      { return "mine:" + username }
func keyDecisionsOf(mentor string) string { return "decisions:" + mentor }

// Collection is a calendar as one person sees it.
type Collection struct {
	ID          string // in addresses: deployments, operations, testbed-{id}, mine, decisions
	Key         string // its objects are filed under it
	Name        string
	Description string
	Colour      string // #RRGGBB
	Writable    bool   // its events can be moved and deleted
	Shared      bool   // one for all users, not all of whom may know everything in it
	Alarms      bool   // its events may have alarms
}

// Collections lists the calendars that a person may read, the most useful to them first.
func Collections(a account.Actor, f testbeds.Facility) []Collection {
	return append(OwnCollections(a), TestbedCollections(f)...)
}

// TestbedCollections lists the calendars of testbeds, which everybody may read.
func TestbedCollections(f testbeds.Facility) []Collection {
	list := make([]Collection, 0, len(f.Testbeds))
	for _, t := range f.Testbeds {
		name := cmp.Or(t.Name, t.ID)
		list = append(list, Collection{ID: "testbed-" + t.ID, Key: keyTestbed(t.ID), Shared: true, Name: "Testbed " + name, Colour: colour(t.ID),
			Description: fmt.Sprintf("Deployments that use %s, and its closures.", name)})
	}
	return list
}

// OwnCollections lists the calendars that a person may read beside those of testbeds.
func OwnCollections(a account.Actor) []Collection {
	var list []Collection
	add := func(c Collection) { list = append(list, c) }
	asks := a.Is(account.RoleExperimenter) || a.Is(account.RoleMentor) || a.Is(account.RoleAdministrator)
	if scheduler.VisibleTo(a) == nil {
		add(Collection{ID: "operations", Key: keyOperations, Name: "Operations", Colour: "#B3541E", Alarms: true,
			Description: "What to orchestrate and to tear down, and when."})
	}
	add(Collection{ID: "deployments", Key: keyDeployments, Shared: true, Name: "All deployments", Colour: "#2A5C8A",
		Description: "Every deployment of the federation: under review (tentative), scheduled, running and over; closures of testbeds."})
	if asks {
		add(Collection{ID: "mine", Key: keyMine(a.Username), Name: "My deployments", Colour: "#2E7D4F", Writable: true,
			Description: "Your own deployments. Drag one to ask for another time; delete a future one to cancel it."})
	}
	if a.Is(account.RoleAdministrator) {
		add(Collection{ID: "decisions", Key: keyDecisions, Name: "My decisions", Colour: "#7A3E9D", Writable: true,
			Description: "All deployments that you decide on. Drag one to move it; delete a future one to cancel it."})
	} else if a.Is(account.RoleMentor) {
		add(Collection{ID: "decisions", Key: keyDecisionsOf(a.Username), Name: "My decisions", Colour: "#7A3E9D", Writable: true,
			Description: "The deployments that you are the mentor of. Drag one to move it; delete a future one to cancel it."})
	}
	return list
}

// colour derives a lasting colour from the id of a testbed.
func colour(id string) string {
	palette := []string{"#4C6A92", "#8A6D1F", "#5B7F3B", "#9C4A5B", "#3D7C80", "#76568F", "#A0622D", "#557086"}
	sum := sha256.Sum256([]byte(id))
	return palette[int(sum[0])%len(palette)]
}

// Aliased reports whether a viewer sees aliases instead of names. It covers all objects, because the log of removals does not say which
// viewers saw an object.
func (c Collection) Aliased(v *scheduler.Visible) bool { return c.Shared && v != nil }

// Audience digests everything that decides what a user sees of a collection. While it stays the same, the change log has every change
// for that user; when it differs, the client must read the collection anew.
func (c Collection) Audience(a account.Actor, alarms []time.Duration) string {
	sum := sha256.Sum256([]byte(c.Reader(scheduler.VisibleTo(a), alarms)))
	return hex.EncodeToString(sum[:4])
}

// Reader is what Audience digests: two readers with the same see the same texts under the same names.
func (c Collection) Reader(v *scheduler.Visible, alarms []time.Duration) string {
	words := []string{c.Key, fmt.Sprint(v == nil), fmt.Sprint(alarms)}
	if c.Aliased(v) {
		words = append(words, "under aliases")
	}
	if v != nil {
		words = append(words, v.Experimenter, strings.Join(slices.Sorted(slices.Values(v.Testbeds)), ","))
	}
	return strings.Join(words, "\x00")
}
