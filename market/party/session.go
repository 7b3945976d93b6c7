package party

import (
	"context"
	"fmt"
	"strings"
	"time"

	"kontor/market"
)

// Visitor is who a session or an API key stands for: the actor, and what pages
// need of them without another read. Sealed fields are left out.
type Visitor struct {
	Actor    market.Actor
	Session  string   // "" for a program
	Language string   // BCP 47, the person's
	Business Business // public face, for a program without its texts; zero for an operator

	// Outstanding tells that a text of the house waits for the person's word:
	// until it is given, nothing may be changed in their name but their account.
	// An operator speaks for the house itself and is never asked.
	Outstanding bool
}

// Pass is a new session. Its token goes into the browser's cookie and is kept
// nowhere else.
type Pass struct {
	Token   string
	Expires time.Time
	Visitor Visitor
}

// SignIn checks address and password, and opens a session for the browser that
// agent names. Somebody unknown, somebody whose address isn't confirmed, and a
// wrong password get one answer, after the same work.
func (d *Desk) SignIn(ctx context.Context, typed, password, agent string) (Pass, error) {
	var p Person
	address, err := CheckEmail(typed)
	if err == nil {
		if _, p, err = d.find(ctx, address); err != nil {
			return Pass{}, err
		}
	}
	right, err := d.right(ctx, &p, password)
	if err != nil {
		return Pass{}, err
	}
	if !right || !p.Confirmed {
		return Pass{}, &market.Fault{
			Kind: market.Invalid, Field: "password",
			Msg: "Address and password don't fit, or the address isn't confirmed yet.",
			Fix: "Check both, open the link in our letter, or ask for a new password.",
		}
	}
	return d.enter(ctx, p, agent)
}

// EnterAs opens a session for the person whose address this is, on an operator's
// word and without a password. It is the one-click sign-in of the sample
// platform, which works whatever its visitors do with the passwords.
func (d *Desk) EnterAs(ctx context.Context, a market.Actor, address, agent string) (Pass, error) {
	if err := mayOperate(a); err != nil {
		return Pass{}, err
	}
	_, p, err := d.find(ctx, address)
	if err != nil {
		return Pass{}, err
	}
	if p.ID == "" || !p.Confirmed {
		return Pass{}, market.Missing("This person")
	}
	return d.enter(ctx, p, agent)
}

// enter opens a session.
func (d *Desk) enter(ctx context.Context, p Person, agent string) (Pass, error) {
	var b Business
	if p.Business != "" {
		var err error
		if b, err = d.records.Business(ctx, p.Business); err != nil {
			return Pass{}, fmt.Errorf("sign in person %s: %w", p.ID, err)
		}
	}
	token, now := newSecret(), d.clock()
	hash, _ := hashOf(token)
	s := Session{
		ID: market.NewID[string](), Hash: hash, Person: p.ID,
		Created: now, Seen: now, Expires: now.Add(d.settings.SessionFor),
	}
	var err error
	if s.Agent, err = d.seal(ctx, p.Of(), "session", "agent", s.ID, clip(agent, 300)); err != nil {
		return Pass{}, err
	}
	if err := d.records.PutSession(ctx, s); err != nil {
		return Pass{}, fmt.Errorf("open a session of person %s: %w", p.ID, err)
	}
	v, err := d.visitor(ctx, s.ID, p, b)
	return Pass{Token: token, Expires: s.Expires, Visitor: v}, err
}

func (d *Desk) visitor(ctx context.Context, session string, p Person, b Business) (Visitor, error) {
	newest, err := d.newest.versions(ctx, d.records, d.clock())
	if err != nil {
		return Visitor{}, err
	}
	return Visitor{
		Actor: market.Actor{
			Person: p.ID, Business: p.Business, Operator: p.Operator,
			Buys: b.Buys, Sells: b.Sells,
		},
		Session:  session,
		Language: p.Language,
		Business: publicFace(b),
		// Versions are dates, so that they are compared as texts; a newer one than
		// the newest known here was issued since that was read.
		Outstanding: !p.Operator && (p.Terms < newest["terms"] || p.Privacy < newest["privacy"]),
	}, nil
}

// clip keeps the first most bytes of s as whole characters.
func clip(s string, most int) string {
	if len(s) > most {
		s = s[:most]
	}
	return strings.ToValidUTF8(s, "")
}

// Enter answers who a session's token stands for: one read. Without a session,
// or with one that ended, the fault is of kind SignIn.
func (d *Desk) Enter(ctx context.Context, token string) (Visitor, error) {
	hash, ok := hashOf(token)
	if !ok {
		return Visitor{}, signedIn(market.Actor{})
	}
	now := d.clock()
	s, p, b, err := d.records.Session(ctx, hash, now)
	if market.KindOf(err) == market.NotFound {
		return Visitor{}, signedIn(market.Actor{})
	}
	if err != nil {
		return Visitor{}, fmt.Errorf("find a session: %w", err)
	}
	if now.Sub(s.Seen) >= d.settings.SeenEvery {
		if err := d.records.TouchSession(ctx, s.ID, now); err != nil {
			return Visitor{}, fmt.Errorf("note the use of session %s: %w", s.ID, err)
		}
	}
	return d.visitor(ctx, s.ID, p, b)
}

