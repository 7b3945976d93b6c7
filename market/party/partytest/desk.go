package partytest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"kontor/market"
	"kontor/market/party"
)

// witness passes everything on to the records and remembers what was told, and
// how often a session's use was noted.
type witness struct {
	party.Records
	mu      sync.Mutex
	events  []market.Event
	touched int

	meanwhile func() // what somebody does just before the next code is spent
}

func (w *witness) tell(err error, events []market.Event) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		w.events = append(w.events, events...)
	}
	return err
}

func (w *witness) Join(ctx context.Context, j party.Joining) error {
	return w.tell(w.Records.Join(ctx, j), j.Events)
}

func (w *witness) SaveBusiness(ctx context.Context, b party.Business, events ...market.Event) error {
	return w.tell(w.Records.SaveBusiness(ctx, b, events...), events)
}

func (w *witness) SavePerson(ctx context.Context, p party.Person, spend []byte, end bool, events ...market.Event) error {
	return w.tell(w.Records.SavePerson(ctx, p, spend, end, events...), events)
}

func (w *witness) PutToken(ctx context.Context, t party.Token, now time.Time, events ...market.Event) error {
	return w.tell(w.Records.PutToken(ctx, t, now, events...), events)
}

func (w *witness) PutLetter(ctx context.Context, t party.Token, now time.Time, letter market.Event) (bool, error) {
	sent, err := w.Records.PutLetter(ctx, t, now, letter)
	return sent, w.post(sent, err, letter)
}

func (w *witness) post(sent bool, err error, letter market.Event) error {
	if !sent {
		return err
	}
	return w.tell(err, []market.Event{letter})
}

func (w *witness) SpendCode(ctx context.Context, p party.Person, browser []byte, events ...market.Event) error {
	if do := w.meanwhile; do != nil {
		w.meanwhile = nil
		do()
	}
	return w.tell(w.Records.SpendCode(ctx, p, browser, events...), events)
}

func (w *witness) SendCode(ctx context.Context, c party.Code, now time.Time, letter market.Event) (bool, error) {
	sent, err := w.Records.SendCode(ctx, c, now, letter)
	return sent, w.post(sent, err, letter)
}

func (w *witness) PutDocument(ctx context.Context, d party.Document, events ...market.Event) error {
	return w.tell(w.Records.PutDocument(ctx, d, events...), events)
}

func (w *witness) TouchSession(ctx context.Context, id string, seen time.Time) error {
	w.touched++
	return w.Records.TouchSession(ctx, id, seen)
}

// house is a desk with everything around it.
type house struct {
	*party.Desk
	records   *witness
	vault     *Vault
	passwords *Passwords
	now       time.Time
}

func newHouse(r party.Records) *house {
	h := &house{records: &witness{Records: r}, vault: NewVault(), passwords: &Passwords{}, now: noon}
	h.Desk = party.New(h.records, h.vault, h.passwords, func() time.Time { return h.now }, party.Settings{})
	return h
}

const password = "correct horse battery"

func signUp(address string) party.SignUp {
	return party.SignUp{
		Name: "Ada Grün", Email: address, Password: password, Business: "Weinkontor Grün", Country: "DE", City: "Bremen",
		Buys: true, Sells: true, Language: "de", Currency: "EUR",
	}
}

// told is the last event of a subject.
func (h *house) told(t *testing.T, subject string) party.Told {
	t.Helper()
	h.records.mu.Lock()
	defer h.records.mu.Unlock()
	for i := len(h.records.events) - 1; i >= 0; i-- {
		if e := h.records.events[i]; e.Subject == subject {
			var told party.Told
			ok(t, json.Unmarshal(e.Body, &told))
			return told
		}
	}
	t.Fatalf("nobody was told: no %s", subject)
	return party.Told{}
}

// link is the secret in the letter that the last event of a subject has sent.
func (h *house) link(t *testing.T, subject string) string {
	t.Helper()
	letter, err := h.Letter(t.Context(), h.told(t, subject).Token)
	ok(t, err)
	return letter.Secret
}

