package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"kontor/shield"
)

// list is the parts of a setting that have commas between.
func list(text string) (parts []string) {
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// prefixes reads addresses and prefixes with commas between.
func prefixes(text string) (all []netip.Prefix, err error) {
	for _, part := range list(text) {
		p, err := netip.ParsePrefix(part)
		if err != nil {
			a, notAddress := netip.ParseAddr(part)
			if notAddress != nil {
				return nil, fmt.Errorf("%q is neither an address nor a prefix", part)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

// crawlers reads robots that are let in besides those that the shield knows: a
// part of the name that each sends, and where it comes from.
func crawlers(text string) (all []shield.Crawler, err error) {
	for _, part := range list(text) {
		agent, from, ok := strings.Cut(part, "=")
		p, err := prefixes(from)
		if err != nil || !ok || len(agent) < 3 || len(p) != 1 {
			return nil, fmt.Errorf("%q is not a robot's name and its prefix", part)
		}
		all = append(all, shield.Crawler{Agent: agent, Prefixes: p})
	}
	return all, nil
}

// shadowRules reads the rules that only count.
func shadowRules(text string) (all []shield.Rule, err error) {
	for _, part := range list(text) {
		if !slices.Contains(shield.Rules(), shield.Rule(part)) {
			return nil, fmt.Errorf("%q is no rule", part)
		}
		all = append(all, shield.Rule(part))
	}
	return all, nil
}
