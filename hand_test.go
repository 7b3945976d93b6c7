package kontor

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/net/html"
)

// hand does what a person does at a page. A label is the text that people read
// or are told: of a link, a button, a field. "Heading › label" is the one in the
// section with that heading. Where a label leads nowhere the test ends, with
// what stood on the page.
type hand interface {
	open(path string)             // types an address
	press(label string)           // a link or a button; waits for the next page
	work(label, shown string)     // a button that a script may make needless: afterwards the page says shown
	fill(label, value string)     // a field; of a select the option's text or value
	tick(label string)            // a radio button or a box
	sees(texts ...string)         // the page's own part holds each
	text() string                 // the page's own part, in one line
	path() string                 // where it is, without the query
	status() int                  // HTTP status of the page
	links(prefix string) []string // addresses of the page's links that begin so
}

// caller is a hand without a browser: it reads the pages' markup, and sends
// their links and forms as HTML says.
type caller struct {
	t      *testing.T
	client *http.Client
	at     *url.URL
	code   int
	kind   string // Content-Type of the answer
	doc    *html.Node
}

func newCaller(t *testing.T, base string) *caller {
	t.Helper()
	at, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	jar, _ := cookiejar.New(nil) // fails never without options
	return &caller{t: t, client: &http.Client{Jar: jar, Timeout: wait}, at: at}
}

func (c *caller) open(path string) {
	c.t.Helper()
	to, err := c.at.Parse(path)
	if err != nil {
		c.t.Fatal(err)
	}
	c.send(http.MethodGet, to, nil)
}

func (c *caller) send(method string, to *url.URL, form url.Values) {
	c.t.Helper()
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader(form.Encode())
	} else if form != nil {
		u := *to
		u.RawQuery = form.Encode()
		to = &u
	}
	r, err := http.NewRequest(method, to.String(), body)
	if err != nil {
		c.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	a, err := c.client.Do(r)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, to, err)
	}
	defer a.Body.Close()
	if c.doc, err = html.Parse(a.Body); err != nil {
		c.t.Fatalf("%s %s: %v", method, to, err)
	}
	c.at, c.code, c.kind = a.Request.URL, a.StatusCode, a.Header.Get("Content-Type")
}

func (c *caller) path() string { return c.at.Path }
func (c *caller) status() int  { return c.code }

func (c *caller) text() string {
	c.t.Helper()
	for n := range c.all("main") {
		return textOf(n)
	}
	return textOf(c.doc)
}

func (c *caller) sees(texts ...string) {
	c.t.Helper()
	here := c.text()
	for _, text := range texts {
		if !strings.Contains(strings.ToLower(here), strings.ToLower(text)) {
			c.t.Fatalf("%s does not say %q; it says:\n%s", c.at.RequestURI(), text, here)
		}
	}
}

func (c *caller) links(prefix string) (out []string) {
	for n := range c.all("a") {
		if href := attribute(n, "href"); strings.HasPrefix(href, prefix) {
			out = append(out, href)
		}
	}
	return out
}

func (c *caller) press(label string) {
	c.t.Helper()
	n := c.named(label, func(n *html.Node) string {
		if n.Data != "a" && n.Data != "button" {
			return ""
		}
		if a := attribute(n, "aria-label"); a != "" {
			return a
		}
		return textOf(n)
	})
	if n.Data == "a" {
		c.open(attribute(n, "href"))
		return
	}
	c.submit(n)
}

func (c *caller) work(label, shown string) {
	c.t.Helper()
	c.press(label)
	c.sees(shown)
}

// submit sends the form of a button (HTML, form submission algorithm).
func (c *caller) submit(button *html.Node) {
	c.t.Helper()
	form := c.formOf(button)
	if form == nil {
		c.t.Fatalf("%s: the button %q belongs to no form", c.at, textOf(button))
	}
	values := url.Values{}
	for n := range elements(c.doc) {
		name := attribute(n, "name")
		if name == "" || has(n, "disabled") || c.formOf(n) != form {
			continue
		}
		switch n.Data {
		case "input":
			kind := attribute(n, "type")
			if (kind == "checkbox" || kind == "radio") && !has(n, "checked") || kind == "submit" {
				continue
			}
			values.Add(name, attribute(n, "value"))
		case "textarea":
			values.Add(name, strings.TrimPrefix(rawText(n), "\n"))
		case "select":
			values.Add(name, chosen(n))
		case "button":
			if n == button {
				values.Add(name, attribute(n, "value"))
			}
		}
	}
	first := func(a, b string) string {
		if a != "" {
			return a
		}
		return b
	}
	method := strings.ToUpper(first(attribute(button, "formmethod"), first(attribute(form, "method"), http.MethodGet)))
	to, err := c.at.Parse(first(attribute(button, "formaction"), attribute(form, "action")))
	if err != nil {
		c.t.Fatal(err)
	}
	c.send(method, to, values)
}

func (c *caller) formOf(n *html.Node) *html.Node {
	if id := attribute(n, "form"); id != "" {
		return c.byID(id)
	}
	for n = n.Parent; n != nil; n = n.Parent {
		if n.Data == "form" {
			return n
		}
	}
	return nil
}

