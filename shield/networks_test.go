package shield

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const fictional = `prefix,country,asn,name
# a fictional world for rehearsals
127.0.0.0/16,DE,64500,"Warnow Netz, Rostock"
127.0.9.0/24,de,AS64501,Hafen
127.1.0.0/16,TR,,
127.2.0.0/16,,64502,
127.3.0.0/16
2001:db8::/32,NL,64503,Polder
::ffff:10.0.0.0/104,FR,64504,Mapped
`

func TestNetworksOfACSVFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "networks.csv")
	if err := os.WriteFile(file, []byte(fictional), 0o600); err != nil {
		t.Fatal(err)
	}
	n, err := openNetworks(file)
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	for _, c := range []struct {
		addr string
		want Network
		text string
	}{
		{"127.0.1.1", Network{64500, "DE", "Warnow Netz, Rostock"}, "AS64500 Warnow Netz, Rostock DE"},
		{"127.0.9.1", Network{64501, "DE", "Hafen"}, "AS64501 Hafen DE"},
		{"::ffff:127.0.9.1", Network{64501, "DE", "Hafen"}, "AS64501 Hafen DE"},
		{"127.1.1.1", Network{0, "TR", ""}, "TR"},
		{"127.2.1.1", Network{64502, "", ""}, "AS64502"},
		{"127.3.1.1", Network{}, ""},
		{"127.4.1.1", Network{}, ""},
		{"2001:db8::1%eth0", Network{64503, "NL", "Polder"}, "AS64503 Polder NL"},
		{"10.1.2.3", Network{64504, "FR", "Mapped"}, "AS64504 Mapped FR"},
	} {
		got := n.of(netip.MustParseAddr(c.addr))
		if got != c.want || got.String() != c.text {
			t.Errorf("%s is in %+v (%s), want %+v", c.addr, got, got, c.want)
		}
	}
	if got := n.of(netip.Addr{}); got != (Network{}) {
		t.Errorf("no address is in %+v", got)
	}
}

func TestNoNetworks(t *testing.T) {
	n, err := openNetworks("")
	if n != nil || err != nil {
		t.Fatalf("no file gives %v, %v", n, err)
	}
	if got := n.of(netip.MustParseAddr("127.0.0.1")); got != (Network{}) || n.close() != nil {
		t.Errorf("without a file an address is in %+v", got)
	}
}

func TestFaultsOfANetworksFile(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no prefix", "a\n127.0.0.1,DE,1,x\n", `line 2: prefix "127.0.0.1" is not`},
		{"no country", "127.0.0.0/8,D3,1,x\n", `line 1: country "D3" is not two letters`},
		{"no number", "127.0.0.0/8,DE,4294967296,x\n", `line 1: asn "4294967296" is not a number`},
		{"AS alone", "127.0.0.0/8,DE,AS,x\n", `line 1: asn "AS"`},
		{"too many columns", "127.0.0.0/8,DE,1,x,y\n", "line 1: 5 columns"},
		{"an open quote", "127.0.0.0/8,DE,1,\"x\n", "line 1"},
		{"all faults at once, after a comment and a name of two lines", "#\n127.0.0.0/8,DE,1,\"a\nb\"\nx,DE,1,\n127.0.0.0/8,DEU,1,x\n", "line 4: prefix \"x\" is not an address, a slash and a length, such as 192.0.2.0/24\nline 5: country"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := readNetworks(strings.NewReader(c.text))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s: the operator would not find the line", err, c.want)
			}
		})
	}
	if _, err := openNetworks(filepath.Join(t.TempDir(), "none.csv")); err == nil || !strings.Contains(err.Error(), "none.csv") {
		t.Errorf("a missing file gives %v", err)
	}
}

// sharedData is a file of the project's own data collection.
func sharedData(t *testing.T, name ...string) string {
	t.Helper()
	dir := os.Getenv("KONTOR_SHARED_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	file := filepath.Join(append([]string{dir}, name...)...)
	if _, err := os.Stat(file); err != nil {
		if os.Getenv("KONTOR_CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("needs the shared data: %v", err)
	}
	return file
}

func TestNetworksOfMMDBFiles(t *testing.T) {
	asn := sharedData(t, "watch", "geo", "asn-org-ipv4.mmdb")
	country := sharedData(t, "watch", "geo", "rir-country.mmdb")
	only4 := sharedData(t, "watch", "geo", "iptoasn-country-ipv4.mmdb")
	n, err := openNetworks(strings.Join([]string{only4, asn, country}, string(filepath.ListSeparator)))
	if err != nil {
		t.Fatal(err)
	}
	defer n.close()
	for addr, want := range map[string]Network{
		"8.8.8.8":        {15169, "US", "Google LLC"},
		"141.1.1.1":      {1273, "GB", "Vodafone Group PLC"},
		"2a00:1450::1":   {0, "IE", ""},
		"10.0.0.1":       {},
		"::ffff:8.8.8.8": {15169, "US", "Google LLC"},
	} {
		if got := n.of(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s is in %+v, want %+v", addr, got, want)
		}
	}
}

func TestADamagedMMDBFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.mmdb")
	if err := os.WriteFile(file, []byte(fictional), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := openNetworks(file); err == nil || !strings.Contains(err.Error(), "x.mmdb") {
		t.Errorf("a file that is no MMDB gives %v", err)
	}
}

func FuzzReadNetworks(f *testing.F) {
	f.Add(fictional)
	f.Add("127.0.0.0/8,DE,\"1\n\",x")
	f.Add("::/0,,,\n0.0.0.0/0,,,a")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := readNetworks(strings.NewReader(text))
		if err != nil {
			return
		}
		for p, at := range l.table.All() {
			of := l.all[at]
			if len(of.Name) > networkName || of.Country != "" && !isCountry(of.Country) {
				t.Fatalf("%v is in %+v", p, of)
			}
			if p.Addr().Is4In6() {
				t.Fatalf("%v is kept where no address is looked for", p)
			}
		}
	})
}
