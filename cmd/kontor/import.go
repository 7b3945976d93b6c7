package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kontor/demo/draw"
	"kontor/feed"
	"kontor/files"
	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/party"
	"kontor/web"

	"golang.org/x/text/language"
)

// importCommand loads records.
type importCommand struct {
	Listings importListings `cmd:"" help:"Load a supplier's catalogue. Example: kontor import listings goods.csv --supplier tarsus-shirtworks"`
}

type importListings struct {
	File         string `arg:"" help:"CSV file; - is standard input. Pictures it names are looked for beside it."`
	Supplier     string `help:"The supplier's slug." required:"" placeholder:"SLUG"`
	Propose      bool   `help:"Leave what is new to the operator's review, as if the supplier had sent it. Without it, what is complete is published, unless the column state says otherwise."`
	Currency     string `help:"Currency of price_1 in a file without the column currency." placeholder:"CODE"`
	Language     string `help:"Language of titles in a file without the column language." placeholder:"TAG"`
	DecimalComma bool   `help:"Prices are written 1.234,50."`
	Database     string `help:"Database, over the setting of the same name." placeholder:"URL"`
}

// Help is the command's longer help.
func (importListings) Help() string {
	return "Good rows go in, bad rows are reported by line and column. Running it again changes nothing more, and a run that was stopped half-way can be run again. docs/catalogue.md has the columns.\n\nExample:\n  kontor import listings goods.csv --supplier tarsus-shirtworks"
}

// Run imports.
func (c *importListings) Run(s *session) error {
	currency := market.Currency(strings.ToUpper(c.Currency))
	if currency != "" && !currency.Known() {
		return &market.Fault{Kind: market.Invalid, Field: "--currency", Msg: fmt.Sprintf("%q is not a currency.", c.Currency), Fix: "Write an ISO 4217 code such as EUR."}
	}
	if _, err := language.Parse(c.Language); err != nil && c.Language != "" {
		return &market.Fault{Kind: market.Invalid, Field: "--language", Msg: fmt.Sprintf("%q is not a language.", c.Language), Fix: "Write a BCP 47 tag such as en, de or pt-BR."}
	}
	h, err := s.open(c.Database)
	if err != nil {
		return err
	}
	defer s.shut(h)
	b, err := h.db.BusinessBySlug(s.ctx, c.Supplier)
	if err != nil {
		return noSupplier(c.Supplier, err)
	}
	path := s.path(c.File)
	file, size, err := s.openFile(path)
	if err != nil {
		return err
	}
	defer file.Close()
	actor := operating
	if c.Propose {
		actor = ofSupplier(b)
	}
	bar := newBar(s.err, filepath.Base(c.File))
	r, err := feed.Import(s.ctx, h.catalog, feed.ImportInput{
		Actor: actor, Supplier: b.ID, Reader: file, Size: size, Progress: bar.show,
		Currency: currency, Language: c.Language, DecimalComma: c.DecimalComma, Pictures: beside{h.files, filepath.Dir(path)},
	})
	bar.done()
	if s.ctx.Err() != nil {
		return &outcome{code: notDone, text: fmt.Sprintf("kontor: stopped after %s; run it again to go on.", count(r.Rows, "row", "rows"))}
	}
	if err != nil && (market.KindOf(err) == 0 || len(r.Errors) == 0) {
		return err
	}
	if err := h.settle(s.ctx); err != nil {
		return err
	}
	return s.told(r)
}

// told prints an import's report.
func (s *session) told(r feed.Report) error {
	if s.JSON {
		if r.Errors == nil {
			r.Errors = []feed.Problem{}
		}
		if err := json.NewEncoder(s.out).Encode(r); err != nil {
			return err
		}
	} else {
		for _, p := range r.Errors {
			fmt.Fprintln(s.err, problemLine(p))
		}
		for _, p := range r.Notes {
			fmt.Fprintln(s.err, "note: "+problemLine(p))
		}
		if r.Untold > 0 {
			fmt.Fprintf(s.err, "… and %d more.\n", r.Untold)
		}
		fmt.Fprintf(s.out, "%s: %d created, %d updated, %d unchanged, %d rejected.\n", count(r.Rows, "row", "rows"), r.Created, r.Updated, r.Unchanged, r.Rejected)
	}
	if r.Rejected > 0 || len(r.Errors) > 0 {
		return &outcome{code: wrong}
	}
	return nil
}

