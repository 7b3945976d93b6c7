package shield

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func mustBan(t *testing.T, b *bans, now time.Time, prefix string) Ban {
	t.Helper()
	n, err := b.ban(now, netip.MustParsePrefix(prefix), "went on", "7F3K-2Q9X", byShield)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestBansGrowWithinADay(t *testing.T) {
	b := newBans(100, 1./64)
	now := noon
	for i, want := range []time.Duration{time.Minute, 10 * time.Minute, time.Hour, time.Hour} {
		n := mustBan(t, b, now, "192.0.2.7/32")
		if got := n.Until.Sub(now); got != want || n.Grade != min(i+1, 3) {
			t.Errorf("ban %d lasts %v at grade %d, want %v", i+1, got, n.Grade, want)
		}
		now = n.Until.Add(time.Hour)
	}
	now = now.Add(25 * time.Hour)
	if n := mustBan(t, b, now, "192.0.2.7/32"); n.Grade != 1 {
		t.Errorf("a day later the source starts at grade %d: an address that changed hands is punished for its last holder", n.Grade)
	}
}

func TestABanThatHoldsIsProlongedAtItsGrade(t *testing.T) {
	b := newBans(100, 1./64)
	mustBan(t, b, noon, "192.0.2.7/32")
	n := mustBan(t, b, noon.Add(30*time.Second), "192.0.2.7/32")
	if n.Grade != 1 || !n.Since.Equal(noon) || !n.Until.Equal(noon.Add(90*time.Second)) {
		t.Errorf("one offence that goes on gives %+v, want grade 1 from noon for 90 s", n)
	}
}

func TestWhichBanHolds(t *testing.T) {
	b := newBans(100, 1./64)
	person := func(prefix string, until time.Time, shadow bool) {
		if _, err := b.impose(noon, Ban{Prefix: netip.MustParsePrefix(prefix), Reason: "asked for", By: "wiebke", Until: until, Shadow: shadow}); err != nil {
			t.Fatal(err)
		}
	}
	person("198.51.100.0/24", noon.Add(48*time.Hour), false)
	person("198.51.100.128/25", noon.Add(48*time.Hour), true)
	person("203.0.113.0/24", noon.Add(time.Hour), true)
	mustBan(t, b, noon, "198.51.100.7/32")
	mustBan(t, b, noon, "2001:db8:1:2::/64")
	for _, c := range []struct {
		name, addr string
		after      time.Duration
		want       string // "" for none
	}{
		{"the most specific one", "198.51.100.7", 0, "198.51.100.7/32"},
		{"the wider one once that has ended", "198.51.100.7", 2 * time.Minute, "198.51.100.0/24"},
		{"the wider one, not the one in shadow", "198.51.100.200", 0, "198.51.100.0/24"},
		{"one in shadow if there is no other", "203.0.113.9", 0, "203.0.113.0/24"},
		{"none once it has ended", "203.0.113.9", 2 * time.Hour, ""},
		{"none for a neighbour", "198.51.101.7", 0, ""},
		{"one that a person set, for as long as they said", "198.51.100.1", 47 * time.Hour, "198.51.100.0/24"},
		{"the whole IPv6 line", "2001:db8:1:2:3:4:5:6", 0, "2001:db8:1:2::/64"},
		{"an IPv4-mapped address is the IPv4 one", "::ffff:198.51.100.7", 0, "198.51.100.7/32"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := b.of(noon.Add(c.after), netip.MustParseAddr(c.addr))
			if ok != (c.want != "") || ok && got.Prefix.String() != c.want {
				t.Errorf("%s after %v is banned by %v (%v), want %q", c.addr, c.after, got.Prefix, ok, c.want)
			}
		})
	}
}

