package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"kontor/shield"
)

// told is a gate that writes down what pages say of their visitors.
type told struct {
	Gate
	raised  []shield.Standing
	kept    []shield.Standing
	revoked []string
	paid    []string
}

func (g *told) Raise(_ http.ResponseWriter, _ *http.Request, st shield.Standing) {
	g.raised = append(g.raised, st)
}

func (g *told) Keep(_ http.ResponseWriter, _ *http.Request, st shield.Standing) {
	g.kept = append(g.kept, st)
}

func (g *told) Revoke(account string) { g.revoked = append(g.revoked, account) }
func (g *told) Paid(account string)   { g.paid = append(g.paid, account) }

// tell puts a gate before the house that only listens.
func (h *testHouse) tell(t *testing.T) *told {
	t.Helper()
	h.guard(t)
	g := &told{Gate: h.Gate}
	h.Gate = g
	return g
}

func TestMembersKeepTheirStandingAndTheSuspendedDoNot(t *testing.T) {
	h := openTestHouse(t, "")
	g := h.tell(t)
	h.open(t, aBuyer, "GET", "/orders", nil)
	if len(g.kept) != 1 || g.kept[0].Class != shield.Member || g.kept[0].Account != string(h.people[aBuyer].actor.Person) || g.kept[0].For < 2*24*time.Hour {
		t.Errorf("a member's page says %+v: they are a stranger on the second day of an attack", g.kept)
	}
	h.open(t, aGuest, "GET", "/sign-in", nil)
	firm, err := h.Parties.Business(t.Context(), h.people[anOperator].actor, h.people[otherBuyer].firm.ID)
	must(t, err)
	_, err = h.Parties.Suspend(t.Context(), h.people[anOperator].actor, firm.ID, firm.Version)
	must(t, err)
	h.open(t, otherBuyer, "GET", "/orders", nil)
	if len(g.kept) != 1 || len(g.raised) > 0 {
		t.Errorf("somebody of a suspended business, or a guest, is a member to the gate: %+v %+v", g.kept, g.raised)
	}
}

func TestWhoEndsASessionEndsItsStanding(t *testing.T) {
	h := openTestHouse(t, "")
	g := h.tell(t)
	h.open(t, aBuyer, "POST", "/account/sessions/end", url.Values{"session": {"none"}})
	if len(g.revoked) != 1 || g.revoked[0] != string(h.people[aBuyer].actor.Person) {
		t.Errorf("whoever has the browser that was signed out stays a member for days: %v", g.revoked)
	}
}

func TestTheStatusPageIsOneForAllDestinations(t *testing.T) {
	h := openTestHouse(t, "")
	h.guard(t)
	first := h.open(t, aGuest, "GET", "/status", nil).Body.String()
	for _, query := range []string{"?to=JP", "?cur=USD", "?to=FR&cur=CHF&x=1"} {
		if got := h.open(t, aGuest, "GET", "/status"+query, nil).Body.String(); got != first {
			t.Errorf("%s is drawn anew: whoever asks in all countries and currencies makes the page dear", query)
		}
	}
	if len(h.statuses.kept) != 1 {
		t.Errorf("%d status pages are kept, want one", len(h.statuses.kept))
	}
}

func TestTheStatusPageIsThereWhileItIsDrawnAnew(t *testing.T) {
	h := openTestHouse(t, "")
	h.guard(t)
	h.open(t, aGuest, "GET", "/status", nil)
	for _, kind := range h.statuses.kept {
		kind.drawing.Lock() // somebody draws it, slowly
		defer kind.drawing.Unlock()
		old := *kind.last.Load()
		old.until = h.Now().Add(-time.Second)
		kind.last.Store(&old)
	}
	answered := make(chan int, 1)
	go func() { answered <- h.open(t, aGuest, "GET", "/status", nil).Code }()
	select {
	case status := <-answered:
		if status != http.StatusOK {
			t.Errorf("got %d", status)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("all wait for one who draws the status page")
	}
}

func TestTheStatusPageWithACookieIsNobodyElses(t *testing.T) {
	h := openTestHouse(t, "")
	h.guard(t)
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/status", nil)
	r.RemoteAddr = "192.0.2.7:4000"
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	h.Gate.(*shield.Shield).ServeHTTP(w, r)
	if len(w.Result().Cookies()) == 0 || strings.Contains(w.Header().Get("Cache-Control"), "public") {
		t.Errorf("a cache on the way hands one visitor's cookie to all: %v", w.Header())
	}
}

func TestABanLastsAsLongAsItsOperatorSays(t *testing.T) {
	h := openTestHouse(t, "")
	h.guard(t)
	for long, want := range map[string]time.Duration{"": 10 * time.Minute, "hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour} {
		w := h.open(t, anOperator, "POST", "/house/shield/ban", url.Values{"prefix": {"192.0.2.0/24"}, "reason": {"Reads all prices."}, "long": {long}})
		bans := h.Gate.Bans()
		if w.Code != http.StatusSeeOther || len(bans) != 1 {
			t.Fatalf("a ban for %q: %d, %v", long, w.Code, bans)
		}
		if got := bans[0].Until.Sub(h.Now()); got < want-time.Minute || got > want {
			t.Errorf("a ban for %q lasts %v, want %v", long, got, want)
		}
		h.Gate.Lift(bans[0].Prefix)
	}
	w := h.open(t, anOperator, "POST", "/house/shield/ban", url.Values{"prefix": {"192.0.2.0/24"}, "reason": {"x"}, "long": {"ever"}})
	if w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a ban for ever: got %d, want it refused", w.Code)
	}
	if w = h.open(t, anOperator, "POST", "/house/shield/ban", url.Values{"prefix": {"127.0.0.1"}, "reason": {"x"}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a ban of the machine itself: got %d, want it refused", w.Code)
	}
}

func TestAProgramThatOrdersPaysBeforeOthersAreServed(t *testing.T) {
	h := openTestHouse(t, "")
	l := h.offer(t, aSupplier, "TS-1", 100)
	_, address := h.shop(t, 10, string(l.Variants[0].ID))
	g := h.tell(t)
	buyer := string(h.people[aBuyer].actor.Person)
	h.call(t, aBuyer, "POST", "/api/v1/orders", `{"payment":"card"}`)
	if len(g.kept) != 1 || g.kept[0].Account != buyer || len(g.raised) != 0 {
		t.Fatalf("a program is told as %+v, and one whose order failed as %+v", g.kept, g.raised)
	}
	placed := read[groupDoc](t, h.call(t, aBuyer, "POST", "/api/v1/orders", fmt.Sprintf(`{"address_id":%q,"payment":"card"}`, address)), 201)
	if len(g.raised) != 1 || g.raised[0].Class != shield.Paying || g.raised[0].Account != buyer {
		t.Fatalf("a program whose order waits for its payment is told as %+v: the payment is shed under siege", g.raised)
	}
	read[orderDoc](t, h.call(t, aBuyer, "POST", "/api/v1/orders/"+string(placed.Orders[0].ID)+"/pay", ""), 200)
	if len(g.paid) != 1 || g.paid[0] != buyer || g.raised[len(g.raised)-1].Class != shield.Member {
		t.Errorf("a program that has paid ranks before members for good: %v %+v", g.paid, g.raised)
	}
}
