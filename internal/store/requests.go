package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"berth/scheduler"
)

// stored is the document of a request: it includes fields that readers of the API do not get.
type stored struct {
	scheduler.Request
	Booking  int64           `json:"booking,omitempty"`
	Offers   []storedOffer   `json:"offers,omitempty"`
	Portal   json.RawMessage `json:"portal,omitempty"`
	Reminded []string        `json:"reminded,omitempty"`
	Care     *scheduler.Care `json:"care,omitempty"`
	Moving   int64           `json:"moving,omitempty"` // the booking of the pending move
}

type storedOffer struct {
	scheduler.Offer
	Booking int64 `json:"booking,omitempty"`
}

func store(r scheduler.Request) (string, error) {
	if err := storable("request", []any{r.Name, r.NSD}); err != nil {
		return "", err
	}
	s := stored{Request: r, Booking: r.Booking, Portal: r.Portal, Reminded: r.Reminded, Care: r.Care}
	if r.PendingMove != nil {
		s.Moving = r.PendingMove.Booking
	}
	for _, o := range r.Offers {
		x := storedOffer{Offer: o, Booking: o.Booking}
		x.Link = ""
		s.Offers = append(s.Offers, x)
	}
	return document("request", s)
}

func (s stored) request() scheduler.Request {
	r := s.Request
	r.Booking, r.Portal, r.Reminded, r.Care, r.Offers = s.Booking, s.Portal, s.Reminded, s.Care, nil
	if r.PendingMove != nil {
		r.PendingMove.Booking = s.Moving
	}
	for _, o := range s.Offers {
		x := o.Offer
		x.Booking = o.Booking
		r.Offers = append(r.Offers, x)
	}
	return r
}

const requestColumns = `SELECT r.number, r.revision, r.sequence, r.due, r.document FROM requests r `

func requestRow(s scan) (scheduler.Request, error) {
	var n, revision, sequence int64
	var due *int64
	var text string
	if err := s(&n, &revision, &sequence, &due, &text); err != nil {
		return scheduler.Request{}, err
	}
	doc, err := parsed[stored]("request", text)
	if err != nil {
		return scheduler.Request{}, err
	}
	r := doc.request()
	r.Number, r.Revision, r.Sequence, r.Due = n, revision, sequence, nil
	if due != nil {
		r.Due = new(fromSeconds(*due))
	}
	return r, nil
}

// Request reads a request by its UUID.
func (r *reader) Request(ctx context.Context, id string) (scheduler.Request, error) {
	return one(ctx, r.tx, "such request", requestRow, requestColumns+`WHERE r.id = $1`, id)
}

// RequestByNumber reads a request by its number.
func (r *reader) RequestByNumber(ctx context.Context, n int64) (scheduler.Request, error) {
	return one(ctx, r.tx, fmt.Sprintf("request #%d", n), requestRow, requestColumns+`WHERE r.number = $1`, n)
}

// RequestsByNumber reads the existing ones of the requests, newest first.
func (r *reader) RequestsByNumber(ctx context.Context, numbers []int64) ([]scheduler.Request, error) {
	var list []scheduler.Request
	numbers = slices.SortedFunc(slices.Values(numbers), func(a, b int64) int { return cmp.Compare(b, a) })
	for part := range slices.Chunk(slices.Compact(numbers), chunk) {
		some, err := all(ctx, r.tx, requestRow, requestColumns+`WHERE r.number IN (`+places(1, len(part))+`) ORDER BY r.number DESC`, anys(part)...)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return list, nil
}

// where gathers conditions and their arguments.
type where struct {
	conditions []string
	args       []any
}

// and adds a condition; each ? in it stands for the next argument.
func (w *where) and(condition string, args ...any) {
	for _, a := range args {
		w.args = append(w.args, a)
		condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(w.args)), 1)
	}
	w.conditions = append(w.conditions, condition)
}

func (w *where) String() string {
	if len(w.conditions) == 0 {
		return ""
	}
	return "WHERE " + strings.Join(w.conditions, " AND ") + " "
}

const touches = `EXISTS (SELECT 1 FROM request_testbeds t WHERE t.request = r.id AND t.testbed IN (%s))`

func touching(n int) string {
	return fmt.Sprintf(touches, strings.TrimSuffix(strings.Repeat("?,", n), ","))
}

