package api

import (
	"context"
	"database/sql"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"berth/internal/metrics"
	"berth/scheduler"
	"berth/scheduler/account"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"
)

// Database is the source of health and metrics.
type Database interface {
	Ping(ctx context.Context) error
	Stats() sql.DBStats
}

// Identity authenticates callers, and manages accounts: people, passwords, tokens.
type Identity interface {
	Authenticate(r *http.Request) (account.Actor, error)
	People(ctx context.Context, actor account.Actor, cursor string, limit int) (scheduler.Page[account.Person], error)
	Person(ctx context.Context, actor account.Actor, username string) (account.Person, error)
	PutPerson(ctx context.Context, actor account.Actor, p account.Person) (account.Person, error)
	Mute(ctx context.Context, actor account.Actor, muted, quiet []account.Topic) (account.Person, error)
	Trail(ctx context.Context, actor account.Actor, f account.Filter, cursor string) (scheduler.Page[account.AuditEvent], error)
	// HashPassword hashes a new password; the error names the rule that it breaks.
	HashPassword(password string) (string, error)
	SetPassword(ctx context.Context, actor account.Actor, username, old, password string, everything bool) error
	RevokeAll(ctx context.Context, actor account.Actor, owner string) (n int, err error)
	// Stay reserves one of a person's streams; leave releases it.
	Stay(username string) (leave func(), err error)
	Create(ctx context.Context, actor account.Actor, owner, name string, scopes []account.Scope, expires *time.Time) (secret string, t account.Token, err error)
	List(ctx context.Context, actor account.Actor, owner string) ([]account.Token, error)
	CreateFeed(ctx context.Context, actor account.Actor, owner, name, collection string) (secret string, t account.Token, err error)
	Revoke(ctx context.Context, actor account.Actor, owner, id string) (account.Token, error)
	// AskDevice begins to wait for somebody who lets a program in, PollDevice asks for the answer; both take the address of the caller.
	AskDevice(ctx context.Context, remote, program string, scopes []account.Scope) (account.DeviceCodes, error)
	PollDevice(ctx context.Context, remote, secret string) (token string, t account.Token, state account.LoginState, err error)
}

// Calendars stores people's views of their calendars: values by collection and name.
type Calendars interface {
	CalendarProperties(ctx context.Context, owner string) (map[string]map[string]string, error)
	SetCalendarProperties(ctx context.Context, owner, collection string, values map[string]*string) error
}

// Options configure the API.
type Options struct {
	Log           *slog.Logger
	Clock         func() time.Time
	Version       string
	Base          string // public address of this instance, for links
	Database      Database
	Calendars     Calendars
	Deliveries    Deliveries
	Webhooks      Webhooks
	Orchestrators Orchestrators

	TestbedCalendars TestbedCalendars
	Portals          Portals
	Channels         []string         // of deliveries
	Metrics          *metrics.Metrics // default: figures of its own
	MaxBody          int64            // of a facility or catalogue; default 4 MiB
	Poll             time.Duration    // interval of polling the change log for event streams; default one second
}

// api holds the parts that the handlers share.
type api struct {
	service *scheduler.Service
	auth    Identity
	log     *slog.Logger
	o       Options
	huma    huma.API
	router  chi.Router
	feed    *feed
}

// New builds the handler for everything below /api/v1, health and metrics.
func New(service *scheduler.Service, people Identity, o Options) http.Handler {
	return newAPI(service, people, o).router
}

// prefix is the path of the API.
const prefix = "/api/v1"

const smallBody = 1 << 20

func newAPI(service *scheduler.Service, people Identity, o Options) *api {
	if o.MaxBody == 0 {
		o.MaxBody = 4 << 20
	}
	if o.Metrics == nil {
		o.Metrics = metrics.New(o.Version)
	}
	if o.Poll == 0 {
		o.Poll = time.Second
	}
	a := &api{service: service, auth: people, log: o.Log, o: o, router: chi.NewRouter()}
	figures(o)
	measured := func(next http.Handler) http.Handler { return o.Metrics.Measured(pattern, next) }
	a.feed = newFeed(service, o.Poll)
	a.router.Use(a.trace, a.logged, a.recovered, secured, measured, gathered, portalClients)
	a.router.NotFound(func(w http.ResponseWriter, r *http.Request) {
		a.traced(r.Context(), newProblem(http.StatusNotFound, "nothing is here; see "+prefix+"/openapi.json")).write(w)
	})
	a.router.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		a.traced(r.Context(), newProblem(http.StatusMethodNotAllowed, r.Method+" is not possible here")).write(w)
	})
	a.health()
	a.router.Route(prefix, func(r chi.Router) {
		a.huma = humachi.New(r, a.config())
		a.routes()
		a.documentEvents()
		a.complete()
		r.Get("/openapi.json", a.serveDocument(a.document))
		r.Get("/openapi-3.0.json", a.serveDocument(a.document30))
		r.Get("/events", a.events)
	})
	return a
}

