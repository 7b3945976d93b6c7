package search

import (
	"encoding/binary"
	"errors"

	"kontor/market"
	"kontor/market/catalog"
)

// facts is what the columns hold of one listing. It is stored with the listing
// in its segment, so that an opened index has its columns without the records.
type facts struct {
	id                         string
	supplier, category, origin string
	moq, lead, changed         int64
	inStock                    bool
	languages                  []string // stemmed ones of its texts
	prices                     []market.Money
}

func factsOf(e catalog.Entry) facts {
	f := facts{
		id: string(e.ID), supplier: string(e.Supplier), category: e.Category, origin: e.Origin,
		moq: int64(e.MOQ), lead: int64(e.LeadDays), changed: e.Changed, inStock: e.InStock, prices: e.Prices,
	}
	return f
}

// encode appends f's stored form: strings with their length, numbers as varints.
func (f facts) encode(b []byte) []byte {
	for _, s := range [...]string{f.id, f.supplier, f.category, f.origin} {
		b = appendText(b, s)
	}
	stock := int64(0)
	if f.inStock {
		stock = 1
	}
	for _, n := range [...]int64{f.moq, f.lead, f.changed, stock} {
		b = binary.AppendVarint(b, n)
	}
	b = binary.AppendVarint(b, int64(len(f.languages)))
	for _, l := range f.languages {
		b = appendText(b, l)
	}
	b = binary.AppendVarint(b, int64(len(f.prices)))
	for _, p := range f.prices {
		b = appendText(b, string(p.Currency))
		b = binary.AppendVarint(b, p.Minor)
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendVarint(b, int64(len(s))), s...)
}

var errFacts = errors.New("stored facts of a listing can't be read")

// decode reads what encode wrote.
func (f *facts) decode(b []byte) error {
	r := reader{b: b}
	f.id, f.supplier, f.category, f.origin = r.text(), r.text(), r.text(), r.text()
	f.moq, f.lead, f.changed, f.inStock = r.number(), r.number(), r.number(), r.number() == 1
	f.languages = f.languages[:0]
	for range r.count() {
		f.languages = append(f.languages, r.text())
	}
	f.prices = f.prices[:0]
	for range r.count() {
		f.prices = append(f.prices, market.Money{Currency: market.Currency(r.text()), Minor: r.number()})
	}
	if r.bad || len(r.b) > 0 {
		return errFacts
	}
	return nil
}

// reader takes values off the front of b; after the first that isn't there it
// gives zero values and is bad.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) number() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[n:]
	return v
}

// count is a number of elements that can still follow, each of a byte or more.
func (r *reader) count() int64 {
	n := r.number()
	if n < 0 || n > int64(len(r.b)) {
		r.b, r.bad = nil, true
		return 0
	}
	return n
}

func (r *reader) text() string {
	n := r.count()
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}
