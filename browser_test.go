package kontor

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// The widths that pages are looked at: a telephone's and a desk's.
const (
	narrow = 390
	wide   = 1280
	tall   = 900
)

// chromium is the process's one browser; every window has cookies of its own.
var chromium struct {
	once sync.Once
	ctx  context.Context
	stop context.CancelFunc
	err  error
}

// browser starts Debian's Chromium, once.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("KONTOR_CI") != "" {
			t.Fatal("Chromium is not installed, and the trade in a real browser was not looked at (Debian: apt install chromium)")
		}
		t.Skip("Chromium is not installed (Debian: apt install chromium); what only a browser shows is skipped")
	}
	chromium.once.Do(func() {
		options := append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(path), chromedp.UserDataDir(filepath.Join(workshop, "chromium")), chromedp.DisableGPU,
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("hide-scrollbars", true))
		if os.Geteuid() == 0 {
			options = append(options, chromedp.NoSandbox) // Chromium refuses to run as root with it
		}
		ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, stop := chromedp.NewContext(ctx)
		chromium.ctx, chromium.stop = ctx, func() { stop(); cancel() }
		chromium.err = chromedp.Do(ctx)
	})
	if chromium.err != nil {
		t.Fatalf("start Chromium: %v", chromium.err)
	}
	return chromium.ctx
}

// closeBrowser ends it with the tests.
func closeBrowser() {
	if chromium.stop != nil {
		chromium.stop()
	}
}

// look is how a window is set up.
type look struct {
	width   int64
	dark    bool
	scripts bool
}

func (l look) String() string {
	words := []string{fmt.Sprint(l.width)}
	if l.dark {
		words = append(words, "dark")
	}
	if !l.scripts {
		words = append(words, "no-script")
	}
	return strings.Join(words, "-")
}

// visitor is a hand in a window of the browser.
type visitor struct {
	t    *testing.T
	ctx  context.Context
	base string
	look look
	code int

	mu       sync.Mutex
	heard    []string // errors of the console
	kinds    map[network.RequestID]network.ResourceType
	received map[network.ResourceType]float64 // bytes over the wire
}

// visit opens a window; it is closed with the test.
func visit(t *testing.T, base string, l look) *visitor {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser(t), chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	v := &visitor{t: t, ctx: ctx, base: base, kinds: map[network.RequestID]network.ResourceType{}, received: map[network.ResourceType]float64{}}
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a window: %v", err)
	}
	if err := chromedp.Listen(ctx, v.listen); err != nil {
		t.Fatal(err)
	}
	v.as(l)
	t.Cleanup(func() {
		if t.Failed() && v.ctx.Err() == nil {
			t.Logf("the window as it was left: %s", v.screenshot(filepath.Join(os.TempDir(), "kontor-failed"), fileName(t.Name()+"-"+v.path())))
		}
	})
	return v
}

// as sets the window up anew.
func (v *visitor) as(l look) {
	v.t.Helper()
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	v.look = l
	v.do(chromedp.EmulateViewport(l.width, tall),
		call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}),
		call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !l.scripts}))
}

// call makes a protocol command an action.
func call[P, R any](c cdp.Command[P, R], p P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, p)
		return err
	})
}

func (v *visitor) listen(ev any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch ev := ev.(type) {
	case *log.EventEntryAdded:
		if ev.Entry.Level == log.EntryLevelError {
			v.heard = append(v.heard, ev.Entry.Text+" "+ev.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		v.heard = append(v.heard, ev.ExceptionDetails.Text+" "+ev.ExceptionDetails.URL)
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError {
			v.heard = append(v.heard, "console.error")
		}
	case *network.EventResponseReceived:
		v.kinds[ev.RequestID] = ev.Type
	case *network.EventLoadingFinished:
		v.received[v.kinds[ev.RequestID]] += ev.EncodedDataLength
	}
}

// errors are what the console said since it was last asked.
func (v *visitor) errors() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	out := v.heard
	v.heard = nil
	return out
}

func (v *visitor) do(steps ...chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, wait)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		v.t.Fatalf("%s: %v", v.look, err)
	}
}

