package calendar

import (
	"bytes"
	"encoding/xml"
	"net/url"
	"strconv"
	"text/template"

	"github.com/google/uuid"
)

// The payload keys are those of Apple's Configuration Profile Reference, com.apple.caldav.account.
const profileForm = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>PayloadType</key><string>Configuration</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>berth.{{.ID | text}}</string>
<key>PayloadUUID</key><string>{{.ID | text}}</string>
<key>PayloadDisplayName</key><string>Berth calendars</string>
<key>PayloadContent</key><array><dict>
<key>PayloadType</key><string>com.apple.caldav.account</string>
<key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>berth.{{.ID | text}}.caldav</string>
<key>PayloadUUID</key><string>{{.Inner | text}}</string>
<key>PayloadDisplayName</key><string>Berth</string>
<key>CalDAVAccountDescription</key><string>Berth</string>
<key>CalDAVHostName</key><string>{{.Host | text}}</string>
<key>CalDAVPort</key><integer>{{.Port}}</integer>
<key>CalDAVUseSSL</key><{{.TLS}}/>
<key>CalDAVPrincipalURL</key><string>{{.Principal | text}}</string>
<key>CalDAVUsername</key><string>{{.Username | text}}</string>
<key>CalDAVPassword</key><string>{{.Secret | text}}</string>
</dict></array></dict></plist>
`

var profileTemplate = template.Must(template.New("profile").Funcs(template.FuncMap{"text": xmlText}).Parse(profileForm))

func xmlText(s string) (string, error) {
	var b bytes.Buffer
	err := xml.EscapeText(&b, []byte(s))
	return b.String(), err
}

// AppleProfile renders a configuration profile that sets up the calendars on an Apple device in one step.
func AppleProfile(base, username, secret, id string) ([]byte, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	tls := u.Scheme == "https"
	port := 80
	if tls {
		port = 443
	}
	if p, err := strconv.Atoi(u.Port()); err == nil {
		port = p
	}
	var b bytes.Buffer
	err = profileTemplate.Execute(&b, map[string]any{"ID": id, "Inner": uuid.NewString(), "Host": u.Hostname(), "Port": port, "TLS": tls,
		"Principal": "/dav/principals/" + url.PathEscape(username) + "/", "Username": username, "Secret": secret})
	return b.Bytes(), err
}
