package mail

import (
	"context"
	"slices"
	"time"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/scheduler/lateness"
	"berth/scheduler/phrases"
)

// circle is a group of people whom an event of a request may concern.
type circle string

const (
	experimenter circle = "experimenter"
	mentor       circle = "mentor"    // of the request; all mentors while it has none
	providers    circle = "providers" // of the testbeds that it touches
	operators    circle = "operators"
	thread       circle = "thread" // the authors of feedback
	list         circle = "list"   // the tickets list

	mentors        circle = "mentors"        // all of them
	administrators circle = "administrators" // of Berth
)

// rule holds the readers of an action.
type rule struct {
	to     []circle
	myself bool // also the actor: as a receipt, or for the invitation in it
}

// rules holds the actions that cause mail. When a slot is granted or withdrawn, the operators are told as well.
var rules = map[scheduler.Action]rule{
	scheduler.ActionSubmit:      {to: []circle{experimenter, mentor, providers, list}, myself: true},
	scheduler.ActionEdit:        {to: []circle{experimenter, mentor, providers, list}},
	scheduler.ActionApprove:     {to: []circle{experimenter, mentor, list}},
	scheduler.ActionSchedule:    {to: []circle{experimenter, mentor, providers, operators, list}, myself: true},
	scheduler.ActionReject:      {to: []circle{experimenter, mentor, providers, list}},
	scheduler.ActionAcceptOffer: {to: []circle{mentor, list}},
	scheduler.ActionMove:        {to: []circle{experimenter, mentor, providers, list}, myself: true},
	scheduler.ActionProposeMove: {to: []circle{experimenter, mentor, providers, operators, list}, myself: true},
	scheduler.ActionDisplace:    {to: []circle{experimenter, mentor, providers, list}, myself: true},
	scheduler.ActionCancel:      {to: []circle{experimenter, mentor, providers, list}, myself: true},
	scheduler.ActionStart:       {to: []circle{experimenter, mentor, list}},
	scheduler.ActionComplete:    {to: []circle{experimenter, mentor, list}},
	scheduler.ActionFail:        {to: []circle{experimenter, mentor, providers, operators, list}},
	scheduler.ActionAssign:      {to: []circle{experimenter, mentor, list}},
	scheduler.ActionFlag:        {to: []circle{experimenter, mentor, providers, operators, list}},
	scheduler.ActionOffer:       {to: []circle{experimenter, mentor, list}},
	scheduler.ActionWait:        {to: []circle{experimenter, mentor, list}},
	scheduler.ActionStopWaiting: {to: []circle{experimenter, list}},
	scheduler.ActionPriority:    {to: []circle{experimenter, list}},
	scheduler.ActionOfferExpire: {to: []circle{experimenter, list}},
	scheduler.ActionOverrun:     {to: []circle{experimenter, mentor, providers, operators, list}},
	scheduler.ActionUnits:       {to: []circle{operators}},
	scheduler.ActionFeedback:    {to: []circle{experimenter, mentor, thread, list}},
	scheduler.ActionRemind:      {to: []circle{experimenter, operators}},
	scheduler.ActionOfferEnds:   {to: []circle{experimenter}},
	scheduler.ActionDecideSoon:  {}, // by dueTo
	scheduler.ActionEscalate:    {},
	scheduler.ActionOverdue:     {},
	scheduler.ActionAskNeeded:   {to: []circle{experimenter}},
	scheduler.ActionConfirm:     {to: []circle{mentor, list}},
	scheduler.ActionUnreported:  {to: []circle{mentor, operators, list}},
	scheduler.ActionRelease:     {to: []circle{experimenter, mentor, providers, operators, list}},
	scheduler.ActionNoShow:      {to: []circle{experimenter, mentor, providers, operators, list}},
}

