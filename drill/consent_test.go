package drill

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestOnlyAConsentingSiteIsAttacked(t *testing.T) {
	const token = "a-token"
	for name, c := range map[string]struct {
		serves func(host string) string
		status int
		token  string
		want   bool
	}{
		"its operator agreed":       {func(h string) string { return Consent(h, token) + "\n" }, 200, token, true},
		"to somebody else":          {func(h string) string { return Consent(h, "another") }, 200, token, false},
		"for another site":          {func(string) string { return Consent("other.example", token) }, 200, token, false},
		"it says something else":    {func(string) string { return "<p>Welcome" }, 200, token, false},
		"it serves it as missing":   {func(h string) string { return Consent(h, token) }, 404, token, false},
		"no token, and none wanted": {func(h string) string { return Consent(h, "") }, 200, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != ConsentPath {
					t.Errorf("%s was asked for", r.URL.Path)
				}
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.serves(r.Host))
			}))
			defer site.Close()
			u, err := url.Parse(site.URL)
			if err != nil {
				t.Fatal(err)
			}
			if err := consents(t.Context(), u, c.token); (err == nil) != c.want {
				t.Errorf("it may be attacked: %v, want %v", err == nil, c.want)
			}
		})
	}
}

func TestAnotherSiteCantConsent(t *testing.T) {
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.Error("the redirect was followed") }))
	defer other.Close()
	site := httptest.NewServer(http.RedirectHandler(other.URL+ConsentPath, http.StatusFound))
	defer site.Close()
	u, err := url.Parse(site.URL)
	if err != nil {
		t.Fatal(err)
	}
	if err := consents(t.Context(), u, "a-token"); !errors.Is(err, ErrNoConsent) {
		t.Errorf("a site that points to another one consents: %v", err)
	}
}

// TestTheAttackersRefuseAsWell asks their process itself, without the drill.
func TestTheAttackersRefuseAsWell(t *testing.T) {
	site := httptest.NewServer(http.NotFoundHandler())
	defer site.Close()
	m := marching{URL: site.URL, Address: netip.MustParseAddrPort("192.0.2.1:443"), Token: "a-token", Paths: []string{"/"}, Begin: time.Now(), Attack: time.Second, Core: -1}
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := Assail(t.Context(), bytes.NewReader(raw), &out); !errors.Is(err, ErrNoConsent) {
		t.Errorf("an address that is not this machine's would be attacked: %v", err)
	}
	if err := Assail(t.Context(), strings.NewReader("attack!"), &out); err == nil {
		t.Error("orders that can't be read are carried out")
	}
}

func TestATokenIsHardToGuess(t *testing.T) {
	if a, b := NewToken(), NewToken(); a == b || len(a) < 26 {
		t.Errorf("tokens are %q and %q", a, b)
	}
}
