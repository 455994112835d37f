package osm

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// Account is a VIM account: a compute pool that OSM can use.
type Account struct {
	ID    string
	Name  string
	Type  string
	State string // ENABLED, PROCESSING or ERROR
}

// Accounts lists the VIM accounts of the project.
func (c *Client) Accounts(ctx context.Context) ([]Account, error) {
	var records []struct {
		UID   string `json:"_id"`
		Name  string `json:"name"`
		Type  string `json:"vim_type"`
		Admin struct {
			State string `json:"operationalState"`
		} `json:"_admin"`
	}
	if err := c.call(ctx, "listing VIM accounts", http.MethodGet, "admin/v1/vim_accounts", nil, nil, &records); err != nil {
		return nil, err
	}
	list := make([]Account, 0, len(records))
	for _, r := range records {
		if r.UID != "" {
			list = append(list, Account{ID: r.UID, Name: r.Name, Type: r.Type, State: strings.ToUpper(r.Admin.State)})
		}
	}
	return list, nil
}

// Descriptor is a network service that can be created: an NSD.
type Descriptor struct {
	UID     string // the _id, by which it is created
	ID      string // as people write it
	Name    string
	Members []Member
}

// Member is a network function of a descriptor.
type Member struct{ Index, Package string }

// descriptorRecord has both shapes: constituent-vnfd up to EIGHT, df (SOL006) from NINE on.
type descriptorRecord struct {
	UID         string `json:"_id"`
	ID          string `json:"id"`
	Name        string `json:"name"`
	Constituent []struct {
		Index   any    `json:"member-vnf-index"`
		Package string `json:"vnfd-id-ref"`
	} `json:"constituent-vnfd"`
	DF []struct {
		Profiles []struct {
			Index   string `json:"id"`
			Package string `json:"vnfd-id"`
		} `json:"vnf-profile"`
	} `json:"df"`
}

func (r descriptorRecord) descriptor() Descriptor {
	d := Descriptor{UID: r.UID, ID: r.ID, Name: first(r.Name, r.ID)}
	for _, m := range r.Constituent {
		d.Members = append(d.Members, Member{said(m.Index), m.Package})
	}
	if len(d.Members) == 0 && len(r.DF) > 0 { // OSM instantiates the first flavour
		for _, p := range r.DF[0].Profiles {
			d.Members = append(d.Members, Member{p.Index, p.Package})
		}
	}
	return d
}

// Descriptors lists the NSDs.
func (c *Client) Descriptors(ctx context.Context) ([]Descriptor, error) {
	var records []descriptorRecord
	if err := c.call(ctx, "listing NSDs", http.MethodGet, "nsd/v1/ns_descriptors", nil, nil, &records); err != nil {
		return nil, err
	}
	list := make([]Descriptor, 0, len(records))
	for _, r := range records {
		if r.UID != "" && r.ID != "" {
			list = append(list, r.descriptor())
		}
	}
	return list, nil
}

// Package is a VNF package with the sum of what its machines need.
type Package struct {
	ID        string
	Name      string
	VCPU      int64
	MemoryMB  int64
	StorageGB int64
}

// amount reads a number that some releases write as a text.
type amount float64

func (a *amount) UnmarshalJSON(raw []byte) error {
	text := strings.Trim(string(raw), `"`)
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || n > 1e12 {
		n = 0 // not a number that a size can be made of
	}
	*a = amount(n)
	return nil
}