func TestBansOfTheShieldHaveBounds(t *testing.T) {
	b := newBans(1000, 1./(1<<16)) // 65,536 IPv4 addresses, 64 /48s
	for _, c := range []struct {
		name, prefix, by string
		want             error
	}{
		{"a /16 by itself", "10.1.0.0/16", byShield, nil},
		{"one address more", "192.0.2.1/32", byShield, errBanShare},
		{"the same again", "10.1.0.0/16", byShield, nil},
		{"a person may", "192.0.2.0/24", "wiebke", nil},
		{"an IPv6 /42 by itself", "2001:db8::/42", byShield, nil},
		{"a /64 more", "2001:db9::/64", byShield, errBanShare},
		{"a whole /8", "11.0.0.0/8", byShield, errBanWide},
		{"everything, by a person", "0.0.0.0/0", "wiebke", errBanWide},
	} {
		_, err := b.ban(noon, netip.MustParsePrefix(c.prefix), "", "", c.by)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
	if _, err := b.ban(noon.Add(2*time.Minute), netip.MustParsePrefix("192.0.2.1/32"), "", "", byShield); err != nil {
		t.Errorf("when the /16 has ended there is no room: %v", err)
	}
	if _, err := b.ban(noon, netip.Prefix{}, "", "", byShield); err == nil {
		t.Error("no prefix at all is banned")
	}
}

func TestAFullListOfBans(t *testing.T) {
	b := newBans(64, 1./64)
	for i := range 60 {
		mustBan(t, b, noon, fmt.Sprintf("192.0.2.%d/32", i))
	}
	if _, err := b.ban(noon, netip.MustParsePrefix("198.51.100.1/32"), "", "", byShield); !errors.Is(err, errBanFull) {
		t.Errorf("the shield's 61st of 64 gives %v", err)
	}
	for i := range 4 {
		if _, err := b.ban(noon, netip.MustParsePrefix(fmt.Sprintf("203.0.113.%d/32", i)), "asked for", "", "wiebke"); err != nil {
			t.Errorf("while a botnet is kept out, an operator can't ban: %v", err)
		}
	}
	if _, err := b.ban(noon, netip.MustParsePrefix("203.0.113.9/32"), "asked for", "", "wiebke"); !errors.Is(err, errBanFull) {
		t.Errorf("the 65th of 64 gives %v", err)
	}
	mustBan(t, b, noon.Add(2*time.Minute), "198.51.100.1/32")
	if n := len(b.known); n > 64 {
		t.Errorf("%d bans are remembered of at most 64", n)
	}
}

func TestManyBansOfANetworkBecomeOne(t *testing.T) {
	known := netip.MustParsePrefix("198.51.100.0/24")
	for name, c := range map[string]struct {
		address string
		want    string // what is banned at the end; "" for each address alone
	}{
		"a /24 of strangers":                    {"192.0.2.%d/32", "192.0.2.0/24"},
		"a /48 of strangers":                    {"2001:db8:7:%x::/64", "2001:db8:7::/48"},
		"a network that a member comes from":    {"198.51.100.%d/32", ""},
		"the network of the machine itself":     {"127.0.0.%d/32", ""},
		"addresses of as many networks":         {"203.0.%d.9/32", ""},
		"neighbours in another /48 of the line": {"2001:db8:%x::/64", ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBans(1000, 1./64)
			b.spares = func(p netip.Prefix) bool { return p == known }
			var last Ban
			for i := range manyNear {
				last = mustBan(t, b, noon, fmt.Sprintf(c.address, i+2))
			}
			list := b.list(noon)
			if c.want == "" {
				if len(list) != manyNear {
					t.Errorf("%d bans, want each of %d addresses alone: an innocent neighbour is shut out", len(list), manyNear)
				}
				return
			}
			if len(list) != 1 || last.Prefix.String() != c.want || list[0] != last {
				t.Fatalf("%d bans, the last of %v, want one of %s", len(list), last.Prefix, c.want)
			}
			if b.cover4+b.cover6 != list[0].coverage() || len(b.near) != 0 {
				t.Errorf("%v addresses and %v sites count as covered, %v networks as full", b.cover4, b.cover6, b.near)
			}
		})
	}
}

// coverage is what a ban adds to the space that is kept out, in its family.
func (n *Ban) coverage() float64 {
	of4, of6 := n.size()
	return of4 + of6
}

func TestABanOfANetworkLastsAsLongAsTheWorstInIt(t *testing.T) {
	b := newBans(1000, 1./64)
	b.spares = func(netip.Prefix) bool { return false }
	mustBan(t, b, noon, "192.0.2.1/32")
	now := noon.Add(5 * time.Minute)
	for i := range manyNear {
		mustBan(t, b, now, fmt.Sprintf("192.0.2.%d/32", i+1))
	}
	n, ok := b.of(now, netip.MustParseAddr("192.0.2.200"))
	if !ok || n.Grade != 2 || n.Until.Sub(now) != 10*time.Minute {
		t.Errorf("the network is banned %v, grade %d, until %v: whoever came back after a ban gets off lightly", ok, n.Grade, n.Until)
	}
}

