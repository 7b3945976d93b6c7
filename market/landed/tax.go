package landed

import "kontor/market"

// Rate is one row of the tax table: sales from one country to another. "*"
// stands for any country. The first row that fits counts.
type Rate struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Bps   int64  `json:"bps"`   // basis points of goods and freight
	Label string `json:"label"` // key of the words that name the line, such as "vat_domestic"
}

// Rates is a tax table.
type Rates []Rate

// Tax is the tax line of one order, frozen on its documents.
type Tax struct {
	Label    string          `json:"label"`
	Bps      int64           `json:"bps"`
	Base     market.Money    `json:"base"` // goods and freight
	Amount   market.Money    `json:"amount"`
	Rounding market.Rounding `json:"rounding"` // once, on the order's base
}

// On works out the tax on base for goods that go from one country to another.
// Selling inside one country bears its standard rate; across a border the
// seller charges none, and the buyer accounts for it at home.
func (r Rates) On(base market.Money, from, to string) Tax {
	for _, row := range r {
		if (row.From == "*" || row.From == from) && (row.To == "*" || row.To == to) {
			return Tax{row.Label, row.Bps, base, base.Share(row.Bps), market.HalfUp}
		}
	}
	label := "tax_export"
	if from == to {
		label = "tax_domestic"
		return Tax{label, standard[from], base, base.Share(standard[from]), market.HalfUp}
	}
	if union[from] && union[to] {
		label = "tax_reverse_charge" // Directive 2006/112/EC, Art. 138 and 196
	}
	return Tax{label, 0, base, base.Share(0), market.HalfUp}
}

// standard holds the standard rates of value added tax in basis points, as of
// 2026-01; a country that is missing has none here and the operator's table may
// add it.
var standard = map[string]int64{
	"AT": 2000, "AU": 1000, "BE": 2100, "BG": 2000, "CH": 810, "CN": 1300, "CY": 1900, "CZ": 2100, "DE": 1900, "DK": 2500,
	"EE": 2400, "ES": 2100, "FI": 2550, "FR": 2000, "GB": 2000, "GR": 2400, "HR": 2500, "HU": 2700, "IE": 2300, "IN": 1800,
	"IS": 2400, "IT": 2200, "JP": 1000, "KE": 1600, "KR": 1000, "LT": 2100, "LU": 1700, "LV": 2100, "MA": 2000, "MT": 1800,
	"MX": 1600, "NL": 2100, "NO": 2500, "NZ": 1500, "PL": 2300, "PT": 2300, "RO": 2100, "SE": 2500, "SI": 2200, "SK": 2300,
	"TR": 2000, "UA": 2000, "VN": 1000, "ZA": 1500,
}

// union is the customs and tax territory of the European Union.
var union = map[string]bool{
	"AT": true, "BE": true, "BG": true, "CY": true, "CZ": true, "DE": true, "DK": true, "EE": true, "ES": true, "FI": true,
	"FR": true, "GR": true, "HR": true, "HU": true, "IE": true, "IT": true, "LT": true, "LU": true, "LV": true, "MT": true,
	"NL": true, "PL": true, "PT": true, "RO": true, "SE": true, "SI": true, "SK": true,
}