// SignUp checks a form and joins who filled it in.
func (h *house) SignUp(ctx context.Context, in party.SignUp) (browser string, err error) {
	n, err := h.Newcomer(ctx, in)
	if err != nil {
		return "", err
	}
	return n.Join(ctx)
}

// joins signs up; browser is the secret that its browser keeps.
func (h *house) joins(t *testing.T, in party.SignUp) (browser string) {
	t.Helper()
	browser, err := h.SignUp(t.Context(), in)
	ok(t, err)
	return browser
}

// member signs up, confirms and signs in.
func (h *house) member(t *testing.T, address string) party.Pass {
	t.Helper()
	h.joins(t, signUp(address))
	ok(t, h.Confirm(t.Context(), h.link(t, party.PersonJoined)))
	return h.signedIn(t, address, password)
}

func (h *house) signedIn(t *testing.T, address, password string) party.Pass {
	t.Helper()
	pass, err := h.SignIn(t.Context(), address, password, "Firefox on Linux")
	ok(t, err)
	return pass
}

func (h *house) operator(t *testing.T) market.Actor {
	t.Helper()
	secret, needed, err := h.FirstLink(t.Context())
	if err != nil || !needed {
		t.Fatalf("first link: needed %t, %v", needed, err)
	}
	ok(t, h.BecomeOperator(t.Context(), secret, party.NewOperator{Name: "Otto", Email: "otto@example.org", Password: password, Language: "de"}))
	return h.signedIn(t, "otto@example.org", password).Visitor.Actor
}

// Desk checks the desk on top of the records that open returns; each test gets
// empty ones.
func Desk(t *testing.T, open func(t *testing.T) party.Records) {
	for name, test := range map[string]func(t *testing.T, h *house){
		"a sign-up becomes a member by the letter's link":       deskSignUp,
		"every fault of a sign-up is named at once":             deskSignUpFaults,
		"a sign-up is confirmed by its code, where it was made": deskCode,
		"five tries are all, however many at once":              deskCodeAtOnce,
		"a code tells nobody who is a member":                   deskCodeKnown,
		"a letter is sent again, within bounds":                 deskLetterAgain,
		"a new password ends the code of a sign-up":             deskCodeReset,
		"nobody who knows an address fills its mailbox":         deskMailbox,
		"a code is right though its account changed meanwhile":  deskCodeMeanwhile,
		"wrong codes never confirm":                             deskCodeGuesses,
		"a second sign-up tells the member, not the visitor":    deskKnown,
		"one address gets one account, however many at once":    deskJoinRace,
		"two addresses with one index are two people":           deskSharedIndex,
		"equal names get different storefronts":                 deskSlugs,
		"nobody learns by signing in who is a member":           deskSignInAlike,
		"a forgotten password is set anew, once":                deskReset,
		"a password whose price changed is hashed again":        deskStale,
		"a session lasts its time and notes its use sparingly":  deskSession,
		"a new password ends every other session":               deskChangePassword,
		"a program enters by its key until it is ended":         deskKeys,
		"a new password ends every key":                         deskKeysEnd,
		"an unconfirmed business is shown to nobody":            deskUnknown,
		"a visitor brings whether a text waits for their word":  deskOutstanding,
		"the first link makes one operator":                     deskOperator,
		"everybody reaches what is theirs and nothing else":     deskRights,
		"legal data and account are sealed, and looks logged":   deskLegal,
		"a business edits its profile on the latest version":    deskProfile,
		"where a business is, is public while it sells":         deskSeat,
		"an admitted buyer's seat is sealed, a seller's public": deskSeatAdmitted,
		"seats that lie open of old are sealed, once":           deskSeatsOfOld,
		"a suspended business is hidden from strangers":         deskSuspend,
		"addresses are kept by their country's form":            deskAddresses,
		"a new version of the terms is asked for again":         deskDocuments,
		"letters reach the confirmed people of a business":      deskReaders,
		"the house's own key is made once":                      deskHouseKey,
	} {
		t.Run(name, func(t *testing.T) { test(t, newHouse(open(t))) })
	}
}

