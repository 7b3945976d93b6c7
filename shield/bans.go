package shield

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gaissmai/bart"
)

// Ban keeps a prefix out until a moment.
type Ban struct {
	Prefix   netip.Prefix `json:"prefix"`
	Reason   string       `json:"reason"`   // for people, at most 200 bytes
	Evidence string       `json:"evidence"` // where the proof is kept, at most 200 bytes
	Since    time.Time    `json:"since"`
	Until    time.Time    `json:"until"`
	Grade    int          `json:"grade"` // 1, 2 or 3: how often lately
	By       string       `json:"by"`    // "shield", or who did it
	Shadow   bool         `json:"shadow,omitempty"`
}

// byShield is the author of bans that nobody ordered.
const byShield = "shield"

// grades are how long the first, second and every later ban within a day lasts.
// The shield never bans for longer, and nothing for ever.
var grades = [...]time.Duration{time.Minute, 10 * time.Minute, time.Hour}

const (
	banMemory = 24 * time.Hour // how long a ban that ended still counts for the next one's grade
	banText   = 200            // bytes of a reason, evidence or author
	banSites  = 1 << 22        // /48s that the share of IPv6 is counted in: about what is announced today
	widest4   = 16             // what the shield bans by itself is never wider
	widest6   = 32
	manyNear  = 16 // bans of one small network that are made one of the whole
	personsOf = 16 // one place in so many is left to bans by persons
)

// Why a ban was not made.
var (
	errBanShare = errors.New("the shield's own bans would cover more of the address space than is allowed")
	errBanFull  = errors.New("the list of bans is full")
	errBanWide  = errors.New("the prefix is too wide for a ban")
	errBanHome  = errors.New("the machine's own address is never banned: behind a proxy that nobody listed all visitors come from it")
)

// home are the addresses by which a machine reaches itself, and by which a proxy
// beside the house does. Others of 127.0.0.0/8 are no worse than any.
var home = [...]netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}

func isHome(p netip.Prefix) bool { return p.Contains(home[0]) || p.Contains(home[1]) }

// bans are who is kept out. Reading takes no lock; a change copies the path to
// one prefix (bart's copy on write).
//
// Memory: most bans, ended ones that are remembered for their grade included;
// about 450 bytes each with short texts. The shield fills fifteen sixteenths of
// them at most, so that a person finds room while a botnet is kept out.
type bans struct {
	most   int
	share  float64
	spares func(netip.Prefix) bool // somebody known comes from this IPv4 /24 or IPv6 /48; nil: every network is spared

	table  atomic.Pointer[bart.Fast[*Ban]] // each *Ban is never changed
	change sync.Mutex
	known  map[netip.Prefix]*Ban // those in table, and those that ended less than a day ago
	cover4 float64               // addresses that the shield's own bans cover
	cover6 float64               // /48s
	near   map[netip.Prefix]int  // the shield's bans in table of single addresses (IPv6: /64), by their /24 or /48
	swept  time.Time
	draft  *bart.Fast[*Ban] // takes the changes of bulk instead of table
}

// newBans makes an empty list of at most most bans. Those that the shield makes
// by itself cover at most share of the address space: of the IPv4 addresses, and
// of 4,194,304 IPv6 /48s.
func newBans(most int, share float64) *bans {
	b := &bans{most: most, share: share, known: map[netip.Prefix]*Ban{}, near: map[netip.Prefix]int{}}
	b.table.Store(new(bart.Fast[*Ban]))
	return b
}

// of is the ban that holds for an address: the most specific one; one in shadow
// only if no other holds.
func (b *bans) of(now time.Time, a netip.Addr) (Ban, bool) {
	t := b.table.Load()
	a = a.Unmap()
	found, ok := t.Lookup(a)
	if !ok {
		return Ban{}, false
	}
	if now.Before(found.Until) && !found.Shadow {
		return *found, true
	}
	// A ban that ended or only counts must not hide a wider one.
	var shadow *Ban
	for _, wider := range t.Supernets(netip.PrefixFrom(a.WithZone(""), a.BitLen())) {
		switch {
		case !now.Before(wider.Until):
		case !wider.Shadow:
			return *wider, true
		case shadow == nil:
			shadow = wider
		}
	}
	if shadow == nil {
		return Ban{}, false
	}
	return *shadow, true
}

// ban keeps a prefix out for a minute; for ten if it was banned within a day,
// for an hour if again. A ban that still holds and would end later stays.
func (b *bans) ban(now time.Time, p netip.Prefix, reason, evidence, by string) (Ban, error) {
	return b.impose(now, Ban{Prefix: p, Reason: reason, Evidence: evidence, By: by})
}

