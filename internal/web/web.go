package web

import (
	"context"
	"embed"
	"html/template"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/gzhttp"

	"berth/internal/web/manual"
	"berth/internal/web/reference"
	"berth/scheduler"
	"berth/scheduler/account"
	"berth/testbeds"
	"berth/testbeds/facilityfile"
)

//go:embed pages/*.html pages/icon.svg style/*.css script/*.js timeline/timeline.css
var files embed.FS

// styles and scripts are served as one file each: first what all pages share, then what is of one page.
var (
	styles = []string{"style/tokens.css", "style/base.css", "style/parts.css", "style/frame.css", "style/requests.css", "style/schedule.css", "style/book.css", "style/decide.css", "style/admin.css",
		"style/home.css", "style/find.css", "style/use.css", "style/apiref.css", "style/letter.css", "style/series.css", "style/docs.css", "timeline/timeline.css"}
	scripts = []string{"script/frame.js", "script/follow.js", "script/drafts.js", "script/request.js", "script/block.js", "script/book.js", "script/desk.js", "script/bubble.js", "script/schedule.js", "script/copy.js",
		"script/inbox.js", "script/find.js", "script/bell.js", "script/apiref.js"}
)

// Identity signs people in and out, and keeps their passwords and tokens.
type Identity interface {
	Authenticate(r *http.Request) (account.Actor, error)
	People(ctx context.Context, actor account.Actor, cursor string, limit int) (scheduler.Page[account.Person], error)
	Person(ctx context.Context, actor account.Actor, username string) (account.Person, error)
	PutPerson(ctx context.Context, actor account.Actor, p account.Person) (account.Person, error)
	FindPeople(ctx context.Context, actor account.Actor, by account.Search, cursor string, limit int) (page scheduler.Page[account.Person], matching, all int, err error)
	Invite(ctx context.Context, actor account.Actor, username string) (link string, i account.Invitation, err error)
	// Invited and Join, Setup and Claim need no session: having the link is enough.
	Invited(ctx context.Context, link string) (account.Invitation, error)
	Join(r *http.Request, link, password string) (secret string, err error)
	Unclaimed(ctx context.Context) (bool, error)
	Setup(ctx context.Context, link string) error
	Claim(r *http.Request, link string, p account.Person, password string) (secret string, err error)
	Mute(ctx context.Context, actor account.Actor, muted, quiet []account.Topic) (account.Person, error)
	TopicByLink(ctx context.Context, link string) (account.LinkedTopic, error)
	MuteByLink(ctx context.Context, link string, muted bool) (account.LinkedTopic, error)
	SetZone(ctx context.Context, actor account.Actor, zone string) (account.Person, error)
	Trail(ctx context.Context, actor account.Actor, f account.Filter, cursor string) (scheduler.Page[account.AuditEvent], error)
	Mentors(ctx context.Context, actor account.Actor) ([]string, error)
	SignIn(r *http.Request, username, password string) (secret string, err error)
	Session(ctx context.Context, secret string) (account.Actor, error)
	SignOut(ctx context.Context, secret string) error
	SetPassword(ctx context.Context, actor account.Actor, username, old, password string, everything bool) error
	RevokeAll(ctx context.Context, actor account.Actor, owner string) (n int, err error)
	// Stay bounds the open streams of a user; leave ends one.
	Stay(username string) (leave func(), err error)
	Create(ctx context.Context, actor account.Actor, owner, name string, scopes []account.Scope, expires *time.Time) (secret string, t account.Token, err error)
	CreateFeed(ctx context.Context, actor account.Actor, owner, name, collection string) (secret string, t account.Token, err error)
	List(ctx context.Context, actor account.Actor, owner string) ([]account.Token, error)
	Revoke(ctx context.Context, actor account.Actor, owner, id string) (account.Token, error)
	// Device reads the program behind a short code, AnswerDevice lets it in or, without scopes, does not.
	Device(ctx context.Context, actor account.Actor, code string) (account.DeviceLogin, error)
	AnswerDevice(ctx context.Context, actor account.Actor, code string, scopes []account.Scope, until *time.Time) (account.DeviceLogin, error)
}

// Deliveries lists the waiting deliveries for administrators.
type Deliveries interface {
	Backlog(ctx context.Context, channel string) (scheduler.Backlog, error)
	Deliveries(ctx context.Context, channel, target string, undone bool, below int64, limit int) ([]scheduler.Delivery, error)
	Retry(ctx context.Context, channel, request string) (int64, error)
	Pending(ctx context.Context, channel, request string) (waits bool, err error)
}

