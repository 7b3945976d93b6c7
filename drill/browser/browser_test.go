package browser

import (
	"compress/gzip"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

// visit opens a browser at a site that the handler is.
func visit(t *testing.T, h http.HandlerFunc) *Browser {
	t.Helper()
	site := httptest.NewServer(h)
	t.Cleanup(site.Close)
	u, err := url.Parse(site.URL)
	if err != nil {
		t.Fatal(err)
	}
	b := New(Line{URL: u, Dial: func(ctx context.Context, from netip.Addr) (net.Conn, error) {
		return (&net.Dialer{LocalAddr: &net.TCPAddr{IP: from.AsSlice()}}).DialContext(ctx, "tcp", u.Host)
	}}, netip.MustParseAddr("127.40.7.9"), Desk)
	t.Cleanup(b.Close)
	return b
}

func TestABrowserKeepsCookiesAndTellsWhereItComesFrom(t *testing.T) {
	var seen []string
	b := visit(t, func(w http.ResponseWriter, r *http.Request) {
		referer, _ := url.Parse(r.Referer())
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		seen = append(seen, fmt.Sprint(r.Method, " ", r.URL.Path, " from ", referer.Path, " with ", r.Header.Get("Cookie"), " at ", host))
		switch r.URL.Path {
		case "/in":
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "s1"})
			http.SetCookie(w, &http.Cookie{Name: "cart", Value: "c1"})
			http.Redirect(w, r, "/here", http.StatusSeeOther)
		case "/out":
			http.SetCookie(w, &http.Cookie{Name: "cart", Value: "", MaxAge: -1})
		}
	})
	for _, path := range []string{"/", "/out", "/last"} {
		if path == "/out" {
			if _, err := b.Post(t.Context(), "/in", url.Values{"a": {"b"}}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.Get(t.Context(), path); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"GET / from  with  at 127.40.7.9", "POST /in from / with  at 127.40.7.9", "GET /here from / with session=s1; cart=c1 at 127.40.7.9",
		"GET /out from /here with session=s1; cart=c1 at 127.40.7.9", "GET /last from /out with session=s1 at 127.40.7.9",
	}
	if !reflect.DeepEqual(seen, want) {
		t.Errorf("a site sees\n%s\nwant\n%s", strings.Join(seen, "\n"), strings.Join(want, "\n"))
	}
}

func TestEachExchangeIsTold(t *testing.T) {
	b := visit(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/form":
			http.Redirect(w, r, "/done", http.StatusSeeOther)
		case "/gone":
			panic(http.ErrAbortHandler)
		}
	})
	var told []string
	b.Trace = func(e Exchange) {
		told = append(told, fmt.Sprint(e.Method, " ", e.Path, " ", e.Status, " ", e.Part, " ", e.Err != nil))
	}
	if _, err := b.Post(t.Context(), "/form", url.Values{}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Part(t.Context(), "/app.css"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Get(t.Context(), "/gone"); err == nil {
		t.Error("a connection that broke is a page")
	}
	want := []string{"POST /form 303 false false", "GET /done 200 false false", "GET /app.css 200 true false", "GET /gone 0 false true"}
	if !reflect.DeepEqual(told, want) {
		t.Errorf("told were %v, want %v", told, want)
	}
}

func TestPagesAreOpened(t *testing.T) {
	b := visit(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Errorf("a browser that takes %q pays for more than it has to", r.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		fmt.Fprint(z, "<p>Shirts</p>")
		z.Close()
	})
	p, err := b.Get(t.Context(), "/")
	if err != nil || string(p.Body) != "<p>Shirts</p>" {
		t.Errorf("the page is %q: %v", p.Body, err)
	}
}

func TestASiteThatLeadsRoundInCirclesEnds(t *testing.T) {
	b := visit(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/again", http.StatusFound) })
	if _, err := b.Get(t.Context(), "/"); err == nil {
		t.Error("a redirect to itself is a page")
	}
}

func TestABrowserStaysOnItsSite(t *testing.T) {
	b := visit(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://192.0.2.1/", http.StatusFound)
	})
	if p, err := b.Get(t.Context(), "/"); err != nil || p.Status != http.StatusFound {
		t.Errorf("a redirect to another site was followed: %v", err)
	}
}
