package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/order"
	"kontor/market/party"
)

// adminCommand looks after businesses and operators.
type adminCommand struct {
	Suppliers  adminSuppliers  `cmd:"" help:"List suppliers, admit one, check, suspend or resume one. Example: kontor admin suppliers"`
	Categories adminCategories `cmd:"" help:"List the categories, or add one. Example: kontor admin categories"`
	Events     adminEvents     `cmd:"" help:"List events that no consumer could take, or have one tried again. Example: kontor admin events"`
	Operator   adminOperator   `cmd:"" help:"Print a one-time link that makes an operator's account. Example: kontor admin operator"`
}

type adminSuppliers struct {
	List    listSuppliers   `cmd:"" default:"1" help:"List all suppliers. Example: kontor admin suppliers list --json"`
	Add     addSupplier     `cmd:"" help:"Admit a supplier. Example: kontor admin suppliers add --name 'Tarsus Shirtworks' --country TR --city Tarsus --currency EUR --person 'Elif Aksoyan' --email satis@tarsus.example"`
	Check   checkSupplier   `cmd:"" help:"Note that a supplier's papers were checked. Example: kontor admin suppliers check tarsus-shirtworks"`
	Suspend suspendSupplier `cmd:"" help:"Hide a supplier's listings; open orders go on. Example: kontor admin suppliers suspend tarsus-shirtworks"`
	Resume  resumeSupplier  `cmd:"" help:"End a suspension. Example: kontor admin suppliers resume tarsus-shirtworks"`
}

type listSuppliers struct {
	Database string `help:"Database, over the setting of the same name." placeholder:"URL"`
}

// supplierRow is a supplier as --json prints it.
type supplierRow struct {
	Slug         string `json:"slug"`
	Name         string `json:"name"`
	Country      string `json:"country"`
	Currency     string `json:"currency"`
	State        string `json:"state"`
	Verification string `json:"verification"`
}

// Run lists.
func (c *listSuppliers) Run(s *session) error {
	h, err := s.open(c.Database)
	if err != nil {
		return err
	}
	defer s.shut(h)
	rows := []supplierRow{}
	for after := market.BusinessID(""); ; {
		some, err := h.parties.Businesses(s.ctx, operating, party.BusinessFilter{Sells: true, After: after, Limit: 200})
		if err != nil {
			return err
		}
		for _, b := range some {
			rows = append(rows, supplierRow{b.Slug, b.Name, b.Country, string(b.Currency), string(b.State), string(b.Verification)})
		}
		if len(some) < 200 {
			break
		}
		after = some[len(some)-1].ID
	}
	if s.JSON {
		return json.NewEncoder(s.out).Encode(rows)
	}
	for _, r := range rows {
		fmt.Fprintf(s.out, "%-28s %-32s %s  %s  %-10s %s\n", r.Slug, r.Name, r.Country, r.Currency, r.State, r.Verification)
	}
	return nil
}

type addSupplier struct {
	Name      string `help:"Trade name." required:""`
	Country   string `help:"Country, ISO 3166-1 alpha-2." required:"" placeholder:"CC"`
	City      string `help:"City." required:""`
	Currency  string `help:"Currency it sells in, ISO 4217." required:"" placeholder:"CODE"`
	Person    string `help:"Name of its first person." required:""`
	Email     string `help:"That person's e-mail address; the password is set by the letter of 'Forgot password'." required:""`
	Language  string `help:"Language of its texts." default:"en" placeholder:"TAG"`
	LegalName string `help:"Name in the register; needed before its papers can be checked." placeholder:"NAME"`
	TaxNumber string `help:"Tax number." placeholder:"NUMBER"`
	Database  string `help:"Database, over the setting of the same name." placeholder:"URL"`
}

// Run admits a supplier with the house's own freight table, which it replaces
// by its own.
func (c *addSupplier) Run(s *session) error {
	h, err := s.open(c.Database)
	if err != nil {
		return err
	}
	defer s.shut(h)
	b, err := h.admitSupplier(s.ctx, party.Admission{
		SignUp: party.SignUp{Name: c.Person, Email: c.Email, Business: c.Name, Country: c.Country, City: c.City, Sells: true, Language: c.Language, Currency: market.Currency(strings.ToUpper(c.Currency))},
		Legal:  party.Legal{Name: c.LegalName, TaxNumber: c.TaxNumber},
	})
	if err != nil {
		return byFlag(err)
	}
	if s.JSON {
		return json.NewEncoder(s.out).Encode(supplierRow{b.Slug, b.Name, b.Country, string(b.Currency), string(b.State), string(b.Verification)})
	}
	fmt.Fprintln(s.out, b.Slug)
	return nil
}

