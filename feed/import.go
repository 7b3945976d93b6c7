package feed

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"

	"kontor/market"
	"kontor/market/catalog"
)

// Catalogue takes listings in; *catalog.Desk does.
type Catalogue interface {
	Load(ctx context.Context, a market.Actor, supplier market.BusinessID, offers []catalog.Offer) ([]catalog.Loaded, error)
	// Try answers what Load would, and writes nothing.
	Try(ctx context.Context, a market.Actor, supplier market.BusinessID, offers []catalog.Offer) ([]catalog.Loaded, error)
}

// Pictures finds what a pictures cell names: a file beside the table, or what
// else the caller understands. The same name gives the same picture. A fault is
// told in the report, any other error ends the import.
type Pictures interface {
	Picture(ctx context.Context, name string) (catalog.Picture, error)
}

// ImportInput says what to import, for whom, and how to read it.
type ImportInput struct {
	Actor    market.Actor
	Supplier market.BusinessID
	Reader   io.Reader
	Size     int64                   // of the file in bytes, 0 if unknown; more than MostBytes is refused
	Progress func(done, total int64) // bytes; may be nil; done never falls, total is Size

	Language     string          // of titles in a file without the column language; "" is the listing's own, else en
	Currency     market.Currency // of price_1 in a file without the column currency; "" asks for the column
	DecimalComma bool            // prices are written 1.234,50
	Pictures     Pictures        // nil: the column pictures is not read
}

// Articles are collected before they are handed on, so that rows of one need
// not stand together; those that stand further apart than this are taken as an
// addition to what was loaded.
const (
	mostHeld      = 1_000    // articles
	mostHeldBytes = 16 << 20 // of their rows
	handedOn      = 200      // articles at a time: one step of progress
)

// Import reads Kontor's CSV into the catalogue. Good rows go in, bad ones are
// in the report; running it again, after the end or after it was killed, changes
// what is not there yet and nothing else. The error is a market.Fault or
// market.Faults where the file as a whole can't be read (the report has them
// too), else what kept the catalogue from taking it; the report then tells what
// was done so far.
func Import(ctx context.Context, to Catalogue, in ImportInput) (Report, error) {
	im := importer{to: to, in: in, seed: maphash.MakeSeed(), done: map[uint64]catalog.Outcome{}}
	err := im.run(ctx)
	for _, f := range faultsOf(err) {
		im.report.wrong(problem(f))
	}
	im.report.sort()
	return im.report, err
}

// Unread is what keeps a file as a whole from being read, out of the error of
// Import; none where it was read, or where the error is not the file's.
func Unread(err error) market.Faults { return faultsOf(err) }

func faultsOf(err error) market.Faults {
	if fs, ok := errors.AsType[market.Faults](err); ok {
		return fs
	}
	if f, ok := errors.AsType[*market.Fault](err); ok {
		return market.Faults{f}
	}
	return nil
}

type importer struct {
	to     Catalogue
	in     ImportInput
	report Report
	raised raised
	rows   *rows
	table  *table

	held  []*article
	at    map[string]*article // those held
	bytes int64               // of rows held
	taken int64               // bytes of the file up to the last row held
	seed  maphash.Seed
	done  map[uint64]catalog.Outcome // of articles handed on, by hash: 16 bytes each, MostRows at most
}

var errTooLarge = &market.Fault{Kind: market.TooLarge, Msg: "The file is larger than 200 MB or has more than a million rows.", Fix: "Split it into several and import one after the other."}

