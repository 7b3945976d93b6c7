package shield

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func contextThatEnded() (context.Context, context.CancelFunc) {
	return context.WithCancel(context.Background())
}

func TestPageComesInTheFormThatItsVisitorReads(t *testing.T) {
	s := newShop(1<<20, listing)
	s.get("/listings/1")
	plain, zipped := s.get("/listings/1"), s.get("/listings/1", "Accept-Encoding", "br, gzip")
	z, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatalf("the gzip form is none: %v", err)
	}
	body, err := io.ReadAll(z)
	if err != nil || string(body) != plain.Body.String() {
		t.Errorf("the two forms of a page differ (%v)", err)
	}
	if plain.Header().Get("Etag") == zipped.Header().Get("Etag") {
		t.Error("two forms have one strong entity tag (RFC 9110 §8.8.3)")
	}
	for form, w := range map[string]*httptest.ResponseRecorder{"plain": plain, "gzip": zipped} {
		if !strings.Contains(w.Header().Get("Vary"), "Accept-Encoding") || w.Header().Get("Content-Length") == "" {
			t.Errorf("%s: %v", form, w.Header())
		}
	}
}

func TestWhoHasThePageIsToldSo(t *testing.T) {
	s := newShop(1<<20, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		listing(w, r)
	})
	etag := s.get("/listings/1").Header().Get("Etag")
	for _, c := range []struct {
		value string
		want  int
	}{
		{etag, 304}, {"W/" + etag, 304}, {`"x", ` + etag, 304}, {`"x","y" , W/` + etag + `,"z"`, 304}, {"*", 304},
		{`"x"`, 200}, {strings.Trim(etag, `"`), 200}, {etag[:len(etag)-1], 200}, {`"x` + etag, 200}, {"", 200},
	} {
		w := s.get("/listings/1", "If-None-Match", c.value)
		if w.Code != c.want {
			t.Errorf("If-None-Match: %s: got %d, want %d", c.value, w.Code, c.want)
		}
		if w.Code == 304 && (w.Body.Len() > 0 || w.Header().Get("Content-Length") != "" || w.Header().Get("Cache-Control") != "no-cache" || w.Header().Get("Etag") != etag) {
			t.Errorf("a 304 with %d bytes and %v", w.Body.Len(), w.Header())
		}
	}
	if w := s.get("/listings/1", "If-None-Match", etag, "Accept-Encoding", "gzip"); w.Code != 200 {
		t.Error("whoever has the plain form is told that it has the gzip form")
	}
}

func TestLostPageStaysLost(t *testing.T) {
	s := newShop(1<<20, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Surrogate-Control", "max-age=60")
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, "not here")
	})
	s.get("/nowhere")
	if w := s.get("/nowhere", "If-None-Match", "*"); w.Code != 404 || w.Body.String() != "not here" || s.made.Load() != 1 {
		t.Errorf("an address that is not found is answered with %d, made %d times", w.Code, s.made.Load())
	}
}

func TestAcceptEncoding(t *testing.T) {
	for value, want := range map[string]bool{
		"gzip": true, "gzip, deflate, br": true, "br;q=1.0, gzip;q=0.8, *;q=0.1": true, "GZIP": true, "x-gzip": true, "*": true,
		"": false, "br": false, "identity": false, "gzip;q=0": false, "gzip; q=0.000": false, "gzip;Q=0": false, "*;q=0": false,
		"gzip;q=0, *": false, "notgzip": false, "gzip;q=0.001": true,
	} {
		if got := takesGzip([]string{value}); got != want {
			t.Errorf("Accept-Encoding: %q takes gzip: got %v, want %v", value, got, want)
		}
	}
}

func TestPicturesAreNotCompressedAgain(t *testing.T) {
	s := newShop(1<<20, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/jpeg")
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		w.Write(make([]byte, 20_000))
	})
	s.get("/pictures/1")
	w := s.get("/pictures/1", "Accept-Encoding", "gzip")
	if w.Header().Get("Content-Encoding") != "" || w.Header().Get("Cache-Control") != "public, max-age=31536000, immutable" || w.Header().Get("Content-Type") != "image/jpeg" {
		t.Errorf("a picture comes as %v", w.Header())
	}
}

func FuzzIfNoneMatch(f *testing.F) {
	f.Add(`W/"a", "b"`, "b")
	f.Fuzz(func(t *testing.T, field, mark string) {
		etag := `"` + mark + `"`
		if matches([]string{field}, etag) && field != "*" && !strings.Contains(field, etag) && !strings.Contains(field, "*") {
			t.Fatalf("%q names %q", field, etag)
		}
		if !strings.Contains(mark, `"`) && !matches([]string{etag}, etag) {
			t.Fatalf("%q does not name itself", etag)
		}
	})
}

func FuzzAcceptEncoding(f *testing.F) {
	f.Add("br;q=1.0, gzip;q=0.8, *;q=0.1")
	f.Fuzz(func(t *testing.T, field string) {
		if takesGzip([]string{field}) && !strings.Contains(strings.ToLower(field), "gzip") && !strings.Contains(field, "*") {
			t.Fatalf("%q takes gzip", field)
		}
	})
}

func FuzzNarrow(f *testing.F) {
	f.Add("q=a+b&cur=EUR&utm=1")
	f.Add("q=%41&q=%zz;x")
	names := []string{"cur", "q"}
	f.Fuzz(func(t *testing.T, raw string) {
		query, _, ok := narrow(raw, names)
		if !ok {
			return
		}
		again, all, ok := narrow(query, names)
		if len(query) <= longestKey && (!ok || !all || again != query) {
			t.Fatalf("%q becomes %q, and that %q", raw, query, again)
		}
		r := http.Request{URL: httptest.NewRequest("GET", "/", nil).URL}
		r.URL.RawQuery = raw
		sent := r.URL.Query()
		r.URL.RawQuery = query
		kept := r.URL.Query()
		for _, name := range names {
			if !slices.Equal(sent[name], kept[name]) {
				t.Fatalf("%q: the site reads %s as %q instead of %q", raw, name, kept[name], sent[name])
			}
		}
		if len(kept) > len(names) {
			t.Fatalf("%q: more is kept than counts: %q", raw, query)
		}
	})
}

func TestQueryThatCountsAsAWhole(t *testing.T) {
	for raw, want := range map[string]string{"b=2&a=1": "b=2&a=1", "a=%41": "a=A", "": "", "x": "x="} {
		if got, _, ok := narrow(raw, nil); !ok || got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
	}
	if got, _, _ := narrow("a=1&b=2", []string{}); got != "" {
		t.Errorf("a route without parameters keeps %q", got)
	}
	if _, _, ok := narrow(strings.Repeat("a=1&", mostParameters+1), nil); ok {
		t.Error("any number of parameters is kept")
	}
}
