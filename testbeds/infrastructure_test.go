package testbeds_test

import (
	"strings"
	"testing"

	"berth/testbeds"
)

func TestInfrastructuresAreLocated(t *testing.T) {
	t.Parallel()
	f := testbeds.Facility{Testbeds: []testbeds.Testbed{
		{ID: "patras", Name: "Patras", VIMs: []testbeds.VIM{{ID: "a", Datacenter: "Cloudville", Account: "691c"}, {ID: "b", Datacenter: "Both"}}},
		{ID: "dublin", Name: "Iris", VIMs: []testbeds.VIM{{ID: "iris", Datacenter: "Both"}}}}}
	for name, x := range map[string]struct {
		in          testbeds.Infrastructure
		where, rule string
	}{
		"by account":       {testbeds.Infrastructure{Account: "691C"}, "patras/a", ""},
		"account first":    {testbeds.Infrastructure{Account: "691c", Datacenter: "dublin"}, "patras/a", ""},
		"by datacenter":    {testbeds.Infrastructure{Account: "unknown", Datacenter: "cloudville"}, "patras/a", ""},
		"by its full name": {testbeds.Infrastructure{Datacenter: "patras/b"}, "patras/b", ""},
		"by the only VIM":  {testbeds.Infrastructure{Datacenter: "Iris"}, "dublin/iris", ""},
		"a testbed of two": {testbeds.Infrastructure{Datacenter: "Patras"}, "", "no VIM has"},
		"two of one name":  {testbeds.Infrastructure{Datacenter: "both"}, "", "could be patras/b or dublin/iris"},
		"nothing":          {testbeds.Infrastructure{}, "", "no VIM has"},
		"its name alone":   {testbeds.Infrastructure{Name: "Cloudville"}, "", `"Cloudville"`},
		"a very long name": {testbeds.Infrastructure{Name: strings.Repeat("x", 500)}, "", "xxx…"},
	} {
		where, rule := f.Locate(x.in)
		if where != x.where || !strings.Contains(rule, x.rule) || (x.rule == "") != (rule == "") {
			t.Errorf("%s: %q, %q", name, where, rule)
		}
	}
}
