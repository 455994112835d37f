package terminal

import (
	"context"
	"strings"

	"berth/testbeds"
)

// Testbeds lists the testbeds.
func (d *Desk) Testbeds(ctx context.Context) error {
	a, err := d.Client.Testbeds(ctx)
	if err != nil {
		return err
	}
	t := table{Head: []string{"testbed", "name", "zone", "vims", "devices", "approval"}, None: "There are no testbeds."}
	for _, x := range a.Value.Items {
		var vims, devices []string
		for _, v := range x.VIMs {
			vims = append(vims, v.ID)
		}
		for _, e := range x.Devices {
			devices = append(devices, itoa(e.Count)+" "+e.ID)
		}
		t.Rows = append(t.Rows, []cell{{Said: x.ID, Style: strong}, said(x.Name), said(x.Timezone), said(strings.Join(vims, ", ")), said(strings.Join(devices, ", ")), said(string(x.Approval))})
	}
	return d.list(t, a.Raw)
}

// Testbed shows what a testbed has.
func (d *Desk) Testbed(ctx context.Context, id string) error {
	a, err := d.Client.Testbed(ctx, id)
	if err != nil {
		return err
	}
	if d.Format == FormatTable {
		d.say("%s %s, %s (%s)", d.styled(a.Value.ID, strong), a.Value.Name, a.Value.Location, a.Value.Timezone)
	}
	t := table{Head: []string{"what", "kind", "there is", "features"}}
	for _, v := range a.Value.VIMs {
		t.Rows = append(t.Rows, []cell{said(v.ID), said("vim"), said(v.Capacity.Words()), said(strings.Join(v.Features, ", "))})
	}
	for _, e := range a.Value.Devices {
		t.Rows = append(t.Rows, []cell{said(e.ID), said("device"), said(itoa(e.Count)), said(strings.Join(e.Features, ", "))})
	}
	return d.list(t, a.Raw)
}

// Services lists the network services of the catalogue.
func (d *Desk) Services(ctx context.Context) error {
	a, err := d.Client.Services(ctx)
	if err != nil {
		return err
	}
	t := table{Head: []string{"service", "name", "members", "devices"}, None: "The catalogue is empty."}
	for _, x := range a.Value.Items {
		t.Rows = append(t.Rows, []cell{{Said: x.ID, Style: strong}, said(x.Name), said(itoa(int64(len(x.Members)))), said(needs(x.Devices))})
	}
	return d.list(t, a.Raw)
}

func needs(list []testbeds.DeviceNeed) string {
	parts := make([]string, len(list))
	for i, x := range list {
		parts[i] = itoa(x.Count) + " " + x.Testbed + "/" + x.Device
	}
	return strings.Join(parts, ", ")
}
