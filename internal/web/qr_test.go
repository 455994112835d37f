package web

import (
	"strings"
	"testing"
)

func TestACodeForTelephones(t *testing.T) {
	t.Parallel()
	svg := string(qrCode("webcal://berth.example/feeds/berth_x/operations.ics", `a "label" <b>`))
	if !strings.HasPrefix(svg, "<svg") || strings.Contains(svg, "<b>") || strings.Count(svg, "M") < 300 || !strings.Contains(svg, `viewBox="0 0 41 41"`) && !strings.Contains(svg, `viewBox="0 0 45 45"`) {
		t.Error(svg[:200])
	}
	if got := qrCode(strings.Repeat("x", 5000), "too long"); got != "" {
		t.Errorf("a text that is too long gives %d bytes", len(got))
	}
}
