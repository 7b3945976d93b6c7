package web

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/market/party"
	"kontor/shield"
	"kontor/web/page"
)

// Site is the house's face: pages and API over the rooms' desks.
type Site struct {
	Parties *party.Desk
	Catalog *catalog.Desk
	Orders  *order.Desk
	Money   *ledger.Desk

	Pictures Pictures
	Imports  Imports
	Letters  Letters // nil where letters are sent and not kept
	Gate     Gate    // nil where nothing stands before the house

	Incidents Incidents       // nil where nothing watches the gate
	Shadow    []shield.Rule   // rules of the gate that only count
	Consent   string          // word by which the operator agreed to a rehearsal; "" refuses
	Ending    <-chan struct{} // closed when the house is about to end: streams end with it; may be nil

	House    page.House
	Country  string          // shown prices' destination until chosen
	Currency market.Currency // shown prices' currency until chosen
	Bank     Bank            // where transfers go; zero where they are not offered
	Demo     []DemoPerson    // one-click sign-in; empty everywhere but in the demo
	DemoPass DemoPass        // lets one of Demo in; nil where there are none
	Origin   string          // scheme and host of the house, for absolute addresses
	Secure   bool            // cookies over HTTPS only

	// Digest is a keyed hash: equal requests have equal ones, and what was asked
	// can't be tried out from it without the house key.
	Digest func(text string) string

	Log *slog.Logger
	Now func() time.Time

	tree          treeCache
	suppliersKept firmCache
	permits       permits
	history       history
	statuses      statusPages

	mux        *http.ServeMux          // set by Handler
	gateRoutes map[string]shield.Route // by pattern
}

// Pictures serves checked pictures.
type Pictures interface {
	Open(id catalog.PictureID, width int) (io.ReadSeekCloser, time.Time, error)
}

// Imports reads and writes catalogues in files.
type Imports interface {
	// Import loads a supplier's file. The report is never nil when err is.
	Import(ctx context.Context, a market.Actor, supplier market.BusinessID, name string, r io.Reader, size int64) (ImportReport, error)
	Export(ctx context.Context, a market.Actor, supplier market.BusinessID, w io.Writer) error
	// Template writes a table to begin with.
	Template(w io.Writer, currency market.Currency, category string) error
	// Columns are what a file may have.
	Columns() []ImportColumn
}

// ImportColumn says of a column of a file what it holds.
type ImportColumn struct {
	Name  string
	Holds string
	Must  bool
}

// ImportReport is what an import did, in rows of the file.
type ImportReport struct {
	Rows      int           `json:"rows"`
	Created   int           `json:"created"`
	Updated   int           `json:"updated"`
	Unchanged int           `json:"unchanged"`
	Rejected  int           `json:"rejected"`
	Errors    []ImportError `json:"errors"`
	Notes     []ImportError `json:"notes" doc:"What was read otherwise than it may have been meant."`

	Unread market.Faults `json:"-"` // what keeps the file as a whole from being read; Errors has them too
}

// ImportError is one thing wrong with a file, and how to mend it.
type ImportError struct {
	Line    int    `json:"line"`
	Column  string `json:"column"`
	Message string `json:"message"`
	Fix     string `json:"fix"`
}

// Letters shows kept letters to the operator, and in the demo to whoever is
// signed in as one of its people.
type Letters interface {
	Kept(ctx context.Context, a market.Actor, limit int) ([]KeptLetter, error)
}

// KeptLetter is a letter as its receiver would read it.
type KeptLetter struct {
	ID      string
	To      string
	Subject string
	Text    string
	At      time.Time
}

// Bank is the house's account for transfers.
type Bank struct{ Holder, Account string }

// DemoPerson can be signed in as with one click, in the demo only.
type DemoPerson struct {
	Role     string // buyer, supplier, operator
	Name     string
	Business string
	Email    string
}

// DemoPass opens a session for a person of the demo, whatever their password is
// by now.
type DemoPass func(ctx context.Context, p DemoPerson, agent string) (party.Pass, error)

// visit is what one request is about.
type visit struct {
	permit    chan struct{} // to make a public page; nil once given back
	ref       string        // reference number of the request
	lang      string
	prefix    string // "" or "/" and the language
	path      string // without the prefix
	actor     market.Actor
	session   string   // id of the session, to end it; "" for a program
	business  string   // the actor's trade name
	known     bool     // the session was looked at: this page is the visitor's own
	me        *page.Me // their state in the head, once it was asked for
	open      bool     // a text of the house waits for the actor's word
	program   bool     // known by an API key
	suspended bool     // the house closed the door to the actor's business
	note      string   // what the last form did, to be shown once
	noted     bool     // the note is on this page
	digest    func(text string) string
	country   string
	currency  market.Currency
}

type visitKey struct{}

func visitOf(r *http.Request) *visit { return r.Context().Value(visitKey{}).(*visit) }

// actor is who asks; the zero Actor for guests and on cacheable pages.
func actor(r *http.Request) market.Actor { return visitOf(r).actor }

// reference is a number that a person can read out: 7F3-K2Q.
func reference() string {
	const letters = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b[:4]) + "-" + string(b[4:])
}

// treeCache keeps the category tree, which every head shows, for a short while.
type treeCache struct {
	mu    sync.Mutex
	tree  catalog.Tree
	until time.Time
}

// local keeps a redirect within the house.
func local(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\t\r\n") {
		return "/"
	}
	return next
}
