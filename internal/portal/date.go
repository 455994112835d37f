package portal

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Date is an instant as the portal writes it: epoch milliseconds, or ISO 8601 with milliseconds, as its browsers and the servers' settings have it.
// Fractions of a second are dropped: a form sets seconds to zero and leaves the milliseconds of the moment.
type Date struct{ time.Time }

// forms are the textual dates that were seen.
var forms = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "2006-01-02"}

// Years that are believed: a date outside is a mistake.
const (
	firstYear = 2000
	lastYear  = 2200
)

// UnmarshalJSON reads both forms; null is no date.
func (d *Date) UnmarshalJSON(b []byte) error {
	text := strings.TrimSpace(string(b))
	if text == "null" || text == `""` {
		d.Time = time.Time{}
		return nil
	}
	at, err := parse(text)
	if err != nil {
		return err
	}
	if at.Year() < firstYear || at.Year() > lastYear {
		return fmt.Errorf("%s is a year that cannot be meant", clip(text))
	}
	d.Time = at.UTC().Truncate(time.Second)
	return nil
}

func parse(text string) (time.Time, error) {
	if said, err := strconv.Unquote(text); err == nil {
		for _, form := range forms {
			if at, err := time.Parse(form, said); err == nil {
				return at, nil
			}
		}
		return time.Time{}, fmt.Errorf("%s is not a date", clip(text))
	}
	ms, err := strconv.ParseInt(text, 10, 64)
	if err != nil || ms < 0 || ms > 1<<46 {
		return time.Time{}, fmt.Errorf("%s is not a date", clip(text))
	}
	return time.UnixMilli(ms), nil
}

// MarshalJSON writes epoch milliseconds, which the portal reads as well as it writes them.
func (d Date) MarshalJSON() ([]byte, error) {
	if d.IsZero() {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, d.UnixMilli(), 10), nil
}
