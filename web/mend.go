package web

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"kontor/market"
	"kontor/shield"
	"kontor/web/page"
	"kontor/web/words"
)

// What mends a wrong decision.
const (
	letFor  = 24 * time.Hour
	refLong = 9 // letters of a reference number, with its hyphen
)

// mend is the part of the page that lets a visitor through.
func (s *Site) mend(v *page.View, f, ban page.Form) page.Mend {
	w := v.Words
	f.ID, ban.ID, ban.Action = "mend", "ban", v.To("/house/shield/ban")
	d, found := s.found(f.Value("ref"))
	m := page.Mend{Action: v.Prefix + "/house/shield", Ref: f.Field("ref", w.T("siege.ref")).Must().UpTo(4 * refLong).Saying(w.T("siege.ref_hint")), Ban: page.ActForm{
		ID: "ban", Title: w.T("siege.ban"), Lead: w.T("siege.ban_lead"), Form: ban, Button: w.T("siege.ban_do"),
		Fields: []page.Field{ban.Field("prefix", w.T("siege.prefix")).Must().UpTo(60).Saying(w.T("siege.prefix_hint")), ban.Field("reason", w.T("siege.reason")).Must().UpTo(longestReason).Saying(w.T("siege.reason_hint")), ban.Field("long", w.T("siege.ban_long")).Of(banLengths(w))},
	}}
	if !found {
		return m
	}
	line := func(key, text string) {
		if text != "" {
			m.Found = append(m.Found, page.Line{Label: w.T("siege.found_" + key), Note: text})
		}
	}
	line("source", whom(d).String())
	line("network", d.Network.String())
	line("class", w.T("siege.class_"+classKey(d.Class)))
	line("why", w.T("siege.why_"+d.Why.String()))
	line("route", d.Route)
	line("shape", d.Shape)
	line("at", w.Stamp(d.At))
	line("count", w.N("siege.times", d.Count))
	m.Let = &page.Act{Label: w.T("siege.let"), Action: v.To("/house/shield/let"), Hidden: []page.Option{{Label: "ref", Value: d.Ref}}}
	return m
}

// reading is a reference number as it was given out, from what somebody typed
// or read out on the telephone.
func reading(typed string) string {
	ref := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "–", "").Replace(typed))
	if len(ref) != refLong-1 {
		return ""
	}
	return ref[:4] + "-" + ref[4:]
}

// found is the decision that a visitor's number stands for.
func (s *Site) found(typed string) (shield.Decision, bool) {
	if s.Gate == nil {
		return shield.Decision{}, false
	}
	return s.Gate.Find(reading(typed))
}

func unknownRef() *market.Fault {
	return &market.Fault{Kind: market.Invalid, Field: "ref", Msg: "No decision has this number.", Fix: "A number is kept for some hours, and not over a restart. Ask the visitor to try again and to read out the new one."}
}

// whom is the prefix that a decision stands for: an IPv4 address, or the IPv6
// network of one connection.
func whom(d shield.Decision) netip.Prefix {
	bits := 32
	if d.Source.Is6() {
		bits = 64
	}
	p, _ := d.Source.Prefix(bits) // an address always has one
	return p
}

// let answers POST /house/shield/let: the visitor of a reference number passes
// for a day.
func (s *Site) let(w http.ResponseWriter, r *http.Request) error {
	if s.Gate == nil {
		return errNoGate
	}
	d, found := s.found(r.PostFormValue("ref"))
	if !found {
		return s.again(w, r, unknownRef(), page.Form{}, func(f page.Form) error { return s.showSiege(w, r, f, page.Form{}) })
	}
	if err := s.Gate.Let(whom(d), letFor); err != nil {
		return &market.Fault{Kind: market.Conflict, Msg: "As many are let through already as there is room for.", Fix: "Each ends after a day. Put addresses that shall pass for good into the setting shield.allow.", Err: err}
	}
	s.Log.Info("let through by an operator", "ref", d.Ref, "person", actor(r).Person)
	return s.seeOther(w, r, "/house/shield", "shield.let")
}

// lift answers POST /house/shield/lift: a ban ends. One that has ended already
// is as well.
func (s *Site) lift(w http.ResponseWriter, r *http.Request) error {
	if s.Gate == nil {
		return errNoGate
	}
	p, err := readPrefix(r.PostFormValue("prefix"))
	if err != nil {
		return err
	}
	s.Gate.Lift(p)
	s.Log.Info("ban lifted by an operator", "prefix", p, "person", actor(r).Person)
	return s.seeOther(w, r, "/house/shield", "shield.lifted")
}

// longestReason bounds why somebody bans, in letters; the shield keeps 200 bytes.
const longestReason = 100

// ban answers POST /house/shield/ban: a prefix is kept out for a while.
func (s *Site) ban(w http.ResponseWriter, r *http.Request) error {
	if s.Gate == nil {
		return errNoGate
	}
	again := func(err error) error {
		return s.again(w, r, err, page.Form{}, func(f page.Form) error { return s.showSiege(w, r, page.Form{}, f) })
	}
	reason := strings.TrimSpace(r.PostFormValue("reason"))
	p, err := readPrefix(r.PostFormValue("prefix"))
	if err != nil {
		return again(err)
	}
	if n := len([]rune(reason)); n == 0 || n > longestReason {
		return again(&market.Fault{Kind: market.Invalid, Field: "reason", Msg: "A ban needs a reason that others can understand.", Fix: fmt.Sprintf("Write at most %d letters.", longestReason)})
	}
	long, err := banLength(r.PostFormValue("long"))
	if err != nil {
		return again(err)
	}
	b, err := s.Gate.Ban(p, long, reason, string(actor(r).Person))
	if err != nil {
		return again(&market.Fault{Kind: market.Invalid, Field: "prefix", Msg: "This ban can't be made.", Fix: "Ban a narrower prefix, not the house's own address, or lift one that is not needed any more.", Err: err})
	}
	s.Log.Info("banned by an operator", "prefix", b.Prefix, "until", b.Until, "person", actor(r).Person)
	return s.seeOther(w, r, "/house/shield", "shield.banned")
}

// bannedFor are the times that a person may ban for; the first where nothing is
// said.
var bannedFor = []struct {
	name string
	long time.Duration
}{{"ten_minutes", 10 * time.Minute}, {"hour", time.Hour}, {"day", 24 * time.Hour}, {"week", 7 * 24 * time.Hour}}

func banLengths(w *words.Words) (out []page.Option) {
	for _, b := range bannedFor {
		out = append(out, page.Option{Label: w.T("siege.long_" + b.name), Value: b.name})
	}
	return out
}

func banLength(name string) (time.Duration, error) {
	if name == "" {
		return bannedFor[0].long, nil
	}
	for _, b := range bannedFor {
		if b.name == name {
			return b.long, nil
		}
	}
	return 0, &market.Fault{Kind: market.Invalid, Field: "long", Msg: "A ban can't last that long.", Fix: "Choose a time from the list; ban again when it is over."}
}

func readPrefix(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	p, err := netip.ParsePrefix(text)
	if a, notAddress := netip.ParseAddr(text); err != nil && notAddress == nil && a.Zone() == "" {
		a = a.Unmap()
		p, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	if err != nil || p.Bits() == 0 {
		return netip.Prefix{}, &market.Fault{Kind: market.Invalid, Field: "prefix", Msg: "This is neither an address nor a prefix.", Fix: "Write it like 203.0.113.7, 203.0.113.0/24 or 2001:db8:1::/48."}
	}
	return p.Masked(), nil
}
