package mail

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	netmail "net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Marks remember which letters were posted, across restarts.
type Marks interface {
	Posted(ctx context.Context, id string) (bool, error)
	MarkPosted(ctx context.Context, id string, at time.Time) error
}

// SMTP posts letters through a relay (RFC 5321), one connection a letter. It is
// safe for concurrent use.
type SMTP struct {
	settings Settings
	from     *netmail.Address
	marks    Marks
	clock    func() time.Time
}

// NewSMTP makes a post of the settings; it connects with the first letter.
func NewSMTP(s Settings, marks Marks, clock func() time.Time) (*SMTP, error) {
	if faults := s.Check(); len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	from, err := netmail.ParseAddress(s.From)
	if err != nil {
		return nil, fmt.Errorf("mail from: %w", err)
	}
	return &SMTP{settings: s.withDefaults(), from: from, marks: marks, clock: clock}, nil
}

// Refused is a relay's no to one letter. Its text is not repeated: relays put
// addresses into it.
type Refused struct {
	Step string // of the conversation, such as "RCPT TO"
	Code int    // RFC 5321 §4.2; 0 where the relay could not be spoken to
	More string // enhanced status, RFC 3463, such as 5.1.1
	Err  error  // never holds the relay's words
}

func (r *Refused) Error() string {
	s := "post letter: " + r.Step
	if r.Code > 0 {
		s += fmt.Sprintf(": the relay answered %d", r.Code)
	}
	if r.More != "" {
		s += " (" + r.More + ")"
	}
	if r.Err != nil {
		s += ": " + r.Err.Error()
	}
	return s
}

func (r *Refused) Unwrap() error { return r.Err }

// Permanent tells whether trying again is of no use.
func (r *Refused) Permanent() bool { return r.Code >= 500 && r.Code < 600 }

// Send posts a letter, unless that was done before. It returns after the relay
// has taken it over, and within Settings.Timeout.
func (p *SMTP) Send(ctx context.Context, l Letter) error {
	done, err := p.marks.Posted(ctx, l.ID)
	if err != nil {
		return fmt.Errorf("look whether letter %s was posted: %w", l.ID, err)
	}
	if done {
		return nil
	}
	if err := p.post(ctx, l); err != nil {
		return err
	}
	if err := p.marks.MarkPosted(ctx, l.ID, p.clock()); err != nil {
		return fmt.Errorf("mark letter %s as posted: %w", l.ID, err)
	}
	return nil
}

func (p *SMTP) post(ctx context.Context, l Letter) error {
	msg, err := p.message(l)
	if err != nil {
		return err
	}
	client, err := p.client()
	if err != nil {
		return fmt.Errorf("post letter: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, p.settings.Timeout)
	defer cancel()
	if err := client.DialWithContext(ctx); err != nil {
		return &Refused{Step: "connect to the relay", Err: plain(err)}
	}
	sent := make(chan error, 1)
	go func() { sent <- client.Send(msg) }()
	select {
	case err = <-sent:
	case <-ctx.Done():
		_ = client.Close() // ends the conversation, and with it Send
		return &Refused{Step: "talk to the relay", Err: ctx.Err()}
	}
	_ = client.Close() // the relay has the letter, or has refused it
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*gomail.SendError](err); ok {
		r := &Refused{Step: e.Reason.String(), Code: e.ErrorCode(), More: e.EnhancedStatusCode()}
		return r
	}
	return &Refused{Step: "talk to the relay", Err: errors.New("the conversation broke off")}
}

// plain is a connection's error. What a relay says while nobody was named yet
// holds no address of a reader.
func plain(err error) error { return errors.New(line(err.Error())) }

func (p *SMTP) client() (*gomail.Client, error) {
	s := p.settings
	options := []gomail.Option{
		gomail.WithPort(s.Port),
		gomail.WithTimeout(s.Timeout),
		gomail.WithTLSConfig(&tls.Config{ServerName: s.Host, RootCAs: s.Trust, MinVersion: tls.VersionTLS12}),
		gomail.WithHELO(p.domain()),
		gomail.WithoutNoop(),
	}
	switch s.TLS {
	case Implicit:
		options = append(options, gomail.WithSSL())
	case Plain:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	return gomail.NewClient(s.Host, options...)
}

// message is the letter as it travels (RFC 5322, RFC 2045 to 2049).
func (p *SMTP) message(l Letter) (*gomail.Msg, error) {
	to, err := netmail.ParseAddress(l.Address)
	if err != nil || to.Address != l.Address || to.Name != "" {
		return nil, &Refused{Step: "address the letter", Code: 553, More: "5.1.3"} // mailbox name not allowed
	}
	to.Name = line(l.Name)
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(p.from)
	m.ToMailAddress(to)
	m.Subject(line(l.Subject))
	m.SetDateWithValue(l.At)
	m.SetMessageIDWithValue(p.messageID(l))
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: no answers from holidays
	m.SetBodyString(gomail.TypeTextPlain, l.Text)
	m.AddAlternativeString(gomail.TypeTextHTML, l.HTML)
	return m, nil
}

// messageID is the same whenever the same letter is posted.
func (p *SMTP) messageID(l Letter) string {
	sum := sha256.Sum256([]byte(l.ID))
	return hex.EncodeToString(sum[:16]) + "@" + p.domain()
}

func (p *SMTP) domain() string {
	return p.from.Address[strings.LastIndexByte(p.from.Address, '@')+1:]
}
