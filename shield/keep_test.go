package shield

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestHowLongAnAnswerIsKept(t *testing.T) {
	const minute = tick(time.Minute)
	for _, c := range []struct {
		name   string
		status int
		fields []string
		want   lifetime
		ok     bool
	}{
		{"as the site tells the shield", 200, []string{"Surrogate-Control", "max-age=60, stale-while-revalidate=30"}, lifetime{minute, minute / 2}, true},
		{"whatever it tells browsers", 200, []string{"Surrogate-Control", "max-age=60", "Cache-Control", "no-cache"}, lifetime{minute, 0}, true},
		{"as any shared cache may", 200, []string{"Cache-Control", "public, max-age=60"}, lifetime{minute, 0}, true},
		{"longer in shared caches", 200, []string{"Cache-Control", "max-age=1, s-maxage=60"}, lifetime{minute, 0}, true},
		{"with names in capitals and quotes", 200, []string{"Cache-Control", `Public, MAX-AGE="60"`}, lifetime{minute, 0}, true},
		{"no longer than a day", 200, []string{"Cache-Control", "max-age=31536000, immutable"}, lifetime{mostFresh, 0}, true},
		{"an address not found, for a moment", 404, []string{"Surrogate-Control", "max-age=60, stale-while-revalidate=30"}, lifetime{lostFresh, 0}, true},
		{"by theme", 200, []string{"Surrogate-Control", "max-age=60", "Vary", "Accept-Encoding, Cookie"}, lifetime{minute, 0}, true},
		{"not if the site says nothing", 200, nil, lifetime{}, false},
		{"not what is one visitor's", 200, []string{"Cache-Control", "private, max-age=60"}, lifetime{}, false},
		{"not what must not be stored", 200, []string{"Cache-Control", "no-store, max-age=60"}, lifetime{}, false},
		{"as the site tells us, whatever it tells browsers", 200, []string{"Cache-Control", "private, no-store", "Surrogate-Control", "max-age=60"}, lifetime{fresh: 60e9}, true},
		{"not what the shield must not store", 200, []string{"Surrogate-Control", "no-store, max-age=60"}, lifetime{}, false},
		{"not what must be asked for each time", 200, []string{"Cache-Control", "no-cache, max-age=60"}, lifetime{}, false},
		{"not with a cookie", 200, []string{"Surrogate-Control", "max-age=60", "Set-Cookie", "a=b"}, lifetime{}, false},
		{"not what differs by language", 200, []string{"Surrogate-Control", "max-age=60", "Vary", "Accept-Language"}, lifetime{}, false},
		{"not what differs by everything", 200, []string{"Surrogate-Control", "max-age=60", "Vary", "*"}, lifetime{}, false},
		{"not a redirect", 301, []string{"Surrogate-Control", "max-age=60"}, lifetime{}, false},
		{"not an error", 500, []string{"Surrogate-Control", "max-age=60"}, lifetime{}, false},
		{"not a part of a file", 206, []string{"Surrogate-Control", "max-age=60"}, lifetime{}, false},
		{"not what is compressed already", 200, []string{"Surrogate-Control", "max-age=60", "Content-Encoding", "br"}, lifetime{}, false},
		{"not for no time", 200, []string{"Surrogate-Control", "max-age=0"}, lifetime{}, false},
		{"not for a time that can't be read", 200, []string{"Cache-Control", "max-age=-60"}, lifetime{}, false},
		{"not with more tags than are counted", 200, []string{"Surrogate-Control", "max-age=60", "Surrogate-Key", manyTags(mostTags + 1)}, lifetime{}, false},
	} {
		h := http.Header{}
		for i := 0; i < len(c.fields); i += 2 {
			h.Add(c.fields[i], c.fields[i+1])
		}
		if got, ok := lifetimeOf(c.status, h); got != c.want || ok != c.ok {
			t.Errorf("an answer is kept %s: got %v, %v; want %v, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}

func manyTags(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(" tag-" + strconv.Itoa(i))
	}
	return b.String()
}

func TestAnswerThatIsNotKeptArrivesAsItWasSent(t *testing.T) {
	big := strings.Repeat("x", mostKept+1)
	for _, c := range []struct {
		name string
		site http.HandlerFunc
		code int
		body string
	}{
		{"one that is too large", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Surrogate-Control", "max-age=60")
			for i := 0; i < len(big); i += 100_000 {
				w.Write([]byte(big[i:min(i+100_000, len(big))]))
			}
		}, 200, big},
		{"one that says beforehand that it is too large", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Surrogate-Control", "max-age=60")
			w.Header().Set("Content-Length", strconv.Itoa(len(big)))
			w.Write([]byte(big))
		}, 200, big},
		{"one that comes bit by bit", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Surrogate-Control", "max-age=60")
			w.Write([]byte("first "))
			http.NewResponseController(w).Flush()
			w.Write([]byte("second"))
		}, 200, "first second"},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusSeeOther) }, 303, "<a href=\"/elsewhere\">See Other</a>.\n\n"},
		{"an error", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "ours", 500) }, 500, "ours\n"},
		{"nothing at all", func(w http.ResponseWriter, r *http.Request) {}, 200, ""},
	} {
		s := newShop(4<<20, c.site)
		w := s.get("/listings/1")
		if w.Code != c.code || w.Body.String() != c.body {
			t.Errorf("%s: arrived as %d with %d bytes, want %d with %d", c.name, w.Code, w.Body.Len(), c.code, len(c.body))
		}
		if w.Header().Get("Surrogate-Control") != "" {
			t.Errorf("%s: Surrogate-Control reached a visitor", c.name)
		}
		if _, pages := s.cache.size(); pages != 0 {
			t.Errorf("%s: it was kept", c.name)
		}
	}
}

func TestAnswerThatBreaksOffIsNotKept(t *testing.T) {
	s := newShop(1<<20, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Surrogate-Control", "max-age=60")
		w.Header().Set("Content-Length", "100")
		w.Write([]byte("half"))
	})
	s.get("/listings/1")
	if _, pages := s.cache.size(); pages != 0 {
		t.Error("everybody gets half a page for a minute")
	}
}

func TestPageIsMadeToTheEndThoughItsVisitorGoes(t *testing.T) {
	s := newShop(1<<20, func(w http.ResponseWriter, r *http.Request) {
		if err := r.Context().Err(); err != nil {
			http.Error(w, err.Error(), 500)
			return
		}
		if end, ok := r.Context().Deadline(); !ok || time.Until(end) > longestMake {
			t.Error("a page may be made for ever")
		}
		listing(w, r)
	})
	r := httptest.NewRequest("GET", "/listings/1", nil)
	ctx, gone := contextThatEnded()
	gone()
	s.ServeHTTP(httptest.NewRecorder(), r.WithContext(ctx))
	if _, pages := s.cache.size(); pages != 1 {
		t.Error("one visitor who goes away spoils the page for those who wait")
	}
}

func TestHeadFillsThePageForOthers(t *testing.T) {
	s := newShop(1<<20, listing)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("HEAD", "/listings/1", nil))
	if w.Body.Len() != 0 || w.Header().Get("Content-Length") == "" {
		t.Errorf("HEAD was answered with %d bytes and Content-Length %q", w.Body.Len(), w.Header().Get("Content-Length"))
	}
	if got := s.get("/listings/1"); got.Body.Len() < 1_000 || s.made.Load() != 1 {
		t.Errorf("after a HEAD others get %d bytes, made %d times", got.Body.Len(), s.made.Load())
	}
}
