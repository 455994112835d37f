package demo

import (
	"slices"

	"berth/scheduler"
)

// domain is the mail domain of demo people. No real address can end in it (RFC 2606), which distinguishes a demo from a
// production database.
const domain = "demo.invalid"

// administrator is created last: a database that has her is completely filled.
const administrator = "adele"

func person(username, name, organisation string, roles ...scheduler.Role) scheduler.Person {
	return scheduler.Person{Username: username, Name: name, Organisation: organisation, Email: username + "@" + domain, Roles: roles}
}

func provider(username, name, organisation string, testbeds ...string) scheduler.Person {
	p := person(username, name, organisation, scheduler.RoleProvider)
	p.Testbeds = testbeds
	return p
}

// People returns all people of the demo, the administrator last.
func People() []scheduler.Person {
	return []scheduler.Person{
		person("maeve", "Maeve Dunne", "MARATHON, Trinity College Dublin", scheduler.RoleExperimenter),
		person("hector", "Hector Lima", "HyDRA, Federal University of Minas Gerais", scheduler.RoleExperimenter),
		person("clara", "Clara Novak", "C2G-RAN, University of Ljubljana", scheduler.RoleExperimenter),
		person("ruben", "Ruben Salas", "RobotView5G", scheduler.RoleExperimenter),
		person("vera", "Vera Costa", "Video on demand, UC3M", scheduler.RoleExperimenter),
		person("nikos", "Nikos Danas", "University of Thessaly", scheduler.RoleExperimenter),
		person("dorota", "Dorota Lis", "Detector, PSNC", scheduler.RoleExperimenter),
		person("monika", "Monika Weiss", "5GinFIRE mentors", scheduler.RoleMentor),
		person("marco", "Marco Ferri", "5GinFIRE mentors", scheduler.RoleMentor),
		provider("paddy", "Paddy Byrne", "Trinity College Dublin", "wins-5g"),
		provider("beth", "Beth Harris", "University of Bristol", "bristol"),
		provider("pilar", "Pilar Otero", "UC3M", "5tonic"),
		provider("petros", "Petros Vlahos", "University of Thessaly", "5g-vino"),
		provider("edyta", "Edyta Wrona", "Poznań Supercomputing and Networking Center", "ehealth5g"),
		person("oskar", "Oskar Lind", "5GinFIRE operations", scheduler.RoleOperator),
		person(administrator, "Adele Brandt", "5GinFIRE operations", scheduler.RoleAdministrator),
	}
}

// actor returns a demo person as an actor.
func actor(username string) scheduler.Actor {
	people := People()
	i := slices.IndexFunc(people, func(p scheduler.Person) bool { return p.Username == username })
	return scheduler.ActorOf(people[i])
}
