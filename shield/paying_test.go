package shield

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

// raised is the standing cookie that an answer gives; nil if none.
func raised(w *httptest.ResponseRecorder) *http.Cookie {
	for _, c := range w.Result().Cookies() {
		if c.Name == standingCookie {
			return c
		}
	}
	return nil
}

// rank is the class that a visitor with these cookies and this key is served as.
func (s *stall) rank(c *http.Cookie, key string) Class {
	r := httptest.NewRequest("GET", "/own", nil)
	r.RemoteAddr = "192.0.2.7:4000"
	if c != nil {
		r.AddCookie(c)
	}
	if key != "" {
		r.Header.Set("Authorization", key)
	}
	a := &ask{at: s.clock()}
	s.know(a, r, s.tick())
	return a.class
}

func TestABuyerIsAMemberAgainWhenTheTimeToPayIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStall(t, Settings{}, 1, time.Millisecond)
		w, r := httptest.NewRecorder(), httptest.NewRequest("POST", "/checkout", nil)
		s.Raise(w, r, Standing{Class: Paying, Account: "buyer", For: longestStanding})
		c := raised(w)
		for _, at := range []struct {
			after time.Duration
			want  Class
		}{{0, Paying}, {29 * time.Minute, Paying}, {time.Minute, Member}, {6 * 24 * time.Hour, Member}, {24 * time.Hour, Guest}} {
			time.Sleep(at.after)
			if got := s.rank(c, ""); got != at.want {
				t.Errorf("%v later the buyer is a %v, want %v", at.after, got, at.want)
			}
		}
	})
}

func TestAMembersStandingIsRenewedAtHalfOfItsLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStall(t, Settings{}, 1, time.Millisecond)
		member := Standing{Class: Member, Account: "buyer", For: 24 * time.Hour}
		keep := func(c *http.Cookie) *http.Cookie {
			w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/own", nil)
			if c != nil {
				r.AddCookie(c)
			}
			s.Keep(w, r, member)
			return raised(w)
		}
		first := keep(nil)
		if first == nil {
			t.Fatal("a member without a standing is given none")
		}
		time.Sleep(11 * time.Hour)
		if keep(first) != nil {
			t.Error("every page carries a new cookie")
		}
		time.Sleep(2 * time.Hour)
		second := keep(first)
		if second == nil {
			t.Fatal("whoever comes every day is a stranger on the next")
		}
		s.Revoke("buyer")
		if got := s.rank(second, ""); got != Guest {
			t.Errorf("after the password was changed the old cookie is a %v", got)
		}
		time.Sleep(time.Second)
		if third := keep(second); third == nil || s.rank(third, "") != Member {
			t.Error("whoever is signed in still stays a stranger after a revocation")
		}
		if keep(&http.Cookie{Name: standingCookie, Value: "made up"}) == nil {
			t.Error("a cookie that does not hold keeps a member from a good one")
		}
	})
}

func TestRaisingToMemberDoesNotEndAPayment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStall(t, Settings{}, 1, time.Millisecond)
		raise := func(c *http.Cookie, class Class) *http.Cookie {
			w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/own", nil)
			if c != nil {
				r.AddCookie(c)
			}
			s.Raise(w, r, Standing{Class: class, Account: "buyer", For: time.Hour})
			return raised(w)
		}
		c := raise(raise(nil, Paying), Member)
		if got := s.rank(c, ""); got != Paying {
			t.Errorf("a buyer who looks at another page on the way to the bank is a %v", got)
		}
		time.Sleep(time.Second)
		s.Paid("buyer")
		time.Sleep(time.Second)
		if got := s.rank(raise(c, Member), ""); got != Member {
			t.Errorf("a payment that is over goes on: the buyer is a %v", got)
		}
	})
}

func TestAProgramIsKnownByItsKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStall(t, Settings{}, 1, time.Millisecond)
		r := httptest.NewRequest("GET", "/api/orders", nil)
		r.Header.Set("Authorization", "Bearer one")
		raise := func(class Class) {
			w := httptest.NewRecorder()
			s.Keep(w, r, Standing{Class: Member, Account: "shop", For: longestStanding})
			if class == Paying {
				s.Raise(w, r, Standing{Class: Paying, Account: "shop", For: longestStanding})
			}
			if len(w.Result().Cookies()) > 0 {
				t.Error("a program is given cookies")
			}
		}
		raise(Member)
		if got := s.rank(nil, "Bearer one"); got != Member {
			t.Errorf("a program whose key is good is a %v", got)
		}
		if got := s.rank(nil, "Bearer two"); got != Guest {
			t.Errorf("another key is a %v", got)
		}
		raise(Paying)
		time.Sleep(6 * time.Minute)
		raise(Member) // another call in between
		if got := s.rank(nil, "Bearer one"); got != Paying {
			t.Errorf("a program that pays is a %v", got)
		}
		s.Revoke("shop")
		if got := s.rank(nil, "Bearer one"); got != Guest {
			t.Errorf("a revoked program is a %v", got)
		}
		time.Sleep(time.Second)
		raise(Member)
		time.Sleep(programFor + time.Second)
		if got := s.rank(nil, "Bearer one"); got != Guest {
			t.Errorf("a key that may have been withdrawn meanwhile is a %v", got)
		}
	})
}

func TestAFullHouseOfPayersIsWalkedThroughOnceASecond(t *testing.T) {
	var p paying
	src := newHasher().source(netip.MustParseAddr("192.0.2.7"))
	for i := range payingPerAddress {
		if !p.enter(noon, noon.Add(500*time.Millisecond), uint64(i+1), src) {
			t.Fatalf("buyer %d of an office is not let pay", i)
		}
	}
	if p.enter(noon.Add(100*time.Millisecond), noon.Add(time.Hour), 1000, src) {
		t.Error("more accounts of one address pay than its share")
	}
	if p.enter(noon.Add(600*time.Millisecond), noon.Add(time.Hour), 1001, src) {
		t.Error("all who pay are walked through for each that asks")
	}
	if !p.enter(noon.Add(1200*time.Millisecond), noon.Add(time.Hour), 1002, src) {
		t.Error("payments that are over keep a buyer out")
	}
}
