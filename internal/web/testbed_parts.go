package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
)

// vimForm is a VIM as its form shows it.
type vimForm struct {
	V               testbeds.VIM
	New             bool
	Amounts         []typed
	Others          []other
	Hosts           []hostRow
	Setup, Teardown typed
}

// hostRow is a row of equal hosts.
type hostRow struct {
	Row     int
	Count   string
	Amounts []typed
}

// deviceForm is a device as its form shows it.
type deviceForm struct {
	D               testbeds.Device
	New             bool
	Setup, Teardown typed
}

// ownPeriod writes a length of time that replaces the testbed's where it is given.
func ownPeriod(name, label string, p *testbeds.Period, of testbeds.Period) typed {
	hint := "Empty: the testbed's, " + saidPeriod(of) + "."
	if p == nil {
		return periodField(name, label, hint, testbeds.Period{})
	}
	t := periodField(name, label, hint, *p)
	if t.Value == "" {
		t.Value = "0"
	}
	return t
}

func saidPeriod(p testbeds.Period) string {
	t := periodField("", "", "", p)
	if t.Value == "" {
		return "none"
	}
	return t.Value + " " + t.Unit
}

// readOwnPeriod reads a length of time that replaces the testbed's; nil where none was typed.
func readOwnPeriod(form url.Values, name string) (*testbeds.Period, error) {
	p, ok, err := readPeriod(form, name)
	if err != nil || !ok {
		return nil, err
	}
	return &p, nil
}

func (s *site) editVIM(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	p, err := s.editing(r, who)
	if err != nil {
		return err
	}
	v, known := p.T.VIM(r.PathValue("vim"))
	if !known && r.PathValue("vim") != "" {
		return scheduler.Errorf(scheduler.CodeNotFound, "there is no VIM %q", r.PathValue("vim"))
	}
	p.VIM = &vimForm{V: v, New: !known, Amounts: usualFields("", v.Capacity), Others: otherRows(v.Capacity), Setup: ownPeriod("setup", "Setup", v.Setup, p.T.Setup), Teardown: ownPeriod("teardown", "Tear-down", v.Teardown, p.T.Teardown)}
	for i := range len(v.Hosts) + spareRows {
		row := hostRow{Row: i, Amounts: usualFields("host."+strconv.Itoa(i)+".", nil)}
		if i < len(v.Hosts) {
			row.Count, row.Amounts = strconv.FormatInt(v.Hosts[i].Count, 10), usualFields("host."+strconv.Itoa(i)+".", v.Hosts[i].Size)
		}
		p.VIM.Hosts = append(p.VIM.Hosts, row)
	}
	heading := "VIM " + v.ID
	if !known {
		heading = "Add a VIM"
	}
	s.show(w, r, http.StatusOK, "vim-edit.html", heading+" · "+title(p.T), who, p)
	return nil
}

func (s *site) putVIM(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	p, err := s.editing(r, who)
	if err != nil {
		return err
	}
	t, id := p.T, r.PathValue("vim")
	i := slices.IndexFunc(t.VIMs, func(v testbeds.VIM) bool { return v.ID == id })
	t.VIMs = slices.Clone(t.VIMs)
	note := "vim-saved"
	switch {
	case removes(r.PostForm):
		if i < 0 {
			return scheduler.Errorf(scheduler.CodeNotFound, "there is no VIM %q", id)
		}
		t.VIMs, note = slices.Delete(t.VIMs, i, i+1), "vim-removed"
	case i < 0:
		v := testbeds.VIM{ID: strings.TrimSpace(r.PostForm.Get("id"))}
		if err := readVIM(r.PostForm, &v); err != nil {
			return err
		}
		t.VIMs, note = append(t.VIMs, v), "vim-added"
	default:
		if err := readVIM(r.PostForm, &t.VIMs[i]); err != nil {
			return err
		}
	}
	return s.changeTestbed(w, r, who, t, s.editVIM, testbedPath(t.ID)+"/edit", note)
}