// leads does what leads to another page, and waits until that is loaded: each
// document has a time origin of its own.
func (v *visitor) leads(what string, step chromedp.Action[chromedp.Void]) {
	v.t.Helper()
	before := ask[float64](v, `performance.timeOrigin`)
	v.do(step)
	for end := time.Now().Add(wait); ; time.Sleep(20 * time.Millisecond) {
		now, err := chromedp.Run(v.ctx, chromedp.Evaluate[arrival](`({
			origin: performance.timeOrigin, ready: document.readyState === 'complete',
			status: performance.getEntriesByType('navigation')[0]?.responseStatus || 0})`))
		if err == nil && now.Ready && now.Origin != before { // between two pages there is nobody to ask
			v.code = now.Status
			return
		}
		if time.Now().After(end) {
			v.t.Fatalf("%s: %s leads nowhere (%v); the page says:\n%s", v.look, what, err, v.text())
		}
	}
}

// arrival is what a page says of how it came.
type arrival struct {
	Origin float64
	Ready  bool
	Status int
}

// ask evaluates an expression in the page, also where its scripts are off.
func ask[T any](v *visitor, expression string) T {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, wait)
	defer cancel()
	answer, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		v.t.Fatalf("%s: %v", v.look, err)
	}
	return answer
}

func (v *visitor) open(path string) {
	v.t.Helper()
	v.leads("open "+path, chromedp.Navigate(v.base+path))
}

func (v *visitor) status() int  { return v.code }
func (v *visitor) path() string { return ask[string](v, `location.pathname`) }
func (v *visitor) text() string {
	return plain(ask[string](v, `(document.querySelector('main') || document.body).innerText`))
}

func (v *visitor) links(prefix string) []string {
	v.t.Helper()
	return ask[[]string](v, `[...document.querySelectorAll('a')].map(a => a.getAttribute('href') || '').filter(h => h.startsWith(`+quoted(prefix)+`))`)
}

func (v *visitor) sees(texts ...string) {
	v.t.Helper()
	for _, text := range texts {
		here := ""
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			if here = v.text(); strings.Contains(strings.ToLower(here), strings.ToLower(text)) {
				break
			}
			if time.Now().After(end) {
				v.t.Fatalf("%s does not say %q; it says:\n%s", v.path(), text, here)
			}
		}
	}
}

// finder is a script that finds what a label names, brings it into the middle
// of the window, and tells where it lies and whether something lies over it.
const finder = `((label, kind) => {
	const plain = s => (s || '').replace(/[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069]/g, '').replace(/\s+/g, ' ').trim();
	const shown = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== 'hidden';
	let within = document;
	const cut = label.indexOf(' › ');
	if (cut >= 0) {
		const heading = label.slice(0, cut);
		label = label.slice(cut + 3);
		const h = [...document.querySelectorAll('h2, h3')].find(h => plain(h.textContent) === heading);
		if (!h) return {fault: 'there is no heading ' + heading};
		within = h.parentElement;
	}
	let best = null, rank = 0;
	for (const e of within.querySelectorAll(kind === 'field' ? 'label' : 'a[href], button, summary')) {
		if (kind !== 'field' && !shown(e)) continue;
		const name = plain(e.getAttribute('aria-label') || (kind === 'field' ? e.textContent : e.innerText));
		let r = name === label ? 3 : name.startsWith(label) ? 1 : 0;
		if (r && e.closest('main')) r++;
		if (r > rank) { best = e; rank = r; }
	}
	if (!best) return {fault: 'nothing is called ' + label};
	if (kind === 'field') {
		const control = best.control;
		if (!control) return {fault: 'the label ' + label + ' belongs to no field'};
		best = shown(control) ? control : best;
	}
	for (let d = best.parentElement; d; d = d.parentElement) if (d.tagName === 'DETAILS' && best.tagName !== 'SUMMARY') d.open = true;
	best.scrollIntoView({block: 'center', inline: 'nearest', behavior: 'instant'});
	const r = best.getClientRects()[0];
	const x = r.left + r.width / 2, y = r.top + r.height / 2;
	const over = document.elementFromPoint(x, y);
	if (!over || !(best.contains(over) || over.contains(best) || over.closest('label')?.control === best))
		return {fault: label + ' is covered by ' + (over ? over.outerHTML.slice(0, 120) : 'the edge of the window')};
	return {x, y, tag: best.tagName.toLowerCase(), top: r.top};
})`

