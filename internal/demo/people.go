package demo

import (
	"berth/scheduler/account"
	"slices"
)

// domain is the mail domain of demo people. No real address can end in it (RFC 2606), which distinguishes a demo from a
// production database.
const domain = "demo.invalid"

// Mentor is the first of the mentors.
const Mentor = "monika"

// administrator is created last: a database that has her is completely filled.
const administrator = "adele"

func person(username, name, organisation string, roles ...account.Role) account.Person {
	return account.Person{Username: username, Name: name, Organisation: organisation, Email: username + "@" + domain, Roles: roles}
}

func provider(username, name, organisation string, testbeds ...string) account.Person {
	p := person(username, name, organisation, account.RoleProvider)
	p.Testbeds = testbeds
	return p
}

// People returns all people of the demo, the administrator last.
func People() []account.Person {
	return []account.Person{
		person("maeve", "Maeve Dunne", "MARATHON, Trinity College Dublin", account.RoleExperimenter),
		person("hector", "Hector Lima", "HyDRA, Federal University of Minas Gerais", account.RoleExperimenter),
		person("clara", "Clara Novak", "C2G-RAN, University of Ljubljana", account.RoleExperimenter),
		person("ruben", "Ruben Salas", "RobotView5G", account.RoleExperimenter),
		person("vera", "Vera Costa", "Video on demand, UC3M", account.RoleExperimenter),
		person("nikos", "Nikos Danas", "University of Thessaly", account.RoleExperimenter),
		person("dorota", "Dorota Lis", "Detector, PSNC", account.RoleExperimenter),
		person(Mentor, "Monika Weiss", "5GinFIRE mentors", account.RoleMentor),
		person("marco", "Marco Ferri", "5GinFIRE mentors", account.RoleMentor),
		provider("paddy", "Paddy Byrne", "Trinity College Dublin", "wins-5g"),
		provider("beth", "Beth Harris", "University of Bristol", "bristol"),
		provider("pilar", "Pilar Otero", "UC3M", "5tonic"),
		provider("petros", "Petros Vlahos", "University of Thessaly", "5g-vino"),
		provider("edyta", "Edyta Wrona", "Poznań Supercomputing and Networking Center", "ehealth5g"),
		person("oskar", "Oskar Lind", "5GinFIRE operations", account.RoleOperator),
		person(administrator, "Adele Brandt", "5GinFIRE operations", account.RoleAdministrator),
	}
}

// actor returns a demo person as an actor.
func actor(username string) account.Actor {
	people := People()
	i := slices.IndexFunc(people, func(p account.Person) bool { return p.Username == username })
	return account.ActorOf(people[i])
}
