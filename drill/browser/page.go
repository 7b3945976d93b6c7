package browser

import (
	"bytes"
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Form is a form as it stands on a page.
type Form struct {
	Action string     // path and query
	Values url.Values // what a browser would send, without the button
}

// Links are the addresses of the page's links within the site, in order, with
// those of head and foot; fragments are cut off.
func (p *Page) Links() []string {
	var links []string
	p.tags(func(t html.Token) {
		if t.Data != "a" {
			return
		}
		href, _, _ := strings.Cut(attribute(t.Attr, "href"), "#")
		if strings.HasPrefix(href, "/") && !strings.HasPrefix(href, "//") {
			links = append(links, href)
		}
	})
	return links
}

// Parts are what a browser fetches besides a page: stylesheets, scripts and
// pictures, and fragments that a script asks for when the page is open.
func (p *Page) Parts() []string {
	var parts []string
	add := func(path string) {
		if strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") {
			parts = append(parts, path)
		}
	}
	p.tags(func(t html.Token) {
		switch t.Data {
		case "link":
			if attribute(t.Attr, "rel") == "stylesheet" {
				add(attribute(t.Attr, "href"))
			}
		case "script", "img":
			add(attribute(t.Attr, "src"))
		default:
			if attribute(t.Attr, "hx-trigger") == "load" {
				add(attribute(t.Attr, "hx-get"))
			}
		}
	})
	return parts
}

// tags calls f with each start tag.
func (p *Page) tags(f func(html.Token)) {
	z := html.NewTokenizer(bytes.NewReader(p.Body))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			f(z.Token())
		}
	}
}

// PostForm finds the first form that is sent by POST, whose action begins so and
// that has all the named fields, read as HTML's form submission says (HTML,
// 4.10.21).
func (p *Page) PostForm(action string, fields ...string) (Form, bool) {
	doc, err := html.Parse(bytes.NewReader(p.Body))
	if err != nil {
		return Form{}, false
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" || !strings.EqualFold(attribute(n.Attr, "method"), "post") || !strings.HasPrefix(attribute(n.Attr, "action"), action) {
			continue
		}
		f := Form{Action: attribute(n.Attr, "action"), Values: filled(doc, n)}
		whole := true
		for _, name := range fields {
			whole = whole && f.Values.Has(name)
		}
		if whole {
			return f, true
		}
	}
	return Form{}, false
}

// filled is what a form would send.
func filled(doc, form *html.Node) url.Values {
	values := url.Values{}
	for n := range doc.Descendants() {
		name := attribute(n.Attr, "name")
		if n.Type != html.ElementNode || name == "" || has(n.Attr, "disabled") || !belongs(n, form) {
			continue
		}
		switch n.Data {
		case "input":
			kind := attribute(n.Attr, "type")
			if (kind == "checkbox" || kind == "radio") && !has(n.Attr, "checked") || kind == "submit" || kind == "button" {
				continue
			}
			values.Add(name, attribute(n.Attr, "value"))
		case "textarea":
			values.Add(name, text(n))
		case "select":
			values.Add(name, chosen(n))
		}
	}
	return values
}

// belongs tells whether a field is the form's: by its form attribute, else by
// where it stands.
func belongs(n, form *html.Node) bool {
	if id := attribute(n.Attr, "form"); id != "" {
		return id == attribute(form.Attr, "id")
	}
	for n = n.Parent; n != nil; n = n.Parent {
		if n.Type == html.ElementNode && n.Data == "form" {
			return n == form
		}
	}
	return false
}

// chosen is the value of a select: the first option unless another is selected.
func chosen(n *html.Node) string {
	value, first := "", true
	for o := range n.Descendants() {
		if o.Type != html.ElementNode || o.Data != "option" || !first && !has(o.Attr, "selected") {
			continue
		}
		first = false
		if value = attribute(o.Attr, "value"); !has(o.Attr, "value") {
			value = strings.TrimSpace(text(o))
		}
	}
	return value
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// Text is what people read on the page, in one line.
func (p *Page) Text() string {
	var b strings.Builder
	z := html.NewTokenizer(bytes.NewReader(p.Body))
	for hidden := 0; ; {
		switch z.Next() {
		case html.ErrorToken:
			return strings.Join(strings.Fields(b.String()), " ")
		case html.StartTagToken:
			if name, _ := z.TagName(); string(name) == "script" || string(name) == "style" || string(name) == "option" {
				hidden++
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); string(name) == "script" || string(name) == "style" || string(name) == "option" {
				hidden--
			}
			b.WriteByte(' ')
		case html.TextToken:
			if hidden <= 0 {
				b.Write(z.Text())
			}
		}
	}
}

func attribute(list []html.Attribute, name string) string {
	for _, a := range list {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(list []html.Attribute, name string) bool {
	for _, a := range list {
		if a.Key == name {
			return true
		}
	}
	return false
}
