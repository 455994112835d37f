package bugzilla

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestAddressesOfServers(t *testing.T) {
	t.Parallel()
	for url, ok := range map[string]bool{"https://bugs.example.org": true, "https://bugs.example.org/bugzilla/": true, "http://127.0.0.1:8080": true,
		"bugs.example.org": false, "ftp://bugs.example.org": false, "https://user:pw@bugs.example.org": false, "https://bugs.example.org/?a=b": false, "": false} {
		if _, err := New(Options{URL: url, Key: "k"}); (err == nil) != ok {
			t.Errorf("%q: %v", url, err)
		}
	}
	if _, err := New(Options{URL: "https://bugs.example.org"}); err == nil {
		t.Error("no key is needed")
	}
}

func FuzzASCII(f *testing.F) {
	f.Add("über 📡 \u2028 <x> \x00")
	f.Fuzz(func(t *testing.T, s string) {
		raw, err := json.Marshal(map[string]string{"s": s})
		if err != nil {
			t.Skip()
		}
		out := ascii(raw)
		if strings.ContainsFunc(string(out), func(r rune) bool { return r > 0x7f }) {
			t.Errorf("not ASCII: %q", out)
		}
		var before, after map[string]string
		if err := json.Unmarshal(raw, &before); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(out, &after); err != nil || before["s"] != after["s"] {
			t.Errorf("%q became %q (%v)", before["s"], after["s"], err)
		}
	})
}

func FuzzUnderstand(f *testing.F) {
	for _, s := range []string{`{"id":1}`, `{"error":true,"code":"103","message":"x"}`, `{"error":true,"code":100500}`, ``, `[1]`, `null`, `{"bugs":null}`} {
		f.Add(200, []byte(s))
	}
	f.Fuzz(func(t *testing.T, status int, raw []byte) {
		var id int64
		err := understand("x", status, raw, "id", &id)
		if err == nil && (status < 200 || status > 299 || !strings.Contains(string(raw), "id")) {
			t.Errorf("%d %q is a success", status, raw)
		}
		if e, ok := err.(*Error); err != nil && (!ok || len(e.Message) > maxMessage+10) {
			t.Errorf("error %v", err)
		}
	})
}
