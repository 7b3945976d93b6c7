package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestAnIncidentIsReadNotedAndClosedByAPerson(t *testing.T) {
	h := openTestHouse(t, "")
	at := "/house/incidents/" + h.guard(t).ID
	body := h.open(t, anOperator, "GET", "/house/incidents", nil).Body.String()
	for _, want := range []string{at, "Flood of GET /search", "open"} {
		if !strings.Contains(body, want) {
			t.Errorf("the list does not say %q", want)
		}
	}
	body = h.open(t, anOperator, "GET", at, nil).Body.String()
	for _, want := range []string{"Flood of GET /search", "198.51.100.9/32", "900", "Members answered", "100%", "Nobody wrote anything yet."} {
		if !strings.Contains(body, want) {
			t.Errorf("the incident does not say %q: %.4000s", want, inMain(body))
		}
	}
	send := func(step, text string, want int) string {
		t.Helper()
		w := h.open(t, anOperator, "POST", at+step, url.Values{"text": {text}})
		if w.Code != want {
			t.Errorf("%s with %q: got %d, want %d: %.900s", step, text, w.Code, want, inMain(w.Body.String()))
		}
		return w.Body.String()
	}
	send("/notes", "Told the hoster.", http.StatusSeeOther)
	send("/notes", "Told the hoster.", http.StatusSeeOther)
	if body := send("/close", " ", http.StatusUnprocessableEntity); !strings.Contains(body, "A note needs a text.") {
		t.Error("whoever closes without a word is not told that one is needed")
	}
	send("/close", "Rented machines; the hoster took them down.", http.StatusSeeOther)
	send("/close", "Rented machines; the hoster took them down.", http.StatusSeeOther)
	send("/close", "I close it too.", http.StatusConflict)
	send("/notes", "One came back.", http.StatusSeeOther)
	i, err := h.Incidents.Incident(strings.TrimPrefix(at, "/house/incidents/"))
	must(t, err)
	if i.Open() || len(i.Notes) != 3 || i.ClosedBy != string(h.people[anOperator].actor.Person) {
		t.Errorf("the incident is open=%v by %q with %d notes; want closed by the operator, with 3", i.Open(), i.ClosedBy, len(i.Notes))
	}
	if strings.Contains(i.ClosedBy, "Ida") {
		t.Error("the incident's file holds a person's name")
	}
	body = h.open(t, anOperator, "GET", at, nil).Body.String()
	for _, want := range []string{"Closed by you", "Told the hoster.", "One came back."} {
		if !strings.Contains(body, want) {
			t.Errorf("the closed incident does not say %q", want)
		}
	}
}

func TestAnIncidentThatIsNoneIsNotFound(t *testing.T) {
	h := openTestHouse(t, "")
	h.guard(t)
	for _, id := range []string{"2001-01-01-1", "..", "%2e%2e%2fkeys", "x"} {
		if w := h.open(t, anOperator, "GET", "/house/incidents/"+id, nil); w.Code != http.StatusNotFound && w.Code != http.StatusTemporaryRedirect && w.Code != http.StatusMovedPermanently {
			t.Errorf("%q: got %d, want 404", id, w.Code)
		}
	}
}
