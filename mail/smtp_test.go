package mail

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"mime"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// relay is a real SMTP server on this machine that keeps what it takes.
type relay struct {
	mu      sync.Mutex
	taken   []taken
	refuse  *smtp.SMTPError // answers RCPT TO
	reject  *smtp.SMTPError // answers the letter itself
	slow    time.Duration   // before answering RCPT TO
	user    string          // must sign in with this name, "" for nobody
	pass    string
	signins int
	port    int
	trust   *x509.CertPool
}

type taken struct {
	from   string
	to     []string
	secure bool
	data   []byte
}

func (r *relay) NewSession(c *smtp.Conn) (smtp.Session, error) { return &visit{relay: r, conn: c}, nil }

type visit struct {
	relay *relay
	conn  *smtp.Conn
	now   taken
	known bool
}

func (v *visit) Reset()                   { v.now = taken{} }
func (v *visit) Logout() error            { return nil }
func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }
func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, pass string) error {
		if user != v.relay.user || pass != v.relay.pass {
			return smtp.ErrAuthFailed
		}
		v.known = true
		v.relay.mu.Lock()
		v.relay.signins++
		v.relay.mu.Unlock()
		return nil
	}), nil
}

func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	if v.relay.user != "" && !v.known {
		return smtp.ErrAuthRequired
	}
	_, secure := v.conn.TLSConnectionState()
	v.now = taken{from: from, secure: secure}
	return nil
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	time.Sleep(v.relay.slow)
	if v.relay.refuse != nil {
		return v.relay.refuse
	}
	v.now.to = append(v.now.to, to)
	return nil
}

func (v *visit) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if v.relay.reject != nil {
		return v.relay.reject
	}
	v.now.data = data
	v.relay.mu.Lock()
	v.relay.taken = append(v.relay.taken, v.now)
	v.relay.mu.Unlock()
	return nil
}

