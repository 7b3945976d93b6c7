package landed

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"kontor/market"
	"kontor/market/party"
)

// Labels are the tax lines that pages have words for.
var Labels = []string{"tax_domestic", "tax_export", "tax_reverse_charge"}

// Bounds of a tax table.
const (
	MostRates    = 10_000
	MostBps      = 10_000   // a hundred per cent
	mostRatesCSV = 1 << 20  // bytes
	bom          = "\uFEFF" // some spreadsheets begin a file with it
)

var ratesHead = []string{"from", "to", "bps", "label"}

var wholeNumber = regexp.MustCompile(`^[0-9]{1,6}$`)

// ReadRates reads a tax table: CSV (RFC 4180) of at most 1 MiB whose first line
// is "from,to,bps,label". Every mistake is a fault with its line and column. A
// row that no sale reaches, because one above it takes all of its sales, is a
// mistake too.
func ReadRates(from io.Reader) (Rates, error) {
	text, err := io.ReadAll(io.LimitReader(from, mostRatesCSV+1))
	if err != nil {
		return nil, fmt.Errorf("read the tax table: %w", err)
	}
	if len(text) > mostRatesCSV {
		return nil, &market.Fault{Kind: market.TooLarge, Msg: "The tax table is larger than 1 MiB.", Fix: "Keep only the rows that differ from the built-in rates."}
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), bom)))
	r.TrimLeadingSpace, r.FieldsPerRecord = true, -1
	var rates Rates
	var fs market.Faults
	for head := true; ; head = false {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if broken := (*csv.ParseError)(nil); errors.As(err, &broken) {
			fs = append(fs, &market.Fault{Kind: market.Invalid, Row: broken.Line, Msg: "A quotation mark stands where none can.", Fix: `Write "from,to,bps,label" without quotation marks.`})
			break // what follows would be read wrongly
		}
		if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		switch {
		case head && !slices.Equal(row, ratesHead):
			fs = append(fs, &market.Fault{Kind: market.Invalid, Row: line, Msg: "The table does not begin with its head.", Fix: "Write from,to,bps,label as the first line."})
			return nil, fs.Err()
		case head:
		case len(rates) == MostRates:
			fs = append(fs, &market.Fault{Kind: market.TooLarge, Row: line, Msg: fmt.Sprintf("The table has more than %d rows.", MostRates), Fix: "Use * for any country."})
			return nil, fs.Err()
		case len(row) != len(ratesHead):
			fs = append(fs, &market.Fault{Kind: market.Invalid, Row: line, Msg: fmt.Sprintf("The row has %d columns.", len(row)), Fix: "Write four: from,to,bps,label."})
		default:
			rates = append(rates, rates.read(row, line, &fs))
		}
	}
	if rates == nil && len(fs) == 0 {
		fs = append(fs, &market.Fault{Kind: market.Invalid, Row: 1, Msg: "The table has no rows.", Fix: "Write one for each pair of countries, such as DE,DE,1900,tax_domestic."})
	}
	if err := fs.Err(); err != nil {
		return nil, err
	}
	return rates, nil
}

// read reads one row; r holds those above it.
func (r Rates) read(row []string, line int, fs *market.Faults) Rate {
	wrong := func(field, msg, fix string) {
		*fs = append(*fs, &market.Fault{Kind: market.Invalid, Row: line, Field: field, Msg: msg, Fix: fix})
	}
	rate := Rate{From: row[0], To: row[1], Label: row[3]}
	for i, country := range row[:2] {
		if country != "*" && !party.IsCountry(country) {
			wrong(ratesHead[i], fmt.Sprintf("%.10q is not a country.", country), "Write an ISO 3166 code such as DE, or * for any.")
		}
	}
	rate.Bps, _ = strconv.ParseInt(row[2], 10, 64) // its form is checked next
	if !wholeNumber.MatchString(row[2]) || rate.Bps > MostBps {
		wrong("bps", fmt.Sprintf("%.20q is not a rate.", row[2]), "Write hundredths of a per cent, 0 to 10000: 1900 is 19 %.")
	}
	if !slices.Contains(Labels, rate.Label) {
		wrong("label", fmt.Sprintf("%.40q names no tax line.", rate.Label), "Write one of "+strings.Join(Labels, ", ")+".")
	}
	for _, above := range r {
		if (above.From == "*" || above.From == rate.From) && (above.To == "*" || above.To == rate.To) {
			wrong("from", "A row above takes every sale of this one.", "Put the narrower row first, or drop this one.")
			break
		}
	}
	return rate
}
