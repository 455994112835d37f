package store_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	newid "github.com/google/uuid"

	"berth/internal/testdb"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// verified is a database with a request in each of several states, its clock at a given instant, and a second connection to damage it.
type verified struct {
	testdb.Directory
	t     *testing.T
	clock time.Time
	raw   *sql.DB
}

func (v *verified) must(out scheduler.Outcome, err error) scheduler.Request {
	v.t.Helper()
	if err != nil {
		v.t.Fatal(err)
	}
	return out.Request
}

func (v *verified) submitted(name string, s testbeds.Slot, units ...string) scheduler.Request {
	v.t.Helper()
	return v.must(v.Submit(v.t.Context(), account.System, scheduler.Submission{Name: name, Experimenter: "ada", Ask: scheduler.Ask{Slot: s,
		Components: []testbeds.Component{{Member: "1", Onboarded: []string{"hall/iris"}, Size: testbeds.Quantities{"vcpu": 4}}},
		Placement:  testbeds.Placement{"1": "hall/iris"},
		Devices:    []testbeds.DeviceNeed{{Testbed: "hall", Device: "usrp", Count: 2, Units: units}}}}))
}

func (v *verified) granted(name string, s testbeds.Slot, units ...string) scheduler.Request {
	v.t.Helper()
	r := v.submitted(name, s, units...)
	v.must(v.Approve(v.t.Context(), account.System, r.ID, "hall", scheduler.Approve{Decision: scheduler.Approved}))
	return v.must(v.Schedule(v.t.Context(), account.System, r.ID, scheduler.Schedule{}))
}

// fill makes #1 RUNNING, #2 SCHEDULED on u1, #3 REJECTED with an offer, #4 UNDER_REVIEW and #5 CANCELLED.
func (v *verified) fill() {
	v.t.Helper()
	ctx := v.t.Context()
	hour := testbeds.Period{Clock: time.Hour}
	f := testbeds.Facility{Testbeds: []testbeds.Testbed{{ID: "hall", Name: "Hall", Timezone: "UTC", Approval: testbeds.ApprovalRequired, Setup: hour, Teardown: hour,
		VIMs:    []testbeds.VIM{{ID: "iris", Capacity: testbeds.Quantities{"vcpu": 16}}},
		Devices: []testbeds.Device{{ID: "usrp", Count: 4, Units: []string{"u1", "u2", "u3", "u4"}}}}}}
	if _, err := v.PutFacility(ctx, account.System, f, scheduler.ChangeOptions{}); err != nil {
		v.t.Fatal(err)
	}
	ada := account.Person{Username: "ada", Name: "Ada", Roles: []account.Role{account.RoleExperimenter}}
	if _, err := v.PutPerson(ctx, account.System, ada); err != nil {
		v.t.Fatal(err)
	}
	running := v.granted("runs", slot(2, 6))
	v.granted("waits", slot(24, 28), "u1")
	rejected := v.submitted("offered", slot(30, 34))
	v.must(v.Reject(ctx, account.System, rejected.ID, scheduler.Reject{Reason: "no", Offers: []testbeds.Alternative{{Slot: slot(50, 54)}}}))
	v.submitted("asks", slot(70, 74))
	cancelled := v.submitted("gone", slot(80, 84))
	v.must(v.Cancel(ctx, account.System, cancelled.ID, scheduler.Step{}))
	v.clock = start.Add(2 * time.Hour)
	if _, _, err := v.RunDue(ctx); err != nil {
		v.t.Fatal(err)
	}
	v.must(v.Start(ctx, account.System, running.ID, scheduler.Step{}))
}

// findings lists all findings of Verify, overcommitments included.
func (v *verified) findings() []string {
	v.t.Helper()
	found, err := v.Verify(v.t.Context())
	if err != nil {
		v.t.Fatal(err)
	}
	list := []string{}
	for _, o := range found.Overcommitments {
		list = append(list, o.String())
	}
	return append(list, found.Inconsistencies...)
}

// damagedTables lists the tables that may be damaged; each has a copy beside it.
var damagedTables = []string{"requests", "request_testbeds", "request_weeks", "bookings", "history", "feedback", "events", "counters"}

// free lifts the schema's constraints for the second connection, like a broken disk or a copy by hand.
func (v *verified) free(dsn string) {
	v.t.Helper()
	if isPostgres(dsn) {
		execute(v.t, v.raw, `SET session_replication_role = replica`)
	}
	for _, table := range damagedTables {
		execute(v.t, v.raw, fmt.Sprintf(`CREATE TABLE saved_%s AS SELECT * FROM %s`, table, table))
	}
}

func (v *verified) restore() {
	v.t.Helper()
	for _, table := range damagedTables {
		execute(v.t, v.raw, `DELETE FROM `+table)
		execute(v.t, v.raw, fmt.Sprintf(`INSERT INTO %s SELECT * FROM saved_%s`, table, table))
	}
}

