package party

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kontor/market"
)

func TestLines(t *testing.T) {
	for _, c := range []struct {
		name string
		p    Postal
		from string
		want string // lines, with strokes between
	}{
		{"at home the country is left out", Postal{Name: "Ada Grün", Organisation: "Weinkontor", Street: "Am Wall 3", Postcode: "28195", City: "Bremen", Country: "DE"}, "DE",
			"Ada Grün/Weinkontor/Am Wall 3/28195 Bremen"},
		{"from abroad it stands last, in capitals", Postal{Name: "Ada Grün", Street: "Am Wall 3", Postcode: "28195", City: "Bremen", Country: "DE"}, "FR",
			"Ada Grün/Am Wall 3/28195 Bremen/GERMANY"},
		{"the United States", Postal{Name: "A. Smith", Street: "1 Infinite Loop", Street2: "Suite 4", City: "Cupertino", Region: "CA", Postcode: "95014", Country: "US"}, "DE",
			"A. Smith/1 Infinite Loop/Suite 4/Cupertino, CA 95014/UNITED STATES"},
		{"Great Britain, without a county", Postal{Name: "A. Smith", Street: "4 Old Street", City: "London", Postcode: "EC1Y 8SY", Country: "GB"}, "GB",
			"A. Smith/4 Old Street/London/EC1Y 8SY"},
		{"Brazil", Postal{Name: "A. Silva", Street: "Rua Chile 1", City: "Salvador", Region: "BA", Postcode: "40301-110", Country: "BR"}, "BR",
			"A. Silva/Rua Chile 1/Salvador - BA/40301-110"},
		{"Hungary puts the town first", Postal{Name: "Nagy A.", Street: "Fő utca 1", City: "Budapest", Postcode: "1037", Country: "HU"}, "HU",
			"Nagy A./Budapest/Fő utca 1/1037"},
		{"Japan in its own script runs from large to small", Postal{Name: "青木", Street: "若林1-1", City: "世田谷区", Region: "東京都", Postcode: "154-0023", Country: "JP"}, "JP",
			"〒154-0023/東京都 世田谷区/若林1-1/青木"},
		{"Japan in Latin letters runs as abroad", Postal{Name: "Aoki", Street: "1-1 Wakabayashi", City: "Setagaya-ku", Region: "Tokyo", Postcode: "154-0023", Country: "JP"}, "JP",
			"Aoki/1-1 Wakabayashi/Setagaya-ku, Tokyo/154-0023"},
		{"Singapore is its own town", Postal{Name: "Tan", Street: "10 Eunos Road 8", Postcode: "408600", Country: "SG"}, "SG",
			"Tan/10 Eunos Road 8/SINGAPORE 408600"},
		{"a country without a form of its own", Postal{Name: "Kone", Street: "Rue 12", City: "Bamako", Country: "ML"}, "DE",
			"Kone/Rue 12/Bamako/MALI"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(c.p.Lines(c.from), "/"); got != c.want {
				t.Errorf("the parcel says\n     %s\nnot  %s", got, c.want)
			}
		})
	}
}

func TestPostalCheck(t *testing.T) {
	good := Postal{Name: "Ada Grün", Street: "Am Wall 3", Postcode: "28195", City: "Bremen", Country: "DE"}
	with := func(change func(p *Postal)) Postal {
		p := good
		change(&p)
		return p
	}
	for _, c := range []struct {
		name  string
		p     Postal
		wrong string // fields, in order
		code  string // as kept
	}{
		{"a whole address", good, "", "28195"},
		{"the country's letters before the code are dropped", with(func(p *Postal) { p.Postcode = "D-28195" }), "", "28195"},
		{"so is its ISO code", with(func(p *Postal) { p.Postcode = "de 28195" }), "", "28195"},
		{"full-width digits are digits", with(func(p *Postal) { p.Postcode = "28195" }), "", "28195"},
		{"a code is spaced as the post writes it", Postal{Name: "A", Street: "B", City: "Amsterdam", Postcode: "1017cd", Country: "NL"}, "", "1017 CD"},
		{"a hyphen that was left out is put in", Postal{Name: "A", Street: "B", City: "Szczecin", Postcode: "71637", Country: "PL"}, "", "71-637"},
		{"small letters are mended", Postal{Name: "A", Street: "B", City: "London", Postcode: "ec1y 8sy", Country: "gb"}, "", "EC1Y 8SY"},
		{"a code of another country", with(func(p *Postal) { p.Postcode = "1010" }), "postcode", "1010"},
		{"everything empty", Postal{Country: "DE"}, "name street postcode city", ""},
		{"no country", Postal{Name: "Ada"}, "country", ""},
		{"a country that is none", Postal{Country: "XX"}, "country", ""},
		{"a state is missing", Postal{Name: "A", Street: "B", City: "Austin", Postcode: "73301", Country: "US"}, "region", "73301"},
		{"no code where there are none", Postal{Name: "A", Street: "B", City: "Dubai", Region: "Dubai", Country: "AE"}, "", ""},
		{"what another country's form left is dropped", Postal{Name: "A", Street: "B", City: "Dubai", Region: "Dubai", Postcode: "28195", Country: "AE"}, "", ""},
		{"a line break in a name", with(func(p *Postal) { p.Name = "Ada\nGrün" }), "name", "28195"},
		{"letters that turn the direction", with(func(p *Postal) { p.Name = "Ada\u202eGrün" }), "name", "28195"},
		{"a telephone number of words", with(func(p *Postal) { p.Phone = "call me" }), "phone", "28195"},
		{"a street of a thousand letters", with(func(p *Postal) { p.Street = strings.Repeat("a", 1000) }), "street", "28195"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.p.Check()
			var wrong []string
			if fs, ok := err.(market.Faults); ok {
				for _, f := range fs {
					wrong = append(wrong, f.Field)
				}
			}
			if got := strings.Join(wrong, " "); got != c.wrong {
				t.Errorf("wrong: %q, want %q (%v)", got, c.wrong, err)
			}
			if c.p.Postcode != c.code {
				t.Errorf("postcode kept as %q, want %q", c.p.Postcode, c.code)
			}
		})
	}
}

