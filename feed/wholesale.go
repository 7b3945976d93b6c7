package feed

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
)

// Format is a kind of file, known by its first row.
type Format string

const (
	Unknown           Format = ""
	Kontor            Format = "kontor"             // Import
	WholesaleProducts Format = "wholesale_products" // ReadWholesale, first reader
	WholesaleBreaks   Format = "wholesale_breaks"   // ReadWholesale, second reader
)

// Recognise tells the format of a file by its beginning: the first row must be
// in start, which need not be more than 64 KB.
func Recognise(start []byte) Format {
	r, err := newRows(bytes.NewReader(start))
	if err != nil {
		return Unknown
	}
	header, err := r.next()
	has := func(names ...string) bool {
		for _, name := range names {
			if !slices.ContainsFunc(header.cells, func(c string) bool { return strings.EqualFold(c, name) }) {
				return false
			}
		}
		return err == nil
	}
	switch {
	case has(productColumns...):
		return WholesaleProducts
	case has(breakColumns...):
		return WholesaleBreaks
	case has("article", "title"):
		return Kontor
	}
	return Unknown
}

// The columns that are read of the lists of the UCI Machine Learning
// Repository's set 352 "Online Retail" (D. Chen, DOI 10.24432/C5BW33), summed
// up by article and by price.
var (
	productColumns = []string{"stock_code", "description", "price_gbp_median", "units_sold"}
	breakColumns   = []string{"stock_code", "unit_price_gbp", "lines", "min_quantity"}
)

// Dropped says what of a wholesaler's lists was left out, and what was assumed.
type Dropped struct {
	Articles    []Drop    // goods that did not become a listing
	Prices      []Drop    // prices that did not become a tier
	Rows        []Problem // each article left out, MostProblems at most
	Assumptions []string  // what the lists do not say
}

// Drop is one reason, how often it held, and the first codes.
type Drop struct {
	Reason   string
	Count    int
	Examples []string // 5 at most
}

// Lines is the account in words, a line each.
func (d Dropped) Lines() []string {
	var lines []string
	tell := func(what string, drops []Drop) {
		for _, drop := range drops {
			left := what + "s"
			if drop.Count == 1 {
				left = what
			}
			lines = append(lines, fmt.Sprintf("%d %s left out: %s (%s)", drop.Count, left, drop.Reason, strings.Join(drop.Examples, ", ")))
		}
	}
	tell("article", d.Articles)
	tell("price", d.Prices)
	for _, a := range d.Assumptions {
		lines = append(lines, "assumed: "+a)
	}
	return lines
}

func drop(list *[]Drop, reason, example string) {
	i := slices.IndexFunc(*list, func(d Drop) bool { return d.Reason == reason })
	if i < 0 {
		i = len(*list)
		*list = append(*list, Drop{Reason: reason})
	}
	d := &(*list)[i]
	if d.Count++; len(d.Examples) < 5 {
		d.Examples = append(d.Examples, example)
	}
}

// ReadWholesale makes a listing of one variant, priced in pounds, of every real
// good in a wholesaler's list of articles and the list of prices at which they
// were really sold (nil: one tier at the median price). Which codes are no goods
// say notGoods and oddText, how sales become tiers says tiersOf. Categories are
// those of WholesaleCategories. A list that lacks its columns is a fault.
func ReadWholesale(products, breaks io.Reader) ([]catalog.Listing, Dropped, error) {
	var d Dropped
	sales := map[string][]sale{}
	if breaks != nil {
		var err error
		if sales, err = readSales(breaks, &d); err != nil {
			return nil, d, err
		}
	}
	listings, err := readProducts(products, sales, &d)
	if err != nil {
		return nil, d, err
	}
	for _, list := range [...][]Drop{d.Articles, d.Prices} {
		slices.SortStableFunc(list, func(a, b Drop) int { return cmp.Compare(b.Count, a.Count) })
	}
	d.Assumptions = []string{
		"weight and HS code by kind of goods, since the lists have none",
		"stock of a month's sales (a twelfth of what was sold in the year), 24 at least",
		"lead time of 3 days, country of origin GB, trade unit piece",
	}
	return listings, d, nil
}

// list reads a table with these columns and hands each row's cells in their order.
func list(r io.Reader, columns []string, each func(line int, cells []string)) error {
	rows, err := newRows(r)
	if err != nil {
		return err
	}
	header, err := rows.next()
	if err != nil && err != io.EOF {
		return err
	}
	at := make([]int, len(columns))
	var faults market.Faults
	for i, name := range columns {
		if at[i] = slices.IndexFunc(header.cells, func(c string) bool { return strings.EqualFold(c, name) }); at[i] < 0 {
			faults = append(faults, &market.Fault{Kind: market.Invalid, Row: 1, Field: name, Msg: "The column " + name + " is missing.", Fix: "Check that this is the list it is meant to be."})
		}
	}
	if len(faults) > 0 {
		return faults
	}
	cells := make([]string, len(columns))
	for n := 0; ; n++ {
		row, err := rows.next()
		if err == io.EOF {
			return nil
		}
		if _, ok := isRowFault(err); err != nil && !ok {
			return err
		}
		if n == MostRows || rows.read > MostBytes {
			return errTooLarge
		}
		if err != nil || len(row.cells) != len(header.cells) {
			each(row.line, nil)
			continue
		}
		for i, j := range at {
			cells[i] = row.cells[j]
		}
		each(row.line, cells)
	}
}

