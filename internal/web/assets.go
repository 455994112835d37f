package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// asset is a file of the program as browsers get it. Its address changes with its content, so they keep it for a year.
type asset struct {
	kind, version string
	content       []byte
}

// readAssets joins the files of the program, by the path under which they are served.
func readAssets() (map[string]asset, error) {
	list := map[string]asset{}
	for _, x := range []struct {
		path, kind string
		names      []string
	}{{"/style.css", "text/css; charset=utf-8", styles}, {"/script.js", "text/javascript; charset=utf-8", scripts}, {"/icon.svg", "image/svg+xml", []string{"pages/icon.svg"}}} {
		var all []byte
		for _, name := range x.names {
			b, err := files.ReadFile(name)
			if err != nil {
				return nil, err
			}
			all = append(all, b...)
		}
		list[x.path] = asset{x.kind, digest(all), all}
	}
	return list, nil
}

// digest names a content.
func digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:10])
}

// etag returns a validator of a response. It is a weak one, since it stays the same however the response is compressed.
func etag(content []byte) string { return `W/"` + digest(content) + `"` }

// address returns where pages find a file of the program.
func (s *site) address(path string) string { return path + "?v=" + s.assets[path].version }

// asset serves a file of the program.
func (s *site) asset(w http.ResponseWriter, r *http.Request) {
	x := s.assets[r.URL.Path]
	w.Header().Set("Content-Type", x.kind)
	w.Header().Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == x.version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	w.Header().Set("Etag", `W/"`+x.version+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(x.content))
}

// compressed lists what is compressed on its way, and compressedBelow what is with all paths below it: files of the program, and pages that never
// show a secret. Of a compressed response one can guess the content by its length, where it holds something of the guesser's too (BREACH); so answers
// to forms, which show fresh passwords and tokens, the pages with addresses of feeds, and signed links are left as they are, and lengths of the others
// are made uncertain.
var (
	compressed      = []string{"/style.css", "/script.js", "/icon.svg", "/timeline.svg", "/", "/schedule", "/new", "/requests", "/testbeds", "/use", "/use.csv", "/policy", docsPath}
	compressedBelow = []string{"/requests/", "/testbeds/", docsPath + "/"}
)

// compressible reports whether the answer to a call may be compressed.
func compressible(r *http.Request) bool {
	if r.Method != http.MethodGet || strings.HasPrefix(r.URL.Path, docsPath+"/img/") { // pictures are small already
		return false
	}
	return slices.Contains(compressed, r.URL.Path) || slices.ContainsFunc(compressedBelow, func(path string) bool { return strings.HasPrefix(r.URL.Path, path) })
}

// compressing compresses what may be.
func (s *site) compressing(next http.Handler) http.Handler {
	squeezed := s.squeeze(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if compressible(r) {
			squeezed.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
