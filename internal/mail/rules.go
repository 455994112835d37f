package mail

import (
	"context"
	"slices"

	"berth/scheduler"
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
)

// rule holds the readers of an action, and the topic under which they can mute it.
type rule struct {
	topic  scheduler.Topic
	to     []circle
	myself bool // also the actor: as a receipt, or for the invitation in it
}

// rules holds the actions that cause mail. When a slot is granted or withdrawn, the operators are told as well.
var rules = map[scheduler.Action]rule{
	scheduler.ActionSubmit:      {topic: scheduler.TopicRequests, to: []circle{experimenter, mentor, providers, list}, myself: true},
	scheduler.ActionEdit:        {topic: scheduler.TopicRequests, to: []circle{experimenter, mentor, providers, list}},
	scheduler.ActionApprove:     {topic: scheduler.TopicRequests, to: []circle{experimenter, mentor, list}},
	scheduler.ActionSchedule:    {topic: scheduler.TopicRequests, to: []circle{experimenter, mentor, providers, operators, list}, myself: true},
	scheduler.ActionReject:      {topic: scheduler.TopicRequests, to: []circle{experimenter, mentor, providers, list}},
	scheduler.ActionAcceptOffer: {topic: scheduler.TopicRequests, to: []circle{mentor, list}},
	scheduler.ActionMove:        {topic: scheduler.TopicRequests, to: []circle{experimenter, mentor, providers, list}, myself: true},
	scheduler.ActionProposeMove: {topic: scheduler.TopicRequests, to: []circle{experimenter, mentor, providers, operators, list}, myself: true},
	scheduler.ActionDisplace:    {topic: scheduler.TopicRequests, to: []circle{experimenter, mentor, providers, list}, myself: true},
	scheduler.ActionCancel:      {topic: scheduler.TopicRequests, to: []circle{experimenter, mentor, providers, list}, myself: true},
	scheduler.ActionStart:       {topic: scheduler.TopicRequests, to: []circle{experimenter, mentor, list}},
	scheduler.ActionComplete:    {topic: scheduler.TopicRequests, to: []circle{experimenter, mentor, list}},
	scheduler.ActionFail:        {topic: scheduler.TopicRequests, to: []circle{experimenter, mentor, providers, operators, list}},
	scheduler.ActionAssign:      {topic: scheduler.TopicRequests, to: []circle{experimenter, mentor, list}},
	scheduler.ActionFlag:        {topic: scheduler.TopicRequests, to: []circle{experimenter, mentor, providers, operators, list}},
	scheduler.ActionOfferExpire: {topic: scheduler.TopicRequests, to: []circle{experimenter, list}},
	scheduler.ActionOverrun:     {topic: scheduler.TopicRequests, to: []circle{experimenter, mentor, providers, operators, list}},
	scheduler.ActionUnits:       {topic: scheduler.TopicRequests, to: []circle{operators}},
	scheduler.ActionFeedback:    {topic: scheduler.TopicFeedback, to: []circle{experimenter, mentor, thread, list}},
	scheduler.ActionRemind:      {topic: scheduler.TopicReminders, to: []circle{experimenter, operators}},
	scheduler.ActionOfferEnds:   {topic: scheduler.TopicReminders, to: []circle{experimenter}},
}

// concerned lists the targets of an event: usernames, and the address of the list.
func (p *Post) concerned(ctx context.Context, e scheduler.Event) ([]string, error) {
	v, err := p.requests.Get(ctx, scheduler.System, e.Request)
	if err != nil {
		return nil, err
	}
	rule := rules[e.Action]
	circles := rule.to
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
			found, err := p.people(ctx, func(x scheduler.Person) bool { return slices.Contains(x.Roles, scheduler.RoleMentor) })
			if err != nil {
				return nil, err
			}
			add(found...)
		case providers:
			found, err := p.people(ctx, func(x scheduler.Person) bool { return providesFor(x, v.Request) })
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
	return targets, nil
}

func providesFor(x scheduler.Person, r scheduler.Request) bool {
	return slices.ContainsFunc(r.Testbeds(), scheduler.ActorOf(x).Provides)
}

// readers lists the operators.
func (p *Post) readers(ctx context.Context) ([]string, error) {
	return p.people(ctx, func(x scheduler.Person) bool { return slices.Contains(x.Roles, scheduler.RoleOperator) })
}

// people lists the usernames that can be mailed and meet a condition.
func (p *Post) people(ctx context.Context, such func(scheduler.Person) bool) (usernames []string, err error) {
	for cursor := ""; ; {
		page, err := p.requests.People(ctx, scheduler.System, cursor, 500)
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
func (p *Post) authors(ctx context.Context, request string) (usernames []string, err error) {
	for cursor := ""; ; {
		page, err := p.requests.Feedback(ctx, scheduler.System, request, cursor, 500)
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