// packageRecord has both shapes: a vm-flavor in each vdu up to EIGHT; references to compute and storage (SOL006) from NINE on.
type packageRecord struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Product string `json:"product-name"`
	VDU     []struct {
		ID     string `json:"id"`
		Count  amount `json:"count"`
		Flavor *struct {
			VCPU    amount `json:"vcpu-count"`
			Memory  amount `json:"memory-mb"`
			Storage amount `json:"storage-gb"`
		} `json:"vm-flavor"`
		Compute string `json:"virtual-compute-desc"`
		Storage any    `json:"virtual-storage-desc"` // a list, or one
	} `json:"vdu"`
	Compute []struct {
		ID  string `json:"id"`
		CPU struct {
			Number amount `json:"num-virtual-cpu"`
		} `json:"virtual-cpu"`
		Memory struct {
			Size amount `json:"size"` // GB
		} `json:"virtual-memory"`
	} `json:"virtual-compute-desc"`
	Storage []struct {
		ID   string `json:"id"`
		Size amount `json:"size-of-storage"` // GB
	} `json:"virtual-storage-desc"`
	DF []struct {
		Level []struct {
			VDU []struct {
				ID     string `json:"vdu-id"`
				Number amount `json:"number-of-instances"`
			} `json:"vdu-level"`
		} `json:"instantiation-level"`
		Profiles []struct {
			ID  string `json:"id"`
			Min amount `json:"min-number-of-instances"`
		} `json:"vdu-profile"`
	} `json:"df"`
}

// instances returns how many machines of a vdu run.
func (r packageRecord) instances(vdu string, count amount) int64 {
	if count > 0 {
		return int64(count)
	}
	if len(r.DF) > 0 {
		for _, l := range r.DF[0].Level {
			for _, v := range l.VDU {
				if v.ID == vdu && v.Number > 0 {
					return int64(v.Number)
				}
			}
		}
		for _, p := range r.DF[0].Profiles {
			if p.ID == vdu && p.Min > 0 {
				return int64(p.Min)
			}
		}
	}
	return 1
}

const mebi = 1024 // MB in a GB

func (r packageRecord) sum() Package {
	p := Package{ID: r.ID, Name: first(r.Name, r.Product, r.ID)}
	for _, v := range r.VDU {
		n := r.instances(v.ID, v.Count)
		if v.Flavor != nil {
			p.VCPU, p.MemoryMB, p.StorageGB = p.VCPU+n*int64(v.Flavor.VCPU), p.MemoryMB+n*int64(v.Flavor.Memory), p.StorageGB+n*int64(v.Flavor.Storage)
			continue
		}
		for _, d := range r.Compute {
			if d.ID == v.Compute {
				p.VCPU, p.MemoryMB = p.VCPU+n*int64(d.CPU.Number), p.MemoryMB+n*int64(float64(d.Memory.Size)*mebi)
			}
		}
		for _, d := range r.Storage {
			if names(v.Storage, d.ID) {
				p.StorageGB += n * int64(d.Size)
			}
		}
	}
	return p
}

// names reports whether a reference, one or a list of them, names an id.
func names(reference any, id string) bool {
	switch x := reference.(type) {
	case string:
		return x == id
	case []any:
		return slices.Contains(x, any(id))
	}
	return false
}

// Packages lists the VNF packages.
func (c *Client) Packages(ctx context.Context) ([]Package, error) {
	var records []packageRecord
	if err := c.call(ctx, "listing VNF packages", http.MethodGet, "vnfpkgm/v1/vnf_packages", nil, nil, &records); err != nil {
		return nil, err
	}
	list := make([]Package, 0, len(records))
	for _, r := range records {
		if r.ID != "" {
			list = append(list, r.sum())
		}
	}
	return list, nil
}

// Version returns what the server says about its version, which needs no signing in. It is not a release: several say the same.
func (c *Client) Version(ctx context.Context) (string, error) {
	var v struct {
		Version json.RawMessage `json:"version"`
		Date    string          `json:"date"`
	}
	err := c.exchange(ctx, "", "asking for the version", http.MethodGet, "version", nil, nil, &v)
	return Clip(strings.TrimSpace(strings.Trim(string(v.Version), `"`) + " " + v.Date)), err
}

// SignIn signs in, unless a token is at hand.
func (c *Client) SignIn(ctx context.Context) error {
	_, err := c.token(ctx)
	return err
}