func TestFormsAreWellMade(t *testing.T) {
	if !slices.IsSorted(countries) {
		t.Error("countries are not in order: some would not be found")
	}
	for i, f := range forms {
		if i > 0 && forms[i-1].country >= f.country {
			t.Errorf("%s stands out of order", f.country)
		}
		if !IsCountry(f.country) {
			t.Errorf("%s is no country", f.country)
		}
		p := Postal{Name: "N", Street: "S", City: "C", Region: "R", Postcode: f.example, Country: f.country}
		if err := p.Check(); err != nil {
			t.Errorf("%s: the example itself is refused: %v", f.country, err)
		}
		for _, field := range FormOf(f.country).Fields {
			if _, err := regexp.Compile(field.Pattern); err != nil {
				t.Errorf("%s: %v", f.country, err)
			}
		}
	}
	if name := CountryName("DE", "fr"); name != "Allemagne" {
		t.Errorf("Germany is %q in French", name)
	}
}

// shared is a file of the shared data, or skips the test.
func shared(t *testing.T, name string) *os.File {
	dir := os.Getenv("KONTOR_SHARED_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	f, err := os.Open(filepath.Join(dir, "trade", name))
	if err != nil {
		if os.Getenv("KONTOR_CI") != "" {
			t.Fatal(err)
		}
		t.Skip("no shared data:", err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// Codes that the postal services changed since the data was collected, and two
// examples in it that are none.
var (
	renewed  = []string{"KR", "VN", "MT", "PE"}
	mistaken = []string{"EE 1001", "GB RH6 OHP"}
)

func TestPostcodesOfTheWorldArePassed(t *testing.T) {
	lines := bufio.NewScanner(shared(t, "address_metadata_countryinfo.txt"))
	lines.Buffer(nil, 1<<20)
	tried := 0
	for lines.Scan() {
		key, text, _ := strings.Cut(lines.Text(), "=")
		code, ok := strings.CutPrefix(key, "data/")
		if !ok || len(code) != 2 || slices.Contains(renewed, code) || !IsCountry(code) {
			continue
		}
		var data struct {
			Examples string `json:"zipex"`
		}
		if err := json.Unmarshal([]byte(text), &data); err != nil {
			t.Fatal(err)
		}
		for example := range strings.SplitSeq(data.Examples, ",") {
			if example == "" || strings.Contains(example, ":") || slices.Contains(mistaken, code+" "+example) {
				continue
			}
			p := Postal{Name: "N", Street: "S", City: "C", Region: "R", Postcode: example, Country: code}
			if err := p.Check(); err != nil {
				t.Errorf("%s %s: a good address is refused: %v", code, example, err)
			}
			tried++
		}
	}
	if tried < 300 {
		t.Errorf("only %d codes were found in the data", tried)
	}
}

// TestTownLinesOfTheWorld compares the line with the town to addresses that
// others have written out, where both name town, code and street.
func TestTownLinesOfTheWorld(t *testing.T) {
	text := new(strings.Builder)
	if _, err := bufio.NewReader(shared(t, "address_testcases.yaml")).WriteTo(text); err != nil {
		t.Fatal(err)
	}
	field := regexp.MustCompile(`(?m)^ +(country_code|city|postcode|road|house_number): (.*)$`)
	tried, alike := map[string]int{}, map[string]int{}
	for doc := range strings.SplitSeq(text.String(), "\n---") {
		head, expected, ok := strings.Cut(doc, "\nexpected:")
		v := map[string]string{}
		for _, m := range field.FindAllStringSubmatch(head, -1) {
			v[m[1]] = strings.Trim(m[2], `"' `)
		}
		code := strings.ToUpper(v["country_code"])
		f, known := formByCountry[code]
		if !ok || !known || f.lines != "postcode! city" || v["city"] == "" || v["postcode"] == "" || v["road"] == "" {
			continue
		}
		p := Postal{Name: "N", Street: v["road"], City: v["city"], Postcode: v["postcode"], Country: code}
		if p.Check() != nil {
			continue // the data names no good code, or two
		}
		tried[code]++
		if got := p.Lines(code); strings.Contains(expected, " "+got[len(got)-1]+"\n") {
			alike[code]++
		}
	}
	all, same := 0, 0
	for code, n := range tried {
		all += n
		same += alike[code]
	}
	if all < 25 || same*10 < all*9 {
		t.Errorf("%d of %d addresses have the town's line as written there: %v of %v", same, all, alike, tried)
	}
}

func FuzzPostalCheck(f *testing.F) {
	f.Add("DE", "28195", "Am Wall 3", "+49 421 5550")
	f.Add("JP", "〒154-0023", "若林1-1", "")
	f.Add("XX", "\x00", "\xff", "()")
	f.Fuzz(func(t *testing.T, country, code, street, phone string) {
		p := Postal{Name: "N", Street: street, City: "C", Region: "R", Postcode: code, Country: country, Phone: phone}
		if p.Check() != nil {
			return
		}
		kept := p
		if err := p.Check(); err != nil || p != kept {
			t.Errorf("what was kept is not good: %v, %+v became %+v", err, kept, p)
		}
		for _, line := range p.Lines("") {
			if line == "" || strings.ContainsAny(line, "\n\r") {
				t.Errorf("a line %q would break the label", line)
			}
		}
	})
}
