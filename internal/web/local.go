package web

import (
	"net/url"
	pathpkg "path"
	"strings"
)

// local keeps redirects on this site. It writes the address anew from the decoded and cleaned path, instead of passing on the input:
// "/%2fevil.example" is harmless as it stands, and another host once it was decoded and written again. It never leads to the pages that
// sign in or out.
func local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(to, "/") || strings.ContainsAny(to, "\\\r\n\t") {
		return "/"
	}
	clean := pathpkg.Clean(u.Path) // a rooted path without "//", "." and ".."
	if strings.HasPrefix(clean, "/sign-") {
		return "/"
	}
	return (&url.URL{Path: clean, RawQuery: u.RawQuery}).RequestURI()
}
