package kontor

import (
	"net/url"
	"strings"
	"testing"

	"kontor/store/storetest"
)

// TestTradeInANewHouse opens a house from nothing, as its operator does on the
// first day, on each engine: the commands, the first link, two suppliers with
// their spreadsheets, and then the whole trade.
func TestTradeInANewHouse(t *testing.T) {
	for _, engine := range []struct {
		name     string
		database func(t *testing.T) string
	}{
		{"SQLite", func(*testing.T) string { return "" }},
		{"PostgreSQL", func(t *testing.T) string { return storetest.Postgres(t) }},
	} {
		t.Run(engine.name, func(t *testing.T) {
			kontor(t)
			f := founding{t: t, data: t.TempDir(), database: engine.database(t)}
			f.open()
			tr := &trade{t: t, newly: true, runs: f.operator, reads: f.operator, enter: f.enter}
			tr.whole()
			f.house.Stop(t)
			verified(t, f.args()...)
		})
	}
}

// founding is the first day of a house.
type founding struct {
	t              *testing.T
	data, database string
	house          *process
	operator       hand
}

// args are the flags that every command of this house is given.
func (f *founding) args() []string {
	args := []string{"--data", f.data}
	if f.database != "" {
		args = append(args, "--database", f.database)
	}
	return args
}

func (f *founding) serve() {
	f.t.Helper()
	f.house = start(f.t, append([]string{"serve", "--listen", "127.0.0.1:0", "--set", "pay.demo_card=true", "--set", "shield.allow=127.0.0.1, ::1"}, f.args()...)...)
}

func (f *founding) enter() hand { return newCaller(f.t, f.house.URL) }

// does carries out a command that must succeed.
func (f *founding) does(args ...string) string {
	f.t.Helper()
	out, errs, code := run(f.t, append(args, f.args()...)...)
	if code != 0 {
		f.t.Fatalf("kontor %s ended with %d:\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return strings.TrimSpace(out)
}

// open goes from an empty folder to a house with an operator and two suppliers.
func (f *founding) open() {
	f.t.Helper()
	f.serve() // the first run makes the folder
	f.house.Stop(f.t)
	for _, s := range []struct{ name, country, city, person, email, file string }{
		{"Tarsus Shirtworks", "TR", "Tarsus", "Elif Aksoyan", shirtmaker, "tarsus-shirtworks"},
		{"Hanse Werkzeug Lübeck", "DE", "Lübeck", "Jens Petersdorff", toolmaker, "hanse-werkzeug"},
	} {
		slug := f.does("admin", "suppliers", "add", "--name", s.name, "--country", s.country, "--city", s.city, "--currency", "EUR", "--person", s.person, "--email", s.email)
		f.does("import", "listings", "demo/house/listings/"+s.file+".csv", "--supplier", slug)
	}
	link, err := url.Parse(f.does("admin", "operator"))
	if err != nil {
		f.t.Fatal(err)
	}
	f.serve()
	f.operator = f.enter()
	f.operator.open(link.RequestURI())
	f.operator.fill("Your name", "Wiebke Claasen")
	f.operator.fill("E-mail address", "wiebke@house.example")
	f.operator.fill("Password", password)
	f.operator.press("Make the account and sign in")
	for _, email := range []string{shirtmaker, toolmaker} {
		h := f.enter()
		h.open("/reset")
		h.fill("E-mail address", email)
		h.press("Send the letter")
		h.open(letter(f.t, f.operator, email, "/reset?token="))
		h.fill("New password", password)
		h.press("Set the new password")
		h.sees("The new password is set")
	}
}
