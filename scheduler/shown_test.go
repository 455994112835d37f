package scheduler

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"berth/testbeds"
)

// fieldsShown says for every field whether readers with limited rights see it: experimenters, and providers of the testbeds that a request touches.
// Fields in brackets are masked. A new field of any of these types must be added here, and is masked until it is added to the list of its type in
// shown.go; of the model's own types, which describe the demand, nothing is masked.
const fieldsShown = `
Request: ID Number Name NSD Description Organisation Experimenter Mentor Status Slot Requested Window MinDuration Components Devices Placement
	Demand Approvals Offers Scheduled Occupied Actual PendingMove Units Booking HoldUntil Series Ticket Origin Overbooked Flags Overrun Remark Portal Priority Wait
	Lateness Released NoShow Needed Driven Deadline Judged Waived Headroom
	Revision Created Updated Sequence Due Reminded Care
Care: At Replace Terms
CareTerms: By Via Reason Testbeds Everywhere
Approval: Testbed Policy Decision By At Reason Slot Demand Revision Deadline
Deadline: Asked At Stage Default
Offer: ID For State Made Waited Expires What Booking Accepted [Link]
Wait: For Within MaxCost Until Since Offer IfMissed Missed Places Reach
Actual: Start End
Headroom: Start End By At Then
Needed: Asked Confirmed By
Terms: Grace ReleaseAfter AskAhead
PendingMove: Slot Placement Devices Demand Approvals By At Reason Booking
AssignedUnits: Testbed Device Units
Ticket: Key URL Series
Overbook: At By Reason Conflicts
Flag: Kind At Text
CalendarNote: At By Slot Text
Feedback: ID Request Author At Text
Entry: ID Request At Actor Via Action From To Reason Text Verdict Series Policy
Event: Sequence At Kind Action Actor Via Request Number From Status Testbeds Text Reason Remark Mentions Series [Cause]
InSeries: ID Number Place Of
SeriesStep: Series Number Step Of Lead All
Judgement: Policy Quotas Limits Hook
Waiver: At By Reason Policy Refusals
Breach: Rule Kind Unit Limit Used Asked Allowed Subject Period Testbed Earliest Latest Message
Subject: Per Name
Verdict: Fits Problems Conflicts Contenders Longest Truncated
Conflict: Resource Interval Needed Free ShortBy Units TakenBy More
Taker: Kind Booking Request Strength Summary Amount Units Interval
Component: Member VNF Size Requires Onboarded
DeviceNeed: Testbed Device Count Units
Need: Resource Amount Units
Resource: Testbed VIM Quantity Device
Alternative: Slot Placement Devices Changes Cost
Change: Kind Seconds Member From To Text
Problem: Rule Member VNF Testbed VIM Device Quantity Needed Most Message
Slot: Start End
Period: Days Clock
`

// somebodys lists the fields left of a taker that is not named to the reader.
const somebodys = `Taker: Kind [Booking] [Request] Strength Summary Amount [Units] Interval`

func TestEveryFieldIsShownOrMasked(t *testing.T) {
	t.Parallel()
	got := map[string]bool{}
	for _, shown := range []any{
		filled[Request]().shown(), filled[Feedback]().shown(), filled[Entry]().shown(), filled[Event]().shown(), shownVerdict(filled[testbeds.Verdict]()),
	} {
		look(reflect.ValueOf(shown), got)
	}
	if diff := cmp.Diff(fieldTable(fieldsShown), got); diff != "" {
		t.Errorf("true is shown, false is masked (-table +code):\n%s", diff)
	}
}

func TestATakerThatIsNotNamedIsBusy(t *testing.T) {
	t.Parallel()
	taker := busy(filled[testbeds.Taker]())
	got := map[string]bool{}
	look(reflect.ValueOf(taker), got)
	for field := range got {
		if strings.HasPrefix(field, "Slot.") {
			delete(got, field)
		}
	}
	if diff := cmp.Diff(fieldTable(somebodys), got); diff != "" || taker.Summary != "busy" {
		t.Errorf("%q; true is shown, false is masked (-table +code):\n%s", taker.Summary, diff)
	}
}

