package waitlist

import (
	"cmp"
	"time"
)

// Place says where somebody stands among those who wait: the more important first, then those who asked earlier, then the lower number of the request.
type Place struct {
	Rank   int64 // 0 for the most important
	Since  time.Time
	Number int64 // of the request
}

// Compare orders places: it is negative where a comes before b.
func Compare(a, b Place) int {
	return cmp.Or(cmp.Compare(a.Rank, b.Rank), a.Since.Compare(b.Since), cmp.Compare(a.Number, b.Number))
}

// After reports whether p comes after another place. Everybody comes after the zero place.
func (p Place) After(o Place) bool { return o.IsZero() || Compare(p, o) > 0 }

// IsZero reports whether p is no place: it comes before all.
func (p Place) IsZero() bool { return p.Number == 0 }