// serve starts r with a certificate of its own.
func serve(t *testing.T, r *relay, kind TLS) *relay {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	r.trust = x509.NewCertPool()
	r.trust.AddCert(parsed)
	s := smtp.NewServer(r)
	s.Domain = "relay.example"
	s.ErrorLog = silent{}
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.port = l.Addr().(*net.TCPAddr).Port
	switch kind {
	case Implicit:
		l = tls.NewListener(l, config)
	case StartTLS:
		s.TLSConfig = config
	}
	go func() { _ = s.Serve(l) }()
	t.Cleanup(func() { _ = s.Close() })
	return r
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// marks remember in memory.
type marks struct {
	mu   sync.Mutex
	done map[string]bool
}

func (m *marks) Posted(_ context.Context, id string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.done[id], nil
}

func (m *marks) MarkPosted(_ context.Context, id string, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.done == nil {
		m.done = map[string]bool{}
	}
	m.done[id] = true
	return nil
}

func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

func post(t *testing.T, r *relay, kind TLS, change func(*Settings)) *SMTP {
	t.Helper()
	s := Settings{Host: "127.0.0.1", Port: r.port, TLS: kind, From: "Kontor Lübeck <post@kontor.example>", Timeout: 5 * time.Second, Trust: r.trust, User: r.user, Password: r.pass}
	if change != nil {
		change(&s)
	}
	p, err := NewSMTP(s, &marks{}, noon)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func sample() Letter {
	return Letter{ID: "019aaf00-0000-7000-8000-000000000001.shipped_buyer.p", Kind: "shipped_buyer", Name: "Anna Müller", Address: "anna@buyer.example",
		Subject: "Order K-7F3K2Q9M is on its way", Text: "Hello Anna Müller,\n\n£120.00 und mehr.\n.\nA line with a dot alone stands above.\n", HTML: "<p>Hello Anna Müller</p>\n", At: noon()}
}

func TestALetterArrivesAsItWasWritten(t *testing.T) {
	for _, kind := range []TLS{StartTLS, Implicit, Plain} {
		t.Run(string(kind), func(t *testing.T) {
			r := &relay{}
			if kind != Plain {
				r.user, r.pass = "kontor", "secret words"
			}
			serve(t, r, kind)
			p := post(t, r, kind, nil)
			if err := p.Send(t.Context(), sample()); err != nil {
				t.Fatal(err)
			}
			if err := p.Send(t.Context(), sample()); err != nil {
				t.Fatal(err)
			}
			if len(r.taken) != 1 {
				t.Fatalf("the relay took %d letters; a repeat must not be posted", len(r.taken))
			}
			got := r.taken[0]
			if got.secure != (kind != Plain) || (r.signins > 0) != (kind != Plain) {
				t.Errorf("protected %v, signed in %d times", got.secure, r.signins)
			}
			m, err := netmail.ReadMessage(bytes.NewReader(got.data))
			if err != nil {
				t.Fatal(err)
			}
			from, err := m.Header.AddressList("From")
			if err != nil || from[0].Name != "Kontor Lübeck" || from[0].Address != "post@kontor.example" || got.from != "post@kontor.example" {
				t.Errorf("from %v, envelope %s", from, got.from)
			}
			to, err := m.Header.AddressList("To")
			if err != nil || len(to) != 1 || to[0].Name != "Anna Müller" || strings.Join(got.to, " ") != "anna@buyer.example" {
				t.Errorf("to %v, envelope %v", to, got.to)
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
			if err != nil || subject != sample().Subject {
				t.Errorf("subject %q", subject)
			}
			if at, err := m.Header.Date(); err != nil || !at.Equal(noon()) {
				t.Errorf("date %v, %v", at, err)
			}
			if id := m.Header.Get("Message-ID"); id != "<"+p.messageID(sample())+">" || !strings.HasSuffix(id, "@kontor.example>") {
				t.Errorf("Message-ID %q is not the letter's own", id)
			}
			if m.Header.Get("Auto-Submitted") != "auto-generated" {
				t.Error("a holiday's answer would come back")
			}
			text, html := parts(t, m)
			if text != sample().Text || html != sample().HTML {
				t.Errorf("the words changed on their way:\n%q\n%q", text, html)
			}
		})
	}
}

func TestNobodyAddsAHeaderOrARecipient(t *testing.T) {
	r := serve(t, &relay{}, StartTLS)
	p := post(t, r, StartTLS, nil)
	l := sample()
	l.Subject = "Hello\r\nBcc: all@victim.example\r\n\r\nBuy now"
	l.Name = "Anna\r\nBcc: all@victim.example, \"x\" <y@victim.example>"
	if err := p.Send(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	m, err := netmail.ReadMessage(bytes.NewReader(r.taken[0].data))
	if err != nil {
		t.Fatal(err)
	}
	to, err := m.Header.AddressList("To")
	if err != nil || len(to) != 1 || len(r.taken[0].to) != 1 || m.Header.Get("Bcc") != "" {
		t.Errorf("somebody else was written to: %v %v %v", to, r.taken[0].to, m.Header)
	}
	for _, address := range []string{"", "anna", "anna@buyer.example\r\nRCPT TO:<x@y.example>", "a@b.example, c@d.example", "Anna <a@b.example>", "<a@b.example> x"} {
		l := sample()
		l.ID, l.Address = "other "+address, address
		err := p.Send(t.Context(), l)
		if refused, ok := errors.AsType[*Refused](err); !ok || !refused.Permanent() {
			t.Errorf("address %q: want a permanent refusal, got %v", address, err)
		}
	}
	if len(r.taken) != 1 {
		t.Errorf("%d letters were taken, want one", len(r.taken))
	}
}

func TestARefusalTellsWhetherToTryAgain(t *testing.T) {
	for _, c := range []struct {
		why       string
		relay     *relay
		permanent bool
		code      int
	}{
		{"no such mailbox", &relay{refuse: &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "anna@buyer.example unknown"}}, true, 550},
		{"mailbox busy", &relay{refuse: &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "anna@buyer.example is busy"}}, false, 450},
		{"taken for unwanted mail", &relay{reject: &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "to anna@buyer.example: no"}}, true, 554},
		{"full disk", &relay{reject: &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 3, 1}, Message: "for anna@buyer.example"}}, false, 452},
	} {
		r := serve(t, c.relay, StartTLS)
		p := post(t, r, StartTLS, nil)
		err := p.Send(t.Context(), sample())
		refused, ok := errors.AsType[*Refused](err)
		if !ok || refused.Permanent() != c.permanent || refused.Code != c.code {
			t.Errorf("%s: got %v", c.why, err)
		}
		if err != nil && strings.Contains(err.Error(), "anna") {
			t.Errorf("%s: an address would stand in the log: %v", c.why, err)
		}
		r.refuse, r.reject = nil, nil
		if err := p.Send(t.Context(), sample()); err != nil || len(r.taken) != 1 {
			t.Errorf("%s: the next try did not arrive: %v", c.why, err)
		}
	}
}