// spot is where something lies in the window.
type spot struct {
	X, Y  float64
	Tag   string
	Fault string
}

func (v *visitor) find(label, kind string) spot {
	v.t.Helper()
	s := ask[spot](v, finder+`(`+quoted(label)+`, `+quoted(kind)+`)`)
	if s.Fault != "" {
		v.t.Fatalf("%s at %s: %s; it says:\n%s", v.path(), v.look, s.Fault, v.text())
	}
	return s
}

func (v *visitor) press(label string) {
	v.t.Helper()
	s := v.find(label, "button")
	v.leads("press "+label, chromedp.MouseClickXY(s.X, s.Y))
}

// work presses only where no script does it.
func (v *visitor) work(label, shown string) {
	v.t.Helper()
	if v.look.scripts {
		v.do(chromedp.KeyEvent("\t")) // leaving the field is what tells the script
	} else {
		v.press(label)
	}
	v.sees(shown)
}

func (v *visitor) fill(label, value string) {
	v.t.Helper()
	s := v.find(label, "field")
	if s.Tag == "select" {
		fault := ask[string](v, `((x, y, value) => {
			const s = document.elementFromPoint(x, y);
			const o = [...s.options].find(o => o.value === value || o.text.trim() === value);
			if (!o) return 'has no choice ' + value;
			s.value = o.value;
			s.dispatchEvent(new Event('change', {bubbles: true}));
			return '';
		})(`+fmt.Sprint(s.X, ",", s.Y)+`, `+quoted(value)+`)`)
		if fault != "" {
			v.t.Fatalf("%s at %s: %s %s", v.path(), v.look, label, fault)
		}
		return
	}
	v.do(chromedp.MouseClickXY(s.X, s.Y))
	ask[bool](v, `(document.activeElement.select(), true)`)
	v.do(call(input.InsertText, input.InsertTextParams{Text: value}))
}

func (v *visitor) tick(label string) {
	v.t.Helper()
	s := v.find(label, "field")
	v.do(chromedp.MouseClickXY(s.X, s.Y))
}

// screenshot keeps the whole page as a picture and returns the file's name.
func (v *visitor) screenshot(folder, name string) string {
	file := filepath.Join(folder, name+"-"+v.look.String()+".png")
	ctx, cancel := context.WithTimeout(v.ctx, wait)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		if err = os.MkdirAll(folder, 0o755); err == nil {
			err = os.WriteFile(file, png, 0o644)
		}
	}
	if err != nil {
		return err.Error()
	}
	return file
}

// keep keeps a picture where KONTOR_SCREENSHOTS asks for one.
func (v *visitor) keep(name string) {
	if folder := os.Getenv("KONTOR_SCREENSHOTS"); folder != "" {
		v.screenshot(folder, fileName(name))
	}
}

var unfit = regexp.MustCompile(`[^A-Za-z0-9]+`)

func fileName(s string) string { return strings.Trim(unfit.ReplaceAllString(s, "-"), "-") }

// quoted is a string as a script reads it.
func quoted(s string) string {
	b, _ := json.Marshal(s) // a string always can be
	return string(b)
}

// media emulates a kind of output, such as print.
func media(kind string) chromedp.Action[chromedp.Void] {
	return call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind})
}
