package app_test

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"berth/internal/app"
)

// This file is the only one that knows how a browser is driven.

//go:embed testdata/axe-core/axe.min.js
var axe string

// hall is a served demo with a browser.
type hall struct {
	t        *testing.T
	base     string
	password string
	browser  context.Context
}

// newHall starts the demo and a browser. Without chromium the test is skipped, unless BERTH_TEST_REQUIRE says that it is there.
func newHall(t *testing.T) *hall {
	t.Helper()
	return newHallWith(t, options(io.Discard))
}

// newHallWith starts the demo with options of the test.
func newHallWith(t *testing.T, o app.Options) *hall {
	t.Helper()
	h, printed := newHallOf(t, o, true)
	h.password = regexp.MustCompile(`password[^:]*: (\S+)`).FindStringSubmatch(printed)[1]
	return h
}

// newHallOf starts the demo, or an instance with an empty database, and a browser. It returns what the instance printed.
func newHallOf(t *testing.T, with app.Options, demo bool) (*hall, string) {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes long")
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil && path == "" {
			path = found
		}
	}
	if path == "" {
		if strings.Contains(os.Getenv("BERTH_TEST_REQUIRE"), "browser") {
			t.Fatal("there is no chromium, and BERTH_TEST_REQUIRE says that there is")
		}
		t.Skip("there is no chromium; make test installs Debian's")
	}
	var out bytes.Buffer
	a := app.New(settings(t), with, app.Serving{Demo: demo, Out: &out})
	if err := a.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	o := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1280, 900), chromedp.Flag("disable-dev-shm-usage", true))
	allocator, stop := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), o...)
	t.Cleanup(stop)
	browser, end := chromedp.NewContext(allocator)
	t.Cleanup(end)
	if err := chromedp.Do(browser); err != nil { // starts it
		t.Fatal(err)
	}
	return &hall{t: t, base: "http://" + a.Addr(), browser: browser}, out.String()
}

// tab is one page of a browser, without the cookies of others. A complaint of the page fails the test.
type tab struct {
	*hall
	ctx    context.Context
	clicks int

	mu       sync.Mutex
	trouble  []string
	expected string // of complaints, that are meant to be
}

// browserTimeout bounds all that one test does in a tab.
const browserTimeout = 2 * time.Minute

func (h *hall) tab(t *testing.T) *tab {
	t.Helper()
	ctx, stop := context.WithTimeout(h.browser, browserTimeout)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(end)
	copied := *h
	copied.t = t
	x := &tab{hall: &copied, ctx: ctx}
	x.do(chromedp.EmulateViewport(1280, 900))
	go func() {
		for m, err := range chromedp.Console(ctx) {
			if err != nil {
				return
			}
			if m.Type == "error" || m.Type == chromedp.ConsoleException || strings.Contains(m.Text, "Content Security Policy") {
				x.mu.Lock()
				x.trouble = append(x.trouble, m.Text)
				x.mu.Unlock()
			}
		}
	}()
	if err := chromedp.Listen(ctx, func(ev any) {
		if d, ok := ev.(*page.EventJavascriptDialogOpening); ok {
			x.mu.Lock()
			x.trouble = append(x.trouble, "a dialog opened: "+d.Message)
			x.mu.Unlock()
		}
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		for _, line := range x.trouble {
			if x.expected == "" || !strings.Contains(line, x.expected) {
				t.Errorf("the browser complains: %s", line)
			}
		}
	})
	return x
}

func (x *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	x.t.Helper()
	if err := chromedp.Do(x.ctx, steps...); err != nil {
		x.shot("failed")
		x.t.Fatal(err)
	}
}

// open goes to a page.
func (x *tab) open(path string) {
	x.t.Helper()
	x.do(chromedp.Navigate(x.base + path))
}