func (a *api) config() huma.Config {
	c := huma.DefaultConfig("Berth", Version)
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.RejectUnknownQueryParameters = true
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.Transformers = []huma.Transformer{a.reshape}
	c.Info.Description = description
	c.Info.Contact = &huma.Contact{Name: "The administrators of your Berth"}
	c.Info.License = &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}
	c.Servers = []*huma.Server{{URL: prefix}}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "A token."},
		"apikey": {Type: "apiKey", In: "header", Name: "X-APIKEY", Description: "A token, below /portal only: as the portal's programs send their key."},
		"basic":  {Type: "http", Scheme: "basic", Description: "Username and password, or a token as the password."},
	}
	return c
}

const description = `Berth books testbed slots for 5G experiments.

Times are RFC 3339 in whole seconds; slots are half-open. Errors are RFC 9457 problems: errors lists every field that breaks a rule, and a
slot that does not fit is a 409 with conflicts and alternatives. Requests are addressed by UUID or number. Resources that can be changed have an
ETag; with If-Match a lost update becomes a 412. Idempotency-Key makes a call that creates something safe to repeat. Lists take limit and cursor;
next is the cursor of the next page. dry_run gives the full answer and changes nothing.`

// operation describes a route.
type operation struct {
	id      string
	method  string
	path    string
	summary string
	tag     string
	status  int   // default 200
	body    int64 // largest body; default 1 MiB
	more    string
	raw     []string // content types of a body that the handler decodes itself
}

// add registers an operation. Its handler runs for actors whom access admits, and its errors become problems.
func add[I, O any](a *api, op operation, handle func(ctx context.Context, actor account.Actor, in *I) (*O, error)) {
	x, known := routes[op.id]
	if !known {
		panic("operation " + op.id + " is missing in the table of routes")
	}
	o := huma.Operation{OperationID: op.id, Method: op.method, Path: op.path, Summary: op.summary, Description: op.more, Tags: []string{op.tag},
		DefaultStatus: op.status, MaxBodyBytes: max(op.body, smallBody), Errors: []int{400, 422, 500},
		Middlewares: huma.Middlewares{a.entrance(x)}}
	o.Extensions = map[string]any{"x-who": x.said()}
	if x.public {
		o.Security = []map[string][]string{{}}
	} else {
		o.Security = []map[string][]string{{"bearer": {}}, {"basic": {}}}
		if strings.HasPrefix(op.path, "/portal/") {
			o.Security = append(o.Security, map[string][]string{"apikey": {}})
		}
		o.Errors = []int{400, 401, 403, 404, 409, 412, 422, 429, 500, 503}
	}
	if op.raw != nil {
		o.SkipValidateBody = true
		o.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
		for _, kind := range op.raw {
			o.RequestBody.Content[kind] = &huma.MediaType{Schema: &huma.Schema{}}
		}
	}
	huma.Register(a.huma, o, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, actorOf(ctx), in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
}

type actorKey struct{}

func actorOf(ctx context.Context) account.Actor {
	actor, _ := ctx.Value(actorKey{}).(account.Actor)
	return actor
}

// entrance authenticates the caller and admits those who may use the route.
func (a *api) entrance(x access) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if x.public {
			next(ctx)
			return
		}
		r, w := humachi.Unwrap(ctx)
		call := scheduler.OneCall(r.Context())
		actor, err := a.admit(r.WithContext(call), x)
		if err != nil {
			a.problem(r.Context(), err).write(w)
			return
		}
		next(huma.WithContext(ctx, context.WithValue(call, actorKey{}, actor)))
	}
}

func (a *api) admit(r *http.Request, x access) (account.Actor, error) {
	actor, err := a.auth.Authenticate(r)
	if err != nil {
		return actor, err
	}
	if !x.allows(actor) {
		return actor, scheduler.Errorf(scheduler.CodeForbidden, "%s may not do this, or not with this token", actor.Username)
	}
	noted(r.Context(), actor.Username)
	return actor, nil
}

// routes registers every operation.
func (a *api) routes() {
	for _, register := range []func(){a.facilityRoutes, a.availabilityRoutes, a.requestRoutes, a.decisionRoutes, a.seriesRoutes, a.threadRoutes, a.peopleRoutes, a.tokenRoutes, a.deviceRoutes, a.calendarRoutes, a.feedRoutes, a.portalRoutes, a.portalClientRoutes, a.deliveryRoutes, a.webhookRoutes, a.orchestratorRoutes, a.testbedCalendarRoutes, a.intakeRoutes, a.reportRoutes, a.policyRoutes} {
		register()
	}
}
