package policy

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/facilityfile"
)

var hall = testbeds.Facility{Testbeds: []testbeds.Testbed{
	{ID: "radio-hall", Timezone: "Europe/Dublin", VIMs: []testbeds.VIM{{ID: "edge", Capacity: testbeds.Quantities{"vcpu": 64, "memory_mb": 65536, "gpus": 8}}},
		Devices: []testbeds.Device{{ID: "usrp-n210", Count: 4}}},
	{ID: "cloud", Timezone: "UTC", VIMs: []testbeds.VIM{{ID: "core", Capacity: testbeds.Quantities{"vcpu": 64}}}},
}}

// TestBadPolicies is the table of what a policy can have wrong: each fault comes with its line, its field and its rule.
func TestBadPolicies(t *testing.T) {
	t.Parallel()
	limit := func(more string) string { return "limits:\n  - name: a\n    open: 1\n" + more }
	quota := func(more string) string {
		return "quotas:\n  - name: a\n    hours: 4\n    per: person\n    every: week\n" + more
	}
	grant := func(more string) string { return "grants:\n  - name: a\n    then: approve\n" + more }
	for _, tt := range []struct {
		name, yaml string
		want       []string
	}{
		{"nothing", "", []string{"1: : is empty: it must have keys such as zone, holidays, terms, limits, quotas, attended, grants, rejects"}},
		{"no YAML", "limits: [\n", []string{"1: : is not YAML"}},
		{"a list", "[a]", []string{"1: : must be a mapping"}},
		{"two documents", "zone: UTC\n---\nzone: UTC\n", []string{"2: : must hold one YAML document"}},
		{"another key", "limit: []", []string{"1: limit: is not a key here; the keys are zone,"}},
		{"key twice", limit("    open: 2\n"), []string{"4: limits[0].open: comes twice, first in line 3"}},
		{"anchor", "limits:\n  - &a {name: a, open: 1}\n  - *a\n", []string{"2: limits[0]: must be written out", "3: limits[1]: must be written out"}},
		{"zone", "zone: Mars/Olympus\n", []string{"1: zone: must be an IANA time zone"}},
		{"holidays", "holidays:\n  - 2026-12-25\n  - yesterday\n  - 2026-02-30\n", []string{"3: holidays[1]: must be a date such as 2026-12-25, not \"yesterday\"", "4: holidays[2]: must be a date"}},
		{"too many holidays", "holidays: [" + strings.Repeat("2026-12-25,", 367) + "]", []string{"1: holidays: has 367 entries, at most 366"}},
		{"terms", "terms:\n  - {name: w, from: 2026-10-01, to: 2026-10-01}\n  - {name: s, from: 2026-09-01, to: 2028-02-01}\n  - {from: 2029-01-01}\n", []string{
			"2: terms[0].to: must be after from", "3: terms[1].to: must be at most 366 days", "4: terms[2].name: is missing", "4: terms[2].to: is missing"}},
		{"terms that overlap", "terms:\n  - {name: w, from: 2026-10-01, to: 2027-02-01}\n  - {name: s, from: 2027-01-31, to: 2027-07-01}\n", []string{
			"3: terms[1].from: must not be before the end of the term above"}},
		{"no name", "limits:\n  - open: 1\n", []string{"2: limits[0].name: is missing"}},
		{"name", "limits:\n  - name: No spaces\n    open: 1\n", []string{"2: limits[0].name: must be 1 to 64 of"}},
		{"name twice", limit("") + grant("    longest: PT1H\n"), []string{"5: grants[0].name: \"a\" comes twice: it is also in limits[0]"}},
		{"limits nothing", "limits:\n  - name: a\n    because: so\n", []string{"2: limits[0]: limits nothing"}},
		{"numbers of a limit", "limits:\n  - name: a\n    open: -1\n    notice: 61\n  - {name: b, open: 1001}\n  - {name: c, open: many}\n", []string{
			"3: limits[0].open: must be 1 to 1000", "4: limits[0].notice: must be 1 to 60", "5: limits[1].open: must be 1 to 1000", "6: limits[2].open: must be a whole number"}},
		{"periods", limit("    longest: 8h\n    ahead: P400D\n"), []string{"4: limits[0].longest: must be an ISO 8601 duration", "5: limits[0].ahead: must be at most 366 days"}},
		{"open somewhere", limit("    testbeds: [cloud]\n"), []string{"3: limits[0].open: counts requests wherever they run"}},
		{"who", limit("    who: {}\n    except:\n      users: [Ada, bob, bob]\n      roles: [boss, mentor, mentor]\n      organisations: [\" \"]\n"), []string{
			"4: limits[0].who: names nobody", "6: limits[0].except.users[0]: must be a username", "6: limits[0].except.users[2]: must be a username, each once",
			"7: limits[0].except.roles[0]: must be one of experimenter", "7: limits[0].except.roles[2]: must be one of", "8: limits[0].except.organisations[0]: is missing"}},
		{"who is text", limit("    who: everybody\n"), []string{"4: limits[0].who: must be a mapping"}},
		{"testbeds", limit("    notice: 1\n") + "  - {name: b, notice: 1, testbeds: [mars, cloud, cloud]}\n", []string{
			"5: limits[1].testbeds[0]: there is no testbed \"mars\"", "5: limits[1].testbeds[2]: there is no testbed \"cloud\", or it comes twice"}},
		{"because", limit("    because: \"a\\tb\"\n"), []string{"4: limits[0].because: must be text without control"}},
		{"quota of nothing", quota(""), []string{"2: quotas[0]: give either quantity or device"}},
		{"quota of both", quota("    quantity: gpus\n    device: usrp-n210\n"), []string{"2: quotas[0]: give either quantity or device"}},
		{"quota of what is not there", quota("    quantity: tpus\n") + "  - {name: b, hours: 4, per: person, every: week, device: usrp-n210, testbeds: [cloud]}\n", []string{
			"6: quotas[0].quantity: there is no VIM with \"tpus\"", "7: quotas[1].device: there is no device \"usrp-n210\" there"}},
		{"incomplete quota", "quotas:\n  - {name: a, quantity: gpus}\n", []string{"2: quotas[0].hours: is missing", "2: quotas[0].per: is missing", "2: quotas[0].every: is missing"}},
		{"words of a quota", "quotas:\n  - {name: a, quantity: gpus, hours: -4, per: head, every: day}\n", []string{
			"2: quotas[0].hours: must be 0 to", "2: quotas[0].per: must be person or experiment or organisation, not \"head\"", "2: quotas[0].every: must be week or month or term, not \"day\""}},
		{"term without terms", "quotas:\n  - {name: a, quantity: gpus, hours: 4, per: person, every: term}\n", []string{"2: quotas[0].every: needs terms"}},
		{"nights", quota("    quantity: gpus\n    free_nights: 20:00-24:00\n    free_weekends: yes\n"), []string{
			"7: quotas[0].free_nights: must be a span of the clock such as 20:00-08:00, not", "8: quotas[0].free_weekends: must be true or false"}},
		{"empty night", quota("    quantity: gpus\n    free_nights: 20:00-20:00\n"), []string{"7: quotas[0].free_nights: must be a span of the clock"}},
		{"attended", "attended:\n  - {name: a}\n  - {name: b, days: [sunday, Monday, sunday], dates: [soon]}\n", []string{
			"2: attended[0]: names no day", "3: attended[1].dates[0]: must be a date", "3: attended[1].days[1]: must be one of monday", "3: attended[1].days[2]: must be one of"}},
		{"grants anything", grant("    no_devices: true\n"), []string{"2: grants[0]: grants anything"}},
		{"grants never", grant("    under: {vcpu: 0, tpus: 4}\n"), []string{"4: grants[0].under.tpus: there is no VIM with", "4: grants[0].under.vcpu: must be 1 to"}},
		{"then", "grants:\n  - {name: a, longest: PT1H, then: reject}\n  - {name: b, longest: PT1H}\n", []string{"2: grants[0].then: must be approve or schedule", "3: grants[1].then: is missing"}},
		{"mentors", grant("    longest: PT1H\n    mentors: [\"\"]\n"), []string{"5: grants[0].mentors[0]: must be a username"}},
		{"rejects", "rejects: {offers: 11}\n", []string{"1: rejects.offers: must be 0 to 10"}},
		{"rejects nothing", "rejects:\n", []string{"1: rejects: is empty"}},
		{"too many rules", "limits:\n" + strings.Repeat("  - {name: a, open: 1}\n", 101), append([]string{"1: limits: has 101 entries, at most 100"}, repeated(99)...)},
		{"too long", strings.Repeat("#", MaxSize+1), []string{"0: : may have at most 262144 bytes"}},
		{"form and meaning at once", limit("    notice: soon\n") + quota("    device: laser\n"), []string{
			"4: limits[0].notice: must be a whole number", "6: quotas[0].name: \"a\" comes twice", "10: quotas[0].device: there is no device"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, err := Parse("policy.yaml", []byte(tt.yaml), hall)
			var faults testbeds.Faults
			if !errors.As(err, &faults) || p != nil {
				t.Fatalf("got %v, %v", p, err)
			}
			var got []string
			for i, f := range faults {
				s := fmt.Sprintf("%d: %s: %s", f.Line, f.Field, f.Rule)
				if i < len(tt.want) && strings.HasPrefix(s, tt.want[i]) {
					s = tt.want[i]
				}
				got = append(got, s)
				if f.File != "policy.yaml" {
					t.Errorf("%v names the file %q", f, f.File)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func repeated(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf("%d: limits[%d].name: \"a\" comes twice", i+3, i+1))
	}
	return list
}

// TestTheReferenceHasEveryKey compares docs/policy.md with the keys that the parser takes: each is there, in its section, and bold where it is required.
func TestTheReferenceHasEveryKey(t *testing.T) {
	t.Parallel()
	sections := map[string]string{}
	for part := range strings.SplitSeq(reference(t), "\n## ") {
		name, text, _ := strings.Cut(part, "\n")
		sections[name] = text
	}
	row := regexp.MustCompile("(?m)^\\| ([^|]*`[^|]*) \\|")
	for name, v := range map[string]any{"The document": Policy{}, "A term": Term{}, "People": People{}, "A limit": Limit{}, "A quota": Quota{},
		"Days that are attended": Attended{}, "A grant": Grant{}, "Rejects": Rejects{}} {
		var written, bold []string
		for _, m := range row.FindAllStringSubmatch(sections[name], -1) {
			for key := range strings.SplitSeq(m[1], ", ") {
				k := strings.Trim(key, "*` ")
				written = append(written, k)
				if strings.Contains(m[1], "**") {
					bold = append(bold, k)
				}
			}
		}
		want, required := facilityfile.Keys(v)
		for _, list := range [][]string{written, bold, want, required} {
			slices.Sort(list)
		}
		if diff := cmp.Diff(want, written); diff != "" {
			t.Errorf("%s, keys (-parser +document):\n%s", name, diff)
		}
		if diff := cmp.Diff(required, bold); diff != "" {
			t.Errorf("%s, required keys (-parser +document):\n%s", name, diff)
		}
	}
}

func reference(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestTheReferencesExampleIsValid, has every key, and is read back from JSON as it is.
func TestTheReferencesExampleIsValid(t *testing.T) {
	t.Parallel()
	m := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindStringSubmatch(reference(t))
	if m == nil {
		t.Fatal("there is no example")
	}
	p, err := Parse("docs/policy.md", []byte(m[1]), hall)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{Policy{}, Term{}, People{}, Limit{}, Quota{}, Attended{}, Grant{}, Rejects{}} {
		keys, _ := facilityfile.Keys(v)
		for _, k := range keys {
			if !strings.Contains(m[1], k+":") {
				t.Errorf("the example lacks %s of %T", k, v)
			}
		}
	}
	again, err := Parse("json", asJSON(t, p), hall)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(asJSON(t, p), asJSON(t, again)); diff != "" {
		t.Errorf("read back from JSON (-want +got)\n%s", diff)
	}
}

func TestRolesAreThoseOfAccounts(t *testing.T) {
	t.Parallel()
	var want []string
	for _, r := range account.Roles {
		want = append(want, string(r))
	}
	if diff := cmp.Diff(want, roles); diff != "" {
		t.Errorf("(-accounts +policy)\n%s", diff)
	}
}

// FuzzParse looks for a policy that the reader does not survive, or that is read otherwise from what it was written as.
func FuzzParse(f *testing.F) {
	f.Add("limits: [{name: a, open: 1}]")
	f.Add("quotas: [{name: a, quantity: gpus, hours: 1, per: person, every: week, free_nights: 20:00-08:00}]")
	f.Add("terms: [{name: a, from: 2026-01-01, to: 2026-02-01}]\nrejects: {offers: 1}")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse("f", []byte(text), hall)
		if err != nil {
			return
		}
		p.Words()
		if _, err := Trusted([]byte(text)); err != nil {
			t.Errorf("it was in force, and cannot be read any more: %v", err)
		}
	})
}
