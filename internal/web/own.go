package web

import (
	"fmt"
	"net/url"

	"berth/testbeds"
)

// own is a component described by the user, for deployments without a network service.
type own struct {
	VCPU, MemoryMB, StorageGB int64
	Where                     string // testbed/vim
}

// maxOwn bounds the components of the form; the API takes more.
const maxOwn = 6

func (x own) size() testbeds.Quantities {
	q := testbeds.Quantities{}
	for name, n := range map[string]int64{"vcpu": x.VCPU, "memory_mb": x.MemoryMB, "storage_gb": x.StorageGB} {
		if n > 0 {
			q[name] = n
		}
	}
	return q
}

// hidden lists the fields of the component in a form.
func (x own) hidden(i int) (list []hidden) {
	field := func(name, value string) { list = append(list, hidden{fmt.Sprintf("own.%d.%s", i, name), value}) }
	field("where", x.Where)
	field("vcpu", fmt.Sprint(x.VCPU))
	field("memory_mb", fmt.Sprint(x.MemoryMB))
	field("storage_gb", fmt.Sprint(x.StorageGB))
	return list
}

// readOwn reads the components that a form describes; rows without a place are empty.
func readOwn(form url.Values) (list []own, err error) {
	for i := 1; i <= maxOwn; i++ {
		field := func(name string) string { return fmt.Sprintf("own.%d.%s", i, name) }
		x := own{Where: form.Get(field("where"))}
		for name, at := range map[string]*int64{"vcpu": &x.VCPU, "memory_mb": &x.MemoryMB, "storage_gb": &x.StorageGB} {
			if *at, err = number(form, field(name)); err != nil {
				return nil, err
			}
		}
		switch {
		case x.Where == "" && len(x.size()) == 0:
		case x.Where == "":
			return nil, invalid(field("where"), "must say where the component runs")
		case len(x.size()) == 0:
			return nil, invalid(field("vcpu"), "must say how much the component needs")
		default:
			list = append(list, x)
		}
	}
	return list, nil
}