// filtered reads the requests of a filter, by number, newest first; with numbers given, among these; at most limit, 0 for all.
func (r *reader) filtered(ctx context.Context, f scheduler.RequestFilter, among []int64, limit int) ([]scheduler.Request, error) {
	var w where
	if among != nil {
		w.and(`r.number IN (`+strings.TrimSuffix(strings.Repeat("?,", len(among)), ",")+`)`, anys(among)...)
	}
	if len(f.Status) > 0 {
		w.and(`r.status IN (`+strings.TrimSuffix(strings.Repeat("?,", len(f.Status)), ",")+`)`, anys(f.Status)...)
	}
	if f.Testbed != "" {
		w.and(touching(1), f.Testbed)
	}
	if len(f.Testbeds) > 0 {
		w.and(touching(len(f.Testbeds)), anys(f.Testbeds)...)
	}
	if f.Mentor != "" {
		w.and(`r.mentor = ?`, f.Mentor)
	}
	if f.Experimenter != "" {
		w.and(`r.experimenter = ?`, f.Experimenter)
	}
	if !f.From.IsZero() {
		w.and(`r.ends > ?`, seconds(f.From))
	}
	if !f.To.IsZero() {
		w.and(`r.starts < ?`, seconds(f.To))
	}
	if f.Text != "" {
		// Unlike LIKE, this has no special characters, and accepts texts of any length.
		w.and(`replace(r.words, ?, '') <> r.words`, strings.ToLower(f.Text))
	}
	if f.Before > 0 {
		w.and(`r.number < ?`, f.Before)
	}
	if f.Visible != nil {
		w.visible(*f.Visible)
	}
	query := requestColumns + w.String() + `ORDER BY r.number DESC`
	if limit > 0 {
		w.args = append(w.args, limit)
		query += fmt.Sprintf(` LIMIT $%d`, len(w.args))
	}
	return all(ctx, r.tx, requestRow, query, w.args...)
}

// visible adds the conditions for the requests that a reader may see.
func (w *where) visible(v scheduler.Visible) {
	either, args := []string{}, []any{}
	if v.Experimenter != "" {
		either, args = append(either, `r.experimenter = ?`), append(args, v.Experimenter)
	}
	if v.Mentor != "" {
		either, args = append(either, `r.mentor = ?`), append(args, v.Mentor)
	}
	if len(v.Testbeds) > 0 {
		either, args = append(either, touching(len(v.Testbeds))), append(args, anys(v.Testbeds)...)
	}
	if len(either) == 0 {
		either = append(either, `1 = 0`)
	}
	w.and(`(`+strings.Join(either, ` OR `)+`)`, args...)
}

// Unsettled lists the requests on which somebody may have to act. What a scheduled request is flagged with is in its document alone, which is searched
// as text; a process does that once.
func (r *reader) Unsettled(ctx context.Context, begins time.Time) ([]scheduler.Request, error) {
	return all(ctx, r.tx, requestRow, requestColumns+`WHERE r.status IN ('UNDER_REVIEW', 'INSTANTIATING', 'RUNNING', 'TERMINATING')
		OR r.status = 'REJECTED' AND r.due IS NOT NULL
		OR r.status = 'SCHEDULED' AND (r.starts < $1 OR r.document LIKE '%"flags":%' OR r.document LIKE '%"pending_move":%') ORDER BY r.number DESC`, seconds(begins))
}

// RequestsSince returns the requests changed after the sequence.
func (r *reader) RequestsSince(ctx context.Context, sequence int64) ([]scheduler.Request, error) {
	return all(ctx, r.tx, requestRow, requestColumns+`WHERE r.sequence > $1`, sequence)
}

// DueRequests lists the ids of requests whose Due is not after now, the longest overdue first.
func (r *reader) DueRequests(ctx context.Context, now time.Time, among []string, limit int) ([]string, error) {
	w := where{}
	w.and(`r.due <= ?`, seconds(now))
	if len(among) > 0 && !slices.Equal(among, scheduler.AllTestbeds) {
		w.and(touching(len(among)), anys(among)...)
	}
	args := append(w.args, limit)
	return all(ctx, r.tx, words, `SELECT r.id FROM requests r `+w.String()+fmt.Sprintf(`ORDER BY r.due, r.number LIMIT $%d`, len(args)), args...)
}