// concernedBy lists the targets of an event: usernames, and the address of the list.
func (p *Mailer) concernedBy(ctx context.Context, e scheduler.Event) ([]string, error) {
	v, err := p.requests.Get(ctx, account.System, e.Request)
	if err != nil {
		return nil, err
	}
	rule := rules[e.Action]
	circles, beds := append(slices.Clone(rule.to), dueTo(e)...), v.Testbeds()
	if isDue(e) {
		beds = e.Testbeds // whose approval it is
	}
	if e.Action == scheduler.ActionNoShow && stale(e, v.Request) {
		return nil, nil
	}
	if invites(e, v.Request) != "" && e.Action != scheduler.ActionAssign { // the slot stays in the calendars that have it
		circles, rule.myself = append(slices.Clone(circles), providers, operators), true
	}
	var targets []string
	add := func(usernames ...string) {
		for _, u := range usernames {
			if u != "" && !slices.Contains(targets, u) && (u != e.Actor || rule.myself) {
				targets = append(targets, u)
			}
		}
	}
	for _, c := range circles {
		switch c {
		case experimenter:
			add(v.Experimenter)
		case mentor:
			if v.Mentor != "" {
				add(v.Mentor)
				continue
			}
			found, err := p.people(ctx, func(x account.Person) bool { return slices.Contains(x.Roles, account.RoleMentor) })
			if err != nil {
				return nil, err
			}
			add(found...)
		case providers:
			found, err := p.people(ctx, func(x account.Person) bool { return providesFor(x, beds) })
			if err != nil {
				return nil, err
			}
			add(found...)
		case mentors, administrators:
			role := map[circle]account.Role{mentors: account.RoleMentor, administrators: account.RoleAdministrator}[c]
			found, err := p.people(ctx, func(x account.Person) bool { return slices.Contains(x.Roles, role) })
			if err != nil {
				return nil, err
			}
			add(found...)
		case operators:
			found, err := p.readers(ctx)
			if err != nil {
				return nil, err
			}
			add(found...)
		case thread:
			authors, err := p.authors(ctx, v.ID)
			if err != nil {
				return nil, err
			}
			add(authors...)
		case list:
			add(p.settings.List)
		}
	}
	for _, u := range e.Mentions {
		if x, ok, err := p.reader(ctx, u); err != nil {
			return nil, err
		} else if ok && x.wants(account.TopicMentions) {
			add(u)
		}
	}
	return targets, nil
}

// stale reports whether a no-show was closed so long after its time that it is no news: an upgrade closes all that there ever were.
func stale(e scheduler.Event, r scheduler.Request) bool {
	return r.Scheduled != nil && e.At.Sub(lateness.Closed(*r.Scheduled)) > 24*time.Hour
}

func providesFor(x account.Person, beds []string) bool {
	return slices.ContainsFunc(beds, account.ActorOf(x).Provides)
}

// isDue reports whether an event is about the deadline of a decision.
func isDue(e scheduler.Event) bool {
	return e.Action == scheduler.ActionDecideSoon || e.Action == scheduler.ActionEscalate || e.Action == scheduler.ActionOverdue
}

// dueTo lists whom the deadline of a decision concerns: first those who were asked, then also those who can decide for them, at last the experimenter too.
func dueTo(e scheduler.Event) []circle {
	asked, others := []circle{mentor}, []circle{mentors, administrators, list}
	if phrases.IsApproval(e) {
		asked, others = []circle{providers}, []circle{mentor, administrators, list}
	}
	switch e.Action {
	case scheduler.ActionDecideSoon:
		return asked
	case scheduler.ActionEscalate:
		return append(asked, others...)
	case scheduler.ActionOverdue:
		return append(append(asked, others...), experimenter)
	}
	return nil
}

// readers lists the operators.
func (p *Mailer) readers(ctx context.Context) ([]string, error) {
	return p.people(ctx, func(x account.Person) bool { return slices.Contains(x.Roles, account.RoleOperator) })
}

// people lists the usernames that can be mailed and meet a condition.
func (p *Mailer) people(ctx context.Context, such func(account.Person) bool) (usernames []string, err error) {
	for cursor := ""; ; {
		page, err := p.requests.People(ctx, account.System, cursor, 500)
		if err != nil {
			return nil, err
		}
		for _, x := range page.Items {
			if !x.Disabled && x.Email != "" && such(x) {
				usernames = append(usernames, x.Username)
			}
		}
		if cursor = page.Next; cursor == "" {
			return usernames, nil
		}
	}
}

// authors lists the authors of feedback.
func (p *Mailer) authors(ctx context.Context, request string) (usernames []string, err error) {
	for cursor := ""; ; {
		page, err := p.requests.Feedback(ctx, account.System, request, cursor, 500)
		if err != nil {
			return nil, err
		}
		for _, f := range page.Items {
			if !slices.Contains(usernames, f.Author) {
				usernames = append(usernames, f.Author)
			}
		}
		if cursor = page.Next; cursor == "" {
			return usernames, nil
		}
	}
}
