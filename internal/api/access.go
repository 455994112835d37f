package api

import (
	"strings"

	"berth/scheduler/account"
)

// access lists the conditions for using a route at all.
type access struct {
	public bool           // needs no sign-in
	scope  account.Scope  // required of a token
	roles  []account.Role // one of them is required; none: any role
}

var (
	everybody    = access{public: true}
	readers      = access{scope: account.ScopeRead}
	writers      = access{scope: account.ScopeWrite}
	keepers      = access{scope: account.ScopeAdmin}
	resetters    = access{scope: account.ScopePassword}
	admins       = access{scope: account.ScopeAdmin, roles: []account.Role{account.RoleAdministrator}}
	adminRead    = access{scope: account.ScopeRead, roles: []account.Role{account.RoleAdministrator}}
	deciders     = access{scope: account.ScopeWrite, roles: []account.Role{account.RoleMentor, account.RoleAdministrator}}
	operators    = access{scope: account.ScopeWrite, roles: []account.Role{account.RoleOperator, account.RoleAdministrator}}
	operatorRead = access{scope: account.ScopeRead, roles: []account.Role{account.RoleOperator, account.RoleAdministrator}}
	providers    = access{scope: account.ScopeWrite, roles: []account.Role{account.RoleProvider, account.RoleAdministrator}}
)

// routes lists every operation with its access. An operation that is missing here cannot be registered; the scheduler still decides
// about each request, testbed or person.
var routes = map[string]access{
	"list-testbeds": readers, "get-testbed": readers, "get-availability": readers, "list-closures": readers, "get-facility": readers,
	"put-testbed": providers, "delete-testbed": admins, "put-facility": admins, "create-closure": providers, "delete-closure": providers,
	"get-nsds": readers, "get-vnfs": readers, "get-catalogue": readers, "put-catalogue": admins,
	"check-availability": readers, "suggest-availability": readers,
	"list-requests": readers, "get-request": readers, "create-request": writers, "edit-request": writers,
	"schedule-request": deciders, "reject-request": deciders, "accept-offer": writers, "move-request": writers, "cancel-request": writers, "confirm-request": writers,
	"start-request": operators, "complete-request": operators, "fail-request": operators, "assign-request": deciders, "approve-request": providers,
	"wait-request": writers, "stop-waiting-request": writers, "prioritise-request": writers, "list-waitlist": readers,
	"get-policy": readers, "put-policy": admins, "test-policy": admins,
	"report-use": readers, "report-use-table": readers,
	"list-series": readers, "get-series": readers, "check-series": readers, "suggest-series": readers, "list-series-ways": readers, "create-series": writers,
	"schedule-series": deciders, "reject-series": deciders, "accept-series": writers, "move-series": writers, "cancel-series": writers, "assign-series": deciders, "approve-series": providers,
	"list-feedback": readers, "add-feedback": writers, "list-history": readers,
	"list-users": adminRead, "get-user": readers, "create-user": admins, "edit-user": admins, "set-password": resetters, "get-me": readers, "set-mail": writers,
	"list-tokens": readers, "create-token": keepers, "revoke-token": readers,
	"list-calendars": readers, "set-calendar": writers, "create-profile": keepers, "list-feeds": readers, "create-feed": keepers, "revoke-feed": keepers,
	"list-deployments": readers, "get-deployment": readers, "create-deployment": writers, "edit-deployment": writers,
	"portal-list-deployments": readers, "portal-list-scheduled": readers, "portal-get-deployment": readers, "portal-create-deployment": writers, "portal-edit-deployment": writers,
	"portal-delete-deployment": writers, "portal-list-infrastructures": readers, "portal-list-experiments": readers,
	"authorize-device": everybody, "get-device-token": everybody,
	"read-offer-link": everybody, "accept-offer-link": everybody,
	"stream-events":   readers,
	"list-deliveries": adminRead, "get-backlog": adminRead, "retry-deliveries": admins, "list-audit": adminRead, "list-account-audit": adminRead,
	"list-webhooks": readers, "get-webhook": readers, "create-webhook": keepers, "edit-webhook": keepers, "delete-webhook": keepers, "renew-webhook-secret": keepers,
	"list-orchestrators": operatorRead, "tie-deployment": operators, "answer-deployment": operators, "retry-orchestrator": admins, "take-catalogue": admins,
	"list-testbed-calendars": readers, "preview-testbed-calendar": providers, "confirm-testbed-calendar": providers, "read-testbed-calendar": providers, "forget-testbed-calendar": providers,
	"list-portals": operatorRead, "retry-portal": admins, "untie-order": admins,
	"test-webhook": keepers, "list-webhook-deliveries": readers, "redeliver-webhook": keepers,
}

// said words who may use the route, for readers of the document.
func (x access) said() string {
	if x.public {
		return "Anybody, without signing in."
	}
	who := "Everybody"
	for i, r := range x.roles {
		if i == 0 {
			who = strings.ToUpper(string(r[:1])) + string(r[1:]) + "s"
		} else {
			who += " and " + string(r) + "s"
		}
	}
	return who + ", with a token that has the scope " + string(x.scope) + "."
}

// allows reports whether the actor may use the route.
func (x access) allows(a account.Actor) bool {
	if !a.Can(x.scope) {
		return false
	}
	if len(x.roles) == 0 {
		return len(a.Roles) > 0
	}
	for _, r := range x.roles {
		if a.Is(r) {
			return true
		}
	}
	return false
}