func problemLine(p feed.Problem) string {
	where := ""
	if p.Line > 0 {
		where = fmt.Sprintf("line %d", p.Line)
	}
	if p.Column != "" {
		if where != "" {
			where += ", "
		}
		where += fmt.Sprintf("column %q", p.Column)
	}
	if where != "" {
		where += ": "
	}
	return strings.TrimSpace(where + p.Message + " " + p.Fix)
}

func noSupplier(slug string, err error) error {
	if market.KindOf(err) != market.NotFound {
		return err
	}
	return &market.Fault{Kind: market.Invalid, Msg: fmt.Sprintf("There is no supplier %q.", slug), Fix: "See kontor admin suppliers for the list, or add one with kontor admin suppliers add.", Err: err}
}

// ofSupplier acts for a supplier from the command line, whose user has the data
// folder and so may do everything anyway.
func ofSupplier(b party.Business) market.Actor {
	return market.Actor{Person: houseperson, Business: b.ID, Sells: true, Buys: b.Buys}
}

// houseperson stands behind what is done from the command line.
const houseperson market.PersonID = "00000000-0000-7000-8000-000000000000"

// operating acts for the house from the command line.
var operating = market.Actor{Person: houseperson, Operator: true}

// path is a file's path as the user meant it, wherever the command runs.
func (s *session) path(p string) string {
	if s.dir == "" || p == "-" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(s.dir, p)
}