// The parts of an outcome: a new field must be masked by maskOutcome or Get, unless it is for everybody who may take the step.
func TestAnswersHaveTheFieldsThatTheMasksKnow(t *testing.T) {
	t.Parallel()
	for of, want := range map[reflect.Type]string{
		reflect.TypeFor[View]():          "Request Fit Deployable Actions Place",
		reflect.TypeFor[Outcome]():       "Request Fit Deployable Alternatives Displaced Created DryRun Repeated",
		reflect.TypeFor[Placed]():        "Strength Slot Occupied Overbooked Number Request",
		reflect.TypeFor[Part]():          "Place Slot Request Number Status Revision Waits Moving Done Fit Alternatives Actions Refused",
		reflect.TypeFor[Series]():        "ID Number Plan Change Name Experimenter AllOrNothing Testbeds Created Members",
		reflect.TypeFor[SeriesView]():    "Series Said Revision Ticket Parts Actions",
		reflect.TypeFor[ListedSeries]():  "Series Said Statuses Next",
		reflect.TypeFor[SeriesOutcome](): "Series Parts Done Refused Ways DryRun Repeated",
	} {
		var names []string
		for i := range of.NumField() {
			names = append(names, of.Field(i).Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s has %s, the masks know %s", of.Name(), got, want)
		}
	}
}

// fieldTable reads a table: "Type.Field", and whether it is shown.
func fieldTable(text string) map[string]bool {
	table, of := map[string]bool{}, ""
	for _, word := range strings.Fields(text) {
		if name, ok := strings.CutSuffix(word, ":"); ok {
			of = name
			continue
		}
		name := strings.Trim(word, "[]")
		table[of+"."+name] = name == word
	}
	return table
}

// filled returns a value with something in every field, however deep.
func filled[T any]() T {
	var x T
	fill(reflect.ValueOf(&x).Elem())
	return x
}

func fill(v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)))
		return
	case json.RawMessage:
		v.Set(reflect.ValueOf(json.RawMessage(`"something"`)))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.String:
		v.SetString("something")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Float64:
		v.SetFloat(1)
	default:
		v.SetInt(1)
	}
}

// look notes every field of a value by its type and name, however deep, and whether there is something in it.
func look(v reflect.Value, found map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			look(v.Elem(), found)
		}
	case reflect.Slice:
		for i := range v.Len() {
			look(v.Index(i), found)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return
		}
		for i := range v.NumField() {
			name := v.Type().Name() + "." + v.Type().Field(i).Name
			shown, known := found[name]
			found[name] = (shown || !known) && !v.Field(i).IsZero() // masked anywhere is masked
			look(v.Field(i), found)
		}
	}
}

// The masks do not change their input: it belongs to a store, or to a ledger that many read.
func TestMasksChangeNothingInPlace(t *testing.T) {
	t.Parallel()
	r, verdict := filled[Request](), filled[testbeds.Verdict]()
	shown, masked := r.shown(), shownVerdict(verdict)
	shown.Approvals[0].By, shown.Offers[0].State, shown.PendingMove.By, shown.Overbooked[0].Conflicts[0].TakenBy[0].Summary = "x", "x", "x", "x"
	masked.Conflicts[0].TakenBy[0], masked.Contenders[0] = testbeds.Taker{}, testbeds.Taker{}
	if diff := cmp.Diff(filled[Request](), r); diff != "" {
		t.Errorf("the request (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(filled[testbeds.Verdict](), verdict); diff != "" {
		t.Errorf("the verdict (-before +after):\n%s", diff)
	}
	if got := (Request{}).shown(); !reflect.DeepEqual(got, Request{}) {
		t.Errorf("nothing becomes %+v", got)
	}
	if free := (testbeds.Conflict{TakenBy: []testbeds.Taker{}}); !reflect.DeepEqual(shownConflict(free), free) {
		t.Error("taken by nobody becomes taken by nothing, which is other JSON")
	}
}