// flagOf is the flag that a field came from, and what to write there where a
// page would show a list.
var flagOf = map[string]struct{ flag, fix string }{
	"business":   {"--name", ""},
	"country":    {"--country", "Write an ISO 3166-1 code such as TR."},
	"city":       {"--city", ""},
	"currency":   {"--currency", "Write an ISO 4217 code such as EUR."},
	"name":       {"--person", ""},
	"email":      {"--email", ""},
	"language":   {"--language", "Write a BCP 47 tag such as en."},
	"legal_name": {"--legal-name", ""},
	"tax_number": {"--tax-number", ""},
}

// byFlag names the flags in faults of an admission.
func byFlag(err error) error {
	fs, _ := errors.AsType[market.Faults](err)
	if f, ok := errors.AsType[*market.Fault](err); ok && len(fs) == 0 {
		fs = market.Faults{f}
	}
	for _, f := range fs {
		if from, ok := flagOf[f.Field]; ok {
			f.Field, f.Fix = from.flag, cmp.Or(from.fix, f.Fix)
		}
	}
	return err
}

// admitSupplier admits a supplier and gives it terms to start with.
func (h *house) admitSupplier(ctx context.Context, in party.Admission) (party.Business, error) {
	b, _, err := h.parties.Admit(ctx, operating, in)
	if err != nil {
		return b, err
	}
	return b, h.db.SaveTerms(ctx, order.Terms{Business: b.ID, Freight: landed.Usual(b.Currency), CommissionBps: h.settings.Bps})
}

// oneSupplier names one.
type oneSupplier struct {
	Slug     string `arg:"" help:"The supplier's slug."`
	Database string `help:"Database, over the setting of the same name." placeholder:"URL"`
}

type checkSupplier struct{ oneSupplier }

// Run notes that the papers were checked.
func (c *checkSupplier) Run(s *session) error {
	return s.turn(c.oneSupplier, func(h *house, b party.Business) error {
		_, err := h.parties.Verify(s.ctx, operating, b.ID, party.Checked, b.Version)
		return err
	})
}

type suspendSupplier struct{ oneSupplier }

// Run suspends.
func (c *suspendSupplier) Run(s *session) error {
	return s.turn(c.oneSupplier, func(h *house, b party.Business) error {
		_, err := h.parties.Suspend(s.ctx, operating, b.ID, b.Version)
		return err
	})
}

type resumeSupplier struct{ oneSupplier }

// Run ends a suspension.
func (c *resumeSupplier) Run(s *session) error {
	return s.turn(c.oneSupplier, func(h *house, b party.Business) error {
		_, err := h.parties.Resume(s.ctx, operating, b.ID, b.Version)
		return err
	})
}

// turn changes a supplier's standing.
func (s *session) turn(c oneSupplier, change func(h *house, b party.Business) error) error {
	h, err := s.open(c.Database)
	if err != nil {
		return err
	}
	defer s.shut(h)
	b, err := h.db.BusinessBySlug(s.ctx, c.Slug)
	if err != nil {
		return noSupplier(c.Slug, err)
	}
	if err := change(h, b); err != nil {
		return err
	}
	return h.settle(s.ctx)
}

type adminCategories struct {
	List listCategories `cmd:"" default:"1" help:"List all categories. Example: kontor admin categories list --json"`
	Add  addCategory    `cmd:"" help:"Add a category, or rename one. Example: kontor admin categories add home/kitchen/mugs 'Mugs and cups'"`
}

type listCategories struct {
	Database string `help:"Database, over the setting of the same name." placeholder:"URL"`
}

