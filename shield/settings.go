package shield

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Mode is what the shield does with its decisions.
type Mode string

// The modes.
const (
	On     Mode = "on"     // decisions hold
	Shadow Mode = "shadow" // decisions are counted and not carried out
	Off    Mode = "off"    // requests pass untouched; what is counted is the traffic alone
)

// Rule names a part of the shield that can be put in shadow by itself.
type Rule string

// The rules.
const (
	RuleLimits Rule = "limits" // per source and visitor
	RuleShapes Rule = "shapes" // floods that many sources make together
	RuleBans   Rule = "bans"   // sources kept out for a while
	RulePlaces Rule = "places" // who waits and who is turned away when the site is full
)

// Rules are all of them.
func Rules() []Rule { return slices.Clone(rules) }

var rules = []Rule{RuleLimits, RuleShapes, RuleBans, RulePlaces}

// Settings are what an operator may set; the zero value of each means its
// default.
type Settings struct {
	Mode   Mode
	Shadow []Rule // rules that only count, while Mode is On

	// Key signs cookies: at least 32 bytes.
	Key []byte

	// Memory bounds tables, queues and sketches together, in bytes; the page
	// cache has its own bound. Default 64 MiB.
	Memory int64
	// CacheBytes bounds the pages kept for guests. Default 64 MiB.
	CacheBytes int64
	// Stale is how old a kept page may be while the site is strained. Default 10
	// minutes.
	Stale time.Duration

	// Allow are prefixes that no limit, shape or ban holds for.
	Allow []netip.Prefix
	// Proxies are prefixes whose word on a visitor's address is believed.
	Proxies []netip.Prefix
	// Networks is a file of networks and countries, CSV or MMDB; none if empty.
	Networks string
	// State is the folder that bans and learnt costs are kept in over a restart;
	// none if empty.
	State string
	// Pools are numbers of places of their own, by Route.Pool. Default 2 each.
	Pools map[string]int
	// Secure marks cookies as for HTTPS alone.
	Secure bool
	// SessionCookie is the site's cookie that tells who is signed in; if it is
	// empty, any cookie of the site may.
	SessionCookie string
	// ThemeCookie chooses one of Themes, the looks of a public page.
	ThemeCookie string
	Themes      []string
	// StatusPath is where the public status page is, "" if there is none.
	StatusPath string

	// Resolver confirms crawlers by reverse DNS. Default: the system's.
	Resolver Resolver
	// Crawlers are let in besides those that are built in.
	Crawlers []Crawler

	Door Door

	// Texts of refusals by language; English is built in.
	Texts map[string]Texts
}

const (
	defaultMemory = 64 << 20
	leastMemory   = 8 << 20
	defaultCache  = 64 << 20
	defaultStale  = 10 * time.Minute
)

// Check tells every mistake in s.
func (s Settings) Check() error {
	var errs []error
	if s.Mode != "" && s.Mode != On && s.Mode != Shadow && s.Mode != Off {
		errs = append(errs, fmt.Errorf("mode %q is none of on, shadow, off", s.Mode))
	}
	for _, r := range s.Shadow {
		if !slices.Contains(rules, r) {
			errs = append(errs, fmt.Errorf("rule %q is none of %s", r, ruleNames()))
		}
	}
	if len(s.Key) < 32 {
		errs = append(errs, fmt.Errorf("the key has %d bytes, and needs at least 32", len(s.Key)))
	}
	if s.Memory != 0 && s.Memory < leastMemory {
		errs = append(errs, fmt.Errorf("memory of %d bytes is less than %d", s.Memory, leastMemory))
	}
	if s.CacheBytes < 0 || s.Stale < 0 {
		errs = append(errs, errors.New("a size or time is below zero"))
	}
	for pool, places := range s.Pools {
		if places < 1 {
			errs = append(errs, fmt.Errorf("pool %q has %d places, and needs one", pool, places))
		}
	}
	if err := s.Door.Check(); err != nil {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func ruleNames() string {
	names := make([]string, len(rules))
	for i, r := range rules {
		names[i] = string(r)
	}
	return strings.Join(names, ", ")
}

// full is s with defaults in place of zeros.
func (s Settings) full() Settings {
	if s.Mode == "" {
		s.Mode = On
	}
	if s.Memory == 0 {
		s.Memory = defaultMemory
	}
	if s.CacheBytes == 0 {
		s.CacheBytes = defaultCache
	}
	if s.Stale == 0 {
		s.Stale = defaultStale
	}
	if s.Resolver == nil {
		s.Resolver = net.DefaultResolver
	}
	return s
}

// inShadow tells whether a rule's decisions are only counted.
func (s *Settings) inShadow(r Rule) bool {
	return s.Mode == Shadow || slices.Contains(s.Shadow, r)
}

// leastPlaces is how few requests the site is ever given at once: fewer would
// leave cores idle between two of them.
func leastPlaces() int { return max(4, 2*runtime.GOMAXPROCS(0)) }