func deskSignUp(t *testing.T, h *house) {
	ctx := t.Context()
	h.joins(t, signUp("Ada@Grün.example"))
	secret := h.link(t, party.PersonJoined)
	letter, err := h.Letter(ctx, h.told(t, party.PersonJoined).Token)
	ok(t, err)
	if letter.To.Email != "Ada@xn--grn-ioa.example" || letter.To.Name != "Ada Grün" || letter.Kind != party.ConfirmEmail {
		t.Errorf("the letter goes to %+v", letter)
	}
	for _, e := range h.records.events {
		for _, private := range []string{"Ada", "Weinkontor", "example", secret} {
			if bytes.Contains(e.Body, []byte(private)) {
				t.Errorf("event %s carries %q", e.Subject, private)
			}
		}
	}
	_, err = h.SignIn(ctx, "ada@grün.example", password, "")
	wantKind(t, err, market.Invalid, "an address that isn't confirmed signs in")
	wantKind(t, h.Confirm(ctx, secret[1:]+"x"), market.NotFound, "a guessed link confirms")
	ok(t, h.Confirm(ctx, secret))
	wantKind(t, h.Confirm(ctx, secret), market.NotFound, "a link works twice")

	pass := h.signedIn(t, " ada@GRÜN.example ", password)
	v, err := h.Enter(ctx, pass.Token)
	ok(t, err)
	same(t, v, pass.Visitor, "the session is of somebody else")
	if a := v.Actor; !a.SignedIn() || !a.Buys || !a.Sells || a.Operator || a.Business == "" || v.Language != "de" {
		t.Errorf("entered as %+v", v)
	}
	if b := v.Business; b.Slug != "weinkontor-grun" || b.State != party.Active || b.Verification != party.Unchecked {
		t.Errorf("the business is %+v", b)
	}
	me, err := h.Me(ctx, v.Actor)
	ok(t, err)
	if me.Name != "Ada Grün" || me.Email != "Ada@xn--grn-ioa.example" {
		t.Errorf("shown to herself as %+v", me)
	}
	ok(t, h.SignOut(ctx, v.Actor, v.Session))
	_, err = h.Enter(ctx, pass.Token)
	wantKind(t, err, market.SignIn, "a session lives on after sign-out")
}

func deskSignUpFaults(t *testing.T, h *house) {
	_, err := h.SignUp(t.Context(), party.SignUp{Email: "ada", Password: "short", Country: "XX", Language: "?", Currency: "XXZ"})
	var fields []string
	if fs, isFaults := err.(market.Faults); isFaults {
		for _, f := range fs {
			fields = append(fields, f.Field)
			if f.Msg == "" || f.Fix == "" {
				t.Errorf("%s says nothing about what to do", f.Field)
			}
		}
	}
	if got, want := strings.Join(fields, " "), "name business city email password country language currency buys"; got != want {
		t.Errorf("got faults in %q, want %q: the form has to be sent again and again", got, want)
	}
	if len(h.records.events) > 0 {
		t.Error("a bad sign-up was told")
	}
}

func deskKnown(t *testing.T, h *house) {
	ctx := t.Context()
	h.member(t, "ada@example.org")
	h.joins(t, signUp("ADA@example.org")) // the same answer as for everybody
	letter, err := h.Letter(ctx, h.told(t, party.PersonKnown).Token)
	ok(t, err)
	if letter.To.Email != "ada@example.org" || letter.Kind != party.ResetPassword {
		t.Errorf("the member's letter is %+v", letter)
	}
	bs, err := h.records.Businesses(ctx, party.BusinessFilter{})
	ok(t, err)
	if len(bs) != 1 {
		t.Errorf("%d businesses, want 1: a stranger has made one in the member's name", len(bs))
	}
}

