package party

// form is one country's address form. lines are those below the street, or all
// of them where they name it, with a stroke between them; a mark of exclamation says that the field is required,
// city always is. local is the whole layout in the country's own script where
// that runs the other way. region is what the country calls it.
type form struct {
	country  string
	lines    string
	region   string
	postcode string // regular expression for the whole code
	example  string
	local    string
}

// otherForm serves every country that forms leaves out.
var otherForm = form{lines: "postcode city/region"}

var formByCountry = func() map[string]form {
	m := make(map[string]form, len(forms))
	for _, f := range forms {
		m[f.country] = f
	}
	return m
}()

func formOf(code string) form {
	if f, ok := formByCountry[code]; ok {
		return f
	}
	f := otherForm
	f.country = code
	return f
}

// downwards is the layout of addresses in Han or Kana.
const downwards = "postcode/region city/street/street2/organisation/name"

// forms are the countries that trade most, by their postal services' rules as
// collected in UPU, "Postal addressing systems in member countries".
var forms = []form{
	{"AE", "city/region!", "emirate", "", "", ""},
	{"AR", "postcode city/region", "province", `[A-HJ-NP-Z]?\d{4}(?:[A-Z]{3})?`, "C1070AAM", ""},
	{"AT", "postcode! city", "", `\d{4}`, "1010", ""},
	{"AU", "city region! postcode!", "state", `\d{4}`, "2060", ""},
	{"BD", "city postcode", "", `\d{4}`, "1340", ""},
	{"BE", "postcode! city", "", `\d{4}`, "1000", ""},
	{"BG", "postcode city", "", `\d{4}`, "1000", ""},
	{"BR", "city - region!/postcode!", "state", `\d{5}-?\d{3}`, "40301-110", ""},
	{"CA", "city region! postcode!", "province", `[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d`, "H3Z 2Y7", ""},
	{"CH", "postcode! city", "", `\d{4}`, "8001", ""},
	{"CL", "postcode city/region", "region", `\d{3}-?\d{4}`, "8340457", ""},
	{"CN", "city/region!, postcode!", "province", `\d{6}`, "266033", downwards},
	{"CO", "city, region/postcode", "department", `\d{6}`, "111221", ""},
	{"CY", "postcode city", "", `\d{4}`, "2008", ""},
	{"CZ", "postcode! city", "", `\d{3} ?\d{2}`, "100 00", ""},
	{"DE", "postcode! city", "", `\d{5}`, "28195", ""},
	{"DK", "postcode! city", "", `\d{4}`, "8660", ""},
	{"EE", "postcode! city", "", `\d{5}`, "69501", ""},
	{"EG", "city/region/postcode", "governorate", `\d{5}(?:\d{2})?`, "12411", ""},
	{"ES", "postcode! city/region", "province", `\d{5}`, "28039", ""},
	{"ET", "postcode city", "", `\d{4}`, "1000", ""},
	{"FI", "postcode! city", "", `\d{5}`, "00550", ""},
	{"FR", "postcode! city", "", `\d{2} ?\d{3}`, "33380", ""},
	{"GB", "city/region/postcode!", "county", `GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}|BFPO ?\d{1,4}`, "EC1Y 8SY", ""},
	{"GH", "city/region", "region", "", "", ""},
	{"GR", "postcode! city", "", `\d{3} ?\d{2}`, "151 24", ""},
	{"HK", "city/region!", "area", "", "", "region city/street/street2/organisation/name"},
	{"HR", "postcode! city", "", `\d{5}`, "10000", ""},
	{"HU", "name/organisation/city/street/street2/postcode!", "", `\d{4}`, "1037", ""},
	{"ID", "city/region postcode", "province", `\d{5}`, "40115", ""},
	{"IE", "city/region/postcode", "county", `[A-Z]\d[\dW] ?[A-Z\d]{4}`, "A65 F4E2", ""},
	{"IL", "city postcode", "", `\d{5}(?:\d{2})?`, "9614303", ""},
	{"IN", "city postcode!/region!", "state", `\d{3} ?\d{3}`, "110034", ""},
	{"IS", "postcode! city", "", `\d{3}`, "320", ""},
	{"IT", "postcode! city region!", "province", `\d{5}`, "00144", ""},
	{"JP", "city, region!/postcode!", "prefecture", `\d{3}-?\d{4}`, "154-0023", "〒postcode/region city/street/street2/organisation/name"},
	{"KE", "city/postcode", "", `\d{5}`, "20100", ""},
	{"KR", "city/region!/postcode!", "province", `\d{5}`, "03051", "region city/street/street2/organisation/name/postcode"},
	{"LT", "postcode city", "", `(?:LT-)?\d{5}`, "LT-04340", ""},
	{"LU", "postcode! city", "", `(?:L-)?\d{4}`, "L-4750", ""},
	{"LV", "city, postcode", "", `(?:LV-)?\d{4}`, "LV-1073", ""},
	{"MA", "postcode city", "", `\d{5}`, "53000", ""},
	{"MT", "city postcode", "", `[A-Z]{3} ?\d{2,4}`, "NXR 1701", ""},
	{"MX", "postcode! city, region!", "state", `\d{5}`, "02860", ""},
	{"MY", "postcode! city/region", "state", `\d{5}`, "43000", ""},
	{"NG", "city postcode/region", "state", `\d{6}`, "930283", ""},
	{"NL", "postcode! city", "", `\d{4} ?[A-Z]{2}`, "1234 AB", ""},
	{"NO", "postcode! city", "", `\d{4}`, "0025", ""},
	{"NZ", "city postcode!", "", `\d{4}`, "6001", ""},
	{"PE", "city postcode/region", "region", `\d{5}`, "15074", ""},
	{"PH", "postcode city/region", "province", `\d{4}`, "1008", ""},
	{"PK", "city postcode", "", `\d{5}`, "44000", ""},
	{"PL", "postcode! city", "", `\d{2}-\d{3}`, "00-950", ""},
	{"PT", "postcode! city", "", `\d{4}-\d{3}`, "2725-079", ""},
	{"RO", "postcode city/region", "county", `\d{6}`, "060274", ""},
	{"SA", "city postcode", "", `\d{5}(?:-\d{4})?`, "11564", ""},
	{"SE", "postcode! city", "", `\d{3} ?\d{2}`, "114 55", ""},
	{"SG", "SINGAPORE postcode!", "", `\d{6}`, "546080", ""},
	{"SI", "postcode! city", "", `\d{4}`, "4000", ""},
	{"SK", "postcode! city", "", `\d{3} ?\d{2}`, "010 01", ""},
	{"TH", "city/region postcode", "province", `\d{5}`, "10150", ""},
	{"TN", "postcode city", "", `\d{4}`, "1002", ""},
	{"TR", "postcode! city", "", `\d{5}`, "01960", ""},
	{"TW", "city, region! postcode!", "county", `\d{3}(?:\d{2,3})?`, "104", downwards},
	{"UA", "city/region/postcode", "oblast", `\d{5}`, "15432", ""},
	{"US", "city, region! postcode!", "state", `\d{5}(?:[ -]\d{4})?`, "95014", ""},
	{"VN", "city/region postcode", "province", `\d{5,6}`, "700000", ""},
	{"ZA", "city/postcode!", "", `\d{4}`, "0083", ""},
}
