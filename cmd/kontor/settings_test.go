package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestEverySettingRefusesAValueItCanNotBe(t *testing.T) {
	bad := map[string][]string{
		"listen":                {"", "8080", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:99999", "127.0.0.1:-1"},
		"url":                   {"trade.example", "ftp://trade.example", "https://", "https://trade.example/shop", "https://%zz"},
		"database":              {"mysql://x/y", "kontor.db"},
		"house.country":         {"", "de", "Germany", "D1", "XX"},
		"house.currency":        {"", "eur", "EURO", "XYZ"},
		"bank.name":             {"Kontor e.G."}, // without the account
		"bank.account":          {"DE02120300000000202051"},
		"bank.max_hold":         {"", "90 days", "1h", "-2160h"},
		"pay.demo_card":         {"", "yes please"},
		"tax.rates":             {"no-such-rates.csv"},
		"commission_bps":        {"", "5%", "-1", "5001", "1e3"},
		"mail.port":             {"", "smtp", "0", "65536", "-587"},
		"mail.tls":              {"", "ssl", "STARTTLS"},
		"mail.from":             {"house", "a@b@c"},
		"tls.certificate":       {"cert.pem"}, // without its key
		"tls.key":               {"key.pem"},
		"shield":                {"", "yes", "ON"},
		"shield.shadow":         {"everything", "limits,door"},
		"memory_mib":            {"", "200 MiB", "63", "1048577"},
		"shield.memory_mib":     {"", "64 MiB", "7", "65537"},
		"shield.cache_mib":      {"", "0", "-1", "65537"},
		"shield.stale":          {"", "ten minutes", "-1s", "25h"},
		"shield.crawlers":       {"duckduckbot", "duckduckbot=nowhere", "x=192.0.2.7", "=192.0.2.7"},
		"shield.allow":          {"localhost", "192.0.2.7/33", "192.0.2.7;192.0.2.8"},
		"shield.proxies":        {"localhost", "10.0.0.0/8/8"},
		"shield.proxy_protocol": {"localhost", "10.0.0.0/8/8"},
		"shield.networks":       {"no-such-networks.csv"},
		"metrics.listen":        {"9090", "127.0.0.1:http"},
		"rehearsal.cost":        {"8", "slots=0,cpu=2ms,wait=40ms", "slots=8,cpu=2,wait=40ms", "slots=8,cpu=-2ms,wait=40ms", "slots=8,cpu=2ms,wait=2h", "price=1"},
		"log.level":             {"", "loud"},
		"log.format":            {"", "xml"},
	}
	anything := []string{"house.name", "house.operator", "house.imprint", "mail.host", "mail.user", "mail.password", "rehearsal.consent"} // free text
	for f := range fields(new(Settings)) {
		if len(bad[f.key]) == 0 && !slices.Contains(anything, f.key) {
			t.Errorf("no bad value of %s is tried: add one here", f.key)
		}
		for _, value := range bad[f.key] {
			for place, read := range map[string]func() (Settings, error){
				"kontor.conf, line 2": func() (Settings, error) {
					return readSettings(strings.NewReader(fmt.Sprintf("# ours\n%s = %q\n", f.key, value)), "kontor.conf", nil, nil)
				},
				"environment " + envName(f.key): func() (Settings, error) { return readSettings(nil, "", []string{envName(f.key) + "=" + value}, nil) },
				"--set":                         func() (Settings, error) { return readSettings(nil, "", nil, []string{f.key + "=" + value}) },
				"--" + f.key:                    func() (Settings, error) { return readSettings(nil, "", nil, []string{"--" + f.key + "=" + value}) },
			} {
				_, err := read()
				fs, _ := errors.AsType[settingFaults](err)
				if len(fs) != 1 {
					t.Errorf("%s = %q in %s: got %d mistakes (%v), want 1: the house would start otherwise than its operator thinks", f.key, value, place, len(fs), err)
					continue
				}
				got := fs[0]
				if got.key != f.key && !strings.HasPrefix(f.key, "bank.") && f.key != "tls.certificate" || got.msg == "" || got.fix == "" {
					t.Errorf("%s = %q: got %q, want the setting, what is wrong and what to do", f.key, value, got)
				}
				if got.where != place && f.key != "bank.name" && f.key != "tls.certificate" {
					t.Errorf("%s = %q: told in %q, want %q: nobody would find it", f.key, value, got.where, place)
				}
			}
		}
	}
}

func TestSettingsRiseFromFileToEnvironmentToFlag(t *testing.T) {
	const file = "house.name = \"of the file\"\nhouse.operator=file\nhouse.imprint = file\n"
	s, err := readSettings(strings.NewReader(file), "f", []string{"KONTOR_HOUSE_OPERATOR=environment", "KONTOR_HOUSE_IMPRINT=environment"}, []string{"house.imprint=flag"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := [3]string{s.House, s.Operator, s.Imprint}, [3]string{"of the file", "environment", "flag"}; got != want {
		t.Errorf("got %q, want %q: the last one said must count", got, want)
	}
	if s.Listen != "127.0.0.1:8080" {
		t.Errorf("a house that was told nothing listens on %s: it must not be open to the network", s.Listen)
	}
}

func TestSettingsFilesAreReadAsPeopleWriteThem(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want string // of house.name, or of the one mistake
	}{
		"Windows line ends and a byte order mark":      {"\uFEFFhouse.name = Kontor Nord\r\n", "Kontor Nord"},
		"spaces around, none around":                   {"  house.name=Kontor Nord  ", "Kontor Nord"},
		"an equals sign and a number sign in a value":  {"house.name = a=b # c", "a=b # c"},
		"quotes keep spaces and hold escapes":          {`house.name = " \"Nord\" "`, ` "Nord" `},
		"empty lines and comments":                     {"\n# house.name = no\n\nhouse.name = yes", "yes"},
		"a quote that does not end":                    {`house.name = "Nord`, `f, line 1: house.name: has a quote that does not end. Write key = "value".`},
		"a line without equals sign":                   {"[house]", "f, line 1: [house]: is no setting. Write key = value."},
		"the same twice":                               {"house.name = a\nhouse.name = b", "f, line 2: house.name: was already set in f, line 1. Keep one of the two."},
		"a name with a mistake":                        {"house.nmae = a", "f, line 1: house.nmae: is not a setting. Did you mean house.name?"},
		"a name that is like none":                     {"colour = red", "f, line 1: colour: is not a setting. See docs/operator.md for the list."},
		"a line longer than a text file's would be":    {"house.name = " + strings.Repeat("x", 1<<20), "f: file: bufio.Scanner: token too long. Is it a text file?"},
		"a mistake on line ten after one on line nine": {strings.Repeat("\n", 8) + "b = 1\na = 2", "f, line 9: b: is not a setting. See docs/operator.md for the list.\nf, line 10: a: is not a setting. See docs/operator.md for the list."},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := readSettings(strings.NewReader(c.file), "f", nil, nil)
			got := s.House
			if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func FuzzSettings(f *testing.F) {
	f.Add("listen = 127.0.0.1:0\n# x\nhouse.name = \"a\"")
	f.Add("mail.port = 0\nlog.level")
	f.Fuzz(func(t *testing.T, file string) {
		if _, err := readSettings(strings.NewReader(file), "f", nil, nil); err != nil {
			fs, ok := errors.AsType[settingFaults](err)
			if !ok {
				t.Fatalf("an error that names no place: %v", err)
			}
			for _, each := range fs {
				if each.where == "" || each.key == "" || each.msg == "" || each.fix == "" {
					t.Errorf("a mistake without place, name, message or remedy: %q", each)
				}
			}
		}
	})
}