// Run lists.
func (c *listCategories) Run(s *session) error {
	h, err := s.open(c.Database)
	if err != nil {
		return err
	}
	defer s.shut(h)
	tree, err := h.catalog.Tree(s.ctx)
	if err != nil {
		return err
	}
	type row struct {
		Path string `json:"path"`
		Name string `json:"name"`
	}
	rows := []row{}
	for _, n := range tree.All() {
		rows = append(rows, row{n.Path, n.Name("en")})
	}
	if s.JSON {
		return json.NewEncoder(s.out).Encode(rows)
	}
	for _, r := range rows {
		fmt.Fprintf(s.out, "%-44s %s\n", r.Path, r.Name)
	}
	return nil
}

type addCategory struct {
	Path     string `arg:"" help:"Its place in the tree, such as home/kitchen/mugs."`
	Name     string `arg:"" help:"Its name in English."`
	Position *int   `help:"Its place among its siblings, from 0; one that is there keeps its own, a new one comes last."`
	Database string `help:"Database, over the setting of the same name." placeholder:"URL"`
}

// Run adds.
func (c *addCategory) Run(s *session) error {
	h, err := s.open(c.Database)
	if err != nil {
		return err
	}
	defer s.shut(h)
	tree, err := h.catalog.Tree(s.ctx)
	if err != nil {
		return err
	}
	if up := catalog.Parent(c.Path); up != "" && !tree.Has(up) {
		return &market.Fault{Kind: market.Invalid, Field: "PATH", Msg: fmt.Sprintf("There is no category %q above it.", up), Fix: "Add that one first."}
	}
	made := catalog.Category{Path: c.Path, Names: map[string]string{"en": c.Name}}
	if was, there := tree.Node(c.Path); there {
		made.Position = was.Position
		for lang, name := range was.Names {
			if lang != "en" {
				made.Names[lang] = name
			}
		}
	} else {
		for _, beside := range tree.Children(catalog.Parent(c.Path)) {
			made.Position = max(made.Position, beside.Position+1)
		}
	}
	if c.Position != nil {
		made.Position = *c.Position
	}
	return h.catalog.Plant(s.ctx, operating, []catalog.Category{made})
}

type adminEvents struct {
	List  listEvents `cmd:"" default:"1" help:"List parked events, oldest first. Example: kontor admin events list --json"`
	Retry retryEvent `cmd:"" help:"Have a parked event delivered again. Example: kontor admin events retry 7"`
}

type listEvents struct {
	Database string `help:"Database, over the setting of the same name." placeholder:"URL"`
}

// Run lists.
func (c *listEvents) Run(s *session) error {
	h, err := s.open(c.Database)
	if err != nil {
		return err
	}
	defer s.shut(h)
	parked, err := h.bus.Parked(s.ctx, 1_000)
	if err != nil {
		return err
	}
	type row struct {
		Number   uint64 `json:"number"`
		Consumer string `json:"consumer"`
		Subject  string `json:"subject"`
		ID       string `json:"id"`
	}
	rows := []row{}
	for _, p := range parked {
		rows = append(rows, row{p.Seq, p.Consumer, p.Event.Subject, p.Event.ID})
	}
	if s.JSON {
		return json.NewEncoder(s.out).Encode(rows)
	}
	for _, r := range rows {
		fmt.Fprintf(s.out, "%6d  %-10s %-24s %s\n", r.Number, r.Consumer, r.Subject, r.ID)
	}
	return nil
}

type retryEvent struct {
	Number   uint64 `arg:"" help:"Its number in the list."`
	Database string `help:"Database, over the setting of the same name." placeholder:"URL"`
}

// Run tries again.
func (c *retryEvent) Run(s *session) error {
	h, err := s.open(c.Database)
	if err != nil {
		return err
	}
	defer s.shut(h)
	if err := h.settle(s.ctx); err != nil { // consumers must be there
		return err
	}
	return h.bus.Retry(s.ctx, c.Number)
}

type adminOperator struct {
	Database string `help:"Database, over the setting of the same name." placeholder:"URL"`
}

// Run prints a link.
func (c *adminOperator) Run(s *session) error {
	h, err := s.open(c.Database)
	if err != nil {
		return err
	}
	defer s.shut(h)
	secret, err := h.parties.InviteOperator(s.ctx, operating)
	if err != nil {
		return err
	}
	link := h.url() + "/operator?token=" + secret
	if s.JSON {
		return json.NewEncoder(s.out).Encode(map[string]string{"link": link})
	}
	fmt.Fprintln(s.out, link)
	return nil
}
