package account_test

import (
	"berth/scheduler/account"
	"testing"
)

func TestPeopleAreFound(t *testing.T) {
	t.Parallel()
	p := account.Person{Username: "maeve", Name: "Maeve Dunne", Email: "maeve@tcd.example", Organisation: "Trinity College", Roles: []account.Role{account.RoleExperimenter}, Password: "x"}
	invited, gone, elsewhere := p, p, p
	invited.Password = ""
	gone.Disabled = true
	elsewhere.Password, elsewhere.Subject = "", "issuer 1"
	for name, tt := range map[string]struct {
		search account.Search
		person account.Person
		want   bool
	}{
		"everybody":                 {account.Search{}, p, true},
		"a part of the name":        {account.Search{Text: "dunn"}, p, true},
		"words of two fields":       {account.Search{Text: "TRINITY maeve"}, p, true},
		"a word that is missing":    {account.Search{Text: "maeve galway"}, p, false},
		"a word across fields":      {account.Search{Text: "dunnemaeve"}, p, false},
		"mail":                      {account.Search{Text: "@tcd"}, p, true},
		"the role":                  {account.Search{Role: account.RoleExperimenter}, p, true},
		"another role":              {account.Search{Role: account.RoleMentor}, p, false},
		"active":                    {account.Search{State: account.Active}, p, true},
		"not active":                {account.Search{State: account.Active}, invited, false},
		"invited":                   {account.Search{State: account.Waiting}, invited, true},
		"from a provider":           {account.Search{State: account.Active}, elsewhere, true},
		"deactivated":               {account.Search{State: account.Deactivated}, gone, true},
		"deactivated is not active": {account.Search{State: account.Active}, gone, false},
	} {
		if got := tt.search.Selects(tt.person); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