// EnterProgram answers who an API key stands for: one read.
func (d *Desk) EnterProgram(ctx context.Context, key string) (Visitor, error) {
	wrong := &market.Fault{Kind: market.SignIn, Msg: "This key opens nothing.", Fix: "Make a new one under \"Keys\" and send it as Authorization: Bearer."}
	hash, ok := hashOfKey(key)
	if !ok {
		return Visitor{}, wrong
	}
	_, p, b, err := d.records.APIKey(ctx, hash)
	if market.KindOf(err) == market.NotFound {
		return Visitor{}, wrong
	}
	if err != nil {
		return Visitor{}, fmt.Errorf("find an API key: %w", err)
	}
	return d.visitor(ctx, "", p, b)
}

// SignOut ends the actor's session of this id.
func (d *Desk) SignOut(ctx context.Context, a market.Actor, session string) error {
	if err := signedIn(a); err != nil {
		return err
	}
	if err := d.records.EndSession(ctx, a.Person, session); err != nil {
		return fmt.Errorf("end session %s: %w", session, err)
	}
	return nil
}

// Browser is one session as its person sees it.
type Browser struct {
	Session
	Agent string // what the browser called itself
}

// Browsers lists where the actor is signed in, latest use first.
func (d *Desk) Browsers(ctx context.Context, a market.Actor) ([]Browser, error) {
	if err := signedIn(a); err != nil {
		return nil, err
	}
	sessions, err := d.records.Sessions(ctx, a.Person, d.clock())
	if err != nil {
		return nil, fmt.Errorf("list the sessions of person %s: %w", a.Person, err)
	}
	values := make([]Value, len(sessions))
	for i, s := range sessions {
		values[i] = field("session", "agent", s.ID, s.Agent)
	}
	of := Subject{OfPerson, string(a.Person)}
	plain, err := d.vault.Open(ctx, LookOf(a, roleOf(a), of, Purpose{Kind: "own_data"}), values...)
	if err != nil {
		return nil, fmt.Errorf("show the sessions of person %s: %w", a.Person, err)
	}
	browsers := make([]Browser, len(sessions))
	for i, s := range sessions {
		browsers[i] = Browser{s, string(plain[i])}
	}
	return browsers, nil
}

// MostAPIKeys bounds the keys of one person.
const MostAPIKeys = 20

// MakeKey makes an API key for the actor, who types their password again: a key
// outlasts the session that asks for it. The key is returned once and kept as a
// hash.
func (d *Desk) MakeKey(ctx context.Context, a market.Actor, label, password string) (key string, err error) {
	if err := signedIn(a); err != nil {
		return "", err
	}
	var fs market.Faults
	text(&fs, "label", &label, "what the key is for", 1, 60)
	have, err := d.records.APIKeys(ctx, a.Person)
	if err != nil {
		return "", fmt.Errorf("list the keys of person %s: %w", a.Person, err)
	}
	if len(have) >= MostAPIKeys {
		fs.Add("label", "There are 20 keys already.", "End one that is not used any more.")
	}
	if err := fs.Err(); err != nil {
		return "", err
	}
	if _, err := d.proven(ctx, a, password); err != nil {
		return "", err
	}
	secret := newSecret()
	hash, _ := hashOf(secret)
	k := APIKey{ID: market.NewID[string](), Hash: hash, Person: a.Person, Label: label, Created: d.clock()}
	if err := d.records.PutAPIKey(ctx, k); err != nil {
		return "", fmt.Errorf("store a key of person %s: %w", a.Person, err)
	}
	return keyPrefix + secret, nil
}

// Keys lists the actor's API keys, newest first.
func (d *Desk) Keys(ctx context.Context, a market.Actor) ([]APIKey, error) {
	if err := signedIn(a); err != nil {
		return nil, err
	}
	keys, err := d.records.APIKeys(ctx, a.Person)
	if err != nil {
		return nil, fmt.Errorf("list the keys of person %s: %w", a.Person, err)
	}
	return keys, nil
}

// EndKey ends one of the actor's API keys.
func (d *Desk) EndKey(ctx context.Context, a market.Actor, id string) error {
	if err := signedIn(a); err != nil {
		return err
	}
	if err := d.records.EndAPIKey(ctx, a.Person, id); err != nil {
		return fmt.Errorf("end key %s: %w", id, err)
	}
	return nil
}
