package web

import (
	"strings"

	"berth/testbeds"
)

// tick is a choice of a form.
type tick struct {
	Type, Name, Value, Label, About string
	On, Required                    bool
}

// replacingWords say what becomes of the scheduled requests that a closure hits.
var replacingWords = map[testbeds.Replacing][2]string{
	testbeds.ReplaceAsked: {"Ask their people", "Up to three other slots are held for each."},
	testbeds.ReplaceTold:  {"Move them, and tell their people", "Each to its cheapest alternative. Where another testbed has to be asked, its people are asked instead."},
	testbeds.ReplaceNever: {"Tell their people only", "Nothing is held for them."},
}

func replacingTicks(chosen testbeds.Replacing) (list []tick) {
	for _, r := range testbeds.Replacements {
		list = append(list, tick{Type: "radio", Name: "replace", Value: string(r), Label: replacingWords[r][0], About: replacingWords[r][1], On: r == chosen})
	}
	return list
}

// replacingOfClosure offers what the testbed says first, which a closure follows that says nothing.
func replacingOfClosure(t testbeds.Testbed, chosen testbeds.Replacing) []tick {
	said := replacingWords[t.Replacing()][0]
	first := tick{Type: "radio", Name: "replace", Label: "As the testbed says", About: "Now: " + strings.ToLower(said[:1]) + said[1:] + ".", On: chosen == ""}
	return append([]tick{first}, replacingTicks(chosen)...)
}

// saidReplacing words a choice in a list of changes.
func saidReplacing(chosen string) string {
	if words, ok := replacingWords[testbeds.Replacing(chosen)]; ok {
		return strings.ToLower(words[0][:1]) + words[0][1:]
	}
	return chosen
}
