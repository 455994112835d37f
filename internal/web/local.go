package web

import (
	"net/url"
	pathpkg "path"
	"strings"
)

// local makes sure that somebody is led to a page of this site and nowhere else. What is sent is written anew from the decoded and
// cleaned path, and never what came: "/%2fevil.example" is harmless as it stands, and another host once it was decoded and written
// again. Nobody is led to the pages that sign in or out.
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