// NextDue returns the earliest Due of all requests, or when capacity came back that is still to be passed on.
func (r *reader) NextDue(ctx context.Context) (*time.Time, error) {
	due, err := one(ctx, r.tx, "due request", func(s scan) (n *int64, err error) { return n, s(&n) }, `SELECT `+nextDue)
	if err != nil || due == nil {
		return nil, err
	}
	return new(fromSeconds(*due)), nil
}

// LockRequest reads a request and keeps others from changing it until the end of the transaction.
func (w *writer) LockRequest(ctx context.Context, id string) (scheduler.Request, error) {
	var r scheduler.Request
	err := w.about(id, func() (err error) {
		r, err = one(ctx, w.tx, "such request", requestRow, requestColumns+`WHERE r.id = $1`+w.s.dialect.lock, id)
		return err
	})
	if err == nil {
		w.latest[id] = r
	}
	return r, err
}

// CreateRequest stores a new request and fills in its Number.
func (w *writer) CreateRequest(ctx context.Context, r *scheduler.Request) error {
	if w.created[r.ID] {
		return scheduler.Errorf(scheduler.CodeConflict, "this request exists already")
	}
	n, err := w.nextNumber(ctx)
	if err != nil {
		return err
	}
	r.Number = n
	args, err := requestArgs(*r)
	if err != nil {
		return err
	}
	w.off.created[r.ID] = append([]any{r.ID, n}, args...)
	w.putIndexed(r.ID, indexed{})
	w.created[r.ID] = true
	w.changed(*r)
	return nil
}

const (
	insertRequest = `INSERT INTO requests (id, number, status, experimenter, mentor, words, starts, ends, due, revision, document, organisation, experiment, sequence) VALUES`
	updateRequest = `UPDATE requests SET status = $1, experimenter = $2, mentor = $3, words = $4, starts = $5, ends = $6, due = $7, revision = $8, document = $9,
		organisation = $10, experiment = $11`
)

// requestArgs lists the values of a request's columns from status to experiment.
func requestArgs(r scheduler.Request) ([]any, error) {
	text, err := store(r)
	if err != nil {
		return nil, err
	}
	args := []any{string(r.Status), r.Experimenter, r.Mentor, searched(r), seconds(r.Slot.Start), seconds(r.Slot.End), dueOf(r), r.Revision, text,
		subjectKey(r.Organisation), subjectKey(r.Experimented())}
	return args, storable("request", append([]any{r.ID}, args...))
}

func dueOf(r scheduler.Request) *int64 {
	if r.Due == nil {
		return nil
	}
	return new(seconds(*r.Due))
}

// UpdateRequest stores r, whose Revision is one more than the stored one. A request that the transaction holds is written with its sequence
// at the end, once, or before the next statement that may ask for it.
func (w *writer) UpdateRequest(ctx context.Context, r scheduler.Request) error {
	args, err := requestArgs(r)
	if err != nil {
		return err
	}
	before, held := w.latest[r.ID]
	if !held {
		was, err := w.indexed(ctx, r.ID)
		if err != nil {
			return err
		}
		if err := w.updateNow(ctx, r, args); err != nil {
			return err
		}
		w.putIndexed(r.ID, was)
		w.changed(r)
		return nil
	}
	if before.Revision != r.Revision-1 {
		return changedMeanwhile(r)
	}
	w.putIndexed(r.ID, indexedOf(before))
	if new, fresh := w.off.created[r.ID]; fresh {
		w.off.created[r.ID] = append(slices.Clone(new[:2]), args...)
	} else {
		w.off.updates[r.ID] = append(args, r.ID)
	}
	w.changed(r)
	return nil
}

func changedMeanwhile(r scheduler.Request) error {
	return scheduler.Errorf(scheduler.CodePrecondition, "request #%d was changed in between", r.Number)
}

// updateNow writes a request that others may have changed.
func (w *writer) updateNow(ctx context.Context, r scheduler.Request, args []any) error {
	w.spilled = true
	n, err := w.exec(ctx, "request", updateRequest+` WHERE id = $12 AND revision = $13`, append(slices.Clip(args), r.ID, r.Revision-1)...)
	if err == nil && n == 0 {
		return changedMeanwhile(r)
	}
	return err
}

// SetDue stores the time at which a request is next due, and changes nothing else of it.
func (w *writer) SetDue(ctx context.Context, id string, due *time.Time) error {
	_, err := w.exec(ctx, "request", `UPDATE requests SET due = $1 WHERE id = $2`, dueOf(scheduler.Request{Due: due}), id)
	return err
}
