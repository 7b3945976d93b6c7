package shield

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestStandingCookieTellsWhoIsBuying(t *testing.T) {
	ours := testTokens(t, testKey)
	want := standing{class: Paying, young: true, account: ours.account("4711"), given: 5, until: 2_000, pays: 1_500}
	text := ours.standing(want)
	if got, ok := ours.readStanding(1_499, text); !ok || got != want {
		t.Errorf("who is paying is not known any more: %+v was read as %+v", want, got)
	}
	if got, ok := ours.readStanding(1_500, text); !ok || got.class != Member {
		t.Errorf("who was long at their bank comes back as %v (%v): they are a member still", got.class, ok)
	}
	if _, ok := ours.readStanding(2_000, text); ok {
		t.Error("a standing holds after its end")
	}
	for _, class := range []Class{Banned, Suspect, Guest, classes} {
		if _, ok := ours.readStanding(0, ours.standing(standing{class: class, until: 10})); ok {
			t.Errorf("a cookie gives the class %v", class)
		}
	}
}

func TestStandingCookieIsSentForAsLongAsItHolds(t *testing.T) {
	ours, w := testTokens(t, testKey), httptest.NewRecorder()
	ours.setStanding(w, time.Unix(1_000, 0), standing{class: Member, account: 1, until: 1_600}, true)
	c := w.Result().Cookies()[0]
	if c.Name != standingCookie || c.MaxAge != 600 || !c.HttpOnly || !c.Secure || c.Path != "/" || !strings.Contains(c.Raw, "SameSite=Lax") {
		t.Errorf("the cookie is %s", c.Raw)
	}
	if s, ok := ours.readStanding(1_599, c.Value); !ok || s.given != 1_000_000 {
		t.Errorf("it tells %+v", s)
	}
	w = httptest.NewRecorder()
	ours.setStanding(w, time.Unix(1_000, 0), standing{class: Member, account: 1, until: 1 << 40}, true)
	if age := w.Result().Cookies()[0].MaxAge; age != int(longestStanding.Seconds()) {
		t.Errorf("a standing is given for %d s", age)
	}
	w = httptest.NewRecorder()
	ours.dropStanding(w, false)
	if c := w.Result().Cookies()[0]; c.Value != "" || c.MaxAge >= 0 || c.Secure {
		t.Errorf("signing out leaves the cookie: %s", c.Raw)
	}
}

// said signs a field as a foreign site does.
func said(text string) string {
	mac := hmac.New(sha256.New, []byte("shared with the shop behind"))
	mac.Write([]byte(text))
	return text + "; mac=" + hex.EncodeToString(mac.Sum(nil))
}

func TestForeignSiteRaisesAVisitor(t *testing.T) {
	now := time.Unix(1_000, 0)
	for _, c := range []struct {
		name, field string
		want        Standing
		fault       string
	}{
		{"a member", said("class=member; account=4711; until=1600"), Standing{Class: Member, Account: "4711", For: 10 * time.Minute}, ""},
		{"a young account that pays", said("class=paying; account=a b; until=1060; young=1"), Standing{Class: Paying, Account: "a b", Young: true, For: time.Minute}, ""},
		{"somebody who passed, without an account", said("class=passed; until=1060"), Standing{Class: Passed, For: time.Minute}, ""},
		{"a field that somebody else signed", "class=member; account=1; until=1600; mac=" + strings.Repeat("0", 64), Standing{}, "its mac"},
		{"a field without mac", "class=member; account=1; until=1600", Standing{}, "its mac"},
		{"a class that can't be given", said("class=guest; until=1600"), Standing{}, "none of passed"},
		{"a member without an account", said("class=member; until=1600"), Standing{}, "needs an account"},
		{"an end that is over", said("class=member; account=1; until=1000"), Standing{}, "is over"},
		{"an end far away", said("class=member; account=1; until=9000000"), Standing{}, "more than"},
		{"no end", said("class=member; account=1"), Standing{}, "is over"},
		{"an end that is no number", said("class=member; account=1; until=soon"), Standing{}, "Unix seconds"},
		{"a field twice", said("class=member; class=paying; account=1; until=1600"), Standing{}, "order"},
		{"an unknown field", said("class=member; account=1; until=1600; admin=1"), Standing{}, "none of class"},
		{"a very long account", said("class=member; until=1600; account=" + strings.Repeat("x", 600)), Standing{}, "bytes"},
	} {
		got, err := testTokens(t, testKey).header(now, c.field)
		if got != c.want || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: got %+v and %v; want %+v and a fault with %q", c.name, got, err, c.want, c.fault)
		}
	}
	alone, _ := newTokens(testKey, nil, nil)
	if _, err := alone.header(now, said("class=member; account=4711; until=1600")); err == nil {
		t.Error("a field is believed although no secret is shared")
	}
}

func FuzzStandingHeader(f *testing.F) {
	ours := testTokens(f, testKey)
	f.Add("class=member; account=4711; until=1600; young=1")
	f.Add("class=; account==; until=-9223372036854775808")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := ours.header(time.Unix(1_000, 0), said(text)); err == nil && (s.Class < Passed || s.Class > Paying || s.For <= 0 || s.For > longestStanding) {
			t.Fatalf("%q gives %+v", text, s)
		}
		if _, err := ours.header(time.Unix(1_000, 0), text); err == nil && !strings.Contains(text, "; mac=") {
			t.Fatalf("%q was believed unsigned", text)
		}
	})
}

func TestRevocationTakesAwayWhatWasGivenBefore(t *testing.T) {
	r := newRevoked()
	r.add(1_000, 7)
	if !r.has(standing{account: 7, given: 1_000}) || !r.has(standing{account: 7}) {
		t.Error("a stolen cookie holds after its account was locked")
	}
	if r.has(standing{account: 7, given: 1_001}) {
		t.Error("who signs in again after a revocation is nobody for a week")
	}
	if r.has(standing{account: 8, given: 1}) {
		t.Error("another account lost its standing")
	}
	r.add(500, 7)
	if !r.has(standing{account: 7, given: 1_000}) {
		t.Error("a second revocation undoes the first")
	}
}

func TestRevokedAccountsStayWithinTheirBound(t *testing.T) {
	r := newRevoked()
	for a := range uint64(mostRevoked) {
		if !r.add(0, a) {
			t.Fatalf("there is no room for account %d of %d", a+1, mostRevoked)
		}
	}
	if r.add(longestStanding.Milliseconds(), mostRevoked) || len(r.accounts) > mostRevoked {
		t.Errorf("%d accounts are held, the bound is %d", len(r.accounts), mostRevoked)
	}
	if !r.add(longestStanding.Milliseconds()+1, mostRevoked) {
		t.Error("what has ended leaves no room for a new revocation")
	}
}