// click presses something that leads to another page, which is waited for.
func (x *tab) click(selector string) {
	x.t.Helper()
	x.clicks++
	if _, err := chromedp.RunResponse(x.ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		x.shot("failed")
		x.t.Fatalf("clicking %s on %s: %v\n%s", selector, x.location(), err, x.text("main"))
	}
}

// press presses something that stays on the page.
func (x *tab) press(selector string) {
	x.t.Helper()
	x.clicks++
	x.do(chromedp.Click(chromedp.CSS(selector)))
}

func (x *tab) fill(selector, value string) {
	x.t.Helper()
	x.do(chromedp.WaitReady(chromedp.CSS(selector)), chromedp.SetValue(chromedp.CSS(selector), value))
}

func (x *tab) text(selector string) string {
	x.t.Helper()
	text, err := chromedp.Run(x.ctx, chromedp.Text(chromedp.CSS(selector)))
	if err != nil {
		x.t.Fatalf("%s on %s: %v", selector, x.location(), err)
	}
	return text
}

func (x *tab) location() string {
	at, _ := chromedp.Run(x.ctx, chromedp.Location())
	return strings.TrimPrefix(at, x.base)
}

// evaluated returns the value of an expression on the page.
func evaluated[T any](x *tab, expression string) T {
	x.t.Helper()
	v, err := chromedp.Run(x.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		x.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// wants fails unless the page says something.
func (x *tab) wants(texts ...string) {
	x.t.Helper()
	shown := x.text("main")
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			x.shot("failed")
			x.t.Fatalf("%s does not say %q:\n%s", x.location(), text, shown)
		}
	}
}

// until waits until an expression is true, on this page or on one that follows it.
func (x *tab) until(expression string) {
	x.t.Helper()
	for {
		is, err := chromedp.Run(x.ctx, chromedp.Evaluate[bool](expression))
		if err == nil && is {
			return
		}
		select {
		case <-x.ctx.Done():
			x.t.Fatalf("%s never is: %v", expression, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// keys types on the keyboard.
func (x *tab) keys(keys string) {
	x.t.Helper()
	x.do(chromedp.KeyEvent(keys))
}

// withoutScripts makes the browser run none.
func (x *tab) withoutScripts() {
	x.t.Helper()
	x.do(func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		return chromedp.Void{}, err
	})
}

// wide makes the page as wide, and the browser want dark pages.
func (x *tab) wide(width int64, dark bool) {
	x.t.Helper()
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	x.do(chromedp.EmulateViewport(width, 900), func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return chromedp.Void{}, err
	})
}

// shot keeps a picture of the page where BERTH_TEST_SCREENSHOTS names a folder.
func (x *tab) shot(name string) {
	x.t.Helper()
	dir := os.Getenv("BERTH_TEST_SCREENSHOTS")
	if dir == "" {
		return
	}
	b, err := chromedp.Run(x.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		x.t.Logf("no picture: %v", err)
		return
	}
	file := filepath.Join(dir, strings.NewReplacer("/", "-", " ", "-").Replace(x.t.Name())+"-"+name+".png")
	if err := os.MkdirAll(dir, 0o755); err == nil {
		err = os.WriteFile(file, b, 0o644)
		if err != nil {
			x.t.Log(err)
		}
	}
}

// accessible checks that axe-core finds no fault on the page.
func (x *tab) accessible() {
	x.t.Helper()
	found := evaluated[string](x, axe+`; (async () => {
		const found = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] });
		return JSON.stringify(found.violations.map(v => v.id + ": " + v.nodes.map(n => n.html.slice(0, 200) + " " + n.failureSummary).slice(0, 3).join(" | ")));
	})()`)
	var violations []string
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		x.t.Fatal(err)
	}
	for _, v := range violations {
		x.t.Errorf("%s: %s", x.location(), v)
	}
}

// signIn signs a user in who wants to reach a page.
func (x *tab) signIn(who, to string) {
	x.t.Helper()
	x.open(to)
	x.fill("#username", who)
	x.fill("#password", x.password)
	x.click("main button")
	x.clicks = 0
}