// impose is ban with all that may be said of one: in shadow, or by a person
// until a moment of their own. Since, Grade and a zero Until are filled in.
func (b *bans) impose(now time.Time, n Ban) (Ban, error) {
	if !n.Prefix.IsValid() {
		return Ban{}, fmt.Errorf("ban %v: not a prefix", n.Prefix)
	}
	n.Prefix = unmapped(n.Prefix)
	if isHome(n.Prefix) && n.Prefix.Bits() > 0 {
		return Ban{}, fmt.Errorf("ban %v: %w", n.Prefix, errBanHome)
	}
	n.Reason, n.Evidence, n.By = clip(n.Reason, banText), clip(n.Evidence, banText), clip(n.By, banText)
	b.change.Lock()
	defer b.change.Unlock()
	b.tidy(now)
	old := b.known[n.Prefix]
	n.Since, n.Grade = now, 1
	if old != nil && now.Sub(old.Until) < banMemory {
		if now.Before(old.Until) && old.Shadow == n.Shadow {
			n.Since, n.Grade = old.Since, old.Grade // the same offence goes on
		} else {
			n.Grade = min(old.Grade+1, len(grades))
		}
	}
	if n.Until.IsZero() || n.By == byShield {
		n.Until = now.Add(grades[n.Grade-1])
	}
	if old != nil && old.Until.After(n.Until) && old.Shadow == n.Shadow {
		n.Until = old.Until
	}
	if err := b.room(now, &n, old); err != nil {
		return Ban{}, fmt.Errorf("ban %v: %w", n.Prefix, err)
	}
	b.forget(old)
	b.hold(&n)
	if wide, ok := b.widen(now, &n); ok {
		return wide, nil
	}
	return n, nil
}

// network is the small network around a single address that the shield banned:
// an IPv4 /24, or the /48 of an IPv6 /64. The zero prefix for any other ban.
func (n *Ban) network() netip.Prefix {
	a := n.Prefix.Addr()
	if n.By != byShield || n.Shadow || n.Prefix != prefixOf(a, widthNarrow) {
		return netip.Prefix{}
	}
	return prefixOf(a, widthWide)
}

// widen puts one ban of a network in the place of many in it, for as long as the
// highest grade among them, unless somebody known comes from there. The caller
// holds change and has put n on the list.
func (b *bans) widen(now time.Time, n *Ban) (Ban, bool) {
	network := n.network()
	if b.near[network] < manyNear || b.spares == nil || isHome(network) || b.spares(network) {
		return Ban{}, false
	}
	wide := Ban{Prefix: network, Reason: clip("many of this network: "+n.Reason, banText), Evidence: n.Evidence, By: byShield, Since: now}
	var single []*Ban
	for _, x := range b.table.Load().Subnets(network) {
		if x.network() == network && now.Before(x.Until) {
			single = append(single, x)
			wide.Grade = max(wide.Grade, x.Grade)
		}
	}
	old := b.known[network]
	if len(single) < manyNear || old != nil && now.Before(old.Until) || b.covers(&wide, old) {
		return Ban{}, false
	}
	wide.Until = now.Add(grades[wide.Grade-1])
	b.bulk(func() {
		for _, x := range single {
			b.forget(x)
		}
		b.forget(old)
		b.hold(&wide)
	})
	return wide, true
}

// room makes place for a ban or tells why there is none. The caller holds change.
func (b *bans) room(now time.Time, n, old *Ban) error {
	if n.By == byShield {
		if (n.Prefix.Addr().Is4() && n.Prefix.Bits() < widest4) || (n.Prefix.Addr().Is6() && n.Prefix.Bits() < widest6) {
			return errBanWide
		}
		if b.covers(n, old) {
			b.sweep(now)
			if b.covers(n, old) {
				return errBanShare
			}
		}
	} else if n.Prefix.Bits() == 0 {
		return errBanWide
	}
	most := b.most
	if n.By == byShield {
		most -= b.most / personsOf
	}
	if old == nil && len(b.known) >= most {
		b.sweep(now)
		if len(b.known) >= most && !b.forgetEnded(now) {
			return errBanFull
		}
	}
	return nil
}

// covers tells whether the shield's own bans would cover too much with n in
// place of old.
func (b *bans) covers(n, old *Ban) bool {
	c4, c6 := n.size()
	c4, c6 = c4+b.cover4, c6+b.cover6
	if held, ok := b.current().Get(n.Prefix); ok && old != nil && held == old {
		o4, o6 := old.size()
		c4, c6 = c4-o4, c6-o6
	}
	return (n.Prefix.Addr().Is4() && c4 > b.share*(1<<32)) || (n.Prefix.Addr().Is6() && c6 > b.share*banSites)
}

// size is how much address space one of the shield's own bans covers: IPv4
// addresses, IPv6 /48s. A person's ban counts as none.
func (n *Ban) size() (of4, of6 float64) {
	switch {
	case n.By != byShield:
	case n.Prefix.Addr().Is4():
		of4 = math.Exp2(float64(32 - n.Prefix.Bits()))
	default:
		of6 = math.Exp2(float64(48 - n.Prefix.Bits()))
	}
	return
}

