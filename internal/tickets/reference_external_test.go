package tickets_test

import (
	"testing"

	"berth/internal/bugzilla/tracker"
	"berth/internal/tickets"
)

// TestReference: docs/reference/ticket-texts.md shows the texts that the code writes.
func TestReference(t *testing.T) {
	t.Parallel()
	b := tracker.New(nil, tracker.Settings{Product: "5GinFIRE Operations", Component: "Operations Support"})
	tickets.CompareReference(t, b.About(), tracker.Stock())
}
