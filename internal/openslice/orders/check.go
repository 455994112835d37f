package orders

import (
	"context"
	"slices"

	"berth/internal/intake"
	"berth/internal/openslice"
)

// Via begins how histories call an Openslice, before its name.
const Via = "openslice"

// Check examines what is particular to an Openslice: whether its client may see all orders. The intake examines the orders themselves.
func (p *Portal) Check(ctx context.Context) []intake.Finding {
	roles, err := p.client.Roles(ctx)
	switch {
	case err != nil:
		return []intake.Finding{{What: "token", Detail: err.Error(), Remedy: openslice.Remedy(err)}}
	case roles == nil:
		return []intake.Finding{{What: "roles", OK: true, Detail: "the token does not say its roles: see that all orders are listed, not only the client's own"}}
	case !slices.Contains(roles, "ADMIN"):
		return []intake.Finding{{What: "roles", Detail: "the client's service account does not have the role ADMIN: Openslice lists no orders but its own",
			Remedy: "in Keycloak give the service account of the client the realm roles USER and ADMIN"}}
	}
	return []intake.Finding{{What: "roles", OK: true, Detail: "the client's service account has the role ADMIN, so that all orders are listed"}}
}
