package party

import (
	"fmt"
	"strings"
	"testing"
	"unicode"
)

func TestACodeIsReadAsPeopleTypeIt(t *testing.T) {
	for typed, want := range map[string]string{
		"041593": "041593", " 041 593 ": "041593", "041-593": "041593", "0 4 1 5 9 3\r\n": "041593", "041.593": "041593",
		"٠٤١٥٩٣": "041593", "۰۴۱۵۹۳": "041593", "०४१५९३": "041593", "０４１５９３": "041593", "041\u00a0593": "041593", "\u200e041593": "041593",
		"": "", "04159": "", "0415933": "", "O41593": "", "+41593": "", "041593x": "", "04159½": "", strings.Repeat(" ", 100) + "041593": "",
	} {
		if got, ok := ReadCode(typed); ok != (want != "") || ok && got != want {
			t.Errorf("%q is read as %q, %t; want %q", typed, got, ok, want)
		}
	}
}

func TestFiguresOfEveryScriptCountFromTheirZero(t *testing.T) {
	for _, zero := range zeros {
		if !unicode.IsDigit(zero) || unicode.IsDigit(zero-1) || !unicode.IsDigit(zero+9) || unicode.IsDigit(zero+10) {
			t.Errorf("%q (%U) does not begin ten figures: another code would be read than was typed", zero, zero)
		}
	}
}

func TestCodesAreSpreadAndSayNothingOfTheirLink(t *testing.T) {
	seen, first := map[string]int{}, [10]int{}
	const n = 20_000
	for range n {
		code := codeOf(newSecret())
		if read, ok := ReadCode(code); !ok || read != code {
			t.Fatalf("%q is not a code", code)
		}
		seen[code]++
		first[code[0]-'0']++
	}
	for figure, count := range first { // expected 2,000 each, deviation 42
		if count < n/10-300 || count > n/10+300 {
			t.Errorf("%d of %d codes begin with %d: they are easier to guess than they look", count, n, figure)
		}
	}
	for code, count := range seen {
		if count > 6 {
			t.Errorf("the code %s came %d times in %d", code, count, n)
		}
	}
	if again := codeOf("a"); again != codeOf("a") || fmt.Sprintf("%x", answer("b", "000000")) == fmt.Sprintf("%x", answer("c", "000000")) {
		t.Error("a letter that is sent again has another code, or one browser's answer is another's")
	}
}

func FuzzReadCode(f *testing.F) {
	for _, seed := range []string{"041593", " 041 593", "٠٤١٥٩٣", "", "O41593", "\xff\xfe", "000000\u202e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := ReadCode(typed)
		if !ok {
			return
		}
		if len(code) != codeFigures || strings.Trim(code, "0123456789") != "" {
			t.Fatalf("%q is read as %q", typed, code)
		}
		if again, ok := ReadCode(code); !ok || again != code {
			t.Fatalf("%q is read as %q, which is read as %q", typed, code, again)
		}
	})
}
