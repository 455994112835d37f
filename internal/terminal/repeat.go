package terminal

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// repeatForms is the help for whoever wrote something else.
const repeatForms = `such as "weekly 6 times", "every tue and thu 8 times", "every 2 weeks until 1 mar", "weekdays 10 times" or FREQ=WEEKLY;COUNT=6`

var (
	timesForm = regexp.MustCompile(`^(.*?),? *(?:x ?(\d{1,3})|(\d{1,3})(?: times|x))$`)
	everyForm = regexp.MustCompile(`^every (?:(\d{1,2}|other|second) )?(day|week|month)s?$`)
)

// Repeat reads how something repeats, and writes it as a rule of RFC 5545. It always ends: after a number of times, or with a day.
func (t Times) Repeat(text string) (rule string, err error) {
	s := strings.ToLower(strings.Join(strings.Fields(text), " "))
	if strings.Contains(s, "freq=") {
		return strings.TrimPrefix(strings.ToUpper(s), "RRULE:"), nil
	}
	wrong := fmt.Errorf("%q does not say how it repeats and how often, %s", text, repeatForms)
	end, how := "", s
	if m := timesForm.FindStringSubmatch(s); m != nil {
		how, end = m[1], ";COUNT="+m[2]+m[3]
	} else if from, to, ok := strings.Cut(s, " until "); ok {
		_, day, err := t.moment(to)
		if err != nil {
			return "", err
		}
		how, end = strings.TrimSuffix(from, ","), ";UNTIL="+day.Format("20060102")+"T235959"
	} else {
		return "", wrong
	}
	switch how {
	case "daily", "weekly", "monthly":
		return "FREQ=" + strings.ToUpper(how) + end, nil
	case "weekdays", "every weekday", "on weekdays":
		return "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR" + end, nil
	}
	if m := everyForm.FindStringSubmatch(how); m != nil {
		rule := "FREQ=" + map[string]string{"day": "DAILY", "week": "WEEKLY", "month": "MONTHLY"}[m[2]]
		switch n, err := strconv.Atoi(m[1]); {
		case m[1] == "other", m[1] == "second":
			rule += ";INTERVAL=2"
		case err == nil && n == 0:
			return "", wrong
		case err == nil && n > 1:
			rule += fmt.Sprintf(";INTERVAL=%d", n)
		}
		return rule + end, nil
	}
	days, ok := daysOf(how)
	if !ok {
		return "", wrong
	}
	return "FREQ=WEEKLY;BYDAY=" + days + end, nil
}

// daysOf reads a list of weekdays: "every tue, wed and fri", "weekly on monday".
func daysOf(text string) (list string, ok bool) {
	text = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(text, "weekly "), "on "), "every ")
	var days []string
	for _, w := range strings.Fields(strings.NewReplacer(",", " ", " and ", " ", "+", " ").Replace(text)) {
		day, known := weekdays[w]
		if !known {
			day, known = weekdays[strings.TrimSuffix(w, "s")]
		}
		if !known {
			return "", false
		}
		days = append(days, strings.ToUpper(time.Weekday(day).String()[:2]))
	}
	return strings.Join(days, ","), len(days) > 0
}
