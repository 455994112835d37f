package app_test

import (
	"io"
	"regexp"
	"strings"
	"testing"
)

// TestOnboarding goes from an empty database to the first booking in pages alone: the first account, a testbed with a VIM and a device, a service, an
// invited experimenter, and a slot. axe looks at each page on the way, and no page is wider than a telephone.
func TestOnboarding(t *testing.T) {
	h, printed := newHallOf(t, options(io.Discard), false)
	link := regexp.MustCompile(`/welcome/\S+`).FindString(printed)
	ada := h.tab(t)
	ada.open("/")
	ada.wants("Nobody has an account here yet")
	ada.open(link)
	ada.looked("setup")
	ada.fill("#username", "ada")
	ada.fill("#name", "Ada Lovelace")
	ada.fill("#new", "a good long password")
	ada.fill("#again", "another one than that")
	ada.expected = "422"
	ada.click("main button")
	ada.wants("Password again must be the same as the password above.")
	ada.fill("#new", "a good long password")
	ada.fill("#again", "a good long password")
	ada.click("main button")
	ada.wants("Your account is made", "Set up this instance", "0 of 6 done")
	ada.looked("checklist")

	ada.click(`.checklist a[href="/admin/facility"]`)
	ada.wants("There are no testbeds yet")
	ada.looked("no-testbeds")
	ada.click(`a.button[href="/admin/testbed"]`)
	ada.looked("add-testbed")
	ada.fill("#name", "Radio hall")
	ada.fill("#id", "radio hall")
	ada.fill("#timezone", "Europe/Dublin")
	ada.click(`#edit button`)
	ada.wants("Identifier must be 1 to 64 of a-z")
	ada.fill("#id", "radio-hall")
	ada.click(`#edit button`)
	ada.wants("The testbed is added.")
	ada.looked("edit-testbed")
	ada.click(`a[href="/testbeds/radio-hall/add/vim"]`)
	ada.fill("#id", "edge")
	ada.fill("#vcpu", "32")
	ada.fill("#memory_mb", "128")
	ada.fill("#storage_gb", "1.5")
	ada.fill(`select[name="storage_gb.unit"]`, "TB")
	ada.click(`#edit button[value="preview"]`)
	ada.wants("Nothing is saved yet", "New: testbed radio-hall, VIM edge", "memory_mb: 131072")
	ada.looked("preview-vim")
	ada.click(`.preview button`)
	ada.wants("The VIM was added.", "32 vCPU, 128 GB memory, 1.5 TB storage")
	ada.click(`a[href="/testbeds/radio-hall/add/device"]`)
	ada.fill("#id", "usrp")
	ada.fill("#units", "u1, u2")
	ada.looked("add-device")
	ada.click(`#edit button`)
	ada.wants("The device was added.", "2 × usrp (u1, u2)")

	ada.open("/admin/catalogue")
	ada.looked("no-catalogue")
	ada.click(`a.button[href="/admin/catalogue/vnf"]`)
	ada.fill("#id", "sensing_vnfd")
	ada.fill("#vcpu", "2")
	ada.fill("#memory_mb", "4")
	ada.press(`input[name="onboarded"]`)
	ada.looked("add-vnf")
	ada.click(`#edit button`)
	ada.wants("The VNF was added.", "2 vCPU, 4 GB memory")
	ada.click(`a.button[href="/admin/catalogue/nsd"]`)
	ada.fill("#id", "sensing_nsd")
	ada.fill(`select[name="member.0.vnf"]`, "sensing_vnfd")
	ada.fill(`select[name="need.0.device"]`, "radio-hall/usrp")
	ada.fill(`input[name="need.0.count"]`, "1")
	ada.looked("add-service")
	ada.click(`#edit button`)
	ada.wants("The service was added", "sensing_nsd")

	ada.open("/admin")
	ada.wants("2 of 6 done")
	ada.click(`.checklist a[href="/admin/invite"]`)
	ada.fill("#name", "Eve Lang")
	ada.fill("#username", "eve")
	ada.looked("invite")
	ada.click("main form button")
	ada.wants("Hand this link to Eve Lang", "works once")
	ada.looked("invited")
	invitation := ada.text(".secret .copy")

	eve := h.tab(t)
	eve.open(strings.TrimPrefix(invitation, h.base))
	eve.wants("Welcome to Berth, Eve Lang")
	eve.looked("invitation")
	eve.fill("#new", "a password of eve's own")
	eve.fill("#again", "a password of eve's own")
	eve.click("main button")
	eve.open("/")
	eve.booked("sensing_nsd")

	ada.open("/admin/people")
	ada.wants("2 people", "Eve Lang")
	ada.open("/admin")
	if text := ada.text("main"); strings.Contains(text, "Set up this instance") {
		t.Errorf("the checklist still asks for something: %s", text)
	}
}

// looked lets axe look at the page, and measures it at the width of a telephone, where nothing may stick out.
func (x *tab) looked(name string) {
	x.t.Helper()
	x.accessible()
	x.shot(name)
	x.wide(390, false)
	if width := evaluated[int](x, "document.documentElement.scrollWidth"); width > 390 {
		x.shot("too-wide")
		x.t.Errorf("%s is %d wide on a telephone", name, width)
	}
	x.shot(name + "-telephone")
	x.wide(1280, false)
}
