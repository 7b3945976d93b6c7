package shield

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestPaceEarnsAPass(t *testing.T) {
	for _, c := range []struct {
		name   string
		gaps   []int64 // milliseconds before each page
		passed bool
	}{
		{"a person who reads three pages", []int64{2_000, 4_000, 9_000}, true},
		{"a person after two pages", []int64{2_000, 4_000}, false},
		{"a person who opens two pages at once", []int64{2_000, 100, 4_000, 9_000}, true},
		{"a machine that asks five times a second", []int64{200, 200, 200, 200, 200, 200}, false},
		{"a machine that rests now and then", []int64{50, 50, 50, 50, 900, 50, 50, 900, 900}, false},
		{"a visitor who has done nothing yet", nil, false},
	} {
		v, now := newVisitor(1, 0), int64(0)
		for _, gap := range c.gaps {
			now += gap
			v = v.next(now, true)
		}
		if v.passed() != c.passed {
			t.Errorf("%s: passed %v, want %v (%d at human pace, %d quicker)", c.name, v.passed(), c.passed, v.human, v.quick)
		}
	}
}

func TestPartsOfAPageAreNotAPace(t *testing.T) {
	v := newVisitor(1, 0)
	for ms := range int64(50) {
		v = v.next(ms, false)
	}
	if v.quick != 0 || v.human != 0 || v.last != 0 {
		t.Errorf("a browser that fetches a page's pictures counts as a machine: %+v", v)
	}
}

func TestVisitorSurvivesItsCookie(t *testing.T) {
	ours := testTokens(t, testKey)
	rapid.Check(t, func(rt *rapid.T) {
		v := newVisitor(rapid.Uint64().Draw(rt, "id"), 1_000_000)
		now := v.born
		for _, gap := range rapid.SliceOfN(rapid.Int64Range(0, 5_000), 0, 600).Draw(rt, "gaps") {
			now += gap
			v = v.next(now, true)
		}
		if v.human > mostPages || v.quick > mostPages {
			rt.Fatalf("counts ran over: %+v", v)
		}
		if got, ok := ours.readVisitor(now, ours.visitor(v)); !ok || got != v {
			rt.Fatalf("%+v came back as %+v", v, got)
		}
		if _, ok := ours.readVisitor(now+visitorKept.Milliseconds()+1, ours.visitor(v)); ok {
			rt.Fatal("a pass holds for ever")
		}
		if _, ok := ours.readVisitor(v.last-clockSkew-1, ours.visitor(v)); ok {
			rt.Fatal("a visitor comes from the future")
		}
	})
}

func TestOldHabitsAreForgotten(t *testing.T) {
	v, now := newVisitor(1, 0), int64(0)
	for range 5_000 {
		now += 10
		v = v.next(now, true)
	}
	for range 400 {
		now += 3_000
		v = v.next(now, true)
	}
	if !v.passed() {
		t.Errorf("somebody who was quick once never earns a pass again: %+v", v)
	}
}

func TestCookiesAreFound(t *testing.T) {
	shop := cookieNames{session: "kontor_session", theme: "kontor_theme", themes: []string{"light", "dark"}}
	foreign := cookieNames{}
	for _, c := range []struct {
		name   string
		names  cookieNames
		fields []string
		want   jar
	}{
		{"none", shop, nil, jar{}},
		{"ours among others", shop, []string{"a=b; kontor_visitor=V;kontor_standing=S; kontor_theme=dark"}, jar{standing: "S", visitor: "V", theme: 2}},
		{"in two fields", shop, []string{"kontor_visitor=V", "kontor_session=x"}, jar{visitor: "V", session: true}},
		{"the first of two", shop, []string{"kontor_visitor=V; kontor_visitor=W; kontor_theme=light; kontor_theme=dark"}, jar{visitor: "V", theme: 1}},
		{"an unknown theme", shop, []string{"kontor_theme=<script>"}, jar{}},
		{"a name within a value", shop, []string{"a=kontor_visitor=V"}, jar{}},
		{"odd ones", shop, []string{"; ;=;;kontor_visitor;=x; kontor_theme="}, jar{}},
		{"any of a foreign site's may be its session", foreign, []string{"PHPSESSID=1"}, jar{session: true}},
		{"ours are not a foreign site's session", foreign, []string{"kontor_visitor=V; kontor_standing=S"}, jar{standing: "S", visitor: "V"}},
	} {
		if got := c.names.read(c.fields); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
	fields := []string{"a=b; kontor_visitor=V;kontor_standing=S; kontor_theme=dark"}
	if n := testing.AllocsPerRun(100, func() { shop.read(fields) }); n > 0 {
		t.Errorf("looking for cookies allocates %.1f times", n)
	}
}

func FuzzCookies(f *testing.F) {
	f.Add("a=b; kontor_visitor=V;kontor_standing=S")
	names := cookieNames{theme: "t", themes: []string{"x"}}
	f.Fuzz(func(t *testing.T, field string) {
		j := names.read([]string{field})
		for _, found := range []string{j.visitor, j.standing} {
			if strings.ContainsRune(found, ';') || found != "" && !strings.Contains(field, "="+found) {
				t.Fatalf("%q: found %q", field, found)
			}
		}
		if j.theme > 1 {
			t.Fatalf("theme %d of one", j.theme)
		}
	})
}

func TestACookieNeverGoesIntoAPublicAnswer(t *testing.T) {
	for site, want := range map[string]string{
		"public, max-age=60": "private, no-cache",
		"":                   "private, no-cache",
		"private, max-age=5": "private, max-age=5",
		"no-store":           "no-store",
	} {
		h := http.Header{}
		if site != "" {
			h.Set("Cache-Control", site)
		}
		keepApart(h)
		if got := h.Get("Cache-Control"); got != site {
			t.Errorf("an answer without a cookie, %q, becomes %q", site, got)
		}
		h.Set("Set-Cookie", "kontor_visitor=x")
		keepApart(h)
		if got := h.Get("Cache-Control"); got != want {
			t.Errorf("an answer that says %q goes out with a cookie and %q, want %q: caches hand one visitor's cookie to others", site, got, want)
		}
	}
}

func TestAKeptPageThatGivesACookieIsItsVisitorsOwn(t *testing.T) {
	p := newPage(0, http.StatusOK, http.Header{"Cache-Control": {"public, max-age=60"}}, []byte("home"), lifetime{fresh: 1e9})
	for _, cookie := range []bool{true, false} {
		w := httptest.NewRecorder()
		if cookie {
			w.Header().Set("Set-Cookie", "kontor_visitor=x")
		}
		p.serve(0, w, httptest.NewRequest("GET", "/", nil))
		if public := strings.Contains(w.Header().Get("Cache-Control"), "public"); public == cookie {
			t.Errorf("with a cookie: %v, the page says %q", cookie, w.Header().Get("Cache-Control"))
		}
	}
}
