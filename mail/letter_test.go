package mail

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kontor/market"
)

var update = flag.Bool("update", false, "renew the golden files")

// samples are values for every letter, by the struct it is written over.
func samples() map[string]any {
	head := Head{Name: "Anna Müller", House: "Kontor Lübeck", Link: "https://kontor.example/orders/1"}
	account := AccountLetter{Head: head, Business: "Petersen Herrenmoden", Lasts: "1 hour", Code: "041593", CodeFor: "15 minutes"}
	o := OrderLetter{
		Head: head, Number: "K-7F3K2Q9M", Buyer: "Petersen Herrenmoden", Supplier: "Tarsus Shirtworks",
		Lines: []OrderLine{{"60", "Checked cotton shirt, Blue, M", "€522.00"}, {"24", "Linen tea towel", "€64.80"}},
		Goods: "€586.80", Freight: "€38.00", Tax: "€118.71", Total: "€743.51", Hold: "€743.51",
		Amount: "€86.00", Rest: "€657.51", Commission: "€19.73", Net: "€637.78",
		Carrier: "DHL", Tracking: "00340434161094042557", Due: "7 December 2026, 12:00 UTC", Reason: "fewer pieces came than were ordered",
	}
	thread := ThreadLetter{Head: head, From: "Petersen Herrenmoden", About: "order K-7F3K2Q9M"}
	listing := ListingLetter{Head: head, Title: "Checked cotton shirt", Article: "TS-204", Reason: "The weight is missing."}
	values := map[string]any{
		"transfer": TransferLetter{Head: head, Amounts: []string{"€743.51", "£120.00"}, Account: []string{"Kontor Lübeck GmbH", "DE02 1203 0000 0000 2020 51", "BYLADEM1001"},
			Reference: "K-7F3K2Q9M", Numbers: []string{"K-7F3K2Q9M", "K-0ABCDEF1"}, Due: "26 November 2026, 12:00 UTC"},
		"message": thread, "question": thread, "listing_returned": listing, "listing_change_returned": listing, "listing_suspended": listing,
		"payout": PayoutLetter{Head: head, Amount: "€637.78", Day: "30 November 2026"},
	}
	for _, k := range []string{"confirm", "known", "reset", "password_changed", "bank_changed", "verified", "suspended", "resumed"} {
		values[k] = account
	}
	for _, l := range orderLetters {
		for _, k := range []string{l.buyer, l.supplier, l.operator} {
			if k != "" {
				values[k] = o
			}
		}
	}
	return values
}

func TestEveryLetterReadsAsWritten(t *testing.T) {
	values := samples()
	for key := range templates {
		lang, kind, _ := strings.Cut(key, "/")
		v, ok := values[kind]
		if !ok {
			t.Errorf("letter %s is never sent", key)
			continue
		}
		subject, text, page, err := render(kind, lang, "https://kontor.example/orders/1", v)
		if err != nil {
			t.Fatal(err)
		}
		got := "Subject: " + subject + "\n\n" + text
		path := filepath.Join("testdata", "golden", lang, kind+".txt")
		if *update {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("letter %s changed; read it and renew the golden file with -update:\n%s", key, got)
		}
		for _, bad := range []string{"<no value>", "{{", "!", "  ", "\n\n\n", " ."} {
			if strings.Contains(got, bad) {
				t.Errorf("letter %s has %q in it", key, bad)
			}
		}
		if !strings.Contains(page, `<a href="https://kontor.example/orders/1"`) && kind != "transfer" {
			t.Errorf("letter %s has no link to follow in its HTML", key)
		}
	}
	for kind := range values {
		if templates["en/"+kind] == nil {
			t.Errorf("letter %s has no English text: it would never be sent", kind)
		}
	}
}

func TestALetterInALanguageWithoutATextIsInEnglish(t *testing.T) {
	a, _, page, err := render("reset", "de-CH", "", samples()["reset"])
	if err != nil || !strings.HasPrefix(a, "Set a new password") || !strings.Contains(page, `lang="en"`) {
		t.Errorf("got %q, %v", a, err)
	}
	if _, _, _, err := render("no such letter", "en", "", nil); err == nil {
		t.Error("a letter without a text was written")
	}
}

func TestWhatPeopleTypedStaysInItsLine(t *testing.T) {
	for in, want := range map[string]string{
		"Anna\r\nBcc: all@example.org":           "Anna Bcc: all@example.org",
		"Anna\x00\t Müller":                      "Anna Müller",
		"safe\u202Egnp.exe":                      "safegnp.exe",
		"one\u2028two":                           "onetwo",
		"  spaces   everywhere ":                 "spaces everywhere",
		strings.Repeat("ä", 300):                 strings.Repeat("ä", 199) + "…",
		"=?utf-8?q?Subject=0d=0aBcc:x?= <a@b.c>": "=?utf-8?q?Subject=0d=0aBcc:x?= <a@b.c>",
	} {
		if got := line(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	v := samples()["message"].(ThreadLetter)
	v.From = `<a href="https://evil.example">Free</a>`
	_, _, page, err := render("message", "en", v.Link, v)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page, "<a href=\"https://evil") {
		t.Error("a trade name became a link")
	}
}

func TestAmountsReadAsPeopleWriteThem(t *testing.T) {
	for _, c := range []struct {
		m    market.Money
		want string
	}{
		{market.Of(149674, "EUR"), "€1,496.74"}, {market.Of(1200, "JPY"), "¥1,200"}, {market.Of(-50, "GBP"), "-£0.50"},
		{market.Money{}, ""}, {market.Of(5, "XQX"), "0.05 XQX"},
	} {
		if got := money(c.m); got != c.want {
			t.Errorf("%v reads %q, want %q", c.m, got, c.want)
		}
	}
}