func deskJoinRace(t *testing.T, h *house) {
	worked, errs := atOnce(8, func(int) error { _, err := h.SignUp(t.Context(), signUp("ada@example.org")); return err })
	for _, err := range errs {
		wantKind(t, err, market.Busy, "a visitor sees an error of ours")
	}
	people, err := h.records.PeopleByIndex(t.Context(), h.vault.EmailIndex("ada@example.org"))
	if err != nil || len(people) != 1 || worked == 0 {
		t.Errorf("%d accounts for one address (%d told it worked), %v", len(people), worked, err)
	}
}

func deskSharedIndex(t *testing.T, h *house) {
	first := "ada@example.org"
	second := first
	for i := 0; second == first || !bytes.Equal(h.vault.EmailIndex(first), h.vault.EmailIndex(second)); i++ {
		second = fmt.Sprintf("bob%d@example.org", i)
	}
	a, b := h.member(t, first).Visitor.Actor, h.member(t, second).Visitor.Actor
	if a.Person == b.Person || a.Business == b.Business {
		t.Fatal("two people share an account")
	}
	if again := h.signedIn(t, first, password).Visitor.Actor; again != a {
		t.Errorf("%s signs in as somebody else", first)
	}
}

func deskSlugs(t *testing.T, h *house) {
	var slugs []string
	for i := range 3 {
		slugs = append(slugs, h.member(t, fmt.Sprintf("ada%d@example.org", i)).Visitor.Business.Slug)
	}
	if slugs[0] != "weinkontor-grun" || slugs[1] != "weinkontor-grun-bremen" || !strings.HasPrefix(slugs[2], "weinkontor-grun-") || slugs[2] == slugs[1] {
		t.Errorf("got %q", slugs)
	}
	in := signUp("taro@example.org")
	in.Business = "株式会社"
	h.joins(t, in)
	b, err := h.records.Business(t.Context(), h.told(t, party.PersonJoined).Business)
	ok(t, err)
	if b.Slug == "" || b.Slug != party.Slug(b.Slug) {
		t.Errorf("a name without Latin letters gets the address %q", b.Slug)
	}
}

func deskSignInAlike(t *testing.T, h *house) {
	ctx := t.Context()
	h.member(t, "ada@example.org")
	h.joins(t, signUp("new@example.org")) // not confirmed
	var answers []string
	for _, c := range [][2]string{
		{"ada@example.org", "wrong horse battery"}, {"nobody@example.org", password}, {"new@example.org", password},
		{"no address", password}, {"ada@example.org", strings.Repeat("long", 1000)}, {"ada@example.org", ""},
	} {
		before := h.passwords.Asked()
		_, err := h.SignIn(ctx, c[0], c[1], "")
		wantKind(t, err, market.Invalid, "somebody got in with "+c[0])
		answers = append(answers, fmt.Sprint(err))
		if h.passwords.Asked() != before+1 {
			t.Errorf("%s: the time tells who is a member", c[0])
		}
	}
	for _, a := range answers {
		if a != answers[0] {
			t.Errorf("%q and %q: the answer tells who is a member", a, answers[0])
		}
	}
	events := len(h.records.events)
	ok(t, h.ForgotPassword(ctx, "nobody@example.org"))
	if len(h.records.events) != events {
		t.Error("a letter is sent to nobody")
	}
}