func readSales(r io.Reader, d *Dropped) (map[string][]sale, error) {
	sales := map[string][]sale{}
	err := list(r, breakColumns, func(line int, cells []string) {
		if cells == nil {
			drop(&d.Prices, "the row can't be read", "line "+strconv.Itoa(line))
			return
		}
		var s sale
		price, err := market.ParseMoney(cells[1], "GBP")
		bad := whole(cells[2], &s.lines) + whole(cells[3], &s.least)
		if err != nil || bad != "" || s.least < 1 || price.Minor == 0 {
			drop(&d.Prices, "price, lines or quantity is no number above zero", cells[0])
			return
		}
		s.minor = price.Minor
		sales[cells[0]] = append(sales[cells[0]], s)
	})
	return sales, err
}

func readProducts(r io.Reader, sales map[string][]sale, d *Dropped) ([]catalog.Listing, error) {
	var listings []catalog.Listing
	seen := map[string]bool{}
	err := list(r, productColumns, func(line int, cells []string) {
		out := func(reason, code string) {
			drop(&d.Articles, reason, clip(code))
			if len(d.Rows) < MostProblems {
				d.Rows = append(d.Rows, Problem{Line: line, Column: "stock_code", Message: "Left out: " + reason + ".", Fix: "Nothing to do, if that is right."})
			}
		}
		if cells == nil {
			out("the row can't be read", "line "+strconv.Itoa(line))
			return
		}
		code, text := cells[0], cells[1]
		median, err := market.ParseMoney(cells[2], "GBP")
		sold, key := market.Quantity(0), strings.ToUpper(code)
		bad := whole(cells[3], &sold)
		switch reason := notGoods(code, text); {
		case reason != "":
			out(reason, code)
		case err != nil || bad != "" || median.Minor == 0:
			out("the price is zero or no number", code)
		case seen[key]:
			out("the code stands there twice, but for capitals", code)
		default:
			seen[key] = true
			tiers := tiersOf(sales[code], func(reason string) { drop(&d.Prices, reason, code) })
			if tiers == nil {
				tiers = []catalog.Tier{{From: 1, Minor: median.Minor}}
			}
			listings = append(listings, wholesaleListing(code, text, sold, tiers))
		}
	})
	return listings, err
}

func wholesaleListing(code, text string, sold market.Quantity, tiers []catalog.Tier) catalog.Listing {
	sort := sortOf(text)
	return catalog.Listing{
		Article: code, Titles: map[string]string{"en": titled(text)}, Language: "en", Category: sort.category, State: catalog.Published,
		Unit: "H87", MOQ: tiers[0].From, Multiple: 1, LeadDays: 3, Origin: "GB", HSCode: sort.hsCode,
		Variants: []catalog.Variant{{
			SKU: code, WeightGrams: sort.grams, OnHand: max(24, sold/12),
			Prices: []catalog.Price{{Currency: "GBP", Tiers: tiers}},
		}},
	}
}

// WholesaleInput says whose catalogue the lists become.
type WholesaleInput struct {
	Actor            market.Actor
	Supplier         market.BusinessID
	Products, Breaks io.Reader               // Breaks may be nil
	Progress         func(done, total int64) // listings; may be nil
}

// ImportWholesale reads a wholesaler's lists into the catalogue. In the report
// Rows are the articles of the list, Rejected those that were left out.
func ImportWholesale(ctx context.Context, to Catalogue, in WholesaleInput) (Report, Dropped, error) {
	var report Report
	listings, dropped, err := ReadWholesale(in.Products, in.Breaks)
	for _, f := range faultsOf(err) {
		report.wrong(problem(f))
	}
	for _, drop := range dropped.Articles {
		report.Rejected += drop.Count
	}
	report.Errors = append(report.Errors, dropped.Rows...)
	report.Untold = max(0, report.Rejected-len(dropped.Rows))
	report.Rows = report.Rejected + len(listings)
	done := 0
	for some := range slices.Chunk(listings, handedOn) {
		if err != nil {
			break
		}
		offers := make([]catalog.Offer, len(some))
		for i, l := range some {
			offers[i] = catalog.Offer{Listing: l, Silent: catalog.OfPictures | catalog.OfLabel | catalog.OfSize}
		}
		var answers []catalog.Loaded
		answers, err = to.Load(ctx, in.Actor, in.Supplier, offers)
		for i, answer := range answers {
			report.count(some[i].Article, answer)
		}
		if done += len(some); in.Progress != nil {
			in.Progress(int64(done), int64(len(listings)))
		}
	}
	report.sort()
	return report, dropped, err
}

// count counts a listing of one row.
func (r *Report) count(article string, answer catalog.Loaded) {
	switch answer.Outcome {
	case catalog.Created:
		r.Created++
	case catalog.Updated:
		r.Updated++
	case catalog.Unchanged:
		r.Unchanged++
	default:
		r.Rejected++
		for _, f := range answer.Faults {
			r.wrong(Problem{Column: "stock_code", Message: article + ": " + f.Msg, Fix: f.Fix})
		}
		return
	}
	r.Listings++
}