func TestARelayThatIsNotThereOrNotSafeIsAnErrorToTryAgain(t *testing.T) {
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := dead.Addr().(*net.TCPAddr).Port
	dead.Close()
	mute, err := net.Listen("tcp", "127.0.0.1:0") // accepts and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	for _, c := range []struct {
		why   string
		relay *relay
		kind  TLS // that the relay speaks
		set   func(*Settings)
	}{
		{"nobody there", &relay{}, StartTLS, func(s *Settings) { s.Port = gone }},
		{"accepts and says nothing", &relay{}, StartTLS, func(s *Settings) { s.Port, s.Timeout = mute.Addr().(*net.TCPAddr).Port, time.Second }},
		{"too slow", &relay{slow: 3 * time.Second}, StartTLS, func(s *Settings) { s.Timeout = time.Second }},
		{"offers no TLS", &relay{}, Plain, nil},
		{"shows a certificate of somebody else", &relay{}, StartTLS, func(s *Settings) { s.Trust = nil }},
		{"does not know the password", &relay{user: "kontor", pass: "secret words"}, StartTLS, func(s *Settings) { s.Password = "wrong" }},
	} {
		r := serve(t, c.relay, c.kind)
		p := post(t, r, StartTLS, c.set)
		start := time.Now()
		err := p.Send(t.Context(), sample())
		if refused, ok := errors.AsType[*Refused](err); !ok || refused.Permanent() {
			t.Errorf("%s: want an error to try again, got %v", c.why, err)
		}
		if strings.Contains(err.Error(), "anna") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: the error tells too much: %v", c.why, err)
		}
		if took := time.Since(start); took > 4*time.Second {
			t.Errorf("%s: it took %s", c.why, took)
		}
		if len(r.taken) != 0 {
			t.Errorf("%s: a letter was handed over", c.why)
		}
	}
}

func TestSettingsTellEveryMailMistake(t *testing.T) {
	good := Settings{Host: "smtp.example.org", From: "post@example.org"}
	for _, c := range []struct {
		why  string
		s    Settings
		want int
	}{
		{"the least", good, 0},
		{"nothing", Settings{}, 2},
		{"everything wrong", Settings{Host: "a b", Port: 70000, TLS: "ssl", User: "x", From: "nobody", Timeout: time.Millisecond}, 6},
		{"no TLS to another machine", Settings{Host: "smtp.example.org", TLS: Plain, From: good.From}, 1},
		{"no TLS on this machine", Settings{Host: "localhost", TLS: Plain, From: good.From}, 0},
		{"a sender of two lines", Settings{Host: good.Host, From: "A\r\nBcc: x@y.z <post@example.org>"}, 1},
	} {
		if got := c.s.Check(); len(got) != c.want {
			t.Errorf("%s: %d mistakes, want %d: %v", c.why, len(got), c.want, got)
		}
	}
	for url, want := range map[string]int{"https://kontor.example": 0, "http://localhost:8080": 0, "kontor.example": 1, "https://kontor.example/": 1, "javascript:alert(1)": 1} {
		if got := (House{Name: "Kontor", URL: url}).Check(); len(got) != want {
			t.Errorf("house at %s: %v", url, got)
		}
	}
}