func (c *caller) fill(label, value string) {
	c.t.Helper()
	n := c.field(label)
	switch n.Data {
	case "select":
		found := false
		for o := range elements(n) {
			if o.Data != "option" {
				continue
			}
			drop(o, "selected")
			if !found && (attribute(o, "value") == value || textOf(o) == value) {
				set(o, "selected", "")
				found = true
			}
		}
		if !found {
			c.t.Fatalf("%s: the choice %q has no %q", c.at, label, value)
		}
	case "textarea":
		n.FirstChild, n.LastChild = nil, nil
		n.AppendChild(&html.Node{Type: html.TextNode, Data: value})
	default:
		set(n, "value", value)
	}
}

func (c *caller) tick(label string) {
	c.t.Helper()
	n := c.field(label)
	if attribute(n, "type") == "radio" {
		for o := range elements(c.doc) {
			if attribute(o, "name") == attribute(n, "name") && c.formOf(o) == c.formOf(n) {
				drop(o, "checked")
			}
		}
	}
	set(n, "checked", "")
}

// field is what a label stands for.
func (c *caller) field(label string) *html.Node {
	c.t.Helper()
	l := c.named(label, func(n *html.Node) string {
		if n.Data != "label" {
			return ""
		}
		return textOf(n)
	})
	if id := attribute(l, "for"); id != "" {
		if n := c.byID(id); n != nil {
			return n
		}
		c.t.Fatalf("%s: the label %q is for #%s, which is not there", c.at, label, id)
	}
	for n := range elements(l) {
		if n.Data == "input" || n.Data == "select" || n.Data == "textarea" {
			return n
		}
	}
	c.t.Fatalf("%s: the label %q holds no field", c.at, label)
	return nil
}

// named finds the element with a label: the one that it says whole, else the
// first that it begins; in the page's own part before the head and foot.
func (c *caller) named(label string, name func(*html.Node) string) *html.Node {
	c.t.Helper()
	within := c.doc
	if heading, rest, ok := strings.Cut(label, " › "); ok {
		label, within = rest, nil
		for n := range elements(c.doc) {
			if (n.Data == "h2" || n.Data == "h3") && textOf(n) == heading {
				within = n.Parent
				break
			}
		}
		if within == nil {
			c.t.Fatalf("%s has no heading %q; it says:\n%s", c.at, heading, c.text())
		}
	}
	var best *html.Node
	rank := 0
	for n := range elements(within) {
		text := name(n)
		r := 0
		switch {
		case text == "":
			continue
		case text == label:
			r = 3
		case strings.HasPrefix(text, label):
			r = 1
		default:
			continue
		}
		if inMain(n) {
			r++
		}
		if r > rank {
			best, rank = n, r
		}
	}
	if best == nil {
		c.t.Fatalf("%s has nothing that is called %q; it says:\n%s", c.at, label, c.text())
	}
	return best
}

func (c *caller) byID(id string) *html.Node {
	for n := range elements(c.doc) {
		if attribute(n, "id") == id {
			return n
		}
	}
	return nil
}

func (c *caller) all(tag string) func(yield func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for n := range elements(c.doc) {
			if n.Data == tag && !yield(n) {
				return
			}
		}
	}
}

// elements are all elements under n.
func elements(n *html.Node) func(yield func(*html.Node) bool) {
	return func(yield func(*html.Node) bool) {
		for d := range n.Descendants() {
			if d.Type == html.ElementNode && !yield(d) {
				return
			}
		}
	}
}

func inMain(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n.Data == "main" {
			return true
		}
	}
	return false
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func drop(n *html.Node, name string) {
	for i, a := range n.Attr {
		if a.Key == name {
			n.Attr = append(n.Attr[:i:i], n.Attr[i+1:]...)
			return
		}
	}
}

func set(n *html.Node, name, value string) {
	drop(n, name)
	n.Attr = append(n.Attr, html.Attribute{Key: name, Val: value})
}

// chosen is the value of a select.
func chosen(n *html.Node) string {
	value, first := "", true
	for o := range elements(n) {
		if o.Data == "option" && (first || has(o, "selected")) {
			value, first = attribute(o, "value"), false
			if !has(o, "value") {
				value = textOf(o)
			}
		}
	}
	return value
}

func rawText(n *html.Node) string {
	var b bytes.Buffer
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// textOf is the text under n in one line, without the choices of a select.
func textOf(n *html.Node) string {
	if n.Data == "option" {
		return plain(rawText(n))
	}
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch n.Data {
		case "option", "script", "style":
			if n.Type == html.ElementNode {
				return
			}
		}
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for d := n.FirstChild; d != nil; d = d.NextSibling {
			walk(d)
		}
		switch n.Data {
		case "b", "i", "a", "bdi", "em", "s", "small", "strong":
		default:
			if n.Type == html.ElementNode {
				b.WriteByte(' ')
			}
		}
	}
	walk(n)
	return plain(b.String())
}

// plain is a text as it is read: one blank between words, no marks that only
// steer the direction.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// eventually asks until ok, for what the house does by itself a moment later.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(wait); !ok(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after %v still not so: %s", wait, what)
		}
	}
}

// minor reads every amount that stands after label in text, in hundredths.
func minor(text, label string) (out []int64) {
	amount := regexp.MustCompile(`(?i)` + regexp.QuoteMeta(label) + `[^0-9]{0,25}([0-9][0-9,]*)\.([0-9]{2})`)
	for _, m := range amount.FindAllStringSubmatch(text, -1) {
		n, err := strconv.ParseInt(strings.ReplaceAll(m[1], ",", "")+m[2], 10, 64)
		if err == nil {
			out = append(out, n)
		}
	}
	return out
}
