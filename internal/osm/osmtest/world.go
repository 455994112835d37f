package osmtest

import (
	"slices"
	"time"
)

// What follows stands for people who work with OSM itself, and for a test that looks at it.

// AddAccount adds a VIM account, and returns its id.
func (s *Server) AddAccount(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.id()
	s.accounts = append(s.accounts, map[string]any{"_id": id, "name": name, "vim_type": "openstack", "vim_url": "http://127.0.0.1:5000/v3", "vim_password": "x2V5==",
		"_admin": map[string]any{"operationalState": "ENABLED", "created": stamp(s.clock())}})
	return id
}

// AddPackage onboards a VNF package with one machine.
func (s *Server) AddPackage(id string, vcpu, memoryMB, storageGB int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := map[string]any{"_id": s.id(), "id": id}
	if s.release == Nineteen {
		p["product-name"] = id
		p["vdu"] = []any{map[string]any{"id": "vm", "virtual-compute-desc": "compute", "virtual-storage-desc": []any{"storage"}}}
		p["virtual-compute-desc"] = []any{map[string]any{"id": "compute", "virtual-cpu": map[string]any{"num-virtual-cpu": vcpu}, "virtual-memory": map[string]any{"size": float64(memoryMB) / 1024}}}
		p["virtual-storage-desc"] = []any{map[string]any{"id": "storage", "size-of-storage": storageGB}}
		p["df"] = []any{map[string]any{"id": "default-df", "vdu-profile": []any{map[string]any{"id": "vm", "min-number-of-instances": 1}}}}
	} else {
		p["name"], p["short-name"] = id, id
		p["vdu"] = []any{map[string]any{"id": "vm", "name": "vm", "count": 1, "vm-flavor": map[string]any{"vcpu-count": vcpu, "memory-mb": memoryMB, "storage-gb": storageGB}}}
	}
	s.packages = append(s.packages, p)
}

// AddDescriptor onboards an NSD whose members, 1 and so on, are of the given packages, and returns its _id.
func (s *Server) AddDescriptor(id string, packages ...string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := map[string]any{"_id": s.id(), "id": id, "name": id, "version": "1.0", "_admin": map[string]any{"onboardingState": "ONBOARDED"}}
	var members []any
	for i, p := range packages {
		index := string(rune('1' + i))
		if s.release == Nineteen {
			members = append(members, map[string]any{"id": index, "vnfd-id": p})
		} else {
			members = append(members, map[string]any{"member-vnf-index": index, "vnfd-id-ref": p})
		}
	}
	if s.release == Nineteen {
		d["df"] = []any{map[string]any{"id": "default-df", "vnf-profile": members}}
	} else {
		d["constituent-vnfd"] = members
	}
	s.nsds = append(s.nsds, d)
	return d["_id"].(string)
}

// Launch creates and instantiates a network service, as an operator does.
func (s *Server) Launch(name, nsd, account string) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	x := s.add(name, nsd, account)
	s.begin(x, "instantiate", false)
	return x.id
}

// Create makes the record of a network service alone.
func (s *Server) Create(name, nsd, account string) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.add(name, nsd, account).id
}

// Stop terminates a network service, and lets its record be removed afterwards if wanted. It reports whether the server took it.
func (s *Server) Stop(id string, remove bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	x := s.find(id)
	return x != nil && s.terminate(x, remove).status < 300
}

// Remove removes a network service by force, whatever it does, with its machines.
func (s *Server) Remove(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	s.services = slices.DeleteFunc(s.services, func(x *service) bool { return x.id == id })
}

// Seen is a network service as the server has it.
type Seen struct {
	ID, Name, Account, State, Operational string
	Members                               []any
	Instantiated                          bool // it holds machines, or is about to
	Created                               time.Time
}

// Services lists all network services.
func (s *Server) Services() []Seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	var list []Seen
	for _, x := range s.services {
		busy := slices.ContainsFunc(x.ops, func(o *operation) bool { return o.state == "PROCESSING" })
		list = append(list, Seen{x.id, x.name, x.account, x.row.state, x.row.operational, x.members, x.row.admin == "INSTANTIATED" || busy, x.created})
	}
	return list
}

// Wrongs lists what must never happen: services instantiated twice at once, and machines whose record was deleted.
func (s *Server) Wrongs() (list []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range s.doubles {
		list = append(list, name+" was instantiated while it was being instantiated")
	}
	for _, name := range s.orphans {
		list = append(list, name+" was deleted with its machines")
	}
	return list
}

// States lists the seven columns of a service and the state of its last operation, as the recordings have them.
func (s *Server) States(id string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance()
	x := s.find(id)
	if x == nil {
		return nil
	}
	r := map[string]any{"nsState": x.row.state, "operational-status": x.row.operational, "config-status": x.row.config, "currentOperation": x.row.current, "_admin.nsState": x.row.admin}
	if len(x.ops) > 0 {
		r["op"] = x.ops[len(x.ops)-1].state
	}
	return r
}
