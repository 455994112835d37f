package web

import (
	"strings"

	"berth/scheduler/account"
)

// beneath says to which section pages belong whose addresses do not say so.
var beneath = strings.NewReplacer("/admin/file/", "/admin/", "/admin/testbed", "/admin/facility", "/admin/invite", "/admin/people")

// Sections lists the pages beside the present one, within the administration or within one's account.
func (v view) Sections() []link {
	list := []link{{Label: "Account", URL: "/account"}, {Label: "Tokens", URL: "/account/tokens"}, {Label: "Calendar", URL: "/subscribe"},
		{Label: "Policy", URL: "/policy"}, {Label: "Webhooks", URL: "/webhooks"}, {Label: "API reference", URL: "/docs/api"}, {Label: "Documentation", URL: docsPath}}
	if strings.HasPrefix(v.Path, "/admin") && v.Who.Is(account.RoleAdministrator) {
		list = []link{{Label: "Overview", URL: "/admin"}, {Label: "People", URL: "/admin/people"}, {Label: "Facility", URL: "/admin/facility"}, {Label: "Catalogue", URL: "/admin/catalogue"}, {Label: "Policy", URL: "/policy"},
			{Label: "Audit trail", URL: "/admin/audit"}, {Label: "Accounts and sign-ins", URL: "/admin/accounts"}, {Label: "Webhooks", URL: "/webhooks"}}
	}
	best, here := -1, beneath.Replace(v.Path)
	for i := range list {
		if at := list[i].URL; (here == at || strings.HasPrefix(here, at+"/")) && (best < 0 || len(at) > len(list[best].URL)) {
			best = i
		}
	}
	if best >= 0 {
		list[best].Here = true
	}
	return list
}

// initialsOf stands for a person in lists.
func initialsOf(p account.Person) string {
	return initials(account.Actor{Username: p.Username, Name: p.Name})
}

// channelName names a channel for people.
func channelName(channel string) string {
	if name := map[string]string{"ticket": "Ticket", "mail": "Mail", "portal": "Portal", "webhook": "Webhook"}[channel]; name != "" {
		return name
	}
	return channel
}
