package browser

import (
	"net/url"
	"reflect"
	"testing"
)

const shop = `<!doctype html><title>T</title><link rel="stylesheet" href="/app.css"><link rel="icon" href="/icon.svg"><script src="/x.js"></script>
<nav hx-get="/me" hx-trigger="load"><a href="/cart#sum">Cart</a> <a href="//other.example/">Other</a> <a href="https://other.example/">Other</a></nav>
<form action="/search"><input name="q" value="x"></form>
<input name="quantity" form="buy" value="20">
<form id="buy" method="post" action="/cart/lines">
 <input type="hidden" name="variant" value="v1"><input name="gone" value="1" disabled>
 <input type="checkbox" name="gift" value="yes"><input type="radio" name="way" value="road" checked><input type="radio" name="way" value="air">
 <select name="to"><option value="AT">Austria<option value="DE" selected>Germany</select><select name="size"><option>S</option><option>M</option></select>
 <textarea name="note">As before</textarea><button name="do" value="put">Put in</button>
</form>
<img src="/pictures/1/320"><script>var x = "not text"</script><p>Two  words</p>`

func TestAFormIsReadAsABrowserSendsIt(t *testing.T) {
	p := &Page{Body: []byte(shop)}
	f, ok := p.PostForm("/cart", "variant", "quantity")
	want := url.Values{"quantity": {"20"}, "variant": {"v1"}, "way": {"road"}, "to": {"DE"}, "size": {"S"}, "note": {"As before"}}
	if !ok || f.Action != "/cart/lines" || !reflect.DeepEqual(f.Values, want) {
		t.Errorf("the form is read as %v, want %v", f, want)
	}
	if _, ok := p.PostForm("/cart", "password"); ok {
		t.Error("a form without a wanted field was found")
	}
	if _, ok := p.PostForm("/search"); ok {
		t.Error("a form that asks was taken for one that sends")
	}
}

func TestWhatAPageLeadsTo(t *testing.T) {
	p := &Page{Body: []byte(shop)}
	if got, want := p.Links(), []string{"/cart"}; !reflect.DeepEqual(got, want) {
		t.Errorf("links are %v, want %v", got, want)
	}
	if got, want := p.Parts(), []string{"/app.css", "/x.js", "/me", "/pictures/1/320"}; !reflect.DeepEqual(got, want) {
		t.Errorf("parts are %v, want %v", got, want)
	}
}

// FuzzPage reads what a site may send: nothing makes it panic, and links stay on
// the site.
func FuzzPage(f *testing.F) {
	f.Add(shop)
	f.Add("<form method=post action=/cart><select name=a><option")
	f.Fuzz(func(t *testing.T, text string) {
		p := &Page{Body: []byte(text)}
		p.PostForm("/", "a")
		p.Text()
		for _, l := range append(p.Links(), p.Parts()...) {
			if len(l) == 0 || l[0] != '/' || len(l) > 1 && l[1] == '/' {
				t.Errorf("the link %q leads away", l)
			}
		}
	})
}
