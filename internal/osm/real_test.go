package osm_test

import (
	"os"
	"testing"
	"time"

	"berth/internal/osm"
)

// TestARealServer signs in to the NBI of BERTH_TEST_OSM_URL as the user of BERTH_TEST_OSM_USER and BERTH_TEST_OSM_PASSWORD (with
// BERTH_TEST_OSM_PROJECT, and BERTH_TEST_OSM_FINGERPRINT if its certificate is its own), and reads everything that Berth reads. If
// BERTH_TEST_OSM_NSD and BERTH_TEST_OSM_VIM name an NSD's _id and a VIM account, it creates the record of a network service, and deletes it.
func TestARealServer(t *testing.T) {
	address, user, password := os.Getenv("BERTH_TEST_OSM_URL"), os.Getenv("BERTH_TEST_OSM_USER"), os.Getenv("BERTH_TEST_OSM_PASSWORD")
	if address == "" || user == "" || password == "" {
		t.Skip("BERTH_TEST_OSM_URL, BERTH_TEST_OSM_USER and BERTH_TEST_OSM_PASSWORD are not set: no real server is asked")
	}
	ctx := t.Context()
	c := client(t, osm.Options{URL: address, User: user, Password: password, Project: os.Getenv("BERTH_TEST_OSM_PROJECT"), Fingerprint: os.Getenv("BERTH_TEST_OSM_FINGERPRINT"),
		Private: true, Clock: time.Now})
	if v, err := c.Version(ctx); err != nil {
		t.Error(err)
	} else {
		t.Logf("it calls itself %s", v)
	}
	accounts, err := c.Accounts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	designs, err := c.Descriptors(ctx)
	if err != nil {
		t.Error(err)
	}
	packages, err := c.Packages(ctx)
	if err != nil {
		t.Error(err)
	}
	services, err := c.Services(ctx, "")
	if err != nil {
		t.Error(err)
	}
	t.Logf("%d VIM accounts, %d NSDs, %d VNF packages, %d network services", len(accounts), len(designs), len(packages), len(services))
	for _, s := range services {
		if s.ID == "" || s.Operational == "" && s.State == "" {
			t.Errorf("a service without id or state: %+v", s)
		}
		if _, err := c.Operations(ctx, s.ID); err != nil {
			t.Error(err)
		}
	}
	nsd, vim := os.Getenv("BERTH_TEST_OSM_NSD"), os.Getenv("BERTH_TEST_OSM_VIM")
	if nsd == "" || vim == "" {
		return
	}
	id, err := c.Create(ctx, osm.NewService{Name: "berth-test", NSD: nsd, Account: vim})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := c.Service(ctx, id); err != nil || s.Name != "berth-test" {
		t.Errorf("%+v, %v", s, err)
	}
	if found, err := c.Services(ctx, "berth-test"); err != nil || len(found) == 0 {
		t.Errorf("it is not found by its name: %v", err)
	}
	if err := c.Delete(ctx, id); err != nil {
		t.Error(err)
	}
	if _, err := c.Service(ctx, id); !osm.IsNotFound(err) {
		t.Errorf("a deleted one: %v", err)
	}
}