func (im *importer) run(ctx context.Context) error {
	if im.in.Size > MostBytes {
		return errTooLarge
	}
	if err := im.open(); err != nil {
		return err
	}
	for {
		r, err := im.rows.next()
		if fault, ok := isRowFault(err); ok {
			im.report.Rows++
			im.refuse(problem(fault))
			continue
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if im.report.Rows++; im.report.Rows > MostRows || im.rows.read > MostBytes {
			im.report.Rows--
			return errors.Join(im.handOn(ctx), errTooLarge)
		}
		im.take(r)
		if len(im.held) >= mostHeld || im.bytes >= mostHeldBytes {
			if err := im.handOn(ctx); err != nil {
				return err
			}
		}
	}
	if line := im.rows.foreign; line > 0 {
		im.report.note(Problem{Line: line, Message: "The file is not UTF-8; it was read as Windows-1252.", Fix: "Look at accented letters; save it as “CSV UTF-8” if they are wrong."})
	}
	if err := im.handOn(ctx); err != nil {
		return err
	}
	im.raised.tell(&im.report)
	im.progress(im.rows.read)
	return nil
}

// open reads the header.
func (im *importer) open() error {
	var err error
	if im.rows, err = newRows(im.in.Reader); err != nil {
		return err
	}
	header, err := im.rows.next()
	if err == io.EOF {
		return &market.Fault{Kind: market.Invalid, Row: 1, Msg: "The file is empty.", Fix: "Export your catalogue once to see what a file looks like."}
	}
	if err != nil {
		return err
	}
	cols, notes, faults := columns(header)
	for _, n := range notes {
		im.report.note(n)
	}
	if len(faults) > 0 {
		return faults
	}
	im.table = newTable(cols, &im.report)
	im.table.comma, im.table.in, im.table.lang = im.in.DecimalComma, im.in.Currency, im.in.Language
	im.at = map[string]*article{}
	return nil
}

func (im *importer) refuse(p Problem) {
	im.report.Rejected++
	im.report.wrong(p)
}

// take puts a row to its article.
func (im *importer) take(r row) {
	if len(r.cells) != len(im.table.cols) {
		im.refuse(Problem{Line: r.line, Message: fmt.Sprintf("The row has %d cells, the first row names %d columns.", len(r.cells), len(im.table.cols)),
			Fix: "A separator is missing or one too many; put texts that hold one in quotation marks."})
		return
	}
	var code string
	for i, c := range im.table.cols {
		if c != nil && c.kind == "article" {
			code = r.cells[i]
		}
	}
	if code == "" {
		im.refuse(Problem{Line: r.line, Column: "article", Message: "The article code is missing.", Fix: "Write the code under which you know it; the rows of one listing have the same."})
		return
	}
	a, held := im.at[code]
	if !held {
		_, before := im.done[im.hash(code)]
		a = &article{code: code, cells: map[*column]cell{}, before: before}
		im.at[code] = a
		im.held = append(im.held, a)
	}
	im.table.add(a, r)
	im.bytes += im.rows.read - im.taken
	im.taken, a.end = im.rows.read, im.rows.read
}

func (im *importer) hash(code string) uint64 { return maphash.String(im.seed, code) }

// handOn loads what is held.
func (im *importer) handOn(ctx context.Context) error {
	for from := 0; from < len(im.held); from += handedOn {
		some := im.held[from:min(from+handedOn, len(im.held))]
		if err := im.load(ctx, some); err != nil {
			return err
		}
		end := int64(0)
		for _, a := range some {
			end = max(end, a.end)
		}
		im.progress(end)
	}
	im.held, im.at, im.bytes = nil, map[string]*article{}, 0
	return nil
}

func (im *importer) progress(done int64) {
	if im.in.Progress != nil {
		im.in.Progress(done, max(im.in.Size, done))
	}
}

func (im *importer) load(ctx context.Context, articles []*article) error {
	var (
		offers []catalog.Offer
		from   []*article
		rows   [][]*variantRow
		bad    trials
	)
	for _, a := range articles {
		o, used, faults := im.table.offer(a)
		bad.add(im.table, a, o, faults)
		if len(faults) > 0 || len(used) == 0 {
			im.done[im.hash(a.code)] = cmp.Or(im.done[im.hash(a.code)], catalog.Rejected)
			continue
		}
		if err := im.pictures(ctx, &o, a); err != nil {
			return err
		}
		offers, from, rows = append(offers, o), append(from, a), append(rows, used)
	}
	if err := bad.tell(ctx, im); err != nil {
		return err
	}
	answers, err := im.to.Load(ctx, im.in.Actor, im.in.Supplier, offers)
	for i, answer := range answers {
		im.settle(from[i], offers[i], rows[i], answer)
	}
	return err
}