// OIDC signs in users who have identified themselves to a provider.
type OIDC interface {
	Begin(ctx context.Context) (to, kept string, err error)
	// Finish takes the state that the browser has kept, and its session here, if any.
	Finish(r *http.Request, kept, session string) (secret string, err error)
}

// CallbackPath is the address to which a provider leads back.
const CallbackPath = "/sign-in/callback"

// Options connects the pages to the rest of the instance.
type Options struct {
	Log        *slog.Logger
	Clock      func() time.Time
	Base       string // address under which people reach this instance
	Later      int64  // of the calendar's site
	Deliveries Deliveries
	Channels   []string
	Webhooks   Webhooks
	About      About
	Sample     func() (testbeds.Facility, testbeds.Catalogue, error)                  // the facility of the demo
	Invite     func(ctx context.Context, i account.Invitation, link, by string) error // mails an invitation; nil: no mail is sent
	OpenAPI    []byte                                                                 // the document of the API, for its reference
	Manual     *manual.Manual                                                         // the documents; nil: they are not served
	OIDC       OIDC                                                                   // nil: no provider
	Poll       time.Duration                                                          // time between two looks at the change log for a page that follows it; default two seconds

	Orchestrators Orchestrators // nil: none

	TestbedCalendars TestbedCalendars // nil: none
	Portals          Portals          // nil: none
}

// site holds the state shared by the handlers.
type site struct {
	reference *reference.Reference // of the API; nil for none
	service   *scheduler.Service
	people    Identity
	links     Links
	o         Options
	pages     *template.Template
	assets    map[string]asset
	squeeze   func(http.Handler) http.HandlerFunc // compresses
	drafts    *http.ServeMux                      // shows forms that were typed before a session ended
}

// Paths lists the patterns of New's handler.
var Paths = []string{"GET /{$}", "GET /schedule", "/inbox", "/notifications", "GET /search", "/style.css", "/script.js", "/icon.svg", "/timeline.svg", "/changes", "/sign-in", "/sign-in/", "/sign-out", "/new", "/use", "/use.csv", "/policy", "/requests", "/requests/", seriesPath, seriesPath + "/", "/testbeds", "/testbeds/",
	"/subscribe", "/account", "/account/", devicePath, "/admin", "/admin/", "/webhooks", deploymentsPath, portalsPath, "GET " + docsPath, "GET " + docsPath + "/", "/offers/", "/approvals/", "/needed/", "/mails/", "/invitations/", "/welcome/"}

// New serves the pages.
func New(service *scheduler.Service, people Identity, o Options) (http.Handler, error) {
	s, err := newSite(service, people, o)
	if err != nil {
		return nil, err
	}
	return s.handler(), nil
}

func newSite(service *scheduler.Service, people Identity, o Options) (*site, error) {
	s := &site{service: service, people: people, links: service, o: o}
	var err error
	if s.assets, err = readAssets(); err != nil {
		return nil, err
	}
	if o.OpenAPI != nil {
		if s.reference, err = reference.Parse(o.OpenAPI, o.Base); err != nil {
			return nil, err
		}
	}
	if s.squeeze, err = gzhttp.NewWrapper(gzhttp.EnableZstd(false), gzhttp.CompressionLevel(5), gzhttp.RandomJitter(32, 0, false)); err != nil {
		return nil, err
	}
	s.pages, err = template.New("").Funcs(functions).Funcs(template.FuncMap{"asset": s.address}).ParseFS(files, "pages/*.html")
	return s, err
}