const (
	inDocument = `UPDATE requests SET document = replace(document, '%s', '%s') WHERE number = %d`
	ofRequest  = `(SELECT id FROM requests WHERE number = %d)`
)

func TestVerifyNamesEveryDamage(t *testing.T) {
	t.Parallel()
	of := func(statement string, number int) string {
		return statement + ` WHERE request = ` + fmt.Sprintf(ofRequest, number)
	}
	booking := func(set string, number int) string {
		return fmt.Sprintf(`UPDATE bookings SET %s WHERE released = 0 AND number = %d`, set, number)
	}
	claim := func(from, to string, number int) string {
		return booking(fmt.Sprintf(`claims = replace(claims, '%s', '%s')`, from, to), number)
	}
	at := func(hour int) string { return fmt.Sprint(slot(hour, hour+1).Start.Unix()) }
	later := fmt.Sprint(slot(23, 29).Start.Unix() + 600)
	spans := func(from, to int) string { return slot(from, to).String() }
	tests := []struct {
		name, damage string
		want         string // one sentence per line
	}{
		{"none", `DELETE FROM feedback`, ""},
		{"number", `UPDATE requests SET number = 44 WHERE number = 4`, `request #44: its column number is "44", but its document says "4"
request #44: its row of testbed hall has another number
request #4 does not exist, but has rows of weeks: 2
request #44: its rows of weeks are not those of its slot, of which it has 0
request #44: booking 5 has another number
request #44 exists, but the counter of numbers is 5
request #44 is found by no part of its text
event 12 belongs to request #4, which does not exist`},
		{"status", `UPDATE requests SET status = 'RUNNING' WHERE number = 2`, `request #2: its column status is "RUNNING", but its document says "SCHEDULED"`},
		{"experimenter", `UPDATE requests SET experimenter = 'eve' WHERE number = 2`, `request #2: its column experimenter is "eve", but its document says "ada"`},
		{"mentor", `UPDATE requests SET mentor = 'eve' WHERE number = 2`, `request #2: its column mentor is "eve", but its document says ""`},
		{"words", `UPDATE requests SET words = 'other' WHERE number = 2`, `request #2: its column words is "other", but its document says "waits\n"`},
		{"starts", `UPDATE requests SET starts = starts - 1 WHERE number = 4`, fmt.Sprintf(`request #4: its column starts is "%d", but its document says "%d"`, slot(70, 74).Start.Unix()-1, slot(70, 74).Start.Unix())},
		{"ends", `UPDATE requests SET ends = ends + 1 WHERE number = 4`, fmt.Sprintf(`request #4: its column ends is "%d", but its document says "%d"`, slot(70, 74).End.Unix()+1, slot(70, 74).End.Unix())},
		{"revision", `UPDATE requests SET revision = 77 WHERE number = 5`, `request #5: its column revision is "77", but its document says "2"`},
		{"due is missing", `UPDATE requests SET due = NULL WHERE number = 1`, `request #1 (RUNNING): timed work is pending, but its column due is empty`},
		{"due for nothing", `UPDATE requests SET due = 5 WHERE number = 5`, `request #5 (CANCELLED): its column due is 5, but no timed work is pending`},
		{"testbeds are missing", of(`DELETE FROM request_testbeds`, 4), `request #4: its column testbeds is "", but its document says "hall"`},
		{"more testbeds", `INSERT INTO request_testbeds (testbed, request, number) SELECT 'moon', id, number FROM requests WHERE number = 4`, `request #4: its column testbeds is "hall moon", but its document says "hall"`},
		{"testbeds of nobody", `INSERT INTO request_testbeds (testbed, request, number) VALUES ('hall', 'nobody', 4)`, `request nobody touches testbed hall but does not exist`},
		{"the number beside a testbed", of(`UPDATE request_testbeds SET number = 5`, 4), `request #4: its row of testbed hall has another number`},
		{"no week", `DELETE FROM request_weeks WHERE number = 4 AND week > 0`, `request #4: its rows of weeks are not those of its slot, of which it has 1`},
		{"no block of weeks", `DELETE FROM request_weeks WHERE number = 4 AND week < 0`, `request #4: its rows of weeks are not those of its slot, of which it has 1`},
		{"another week", `UPDATE request_weeks SET week = week + 1 WHERE number = 4 AND week > 0`, `request #4: its rows of weeks are not those of its slot, of which it has 1`},
		{"a week too many", `INSERT INTO request_weeks (week, number) VALUES (7, 4)`, `request #4: its rows of weeks are not those of its slot, of which it has 2`},
		{"weeks of nobody", `INSERT INTO request_weeks (week, number) VALUES (7, 99), (8, 99)`, `request #99 does not exist, but has rows of weeks: 2`},
		{"a booking's number", booking(`number = 5`, 2), `request #2: booking 2 has another number`},
		{"the numbers of two bookings", `UPDATE bookings SET number = 9 - number WHERE number IN (4, 5)`, `request #4: booking 5 has another number
request #5: booking 6 has another number`},
		{"a document", `UPDATE requests SET document = '{' WHERE number = 4`, `request #4: booking 5 is pending, but the request does not know it
request #4: its document cannot be read: reading request: unexpected end of JSON input`},
		{"a booking's request", booking(`request = 'nobody'`, 2), `booking 2 belongs to request nobody, which does not exist`},
		{"a booking's end", booking(`until = until + 1`, 2), `request #2: booking 2 does not last until the end of its last claim`},
		{"released", booking(`released = 1`, 2), `request #2 (SCHEDULED): has no booking in force`},
		{"released of an offer", booking(`released = 1`, 3), `request #3 (REJECTED): offer 1 is open until ` + slot(50, 54).Start.Format("2006-01-02 15:04:05Z") + `, and nothing is held for it`},
		{"in force again", `UPDATE bookings SET released = 0, strength = 'held' WHERE number = 5`, `request #5: booking 6 is held, but the request does not know it`},
		{"pending", booking(`strength = 'pending'`, 2), `request #2 (SCHEDULED): is granted, and its booking 2 is pending`},
		{"firm", booking(`strength = 'firm'`, 4), `request #4 (UNDER_REVIEW): its booking 5 is firm, and nothing is granted`},
		{"marked", booking(`overbooked = 1`, 2), `request #2 (SCHEDULED): its booking 2 is marked as overbooked, and nothing records why`},
		{"an amount", claim("usrp\t2\t", "usrp\t3\t", 2), `request #2 (SCHEDULED): needs 2 of hall usrp, and its booking 2 claims 3`},
		{"units", claim(`["u1"]`, `["u2"]`, 2), `request #2 (SCHEDULED): insists on u1 of hall usrp, and its booking 2 claims u2`},
		{"setup", claim("cpu\t\t2\t"+at(23), "cpu\t\t2\t"+later, 2), ""},
		{"all setup", claim(at(23), later, 2), `request #2 (SCHEDULED): occupies ` + spans(23, 29) + `, and its booking 2 claims ` +
			testbeds.Slot{Start: slot(23, 29).Start.Add(10 * time.Minute), End: slot(23, 29).End}.String()},
		{"a claim's text", claim("usrp\t2\t", "usrp\ttwo\t", 2), `request #2 (SCHEDULED): has no booking in force
request #2: the claims of booking 2 cannot be read: "hall\t\t\tusrp\ttwo\t` + at(23) + `\t` + at(29) + `\t[\"u1\"]": strconv.ParseInt: parsing "two": invalid syntax`},
		{"no history", of(`DELETE FROM history`, 5), `request #5 (CANCELLED): has no history`},
		{"a shorter history", `DELETE FROM history WHERE id = (SELECT MAX(id) FROM history WHERE request = ` + fmt.Sprintf(ofRequest, 5) + `)`, `request #5 (CANCELLED): its history ends with UNDER_REVIEW`},
		{"a history of nobody", `INSERT INTO history (id, request, document) VALUES (999, 'nobody', '{}')`, `entry 999 of the history belongs to request nobody, which does not exist`},
		{"feedback of nobody", `INSERT INTO feedback (id, request, author, at, text) VALUES (999, 'nobody', '', 0, '')`, `remark 999 belongs to request nobody, which does not exist`},
		{"an event of nobody", `UPDATE events SET document = replace(document, '"number":5', '"number":55') WHERE sequence = (SELECT MAX(sequence) FROM events WHERE document LIKE '%"number":5,%')`,
			`event 14 belongs to request #55, which does not exist`},
		{"the counter of changes", `UPDATE counters SET value = value + 3 WHERE name = 'sequence'`, `the change log ends at 16, but its counter is 19`},
		{"the counter of numbers", `UPDATE counters SET value = 2 WHERE name = 'number'`, `request #5 exists, but the counter of numbers is 2`},
		{"an approval", fmt.Sprintf(inDocument, `"decision":"approved"`, `"decision":""`, 2), `request #2 (SCHEDULED): hall has not approved it, and nobody has overridden that`},
	}
	testdb.EachDSN(t, func(t *testing.T, dsn string) {
		v := &verified{t: t, clock: start}
		db, clock := testdb.Open(t, dsn), func() time.Time { return v.clock }
		v.Directory = testdb.NewDirectory(t, scheduler.New(db, scheduler.Options{Clock: clock, NewID: newid.NewString}), db, clock)
		v.fill()
		v.raw = connect(t, dsn)
		v.free(dsn)
		for _, tt := range tests {
			execute(t, v.raw, tt.damage)
			if diff := cmp.Diff(tt.want, strings.Join(v.findings(), "\n")); diff != "" {
				t.Errorf("%s: found (-want +got):\n%s", tt.name, diff)
			}
			v.restore()
		}
		texts := map[bool]string{true: "request_grams", false: "request_ungrammed"}[isPostgres(dsn)]
		execute(t, v.raw, `DELETE FROM `+texts+` WHERE number = 4`)
		same(t, "a text that is not indexed", []string{"request #4 is found by no part of its text"}, v.findings())
	})
}
