package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kontor/market/order"
)

func TestAGuestsQuestionIsThereAfterSigningIn(t *testing.T) {
	h := openTestHouse(t, "")
	l := h.offer(t, aSupplier, "TS-1", 100)
	path, asked := "/listings/"+string(l.ID)+"/questions", "Is the glaze safe in an oven? Größe?"
	w := h.open(t, aGuest, "POST", path+"?to=SE", url.Values{"text": {asked}, "variant": {string(l.Variants[0].ID)}})
	at, err := url.Parse(w.Header().Get("Location"))
	must(t, err)
	next := at.Query().Get("next")
	if w.Code != 303 || at.Path != "/sign-in" || !strings.HasPrefix(next, path+"?variant=") || !strings.HasSuffix(next, "#ask") {
		t.Fatalf("a guest who asks is sent to %s (%d)", at, w.Code)
	}
	cookies := w.Result().Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly {
		t.Fatalf("a guest's question is kept in %v, want one cookie that no script reads", cookies)
	}
	kept := cookies[0].Name + "=" + cookies[0].Value
	body := h.open(t, aBuyer, "GET", path, nil, "Cookie", kept).Body.String()
	if !strings.Contains(body, asked) {
		t.Error("the question is gone after signing in")
	}
	other := h.offer(t, otherSupplier, "NK-1", 100)
	if body := h.open(t, aBuyer, "GET", "/listings/"+string(other.ID)+"/questions", nil, "Cookie", kept).Body.String(); strings.Contains(body, asked) {
		t.Error("the question stands at another supplier's listing")
	}
	w = h.open(t, aBuyer, "POST", path, url.Values{"text": {asked}}, "Cookie", kept)
	for _, c := range w.Result().Cookies() {
		if c.Name == askCookie && c.MaxAge < 0 {
			return
		}
	}
	t.Errorf("the question is kept after it was asked: %d", w.Code)
}

func TestAnAccountIsReachedWithoutScript(t *testing.T) {
	h := openTestHouse(t, "")
	body := h.open(t, aBuyer, "GET", "/cart", nil).Body.String()
	for _, want := range []string{`href="/account"`, `href="/messages"`, `action="/sign-out"`} {
		if !strings.Contains(body, want) {
			t.Errorf("a buyer's cart has no %s: without script there is no way to it", want)
		}
	}
	if body := h.open(t, aBuyer, "GET", "/search", nil).Body.String(); strings.Contains(body, "/sign-out") || !strings.Contains(body, `hx-get="/me"`) {
		t.Error("a page for everybody's cache holds one visitor's menu, or does not ask for it")
	}
	for ask, want := range map[string]string{"/sign-in": "/account", "/sign-in?next=/orders": "/orders", "/sign-in?next=//elsewhere.example": "/"} {
		if w := h.open(t, aBuyer, "GET", ask, nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
			t.Errorf("%s of somebody signed in: %d to %q, want %q", ask, w.Code, w.Header().Get("Location"), want)
		}
	}
}

func TestTheFootLeadsSomewhere(t *testing.T) {
	h := openTestHouse(t, "")
	for who, want := range map[string]string{aSupplier: "/desk/orders", anOperator: "/house/orders"} {
		if w := h.open(t, who, "GET", "/orders", nil); w.Header().Get("Location") != want {
			t.Errorf("%s's orders: %d to %q, want %q", who, w.Code, w.Header().Get("Location"), want)
		}
	}
}

func TestAListingSaysWhatItCouldNotDo(t *testing.T) {
	h := openTestHouse(t, "")
	l := h.offer(t, aSupplier, "TS-1", 100)
	for query, want := range map[string]string{
		"quantity=abc": "abc can’t be ordered", "quantity=-3": "-3 can’t be ordered", "quantity=101": "Only 100", "cur=USD": "no price in USD",
	} {
		if body := inMain(h.open(t, aGuest, "GET", "/listings/"+string(l.ID)+"?"+query, nil).Body.String()); !strings.Contains(body, want) {
			t.Errorf("?%s passes without a word: want %q", query, want)
		}
	}
	body := h.open(t, aGuest, "GET", "/listings/"+string(l.ID)+"?quantity=100&to=XX", nil).Body.String()
	if strings.Contains(body, "XX") || strings.Contains(inMain(body), "can’t be ordered") {
		t.Error("a country that is none is a destination, or the last pieces can’t be ordered")
	}
}

func TestAQuestionSentTwiceIsAskedOnce(t *testing.T) {
	h := openTestHouse(t, "")
	l := h.offer(t, aSupplier, "TS-1", 10)
	ctx, now := t.Context(), time.Date(2026, 3, 1, 12, 9, 59, 0, time.UTC)
	h.Now = func() time.Time { return now }
	for _, c := range []struct {
		later time.Duration
		who   string
		text  string
		want  int
	}{
		{0, aBuyer, "Oven proof?", 1}, {0, aBuyer, "Oven proof?", 1}, {2 * time.Second, aBuyer, " Oven proof? ", 1}, // over the step of the clock
		{0, aBuyer, "And dishwasher proof?", 2}, {0, otherBuyer, "Oven proof?", 1}, {time.Hour, aBuyer, "Oven proof?", 3},
	} {
		now = now.Add(c.later)
		w := h.open(t, c.who, "POST", "/listings/"+string(l.ID)+"/questions", url.Values{"text": {c.text}})
		id, _ := strings.CutPrefix(w.Header().Get("Location"), "/messages/")
		th, err := h.Orders.Thread(ctx, h.people[c.who].actor, order.ThreadID(id))
		must(t, err)
		if th.Messages != c.want {
			t.Errorf("%s asked %q and the supplier reads %d messages, want %d", c.who, c.text, th.Messages, c.want)
		}
	}
}

func TestAListingTellsTooHeavyFromNotSent(t *testing.T) {
	h := openTestHouse(t, "")
	l := h.offer(t, aSupplier, "TS-1", 100_000)
	for quantity, want := range map[string]string{"100": "At your door", "20000": "too heavy for one consignment"} {
		if body := h.open(t, aGuest, "GET", "/listings/"+string(l.ID)+"?quantity="+quantity, nil).Body.String(); !strings.Contains(body, want) || strings.Contains(body, "No freight to") {
			t.Errorf("the page of %s pieces lacks %q: %s", quantity, want, inMain(body))
		}
	}
}
