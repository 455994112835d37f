package plain_test

import (
	"testing"

	"berth/testbeds/plain"
)

// What a spreadsheet would calculate gets an apostrophe; words stay.
func TestCellsAreNoFormulas(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", " ": " ", "Indoor run": "Indoor run", "a=b": "a=b", "12.5": "12.5", "-3": "'-3", "7 %": "7 %",
		"=1+1": "'=1+1", "-3+cmd": "'-3+cmd", "+x": "'+x", "@sum": "'@sum", "|x": "'|x", "%x": "'%x", " =1": "' =1", "\n=1": "'\n=1", "\tx": "'\tx", "\rx": "'\rx", "\uFF1D1": "'\uFF1D1",
	} {
		if got := plain.Cell(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
