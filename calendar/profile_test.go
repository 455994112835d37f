package calendar

import (
	"strings"
	"testing"
)

func TestAnAppleProfileNamesTheServer(t *testing.T) {
	t.Parallel()
	for base, want := range map[string][]string{
		"https://berth.example":      {"<string>berth.example</string>", "<integer>443</integer>", "<key>CalDAVUseSSL</key><true/>"},
		"https://berth.example:8443": {"<string>berth.example</string>", "<integer>8443</integer>", "<key>CalDAVUseSSL</key><true/>"},
		"http://127.0.0.1":           {"<string>127.0.0.1</string>", "<integer>80</integer>", "<key>CalDAVUseSSL</key><false/>"},
		"http://127.0.0.1:8080/":     {"<string>127.0.0.1</string>", "<integer>8080</integer>", "<key>CalDAVUseSSL</key><false/>"},
	} {
		b, err := AppleProfile(base, "a<b", "s&t", "id")
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range append(want, "<string>/dav/principals/a%3Cb/</string>", "<string>a&lt;b</string>", "<string>s&amp;t</string>", "<string>berth.id.caldav</string>") {
			if !strings.Contains(string(b), part) {
				t.Errorf("%s: no %s in\n%s", base, part, b)
			}
		}
	}
	if b, err := AppleProfile("http://[", "a", "b", "c"); err == nil {
		t.Errorf("%s", b)
	}
}