func readVIM(form url.Values, v *testbeds.VIM) (err error) {
	text := func(field string) string { return strings.TrimSpace(form.Get(field)) }
	v.Name, v.Type, v.Datacenter, v.Account = text("name"), text("type"), text("datacenter"), text("vimid")
	v.Features = readWords(form.Get("features"))
	if v.Capacity, err = readQuantities(form, ""); err != nil {
		return err
	}
	if v.Setup, err = readOwnPeriod(form, "setup"); err != nil {
		return err
	}
	if v.Teardown, err = readOwnPeriod(form, "teardown"); err != nil {
		return err
	}
	v.Hosts = nil
	for i := range maxRows {
		prefix := "host." + strconv.Itoa(i) + "."
		if !form.Has(prefix + "count") {
			break
		}
		n, err := number(form, prefix+"count")
		if err != nil {
			return err
		}
		if n == 0 {
			continue
		}
		size, err := readQuantities(form, prefix)
		if err != nil {
			return err
		}
		v.Hosts = append(v.Hosts, testbeds.Host{Count: n, Size: size})
	}
	return nil
}

func (s *site) editDevice(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	p, err := s.editing(r, who)
	if err != nil {
		return err
	}
	d, known := p.T.Device(r.PathValue("device"))
	if !known && r.PathValue("device") != "" {
		return scheduler.Errorf(scheduler.CodeNotFound, "there is no device %q", r.PathValue("device"))
	}
	p.Device = &deviceForm{D: d, New: !known, Setup: ownPeriod("setup", "Setup", d.Setup, p.T.Setup), Teardown: ownPeriod("teardown", "Tear-down", d.Teardown, p.T.Teardown)}
	heading := "Device " + d.ID
	if !known {
		heading = "Add a device"
	}
	s.show(w, r, http.StatusOK, "device-edit.html", heading+" · "+title(p.T), who, p)
	return nil
}

func (s *site) putDevice(w http.ResponseWriter, r *http.Request, who account.Actor) error {
	p, err := s.editing(r, who)
	if err != nil {
		return err
	}
	t, id := p.T, r.PathValue("device")
	i := slices.IndexFunc(t.Devices, func(d testbeds.Device) bool { return d.ID == id })
	t.Devices = slices.Clone(t.Devices)
	note := "device-saved"
	switch {
	case removes(r.PostForm):
		if i < 0 {
			return scheduler.Errorf(scheduler.CodeNotFound, "there is no device %q", id)
		}
		t.Devices, note = slices.Delete(t.Devices, i, i+1), "device-removed"
	case i < 0:
		d := testbeds.Device{ID: strings.TrimSpace(r.PostForm.Get("id"))}
		if err := readDevice(r.PostForm, &d); err != nil {
			return err
		}
		t.Devices, note = append(t.Devices, d), "device-added"
	default:
		if err := readDevice(r.PostForm, &t.Devices[i]); err != nil {
			return err
		}
	}
	return s.changeTestbed(w, r, who, t, s.editDevice, testbedPath(t.ID)+"/edit", note)
}

func readDevice(form url.Values, d *testbeds.Device) (err error) {
	d.Name = strings.TrimSpace(form.Get("name"))
	d.Features = readWords(form.Get("features"))
	d.Units = readWords(form.Get("units"))
	if d.Count, err = number(form, "count"); err != nil {
		return err
	}
	if len(d.Units) > 0 && strings.TrimSpace(form.Get("count")) == "" {
		d.Count = int64(len(d.Units))
	}
	if d.Setup, err = readOwnPeriod(form, "setup"); err != nil {
		return err
	}
	d.Teardown, err = readOwnPeriod(form, "teardown")
	return err
}

// removes reports whether a form takes away what it shows.
func removes(form url.Values) bool {
	return form.Get("step") == "remove" || form.Get("step") == confirmRemoval
}