func TestTheMachineItselfIsNeverBanned(t *testing.T) {
	b := newBans(64, 1./64)
	for _, p := range []string{"127.0.0.1/32", "127.0.0.0/8", "::1/128", "::ffff:127.0.0.1/128", "::/64"} {
		for _, by := range []string{byShield, "wiebke"} {
			if _, err := b.ban(noon, netip.MustParsePrefix(p), "", "", by); !errors.Is(err, errBanHome) {
				t.Errorf("%s by %s gives %v: behind a proxy that nobody listed the house is closed to all", p, by, err)
			}
		}
	}
	mustBan(t, b, noon, "127.7.0.9/32")
}

func TestLiftForgetsTheGrade(t *testing.T) {
	b := newBans(64, 1./64)
	mustBan(t, b, noon, "192.0.2.7/32")
	if !b.lift(netip.MustParsePrefix("192.0.2.7/32")) || b.lift(netip.MustParsePrefix("192.0.2.7/32")) {
		t.Error("a ban can be lifted exactly once")
	}
	if _, ok := b.of(noon, netip.MustParseAddr("192.0.2.7")); ok {
		t.Error("a lifted ban holds on: a wrongly banned buyer stays out")
	}
	if n := mustBan(t, b, noon, "192.0.2.7/32"); n.Grade != 1 {
		t.Errorf("after a mistake the next ban has grade %d", n.Grade)
	}
}

func TestBansSurviveARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "bans.json")
	b := newBans(1000, 1./64)
	mustBan(t, b, noon.Add(-2*time.Hour), "203.0.113.1/32")
	mustBan(t, b, noon, "192.0.2.7/32")
	if _, err := b.impose(noon, Ban{Prefix: netip.MustParsePrefix("2001:db8::/32"), Reason: "a \"quoted\"\nreason", By: "wiebke", Until: noon.Add(72 * time.Hour), Shadow: true}); err != nil {
		t.Fatal(err)
	}
	if err := b.save(file); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of bans is %v, %v: addresses are evidence, for the owner alone", info.Mode(), err)
	}
	again := newBans(1000, 1./64)
	if err := again.load(file); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(again.list(noon)), fmt.Sprint(b.list(noon)); got != want {
		t.Errorf("after a restart the bans are\n%s, were\n%s", got, want)
	}
	if n := mustBan(t, again, noon, "203.0.113.1/32"); n.Grade != 2 {
		t.Errorf("a ban that ended before the restart is not remembered: grade %d, want 2", n.Grade)
	}
	if again.cover4 != 2 || again.cover6 != 0 {
		t.Errorf("after a restart %v addresses and %v sites count as covered, want 2 and 0", again.cover4, again.cover6)
	}
	if err := again.load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file gives %v", err)
	}
}

func TestADamagedFileOfBans(t *testing.T) {
	text := `{"prefix":"192.0.2.1/32","since":"2026-05-04T12:00:00Z","until":"2026-05-04T12:10:00Z","grade":2,"by":"shield"}
{"prefix":"192.0.2.2/32","since":"2026-05-04T12:00:00Z","until":"2026-
{"prefix":"0.0.0.0/0","since":"2026-05-04T12:00:00Z","until":"2026-05-04T12:10:00Z","grade":1,"by":"shield"}
{"prefix":"192.0.2.3/32","reason":"` + strings.Repeat("x", 2*mostBanLine) + `"}

{"prefix":"192.0.2.4/32","since":"2026-05-04T12:00:00Z","until":"2036-05-04T12:10:00Z","grade":1,"by":"shield"}`
	b := newBans(100, 1./64)
	err := b.read(strings.NewReader(text))
	if err == nil {
		t.Fatal("a damaged file is read without a word")
	}
	for _, want := range []string{"line 2:", "line 3:", "line 4:"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error %q does not name %s", err, want)
		}
	}
	if _, ok := b.of(noon, netip.MustParseAddr("192.0.2.1")); !ok {
		t.Error("a ban before the damage is lost")
	}
	if n, ok := b.of(noon, netip.MustParseAddr("192.0.2.4")); !ok || n.Until.Sub(n.Since) > time.Hour {
		t.Errorf("the ban after the damage: %v until %v, want held and cut to an hour", ok, n.Until)
	}
}

