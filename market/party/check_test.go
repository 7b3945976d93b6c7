package party

import (
	"strings"
	"testing"

	"kontor/market"
)

func TestCheckEmail(t *testing.T) {
	for _, c := range []struct{ typed, want string }{
		{"ada@example.org", "ada@example.org"},
		{"  Ada.Grün@Example.ORG ", "Ada.Grün@example.org"},
		{"ada@grün.example", "ada@xn--grn-ioa.example"},
		{"ada＠example.org", "ada@example.org"}, // full-width, as some keyboards give it
		{"o'neill+shop@example.co.uk", "o'neill+shop@example.co.uk"},
		{"", ""}, {"ada", ""}, {"ada@", ""}, {"@example.org", ""}, {"ada@example", ""}, {"ada@example.", ""},
		{"Ada <ada@example.org>", ""}, {"ada@example.org, bob@example.org", ""}, {"ada@ex ample.org", ""},
		{"ada@example.org\r\nBcc: all@example.org", ""}, {`"ada b"@example.org`, ""}, {"ada@[127.0.0.1]", ""},
		{strings.Repeat("a", 65) + "@example.org", ""}, {"ada@" + strings.Repeat("a.", 130) + "org", ""},
	} {
		got, err := CheckEmail(c.typed)
		if got != c.want || (err == nil) != (c.want != "") || (err != nil && market.KindOf(err) != market.Invalid) {
			t.Errorf("%q: got %q, %v; want %q", c.typed, got, err, c.want)
		}
	}
	a, _ := CheckEmail("Ada@GRÜN.example")
	b, _ := CheckEmail("ada@xn--grn-ioa.example")
	if FoldEmail(a) != FoldEmail(b) {
		t.Errorf("%q and %q are one address, but somebody would have two accounts", a, b)
	}
}

func FuzzCheckEmail(f *testing.F) {
	for _, s := range []string{"ada@example.org", "ada@grün.example", "a@b.c\r\nTo: x", "<a@b.c>", "\"a\"@b.c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		got, err := CheckEmail(typed)
		if err != nil {
			return
		}
		if strings.ContainsAny(got, "\r\n <>,;\"") || strings.Count(got, "@") != 1 || len(got) > maxEmail {
			t.Errorf("%q passed as %q: it could forge a letter's head", typed, got)
		}
		if again, err := CheckEmail(got); err != nil || FoldEmail(again) != FoldEmail(got) {
			t.Errorf("%q is kept as %q, which is then %q, %v", typed, got, again, err)
		}
	})
}

func TestSlug(t *testing.T) {
	for name, want := range map[string]string{
		"Weinkontor Grün & Söhne": "weinkontor-grun-sohne",
		"  L'Atelier d’Aïcha  ":   "latelier-daicha",
		"Łódź Straße 24/7":        "lodz-strasse-24-7",
		"株式会社":                    "",
		"Ærø — Øl":                "aero-ol",
		"../../etc":               "etc",
		strings.Repeat("ab ", 40): strings.TrimSuffix(strings.Repeat("ab-", 16), "-"),
		strings.Repeat("a", 60):   strings.Repeat("a", 47),
		"-- a --":                 "a",
		"\u202eevil":              "evil",
		"İstanbul Çarşı":          "istanbul-carsi",
	} {
		if got := Slug(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}

func FuzzSlug(f *testing.F) {
	f.Add("Weinkontor Grün & Söhne")
	f.Fuzz(func(t *testing.T, name string) {
		s := Slug(name)
		if len(s) > mostSlug || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" ||
			strings.HasPrefix(s, "-") || strings.HasSuffix(s, "-") || strings.Contains(s, "--") {
			t.Errorf("%q gives the address %q", name, s)
		}
		if Slug(s) != s {
			t.Errorf("%q gives %q, which gives %q", name, s, Slug(s))
		}
	})
}

func TestPasswordRules(t *testing.T) {
	for password, good := range map[string]bool{
		"correct horse battery":             true,
		"Übermut tut gut":                   true,
		"iloveyou, said nobody ever":        true,
		"short one":                         false,
		"password1234":                      false,
		"PasswordPassword":                  false,
		"123456789012":                      false,
		"qwertyuiop[]":                      false,
		"aaaaaaaaaaaaaaa":                   false,
		"abababababab":                      false,
		"Ada Lovelace-Grün":                 false, // the person's name
		"ada.lovelace@example.org":          false,
		"\xff\xfe\xfd\xfc and some letters": false,
		strings.Repeat("long words ", 20):   false,
	} {
		var fs market.Faults
		checkPassword(&fs, "password", password, "Ada Lovelace-Grün", "ada.lovelace@example.org")
		if (len(fs) == 0) != good {
			t.Errorf("%q: %v", password, fs)
		}
		for _, f := range fs {
			if strings.Contains(f.Error(), password) {
				t.Errorf("the fault repeats the password")
			}
		}
	}
}

func TestIBAN(t *testing.T) {
	for iban, good := range map[string]bool{
		"DE89 3704 0044 0532 0130 00":     true, // examples of the ISO 13616 registry
		"gb29nwbk60161331926819":          true,
		"NO93 8601 1117 947":              true,
		"MT84MALT011000012345MTLCAST001S": true,
		"DE89 3704 0044 0532 0130 01":     false,
		"DE98 3704 0044 0532 0130 00":     false,
		"DE89":                            false,
		"XX89 3704 0044 0532 0130 00":     false,
		"DE89-3704-0044-0532-0130-00":     false,
	} {
		b := Bank{Holder: "Weinkontor Grün", IBAN: iban}
		if err := b.check(); (err == nil) != good {
			t.Errorf("%s: %v", iban, err)
		}
	}
	for name, c := range map[string]struct {
		b    Bank
		good bool
	}{
		"number and BIC where there is no IBAN": {Bank{Holder: "Shop", Number: "021000021-123456", BIC: "chasus33", Country: "us"}, true},
		"a number without BIC":                  {Bank{Holder: "Shop", Number: "021000021-123456", Country: "US"}, false},
		"nothing":                               {Bank{Holder: "Shop", Country: "US"}, false},
		"no holder":                             {Bank{IBAN: "DE89370400440532013000"}, false},
		"a BIC of four letters":                 {Bank{Holder: "Shop", IBAN: "DE89370400440532013000", BIC: "DEUT"}, false},
	} {
		if err := c.b.check(); (err == nil) != c.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSettingsCheck(t *testing.T) {
	if faults := (Settings{}).Check(); len(faults) != 0 {
		t.Errorf("the defaults are refused: %v", faults)
	}
	if faults := (Settings{SessionFor: 1, ResetFor: -1}).Check(); len(faults) != 2 {
		t.Errorf("got %v, want both mistakes at once", faults)
	}
}

func TestSecrets(t *testing.T) {
	a, b := newSecret(), newSecret()
	if a == b || len(a) != 43 {
		t.Errorf("secrets %q and %q", a, b)
	}
	if _, ok := hashOf(a + "x"); ok {
		t.Error("what can't be a secret costs a read")
	}
	if _, ok := hashOfKey(a); ok {
		t.Error("a session's token passes as an API key")
	}
	h1, _ := hashOf(a)
	if h2, ok := hashOfKey(keyPrefix + a); !ok || string(h1) != string(h2) {
		t.Error("a key is not found again")
	}
}
