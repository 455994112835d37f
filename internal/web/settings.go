package web

// settingPages lists the pages of testbeds, accounts and the administration.
func (s *site) settingPages() map[string]page {
	return map[string]page{
		"GET /testbeds":                              s.testbeds,
		"GET /testbeds/{testbed}":                    s.testbed,
		"GET /testbeds/{testbed}/edit":               s.editTestbed,
		"GET /testbeds/{testbed}/hours":              s.editHours,
		"GET /testbeds/{testbed}/add/vim":            s.editVIM,
		"GET /testbeds/{testbed}/vim/{vim}":          s.editVIM,
		"GET /testbeds/{testbed}/add/device":         s.editDevice,
		"GET /testbeds/{testbed}/device/{device}":    s.editDevice,
		"GET /testbeds/{testbed}/closures":           s.editClosure,
		"GET /testbeds/{testbed}/closures/{closure}": s.editClosure,
		"GET /subscribe":                             s.subscribe,
		"GET /account":                               s.account,
		"GET /account/tokens":                        s.tokens,
		"GET /webhooks":                              s.hooks,
		"GET " + deploymentsPath:                     s.deployments,
		"GET /admin":                                 s.admin,
		"GET /admin/people":                          s.listPeople,
		"GET /admin/people/{username}":               s.person,
		"GET /admin/invite":                          s.askInvite,
		"GET /admin/facility":                        s.facility,
		"GET /admin/testbed":                         s.editTestbed,
		"GET /admin/catalogue":                       s.catalogue,
		"GET /admin/catalogue/vnf":                   s.editVNF,
		"GET /admin/catalogue/vnf/{vnf}":             s.editVNF,
		"GET /admin/catalogue/nsd":                   s.editNSD,
		"GET /admin/catalogue/nsd/{nsd}":             s.editNSD,
		"GET /admin/file/{what}":                     s.editFile,
		"GET /admin/audit":                           s.audit,
		"GET /admin/accounts":                        s.accounts,
	}
}

// settingPosts lists their forms.
func (s *site) settingPosts() map[string]post {
	return map[string]post{
		"/testbeds/{testbed}/edit":               {handler: s.putTestbed, origin: s.editTestbed},
		"/testbeds/{testbed}/hours":              {handler: s.putHours, origin: s.editHours},
		"/testbeds/{testbed}/add/vim":            {handler: s.putVIM, origin: s.editVIM},
		"/testbeds/{testbed}/vim/{vim}":          {handler: s.putVIM, origin: s.editVIM},
		"/testbeds/{testbed}/add/device":         {handler: s.putDevice, origin: s.editDevice},
		"/testbeds/{testbed}/device/{device}":    {handler: s.putDevice, origin: s.editDevice},
		"/testbeds/{testbed}/closures":           {handler: s.close, origin: s.editClosure},
		"/testbeds/{testbed}/closures/{closure}": {handler: s.close, origin: s.editClosure},
		"/testbeds/{testbed}/reopen":             {handler: s.reopen, origin: s.testbed, above: true},
		"/subscribe":                             {handler: s.makeSecret, origin: s.subscribe, asked: true},
		"/account/tokens":                        {handler: s.makeToken, origin: s.tokens},
		"/account/tokens/revoke":                 {handler: s.revokeToken, origin: s.tokens, above: true},
		"/account/password":                      {handler: s.password, origin: s.account, above: true},
		"/account/mail":                          {handler: s.mail, origin: s.account, above: true},
		"/account/revoke":                        {handler: s.revoke, origin: s.account, above: true},
		"/account/zone":                          {handler: s.zone, origin: s.account, above: true},
		"/webhooks":                              {handler: s.changeHooks, origin: s.hooks},
		deploymentsPath:                          {handler: s.changeDeployments, origin: s.deployments, above: true},
		"/admin/retry":                           {handler: s.retry, origin: s.admin, above: true},
		"/admin/invite":                          {handler: s.invite, origin: s.askInvite},
		"/admin/people/{username}":               {handler: s.putPerson, origin: s.person},
		"/admin/people/{username}/{do}":          {handler: s.keepPerson, origin: s.person, above: true},
		"/admin/facility/sample":                 {handler: s.loadSample, origin: s.facility, above: true},
		"/admin/testbed":                         {handler: s.putTestbed, origin: s.editTestbed},
		"/admin/catalogue/vnf":                   {handler: s.putVNF, origin: s.editVNF},
		"/admin/catalogue/vnf/{vnf}":             {handler: s.putVNF, origin: s.editVNF},
		"/admin/catalogue/nsd":                   {handler: s.putNSD, origin: s.editNSD},
		"/admin/catalogue/nsd/{nsd}":             {handler: s.putNSD, origin: s.editNSD},
		"/admin/file/{what}":                     {handler: s.putFile, origin: s.editFile},
	}
}

// settingNotes holds the confirmations of what was done on these pages; the address says which.
var settingNotes = map[string]string{
	"joined": "Your password is set, and you are signed in.", "claimed": "Your account is made, and you are signed in. Set up the rest here.", "person-saved": "The account was saved.",
	"deactivated": "The account is deactivated. Nothing of theirs works any more.", "activated": "The account is active again.", "revoked-all": "All sessions, tokens, app passwords and feeds of this account were ended.",
	"password-changed": "Your password was changed. You are signed out everywhere else.", "mail-saved": "Your choice of notifications was saved.", "zone-saved": "Your time zone was saved.", "session-ended": "That session was ended.", "token-revoked": "It was revoked, and no longer works.",
	"closed": "The closure was added. Everybody whom it hits is told.", "closure-saved": "The closure was saved. Everybody whom it hits is told.", "reopened": "The closure has ended.",
	"testbed-added": "The testbed is added. Give it VIMs and devices next.", "testbed-saved": "The testbed was saved.", "testbed-deleted": "The testbed was deleted.",
	"vim-added": "The VIM was added.", "vim-saved": "The VIM was saved.", "vim-removed": "The VIM was removed.",
	"device-added": "The device was added.", "device-saved": "The device was saved.", "device-removed": "The device was removed.", "hours-saved": "The opening hours were saved.",
	"vnf-added": "The VNF was added.", "vnf-saved": "The VNF was saved.", "vnf-removed": "The VNF was removed.",
	"nsd-added": "The service was added: it can be booked now.", "nsd-saved": "The service was saved.", "nsd-removed": "The service was removed.",
	"sample-loaded": "The sample facility and its catalogue are loaded.", "facility-saved": "The facility was saved.", "catalogue-saved": "The catalogue was saved.",
}
