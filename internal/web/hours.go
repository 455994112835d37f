package web

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"berth/scheduler/account"
	"berth/testbeds"
)

// hoursRow is one row of weekly opening hours.
type hoursRow struct {
	Row      int
	Days     []weekday
	From, To string
}

type weekday struct {
	Code, Name string
	On         bool
}

var weekdays = []weekday{{"MO", "Mon", false}, {"TU", "Tue", false}, {"WE", "Wed", false}, {"TH", "Thu", false}, {"FR", "Fri", false}, {"SA", "Sat", false}, {"SU", "Sun", false}}

// firstMonday is the Monday from which opening hours of a form begin: before anything that is booked.
var firstMonday = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

const clockForm = "15:04"

var weekly = regexp.MustCompile(`^FREQ=WEEKLY;BYDAY=([A-Z]{2}(?:,[A-Z]{2})*)$`)

// hoursOf splits the opening hours of a testbed into the rows of the form, and those that only the file can hold.
func hoursOf(list []testbeds.Closure) (rows []hoursRow, rest []testbeds.Closure) {
	for _, c := range list {
		m := weekly.FindStringSubmatch(c.RRule)
		if m == nil || len(c.VIMs)+len(c.Devices)+len(c.ExDates) > 0 || c.Duration.Days > 0 || c.Duration.Clock > 24*time.Hour || c.Start.After(firstMonday.AddDate(0, 0, 7)) {
			rest = append(rest, c)
			continue
		}
		rows = append(rows, newHours(len(rows), strings.Split(m[1], ","), c.Start.Format(clockForm), c.Start.Add(c.Duration.Clock).Format(clockForm)))
	}
	return rows, rest
}

func newHours(row int, on []string, from, to string) hoursRow {
	h := hoursRow{Row: row, From: from, To: to}
	for _, d := range weekdays {
		d.On = slices.Contains(on, d.Code)
		h.Days = append(h.Days, d)
	}
	return h
}

func (s *site) editHours(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	p, err := s.editing(r, who)
	if err != nil {
		return err
	}
	rows, rest := hoursOf(p.T.Opening)
	for range spareRows {
		rows = append(rows, newHours(len(rows), nil, "", ""))
	}
	p.Hours = rows
	for _, c := range rest {
		p.OtherHours = append(p.OtherHours, c.Summary)
	}
	s.show(w, r, http.StatusOK, "hours-edit.html", "Opening hours · "+title(p.T), who, p)
	return nil
}

func (s *site) putHours(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	p, err := s.editing(r, who)
	if err != nil {
		return err
	}
	t := p.T
	_, rest := hoursOf(t.Opening)
	read, err := readHours(r.PostForm)
	if err != nil {
		return err
	}
	t.Opening = append(read, rest...)
	return s.changeTestbed(w, r, who, t, s.editHours, testbedPath(t.ID)+"/edit", "hours-saved")
}

// readHours reads the rows of weekly opening hours. An end that is not after the begin is one of the next day.
func readHours(form url.Values) (list []testbeds.Closure, err error) {
	for i := range maxRows {
		n := strconv.Itoa(i)
		if !form.Has("from." + n) {
			break
		}
		days, from, to := form["day."+n], form.Get("from."+n), form.Get("to."+n)
		if len(days) == 0 && from == "" && to == "" {
			continue
		}
		at := func(field, text string) (time.Duration, error) {
			t, err := time.Parse(clockForm, text)
			if err != nil {
				return 0, invalid(field, "must be a time of day such as 09:00")
			}
			return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
		}
		begin, err := at("from."+n, from)
		if err != nil {
			return nil, err
		}
		end, err := at("to."+n, to)
		if err != nil {
			return nil, err
		}
		var on []string
		first := -1
		for k, d := range weekdays {
			if slices.Contains(days, d.Code) {
				on = append(on, d.Code)
				if first < 0 {
					first = k
				}
			}
		}
		if first < 0 {
			return nil, invalid("from."+n, "needs the days on which it applies")
		}
		if end <= begin {
			end += 24 * time.Hour
		}
		list = append(list, testbeds.Closure{Summary: "Opening hours", Start: testbeds.LocalTime{Time: firstMonday.AddDate(0, 0, first).Add(begin)}, Duration: testbeds.Period{Clock: end - begin},
			RRule: "FREQ=WEEKLY;BYDAY=" + strings.Join(on, ",")})
	}
	return list, nil
}

// saidHours words opening hours in a line: "Mon–Fri 09:00–18:00".
func saidHours(t testbeds.Testbed) (lines []string) {
	rows, rest := hoursOf(t.Opening)
	for _, h := range rows {
		var names []string
		for i := 0; i < len(h.Days); i++ {
			if !h.Days[i].On {
				continue
			}
			from := i
			for i+1 < len(h.Days) && h.Days[i+1].On {
				i++
			}
			name := h.Days[from].Name
			if i > from {
				name += "–" + h.Days[i].Name
			}
			names = append(names, name)
		}
		lines = append(lines, fmt.Sprintf("%s %s–%s", strings.Join(names, ", "), h.From, h.To))
	}
	for _, c := range rest {
		lines = append(lines, c.Summary)
	}
	return lines
}