// openFile opens a file or standard input.
func (s *session) openFile(path string) (io.ReadCloser, int64, error) {
	if path == "-" {
		return io.NopCloser(s.in), 0, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, &market.Fault{Kind: market.Invalid, Field: "FILE", Msg: "The file can't be read: " + err.Error() + ".", Fix: "Give the path of a readable file, or - for standard input."}
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	if info.IsDir() {
		f.Close()
		return nil, 0, &market.Fault{Kind: market.Invalid, Field: "FILE", Msg: path + " is a folder.", Fix: "Give a CSV file in it."}
	}
	return f, info.Size(), nil
}

// beside finds pictures in files next to a table, and draws those of the demo.
type beside struct {
	files *files.Folder
	dir   string
}

func (b beside) Picture(ctx context.Context, name string) (catalog.Picture, error) {
	if kind, seed, ok := draw.Parse(name); ok {
		img := draw.Picture(kind, seed)
		return b.files.AddImage(ctx, img, 320, 640)
	}
	if b.dir == "" || !filepath.IsLocal(name) {
		return catalog.Picture{}, &market.Fault{Kind: market.Invalid, Field: "pictures", Msg: fmt.Sprintf("%q is not a file beside the table.", name), Fix: "Put the picture into the table's folder and write its name only."}
	}
	f, err := os.Open(filepath.Join(b.dir, name))
	if err != nil {
		return catalog.Picture{}, &market.Fault{Kind: market.Invalid, Field: "pictures", Msg: fmt.Sprintf("There is no picture %q beside the table.", name), Fix: "Put it there, or empty the cell.", Err: err}
	}
	defer f.Close()
	return b.files.Add(ctx, f)
}

// settle delivers what was committed, so that a command leaves nothing behind.
func (h *house) settle(ctx context.Context) error {
	if !h.working {
		if err := h.work(ctx, h.url()); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return h.bus.Drained(ctx)
}

// imports gives the pages what the command has.
type imports struct{ h *house }

func (i imports) Import(ctx context.Context, a market.Actor, supplier market.BusinessID, name string, r io.Reader, size int64) (web.ImportReport, error) {
	report, err := feed.Import(ctx, i.h.catalog, feed.ImportInput{Actor: a, Supplier: supplier, Reader: r, Size: size, Pictures: beside{i.h.files, ""}})
	out := web.ImportReport{Rows: report.Rows, Created: report.Created, Updated: report.Updated, Unchanged: report.Unchanged, Rejected: report.Rejected}
	for _, p := range report.Errors {
		out.Errors = append(out.Errors, web.ImportError(p))
	}
	for _, p := range report.Notes {
		out.Notes = append(out.Notes, web.ImportError(p))
	}
	out.Unread = feed.Unread(err)
	if len(out.Unread) > 0 {
		err = nil // the report says it
	}
	return out, err
}

func (imports) Template(w io.Writer, currency market.Currency, category string) error {
	return feed.Template(w, currency, category)
}

func (imports) Columns() (columns []web.ImportColumn) {
	for _, c := range feed.Columns() {
		columns = append(columns, web.ImportColumn(c))
	}
	return columns
}

func (i imports) Export(ctx context.Context, a market.Actor, supplier market.BusinessID, w io.Writer) error {
	if a.Business != supplier && !a.Operator {
		return market.Missing("This catalogue")
	}
	return i.h.export(ctx, supplier, w)
}

// bar shows how far an import is, on a terminal; elsewhere it says nothing.
type bar struct {
	w     io.Writer
	name  string
	last  time.Time
	begun time.Time
	shown bool
	live  bool
}

func newBar(w io.Writer, name string) *bar {
	f, ok := w.(*os.File)
	if ok {
		info, err := f.Stat()
		ok = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return &bar{w: w, name: name, begun: time.Now(), live: ok}
}

func (b *bar) show(done, total int64) {
	now := time.Now()
	if !b.live || now.Sub(b.last) < 100*time.Millisecond && done < total {
		return
	}
	b.last, b.shown = now, true
	if total <= 0 {
		fmt.Fprintf(b.w, "\r%s: %d KB, %s ", b.name, done>>10, now.Sub(b.begun).Round(time.Second))
		return
	}
	const width = 30
	full := int(done * width / total)
	fmt.Fprintf(b.w, "\r%s [%s%s] %3d%% %s ", b.name, strings.Repeat("=", full), strings.Repeat(" ", width-full), done*100/total, now.Sub(b.begun).Round(time.Second))
}

func (b *bar) done() {
	if b.shown {
		fmt.Fprintln(b.w)
	}
}

// open opens the house that the command line names, quietly. Where a server
// holds it, the server carries out the whole command, and open returns its
// outcome as an error.
func (s *session) open(database string) (*house, error) {
	if s.held != nil {
		return s.held, nil
	}
	settings, err := loadSettings(s.command.Settings, s.Data, s.flags("database", database))
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(s.Data); errors.Is(err, os.ErrNotExist) {
		return nil, &market.Fault{Kind: market.Invalid, Field: "--data", Msg: "There is no data folder " + s.Data + ".", Fix: "Give the folder that kontor serve uses, or start kontor serve once to make it."}
	} else if err == nil && !info.IsDir() {
		return nil, noFolder(s.Data, nil)
	}
	quiet := settings
	if settings.LogLevel == "info" {
		quiet.LogLevel = "warn"
	}
	s.log = logger(s.err, quiet)
	h, err := openHouse(s.ctx, settings, s.Data, s.log)
	if !errors.Is(err, errHeld) {
		return h, err
	}
	if far := s.forward(); !errors.Is(far, errHeld) {
		return nil, far
	}
	return nil, err
}

// shut closes a house at a command's end.
func (s *session) shut(h *house) {
	if s.held != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), stopTime)
	defer cancel()
	if err := h.close(ctx); err != nil {
		fmt.Fprintf(s.err, "kontor: close: %s\n", err)
	}
}
