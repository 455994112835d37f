package tracker

import (
	"berth/internal/bugzilla"
	"berth/internal/tickets"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Finding is the result of one check of the installation.
type Finding struct {
	What   string `json:"what"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail,omitempty"`
	Remedy string `json:"remedy,omitempty"` // advice, if it is not in order or could be better
}

// maxSkew is the difference between clocks that deserves a warning. Nothing depends on it.
const maxSkew = 2 * time.Minute

// Check examines everything that tickets depend on, and lists the faults. It changes nothing. If the server cannot be reached, or refuses
// the key, it ends there.
func (t *Tracker) Check(ctx context.Context, statuses tickets.StatusMap, clock func() time.Time) []Finding {
	k := &checking{t: t, statuses: statuses, now: clock}
	for _, look := range []func(context.Context) (goOn bool){k.server, k.key, k.rights, k.place, k.deadline, k.values, k.fields, k.workflow, k.mail, k.clock} {
		if !look(ctx) {
			break
		}
	}
	return k.list
}

// checking gathers findings.
type checking struct {
	t        *Tracker
	statuses tickets.StatusMap
	now      func() time.Time
	list     []Finding
}

func (k *checking) good(what, format string, args ...any) {
	k.list = append(k.list, Finding{What: what, OK: true, Detail: fmt.Sprintf(format, args...)})
}

func (k *checking) bad(what, detail, remedy string) {
	k.list = append(k.list, Finding{What: what, Detail: detail, Remedy: remedy})
}

// note records a difference that is no fault.
func (k *checking) note(what, detail, remedy string) {
	k.list = append(k.list, Finding{What: what, OK: true, Detail: detail, Remedy: remedy})
}

// failed records an error of the server.
func (k *checking) failed(what string, err error) bool {
	if err != nil {
		k.bad(what, err.Error(), bugzilla.Remedy(err))
	}
	return err != nil
}

func (k *checking) server(ctx context.Context) bool {
	version, err := k.t.client.Version(ctx)
	if err != nil {
		k.bad("server", err.Error(), cmp.Or(bugzilla.Remedy(err), "check bugzilla_url: it is the address of the start page, without /rest or index.cgi"))
		return false
	}
	k.good("server", "%s, Bugzilla %s", k.t.settings.Browse, version)
	return true
}

func (k *checking) key(ctx context.Context) bool {
	way, err := k.t.client.SignIn(ctx)
	if k.failed("key", err) {
		return false
	}
	k.good("key", "taken, for %s, %s", k.t.settings.Login, way)
	return true
}

func (k *checking) rights(ctx context.Context) bool {
	p, found, err := k.t.client.Person(ctx, k.t.settings.Login)
	if k.failed("rights", err) {
		return false
	}
	if !found {
		k.bad("rights", "there is no account "+k.t.settings.Login, "set bugzilla_login to the login of Berth's account")
		return true
	}
	for _, group := range []string{"editbugs", "canconfirm"} {
		if p.In(group) {
			k.good("rights", "%s is in the group %s", p.Name, group)
		} else {
			k.bad("rights", fmt.Sprintf("%s is not in the group %s: statuses, assignees and deadlines would be dropped or refused", p.Name, group), "let an administrator of Bugzilla add the account to the group")
		}
	}
	return true
}

func (k *checking) place(ctx context.Context) bool {
	s := k.t.settings
	p, found, err := k.t.client.Product(ctx, s.Product)
	switch {
	case k.failed("product", err):
		return false
	case !found:
		k.bad("product", fmt.Sprintf("there is no product %q that the account may see", s.Product), "set bugzilla_product, or let the account file into it")
		return true
	case !p.Active:
		k.bad("product", fmt.Sprintf("%q is closed for new bugs", s.Product), "open it in Bugzilla, or set bugzilla_product")
	default:
		k.good("product", "%s", s.Product)
	}
	for _, name := range s.components() {
		k.among("component", name, func(name string) (there, active bool) {
			for _, c := range p.Components {
				if c.Name == name {
					return true, c.Active
				}
			}
			return false, false
		})
	}
	k.among("version", s.Version, func(name string) (there, active bool) {
		for _, v := range p.Versions {
			if v.Name == name {
				return true, v.Active
			}
		}
		return false, false
	})
	return true
}

// deadline checks whether the account may set deadlines. Only a bug tells, if there is one.
func (k *checking) deadline(ctx context.Context) bool {
	b, found, err := k.t.client.AnyBug(ctx, k.t.settings.Product)
	switch {
	case k.failed("deadline", err):
		return false
	case found && !b.Timed():
		k.note("deadline", "tickets have none: time tracking is off, or not for "+k.t.settings.Login,
			"to have them, let an administrator of Bugzilla name a group in timetrackinggroup, and add the account to it")
	case found:
		k.good("deadline", "is set to the last day of the slot")
	default:
		k.good("deadline", "is known once the product has a bug")
	}
	return true
}

// among checks that the value of a setting exists.
func (k *checking) among(what, name string, look func(string) (there, active bool)) {
	there, active := look(name)
	switch {
	case !there:
		k.bad(what, fmt.Sprintf("there is no %s %q", what, name), "set bugzilla_"+what)
	case !active:
		k.bad(what, fmt.Sprintf("the %s %q is not active", what, name), "set bugzilla_"+what+", or make it active in Bugzilla")
	default:
		k.good(what, "%s", name)
	}
}

func (k *checking) values(ctx context.Context) bool {
	for _, x := range []struct{ setting, field, value string }{{"op_sys", "op_sys", k.t.settings.OpSys}, {"platform", "rep_platform", k.t.settings.Platform}} {
		values, err := k.t.client.Values(ctx, x.field)
		if k.failed(x.setting, err) {
			return false
		}
		k.among(x.setting, x.value, func(name string) (there, active bool) {
			return slices.Contains(values, name), true
		})
	}
	return true
}

func (k *checking) workflow(ctx context.Context) bool {
	w, err := k.t.client.Workflow(ctx)
	if k.failed("workflow", err) {
		return false
	}
	wrong := CheckStatuses(k.statuses, w)
	resolutions, err := k.t.client.Values(ctx, "resolution")
	if k.failed("workflow", err) {
		return false
	}
	named := map[string]bool{}
	for _, s := range k.statuses {
		if s.Resolution != "" && !slices.Contains(resolutions, s.Resolution) {
			named[s.Resolution] = true
		}
	}
	for _, r := range slices.Sorted(maps.Keys(named)) {
		wrong = append(wrong, "there is no resolution "+r)
	}
	for _, text := range wrong {
		k.bad("workflow", text, "set bugzilla_statuses, or change the workflow in Bugzilla")
	}
	if len(wrong) == 0 {
		k.good("workflow", "every status of a request has its own, and a way to each other (%s)", strings.Join(slices.Sorted(maps.Keys(w))[1:], ", "))
	}
	if steps := w.Commented(); len(steps) > 0 {
		k.good("workflow", "these steps take a comment, which Berth gives: %s", strings.Join(steps, ", "))
	}
	return true
}

// mail checks the form of logins, and whether Bugzilla sends mails.
func (k *checking) mail(ctx context.Context) bool {
	p, err := k.t.client.Parameters(ctx)
	if k.failed("mail", err) {
		return false
	}
	if p.EmailSuffix != "" {
		k.bad("mail", fmt.Sprintf("logins lack their domain (emailsuffix is %q): no user is found by mail address", p.EmailSuffix),
			"let logins be whole addresses, and the parameter emailsuffix empty")
		return true
	}
	switch p.MailDelivery {
	case "None", "Test":
		k.note("mail", "Bugzilla sends no mail: mail_delivery_method is "+p.MailDelivery, "let an administrator of Bugzilla choose a delivery method, if people should get mail about tickets")
	case "":
		k.good("mail", "logins are mail addresses; the account may not see how Bugzilla sends mail")
	default:
		k.good("mail", "logins are mail addresses; Bugzilla sends mail by %s", p.MailDelivery)
	}
	return true
}

func (k *checking) clock(ctx context.Context) bool {
	web, db, err := k.t.client.Time(ctx)
	if k.failed("clock", err) {
		return false
	}
	now := k.now()
	if skew := web.Sub(now).Round(time.Second); skew.Abs() > maxSkew {
		k.bad("clock", fmt.Sprintf("Bugzilla's is %s off from Berth's", skew), "set the clocks (NTP); tickets are followed by Bugzilla's own clock all the same")
	} else if skew := db.Sub(web).Round(time.Second); skew.Abs() > maxSkew {
		k.bad("clock", fmt.Sprintf("Bugzilla's database is %s off from its web server", skew), "give both the same time zone; tickets are followed all the same")
	} else {
		k.good("clock", "within %s", maxSkew)
	}
	return true
}