// hold puts a ban on the list. The caller holds change and has forgotten
// whatever the list had for the prefix.
func (b *bans) hold(n *Ban) {
	b.known[n.Prefix] = n
	if b.draft != nil {
		b.draft.Insert(n.Prefix, n)
	} else {
		b.table.Store(b.table.Load().InsertPersist(n.Prefix, n))
	}
	of4, of6 := n.size()
	b.cover4, b.cover6 = b.cover4+of4, b.cover6+of6
	if network := n.network(); network.IsValid() {
		b.near[network]++
	}
}

// end takes a ban out of force and leaves it remembered.
func (b *bans) end(n *Ban) {
	if held, ok := b.current().Get(n.Prefix); !ok || held != n {
		return
	}
	if b.draft != nil {
		b.draft.Delete(n.Prefix)
	} else {
		b.table.Store(b.table.Load().DeletePersist(n.Prefix))
	}
	of4, of6 := n.size()
	b.cover4, b.cover6 = b.cover4-of4, b.cover6-of6
	if network := n.network(); network.IsValid() {
		if b.near[network]--; b.near[network] == 0 {
			delete(b.near, network)
		}
	}
}

// bulk makes many changes at once: on a copy of the table, which then takes its
// place. One by one each copies its path: 15 to 37 µs. The caller holds
// change.
func (b *bans) bulk(change func()) {
	b.draft = b.table.Load().Clone()
	change()
	b.table.Store(b.draft)
	b.draft = nil
}

func (b *bans) current() *bart.Fast[*Ban] {
	if b.draft != nil {
		return b.draft
	}
	return b.table.Load()
}

func (b *bans) forget(n *Ban) {
	if n != nil {
		b.end(n)
		delete(b.known, n.Prefix)
	}
}

// tidy sweeps once a minute, whenever the list is changed or read as a whole.
// The caller holds change.
func (b *bans) tidy(now time.Time) {
	if now.Sub(b.swept) >= time.Minute {
		b.sweep(now)
	}
}

// sweep takes out what has ended and forgets what ended a day ago. The caller
// holds change.
func (b *bans) sweep(now time.Time) {
	b.swept = now
	var ended []*Ban
	for _, n := range b.known {
		if !now.Before(n.Until) {
			ended = append(ended, n)
		}
	}
	if len(ended) == 0 || b.draft != nil {
		return
	}
	b.bulk(func() {
		for _, n := range ended {
			if b.end(n); now.Sub(n.Until) >= banMemory {
				delete(b.known, n.Prefix)
			}
		}
	})
}

// forgetEnded forgets a sixteenth of the list, those that ended longest ago, so
// that a full list is looked through rarely. It tells whether it found any.
func (b *bans) forgetEnded(now time.Time) bool {
	var ended []*Ban
	for _, n := range b.known {
		if !now.Before(n.Until) {
			ended = append(ended, n)
		}
	}
	slices.SortFunc(ended, func(a, c *Ban) int { return a.Until.Compare(c.Until) })
	for _, n := range ended[:min(len(ended), b.most/16+1)] {
		b.forget(n)
	}
	return len(ended) > 0
}

// lift ends the ban of exactly this prefix and forgets its grade: it was a
// mistake. It tells whether there was one.
func (b *bans) lift(p netip.Prefix) bool {
	b.change.Lock()
	defer b.change.Unlock()
	n := b.known[unmapped(p)]
	b.forget(n)
	return n != nil
}

// count is how many bans hold, give or take those that ended in the last minute.
func (b *bans) count(now time.Time) int {
	b.change.Lock()
	defer b.change.Unlock()
	b.tidy(now)
	return b.table.Load().Size()
}

// list is all bans that hold, the newest first.
func (b *bans) list(now time.Time) []Ban {
	b.change.Lock()
	b.tidy(now)
	all := make([]Ban, 0, b.table.Load().Size())
	for _, n := range b.known {
		if now.Before(n.Until) {
			all = append(all, *n)
		}
	}
	b.change.Unlock()
	slices.SortFunc(all, func(x, y Ban) int {
		if c := y.Since.Compare(x.Since); c != 0 {
			return c
		}
		return x.Prefix.Compare(y.Prefix)
	})
	return all
}

// unmapped is p with an IPv4-mapped address as IPv4, and without host bits.
func unmapped(p netip.Prefix) netip.Prefix {
	if a := p.Addr(); a.Is4In6() && p.Bits() >= 96 {
		p = netip.PrefixFrom(a.Unmap(), p.Bits()-96)
	}
	return p.Masked()
}

// clip is s cut to at most n bytes, at a whole character.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}
