package demo

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"kontor/feed"
	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/order"
	"kontor/market/party"
)

// Catalogues are real catalogues that a sample house offers beside its own, as
// one more supplier for each kind of file.
type Catalogues struct {
	products, breaks string   // a wholesaler's lists; "" for none
	own              []string // Kontor's CSV
}

// Any tells whether there are any.
func (c Catalogues) Any() bool { return c.products != "" || len(c.own) > 0 }

// KnowCatalogues tells files apart by their headers, which it reads; everything
// wrong with them is reported at once.
func KnowCatalogues(paths []string) (Catalogues, error) {
	var c Catalogues
	var fs market.Faults
	wrong := func(path, msg, fix string) { fs.Add("--catalogue", path+": "+msg, fix) }
	for _, path := range paths {
		head, err := beginning(path)
		if err != nil {
			wrong(path, "the file can't be read: "+err.Error()+".", "Give the path of a readable CSV file.")
			continue
		}
		switch feed.Recognise(head) {
		case feed.Kontor:
			c.own = append(c.own, path)
		case feed.WholesaleProducts:
			if c.products != "" {
				wrong(path, "there is a list of products already: "+c.products+".", "Give one of the two.")
			}
			c.products = path
		case feed.WholesaleBreaks:
			if c.breaks != "" {
				wrong(path, "there is a list of price breaks already: "+c.breaks+".", "Give one of the two.")
			}
			c.breaks = path
		default:
			wrong(path, "its first row is that of no catalogue Kontor knows.", "Give Kontor's CSV, which begins with article and title, or the wholesale lists of products and price breaks.")
		}
	}
	if c.breaks != "" && c.products == "" {
		wrong(c.breaks, "these price breaks belong to a list of products that is not there.", "Give that list too, with another --catalogue.")
	}
	return c, fs.Err()
}

// mostHeader bounds the bytes in which a header is looked for.
const mostHeader = 64 << 10

func beginning(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		if pe, ok := err.(*os.PathError); ok {
			err = pe.Err
		}
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.IsDir() {
		return nil, fmt.Errorf("it is a folder")
	}
	return io.ReadAll(io.LimitReader(f, mostHeader))
}

// rule says in words how real sales become price tiers; feed carries it out.
var rule = []string{
	"The rule by which sales become price tiers:",
	"  1. The price on most invoice lines is the usual one; a price on fewer than 5 lines, or on fewer than 3 in 100, is dropped.",
	"  2. The usual price counts from the smallest quantity that was sold at it.",
	"  3. A lower price counts from the smallest quantity sold at it, if that is more than the tier before: fewer pieces are never cheaper.",
	"  4. A higher price counts only for fewer pieces than any sold at the usual one.",
	"  Codes that are no goods (postage, fees, corrections, vouchers) are left out.",
}

// Load brings the catalogues into a sample house. Where they were loaded before,
// it changes nothing. The lines say by what rule, what came of it and what was
// dropped. a is an operator; progress may be nil.
func (c Catalogues) Load(ctx context.Context, r Rooms, a market.Actor, progress func(done, total int64)) (lines []string, err error) {
	if c.products != "" {
		if lines, err = c.wholesale(ctx, r, a, progress); err != nil {
			return lines, err
		}
	}
	for i, path := range c.own {
		slug := "own-catalogue"
		if i > 0 {
			slug = fmt.Sprintf("own-catalogue-%d", i+1)
		}
		told, err := own(ctx, r, a, path, slug)
		if lines = append(lines, told...); err != nil {
			return lines, err
		}
	}
	return lines, nil
}

// wholesale offers the lists as those of a gift wholesaler in London, which is
// where they are from.
func (c Catalogues) wholesale(ctx context.Context, r Rooms, a market.Actor, progress func(done, total int64)) ([]string, error) {
	to, err := r.whose(ctx, a, "thames-gift-wholesale", "Thames Gift Wholesale", "GB", "London", "GBP")
	if err != nil {
		return nil, err
	}
	tree, err := r.Catalog.Tree(ctx)
	if err != nil {
		return nil, err
	}
	missing := slices.DeleteFunc(feed.WholesaleCategories(), func(n catalog.Category) bool { return tree.Has(n.Path) })
	if err := r.Catalog.Plant(ctx, a, missing); err != nil {
		return nil, fmt.Errorf("plant the categories of %s: %w", c.products, err)
	}
	products, err := os.Open(c.products)
	if err != nil {
		return nil, err
	}
	defer products.Close()
	in := feed.WholesaleInput{Actor: a, Supplier: to.ID, Products: products, Progress: progress}
	if c.breaks != "" {
		breaks, err := os.Open(c.breaks)
		if err != nil {
			return nil, err
		}
		defer breaks.Close()
		in.Breaks = breaks
	}
	report, dropped, err := feed.ImportWholesale(ctx, r.Catalog, in)
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", c.products, err)
	}
	lines := append(slices.Clone(rule), dropped.Lines()...)
	return append(lines, fmt.Sprintf("%s: %d of %d articles are offered by %s.", filepath.Base(c.products), report.Listings, report.Rows, to.Name)), nil
}

// own offers a file in Kontor's own form as a business's of its own.
func own(ctx context.Context, r Rooms, a market.Actor, path, slug string) ([]string, error) {
	base := filepath.Base(path)
	name := strings.TrimSuffix(base, filepath.Ext(base))
	if len([]rune(name)) < 2 {
		name = slug
	}
	to, err := r.whose(ctx, a, slug, "Catalogue "+string([]rune(name)[:min(60, len([]rune(name)))]), "DE", "Rostock", "EUR")
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	report, err := feed.Import(ctx, r.Catalog, feed.ImportInput{Actor: a, Supplier: to.ID, Reader: f, Currency: to.Currency})
	if err != nil {
		return nil, fmt.Errorf("load %s: %w", path, err)
	}
	var lines []string
	for i, p := range report.Errors {
		if i == mostTold {
			lines = append(lines, fmt.Sprintf("… and %d more.", len(report.Errors)-i+report.Untold))
			break
		}
		lines = append(lines, fmt.Sprintf("%s, line %d, %s: %s %s", base, p.Line, p.Column, p.Message, p.Fix))
	}
	return append(lines, fmt.Sprintf("%s: %d of %d rows are offered by %s.", base, report.Rows-report.Rejected, report.Rows, to.Name)), nil
}

// mostTold bounds the problems of a file that are printed.
const mostTold = 10

// whose is the business that a catalogue is loaded for; it is admitted, with the
// usual freight table, where it is not there yet.
func (r Rooms) whose(ctx context.Context, a market.Actor, slug, name, country, city string, sells market.Currency) (party.Business, error) {
	b, err := r.Parties.Storefront(ctx, a, slug)
	if market.KindOf(err) != market.NotFound {
		return b, err
	}
	b, _, err = r.Parties.Admit(ctx, a, party.Admission{
		SignUp: party.SignUp{Name: "Sales desk", Email: "sales@" + slug + ".example", Password: Password, Business: name, Country: country, City: city, Sells: true, Language: "en", Currency: sells},
		Slug:   slug,
	})
	if err != nil {
		return b, fmt.Errorf("admit supplier %s: %w", slug, err)
	}
	return b, r.Orders.Book.SaveTerms(ctx, order.Terms{Business: b.ID, Freight: landed.Usual(sells), CommissionBps: usualBps})
}