func (s *site) handler() http.Handler {
	mux := http.NewServeMux()
	for path := range s.assets {
		mux.HandleFunc("GET "+path, s.asset)
	}
	mux.HandleFunc("GET /sign-in", s.askSignIn)
	mux.HandleFunc("POST /sign-in", s.signIn)
	mux.HandleFunc("POST /sign-out", s.signOut)
	if s.o.OIDC != nil {
		mux.HandleFunc("GET /sign-in/elsewhere", s.leave)
		mux.HandleFunc("GET "+CallbackPath, s.comeBack)
	}
	mux.HandleFunc("GET /timeline.svg", s.signedInOrToken(s.picture))
	if s.reference != nil {
		mux.HandleFunc("GET /docs/api", s.apiReference)
	}
	if s.o.Manual != nil {
		mux.HandleFunc("GET "+docsPath, s.docs)
		mux.HandleFunc("GET "+docsPath+"/", s.docs)
		mux.HandleFunc("GET "+docsPath+"/search", s.searchDocs)
		mux.HandleFunc("GET "+docsPath+"/img/{name}", s.docsPicture)
	}
	mux.HandleFunc("GET /offers/{link}", s.ask)
	mux.HandleFunc("POST /offers/{link}", s.accept)
	mux.HandleFunc("GET /approvals/{link}", s.askApproval)
	mux.HandleFunc("POST /approvals/{link}", s.approve)
	mux.HandleFunc("GET /needed/{link}", s.askNeeded)
	mux.HandleFunc("POST /needed/{link}", s.answerNeeded)
	mux.HandleFunc("GET /mails/{link}", s.askMute)
	mux.HandleFunc("POST /mails/{link}", s.mute)
	for pattern, x := range map[string]struct{ ask, act page }{"/invitations/{link}": {s.askInvited, s.join}, "/welcome/{link}": {s.askSetup, s.claim}} {
		mux.HandleFunc("GET "+pattern, s.linked(x.ask, x.act))
		mux.HandleFunc("POST "+pattern, s.linked(x.ask, x.act))
	}
	pages := map[string]page{
		"GET /{$}":                      s.home,
		"GET /schedule":                 s.schedule,
		"GET /notifications":            s.notifications,
		"GET /search":                   s.search,
		"GET /changes":                  s.changes,
		"GET /new":                      s.choose,
		"GET /requests":                 s.requests,
		"GET /requests/{number}":        s.request,
		"GET /requests/{number}/decide": s.desk,
		"GET /series":                   s.seriesList,
		"GET /series/{number}":          s.series,
	}
	maps.Copy(pages, s.settingPages())
	for pattern, h := range pages {
		mux.HandleFunc(pattern, s.signedIn(h))
	}
	mux.HandleFunc("GET /requests/{number}/calendar.ics", s.signedIn(s.requestCalendar))
	mux.HandleFunc("GET /use", s.signedIn(s.use))
	mux.HandleFunc("GET /use.csv", s.signedIn(s.useTable))
	s.drafts = http.NewServeMux()
	posts := map[string]post{
		"/new":                           {handler: s.submit, origin: s.choose, asked: true},
		"/series/{number}/take":          {handler: s.takeSeries, origin: s.series, above: true},
		"/inbox":                         {handler: s.act, origin: s.home, at: "/"},
		"/notifications":                 {handler: s.markSeen, origin: s.notifications},
		"/requests/{number}/feedback":    {handler: s.remark, origin: s.request, above: true},
		"/requests/{number}/decide":      {handler: s.decide, origin: s.request, above: true},
		"/requests/{number}/decide/take": {handler: s.settle, origin: s.desk, above: true, asked: true},
	}
	maps.Copy(posts, s.settingPosts())
	for pattern, p := range posts {
		mux.HandleFunc("POST "+pattern, s.posted(p))
		s.drafts.HandleFunc("POST "+pattern, s.resumes(p))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		var who account.Actor
		if secret := s.secret(r); secret != "" { // for the navigation
			if x, err := s.people.Session(r.Context(), secret); err == nil {
				who = x
			}
		}
		s.fail(w, r, s.zoned(r, who), scheduler.Errorf(scheduler.CodeNotFound, "there is nothing at this address")) // no echo of the address, which may hold a signed link
	})
	protection := http.NewCrossOriginProtection()
	protection.AddInsecureBypassPattern("POST /mails/{link}") // mail programs may send it from pages of their own (RFC 8058): the link alone counts
	return careful(s.compressing(protection.Handler(bounded(mux))))
}

// largestForm exceeds the size of most forms here; a facility may be larger.
const (
	largestForm     = 256 << 10
	largestFacility = 3 * facilityfile.MaxSize // forms write most characters as three
	largestDraft    = 3 * largestForm          // a form within the form of the sign-in
)

func bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		limit := int64(largestForm)
		switch {
		case strings.HasPrefix(r.URL.Path, "/admin/"):
			limit = largestFacility
		case r.URL.Path == "/sign-in":
			limit = largestDraft
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		next.ServeHTTP(w, r)
	})
}

// secretPaths begin the addresses that are secrets themselves.
var secretPaths = []string{"/offers/", "/approvals/", "/needed/", "/mails/", "/invitations/", "/welcome/"}

// careful sets headers for browsers: they load nothing from elsewhere, and pass addresses, which may be secrets, to no other site.
func careful(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Cache-Control", "no-store")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		if slices.ContainsFunc(secretPaths, func(p string) bool { return strings.HasPrefix(r.URL.Path, p) }) {
			h.Set("Referrer-Policy", "no-referrer")
		}
		next.ServeHTTP(w, r)
	})
}
