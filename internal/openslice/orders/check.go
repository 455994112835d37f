package orders

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"berth/internal/intake"
	"berth/internal/openslice"
	"berth/internal/remote"
)

// Via begins how histories call an Openslice, before its name.
const Via = "openslice"

// Finding is the result of one check.
type Finding struct {
	What, Detail, Remedy string
	OK                   bool
}

// Check examines everything that taking over service orders depends on. It writes nothing. place names the VIM of a place, empty for an unknown one;
// design reports whether the catalogue has an NSD.
func (p *Portal) Check(ctx context.Context, place func(intake.Place) string, design func(name string) bool) (list []Finding) {
	add := func(what string, err error, detail string, args ...any) bool {
		f := Finding{What: what, Detail: fmt.Sprintf(detail, args...), OK: err == nil}
		if err != nil {
			f.Detail, f.Remedy = err.Error(), openslice.Remedy(err)
		}
		list = append(list, f)
		return err == nil
	}
	if !add("sign-in", p.client.SignIn(ctx), "Keycloak gives the client a token") {
		return list
	}
	roles, err := p.client.Roles(ctx)
	if add("roles", err, "the token has the role ADMIN, so that all orders are listed") && !slices.Contains(roles, "ADMIN") {
		list[len(list)-1] = Finding{What: "roles", Detail: "the token does not say that it has the role ADMIN: Openslice then lists no orders but the client's own",
			Remedy: "give the client's service account the realm roles USER and ADMIN"}
	}
	listed, err := p.client.List(ctx)
	if !add("orders", err, "%d service orders", len(listed)) {
		return list
	}
	open, err := p.Orders(ctx)
	if !add("open orders", err, "%d of them are not over", len(open)) {
		return list
	}
	for _, o := range open {
		if why, remedy := trouble(o, place, design); why != nil {
			list = append(list, Finding{What: "order", Detail: remote.Clip(fmt.Sprintf("%s (%s): %v", o.Name, o.Key, why)), Remedy: remedy})
		}
	}
	return list
}

// trouble says what keeps an order from being taken.
func trouble(o intake.Order, place func(intake.Place) string, design func(name string) bool) (why error, remedy string) {
	switch {
	case o.Problem != "":
		return errors.New(o.Problem), "mend it in Openslice: " + o.URL
	case o.Owner.Email == "":
		return errors.New("its requester has no e-mail address"), "give the user one in Keycloak, and order anew: Openslice keeps it with the order"
	case o.Design != "" && !design(o.Design):
		return fmt.Errorf("%q is no NSD of the catalogue", o.Design), "onboard it in the catalogue, or say by the characteristic NSD, or by sizes and devices, what it needs"
	}
	for _, x := range o.Places {
		if place(x) == "" {
			return fmt.Errorf("its place %q is no VIM that Berth knows", x.Datacenter), "name it under vims for this Openslice, or use testbed/vim"
		}
	}
	return nil, ""
}