// Over any history: what is looked up is what a plain list says, and the space
// covered is the sum of the shield's own bans.
func TestBansAgainstAPlainList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBans(30, 1./(1<<20)) // 4,096 addresses, 4 /48s
		now := noon
		plain := map[netip.Prefix]Ban{}
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 400).Draw(t, "pause")) * time.Second)
			p := netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, byte(rapid.IntRange(0, 3).Draw(t, "net")), byte(rapid.IntRange(0, 3).Draw(t, "host"))}), rapid.IntRange(20, 32).Draw(t, "bits")).Masked()
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				b.lift(p)
				delete(plain, p)
			case 1:
				if n := len(b.list(now)); n > b.count(now) {
					t.Fatalf("%d bans are listed, %d counted", n, b.count(now))
				}
			default:
				by := rapid.SampledFrom([]string{byShield, "wiebke"}).Draw(t, "by")
				if n, err := b.impose(now, Ban{Prefix: p, By: by, Shadow: rapid.IntRange(0, 4).Draw(t, "shadow") == 0}); err == nil {
					plain[p] = n
				}
			}
			covered := 0.0
			for _, n := range b.table.Load().All() {
				of4, _ := n.size()
				covered += of4
			}
			if covered != b.cover4 || covered > 4096 {
				t.Fatalf("%v addresses are covered, %v are counted, 4096 are allowed", covered, b.cover4)
			}
			if len(b.known) > 30 {
				t.Fatalf("%d bans are remembered of at most 30", len(b.known))
			}
			a := netip.AddrFrom4([4]byte{192, 0, byte(rapid.IntRange(0, 3).Draw(t, "net")), byte(rapid.IntRange(0, 3).Draw(t, "host"))})
			var want *Ban
			for p, n := range plain {
				if p.Contains(a) && now.Before(n.Until) && (want == nil || want.Shadow && !n.Shadow || want.Shadow == n.Shadow && p.Bits() > want.Prefix.Bits()) {
					want = &n
				}
			}
			got, ok := b.of(now, a)
			if ok != (want != nil) || ok && got != *want {
				t.Fatalf("%v is banned by %+v (%v), the list says %+v", a, got, ok, want)
			}
		}
	})
}

func TestBansFromManyGoroutines(t *testing.T) {
	b := newBans(500, 1./64)
	file := filepath.Join(t.TempDir(), "bans")
	var all sync.WaitGroup
	for w := range 4 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(w)))
			for i := range 1000 {
				a := netip.AddrFrom4([4]byte{192, 0, byte(random.Uint32N(4)), byte(random.Uint32())})
				_, _ = b.ban(noon.Add(time.Duration(i)*time.Second), prefixOf(a, widthNarrow), "", "", byShield) // a full list is fine here
				b.of(noon, a)
				if i%200 == 0 {
					b.list(noon)
					if err := b.save(file); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	all.Wait()
}

func FuzzReadBans(f *testing.F) {
	f.Add(`{"prefix":"192.0.2.1/32","since":"2026-05-04T12:00:00Z","until":"2026-05-04T12:10:00Z","grade":2,"by":"shield"}`)
	f.Add("{\"prefix\":\"::ffff:1.2.3.4/120\",\"since\":\"2026-05-04T12:00:00Z\",\"until\":\"2026-05-04T12:10:00Z\",\"grade\":1,\"by\":\"x\"}\nnull\n\n[]")
	f.Fuzz(func(t *testing.T, text string) {
		b := newBans(4, 1./64)
		_ = b.read(strings.NewReader(text)) // a fault is allowed; what was read must hold together
		if len(b.known) > 4 || b.cover4 > 1<<26 || b.cover6 > banSites/64 {
			t.Fatalf("%d bans of at most 4, over %v addresses and %v sites", len(b.known), b.cover4, b.cover6)
		}
		var saved bytes.Buffer
		if err := b.write(&saved); err != nil {
			t.Fatal(err)
		}
		again := newBans(4, 1./64)
		if err := again.read(&saved); err != nil {
			t.Fatalf("what was read and saved is not read again: %v", err)
		}
		if len(again.known) != len(b.known) {
			t.Fatalf("%d bans after a second reading, %d before", len(again.known), len(b.known))
		}
	})
}
