package mail

import (
	"crypto/x509"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strings"
	"time"
)

// TLS says how the way to the relay is protected.
type TLS string

const (
	StartTLS TLS = "starttls" // must be offered, else nothing is sent; the default
	Implicit TLS = "implicit" // from the first byte on, port 465
	Plain    TLS = "none"     // only to this machine
)

// Settings names the relay that takes the house's letters.
type Settings struct {
	Host     string
	Port     int // default 587, with implicit TLS 465, without TLS 25
	TLS      TLS // default StartTLS
	User     string
	Password string
	From     string        // "Kontor Lübeck <post@example.org>", or the address alone
	Timeout  time.Duration // of one letter, all steps together: default 30 s
	Trust    *x509.CertPool
}

// Check lists every mistake in s, each with its remedy.
func (s Settings) Check() []error {
	var faults []error
	bad := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if s.Host == "" || strings.ContainsAny(s.Host, " /:@\r\n") && net.ParseIP(s.Host) == nil {
		bad("mail host is %q; name the relay, such as smtp.example.org", s.Host)
	}
	if s.Port < 0 || s.Port > 65535 {
		bad("mail port is %d; choose 1 to 65535, or 0 for the default", s.Port)
	}
	switch s.TLS {
	case "", StartTLS, Implicit:
	case Plain:
		if !local(s.Host) {
			bad("mail TLS is \"none\" and the relay %s is another machine: letters could be read and changed on the way; choose starttls or implicit", s.Host)
		}
	default:
		bad("mail TLS is %q; choose starttls, implicit or none", s.TLS)
	}
	if from, err := netmail.ParseAddress(s.From); err != nil || !strings.Contains(from.Address, "@") || line(s.From) != s.From {
		bad("mail from is %q; write an address such as Kontor <post@example.org>", s.From)
	}
	if (s.User == "") != (s.Password == "") {
		bad("mail user and password go together; give both, or none")
	}
	if s.Timeout != 0 && (s.Timeout < time.Second || s.Timeout > 10*time.Minute) {
		bad("mail timeout is %s; choose 1s to 10m, or 0 for the default", s.Timeout)
	}
	return faults
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (s Settings) withDefaults() Settings {
	if s.TLS == "" {
		s.TLS = StartTLS
	}
	if s.Port == 0 {
		s.Port = map[TLS]int{StartTLS: 587, Implicit: 465, Plain: 25}[s.TLS]
	}
	if s.Timeout == 0 {
		s.Timeout = 30 * time.Second
	}
	return s
}

// House is what letters say of the platform.
type House struct {
	Name    string
	URL     string   // where its pages are, without a stroke at the end
	Account []string // lines that say where a bank transfer goes
}

// Check lists every mistake in h, each with its remedy.
func (h House) Check() []error {
	var faults []error
	if line(h.Name) != h.Name || h.Name == "" {
		faults = append(faults, fmt.Errorf("house name is %q; write it in one line", h.Name))
	}
	u, err := url.Parse(h.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.HasSuffix(h.URL, "/") || u.RawQuery != "" || u.Fragment != "" {
		faults = append(faults, fmt.Errorf("house address is %q; write it like https://kontor.example.org", h.URL))
	}
	return faults
}
