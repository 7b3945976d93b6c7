package drill

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// ConsentPath is where a staging site says that its operator agreed to be
// rehearsed.
const ConsentPath = "/.well-known/kontor-rehearsal"

// ErrNoConsent is returned where a site does not say that its operator agreed.
var ErrNoConsent = errors.New("the site does not say that its operator agreed to be rehearsed")

// NewToken makes the secret of somebody who wants to rehearse. Who knows it may
// attack the sites that show its Consent.
func NewToken() string { return strings.ToLower(rand.Text()) }

// Consent is what the operator of a site sets as rehearsal.consent, and the site
// then serves at ConsentPath, to agree that the holder of a token rehearses it.
// It tells nobody the token, and is good for this host alone.
func Consent(host, token string) string {
	sum := sha256.Sum256([]byte("kontor rehearsal\n" + strings.ToLower(host) + "\n" + token))
	return hex.EncodeToString(sum[:])
}

// consents asks a site whether its operator agreed that the holder of the token
// attacks it. Redirects are not followed: another site can't agree for it.
func consents(ctx context.Context, site *url.URL, token string) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, site.Scheme+"://"+site.Host+ConsentPath, nil)
	if err != nil {
		return fmt.Errorf("ask for consent: %w", err)
	}
	c := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer c.CloseIdleConnections()
	a, err := c.Do(r)
	if err != nil {
		return fmt.Errorf("ask for consent: %w", err)
	}
	defer a.Body.Close()
	text, err := io.ReadAll(io.LimitReader(a.Body, 1<<10))
	if err != nil {
		return fmt.Errorf("ask for consent: %w", err)
	}
	want := Consent(site.Host, token)
	if token == "" || a.StatusCode != http.StatusOK || subtle.ConstantTimeCompare([]byte(strings.TrimSpace(string(text))), []byte(want)) != 1 {
		return ErrNoConsent
	}
	return nil
}

// direct dials a staging site from this machine's own address: it sees no other.
func direct(site *url.URL) func(context.Context, netip.Addr) (net.Conn, error) {
	port := site.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[site.Scheme]
	}
	address := net.JoinHostPort(site.Hostname(), port)
	return func(ctx context.Context, _ netip.Addr) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", address)
	}
}

// clientTLS trusts the authority given (PEM), or those of the system.
func clientTLS(site *url.URL, trust []byte) (*tls.Config, error) {
	if len(trust) == 0 {
		return &tls.Config{ServerName: site.Hostname(), MinVersion: tls.VersionTLS12}, nil
	}
	a, err := trusting(trust)
	if err != nil {
		return nil, err
	}
	return a.client(site.Hostname()), nil
}