func deskReset(t *testing.T, h *house) {
	ctx := t.Context()
	pass := h.member(t, "ada@example.org")
	ok(t, h.ForgotPassword(ctx, "ada@example.org"))
	old := h.link(t, party.PasswordForgotten)
	h.now = h.now.Add(2 * time.Hour)
	wantKind(t, h.ResetPassword(ctx, old, "another good password"), market.NotFound, "an old letter takes the account")
	if _, err := h.Letter(ctx, h.told(t, party.PasswordForgotten).Token); market.KindOf(err) != market.NotFound {
		t.Errorf("a letter with a dead link would be sent: %v", err)
	}

	ok(t, h.ForgotPassword(ctx, "ada@example.org"))
	link := h.link(t, party.PasswordForgotten)
	wantKind(t, h.ResetPassword(ctx, link, "short"), market.Invalid, "a weak password was taken")
	worked, _ := atOnce(4, func(i int) error { return h.ResetPassword(ctx, link, fmt.Sprint("another good password ", i)) })
	if worked != 1 {
		t.Errorf("a reset link worked %d times", worked)
	}
	_, err := h.Enter(ctx, pass.Token)
	wantKind(t, err, market.SignIn, "a thief stays signed in")
	_, err = h.SignIn(ctx, "ada@example.org", password, "")
	wantKind(t, err, market.Invalid, "the old password opens still")
	h.told(t, party.PasswordChanged)

	h.joins(t, signUp("new@example.org")) // the confirming letter got lost
	ok(t, h.ForgotPassword(ctx, "new@example.org"))
	ok(t, h.ResetPassword(ctx, h.link(t, party.PasswordForgotten), "another good password"))
	h.signedIn(t, "new@example.org", "another good password")
}

func deskStale(t *testing.T, h *house) {
	pass := h.member(t, "ada@example.org")
	before, err := h.records.Person(t.Context(), pass.Visitor.Actor.Person)
	ok(t, err)
	h.passwords.Stale = true
	h.signedIn(t, "ada@example.org", password)
	after, err := h.records.Person(t.Context(), before.ID)
	ok(t, err)
	if after.Password == before.Password {
		t.Error("an old, cheap hash stays for ever")
	}
	if _, err := h.ChangePassword(t.Context(), pass.Visitor.Actor, password, "another good password", ""); err != nil {
		t.Errorf("with a hash just renewed: %v", err)
	}
	h.signedIn(t, "ada@example.org", "another good password")
}

func deskSession(t *testing.T, h *house) {
	ctx := t.Context()
	pass := h.member(t, "ada@example.org")
	for range 10 {
		h.now = h.now.Add(time.Minute)
		_, err := h.Enter(ctx, pass.Token)
		ok(t, err)
	}
	if h.records.touched != 2 {
		t.Errorf("10 minutes of browsing wrote %d times, want 2", h.records.touched)
	}
	other := h.signedIn(t, "ada@example.org", password)
	list, err := h.Browsers(ctx, pass.Visitor.Actor)
	ok(t, err)
	if len(list) != 2 || list[0].Agent != "Firefox on Linux" {
		t.Errorf("the sessions are listed as %+v", list)
	}
	ok(t, h.SignOut(ctx, pass.Visitor.Actor, other.Visitor.Session))
	_, err = h.Enter(ctx, other.Token)
	wantKind(t, err, market.SignIn, "a lost telephone stays signed in")
	h.now = h.now.Add(31 * 24 * time.Hour)
	_, err = h.Enter(ctx, pass.Token)
	wantKind(t, err, market.SignIn, "a session outlives its time")
	_, err = h.Enter(ctx, "")
	wantKind(t, err, market.SignIn, "nobody is somebody")
}

func deskChangePassword(t *testing.T, h *house) {
	ctx := t.Context()
	one, two := h.member(t, "ada@example.org"), h.signedIn(t, "ada@example.org", password)
	_, err := h.ChangePassword(ctx, one.Visitor.Actor, "wrong horse battery", "another good password", "")
	wantKind(t, err, market.Invalid, "an open browser is enough to take the account")
	fresh, err := h.ChangePassword(ctx, one.Visitor.Actor, password, "another good password", "")
	ok(t, err)
	for _, old := range []party.Pass{one, two} {
		_, err = h.Enter(ctx, old.Token)
		wantKind(t, err, market.SignIn, "a thief stays signed in")
	}
	_, err = h.Enter(ctx, fresh.Token)
	ok(t, err)
}
