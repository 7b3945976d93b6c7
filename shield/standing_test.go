package shield

import (
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

func TestPaymentsThatAreOverAreForgottenWithTheirTime(t *testing.T) {
	s := openStall(t, Settings{}, 1, 0)
	for a := range uint64(mostRevoked) {
		s.paidOff.add(0, a)
	}
	if !s.paidOff.add(payingFor.Milliseconds()+1, mostRevoked) {
		t.Error("payments of half an hour ago leave no room for one that ends now: it ranks as paying on")
	}
}
