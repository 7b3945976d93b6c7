package web

import (
	"net/url"
	"slices"
	"testing"
)

func TestWhatIsEndedEndsItsStanding(t *testing.T) {
	h := openTestHouse(t, "")
	g := h.tell(t)
	buyer := string(h.people[aBuyer].actor.Person)
	for _, c := range []struct {
		name, who, path string
		form            url.Values
		want            []string
		lost            string
	}{
		{"a guest signs out", aGuest, "/sign-out", url.Values{}, nil, "it takes room and ends nothing"},
		{"an API key is ended", aBuyer, "/account/keys/end", url.Values{"key": {"none"}}, []string{buyer}, "whoever has the key is served before guests for minutes"},
		{"somebody signs out", aBuyer, "/sign-out", url.Values{}, []string{buyer}, "a copied cookie is a member for days"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g.revoked = nil
			h.open(t, c.who, "POST", c.path, c.form)
			if !slices.Equal(g.revoked, c.want) {
				t.Errorf("revoked: %v, want %v; else %s", g.revoked, c.want, c.lost)
			}
		})
	}
}
