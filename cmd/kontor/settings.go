package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/mail"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/party"
)

// Settings are all that an operator may set. A setting comes from the file,
// then the environment (KONTOR_ and the key in capitals, dots as underscores),
// then the command line; the last one counts.
type Settings struct {
	Listen    string        `key:"listen" default:"127.0.0.1:8080" help:"Address and port to serve on. Anything but 127.0.0.1 or localhost opens the house to the network."`
	URL       string        `key:"url" default:"" help:"Address under which the house is reached, such as https://trade.example. Empty: http://localhost and the port."`
	Database  string        `key:"database" default:"" help:"postgres://… to use a PostgreSQL server. Empty: SQLite in the data folder."`
	House     string        `key:"house.name" default:"Kontor" help:"Name of the marketplace, in its head and letters."`
	Operator  string        `key:"house.operator" default:"" help:"Who runs it, in the head's small line."`
	Imprint   string        `key:"house.imprint" default:"" help:"One line for the foot: who runs the house, and where."`
	Country   string        `key:"house.country" default:"DE" help:"Destination that prices are shown for until a visitor chooses one (ISO 3166-1 alpha-2)."`
	Currency  string        `key:"house.currency" default:"EUR" help:"Currency that prices are shown in until a visitor chooses one (ISO 4217)."`
	BankName  string        `key:"bank.name" default:"" help:"Account holder that buyers transfer money to. Empty: bank transfer is not offered."`
	BankIBAN  string        `key:"bank.account" default:"" help:"That account, as buyers must type it."`
	BankHold  time.Duration `key:"bank.max_hold" default:"2160h" help:"How long the house's licence or agent lets it hold money."`
	DemoCard  bool          `key:"pay.demo_card" default:"false" help:"Offer the demo's card, which moves no real money. Never in a house that trades."`
	Bps       int64         `key:"commission_bps" default:"500" help:"Commission of what is released to a new supplier, in hundredths of a per cent."`
	TaxRates  string        `key:"tax.rates" default:"" help:"CSV file of tax rates (from,to,bps,label) that come before the built-in ones. Empty: those alone."`
	SMTPHost  string        `key:"mail.host" default:"" help:"SMTP server that takes the house's letters. Empty: letters are kept, sealed, and not sent."`
	SMTPPort  int           `key:"mail.port" default:"587" help:"Its port."`
	SMTPUser  string        `key:"mail.user" default:"" help:"User name there; empty to send without signing in."`
	SMTPPass  string        `key:"mail.password" default:"" help:"Its password. Better set it by KONTOR_MAIL_PASSWORD than in a file."`
	SMTPTLS   string        `key:"mail.tls" default:"starttls" help:"starttls, implicit (port 465), or none for a relay on this machine." oneof:"starttls implicit none"`
	TLSCert   string        `key:"tls.certificate" default:"" help:"PEM file with the certificate and its chain, read again when it changes. Empty: plain HTTP, for a proxy on this machine or a first look."`
	TLSKey    string        `key:"tls.key" default:"" help:"PEM file with the certificate's key."`
	Shield    string        `key:"shield" default:"on" help:"on, shadow (decide and count, turn nobody away) or off." oneof:"on shadow off"`
	Shadow    string        `key:"shield.shadow" default:"" help:"Rules that only count while the shield is on: limits, shapes, bans, places; commas between."`
	MemoryMiB int64         `key:"memory_mib" default:"225" help:"Memory in MiB from which on the collector works harder to stay near it; no hard bound. GOMEMLIMIT, where set, counts instead."`
	ShieldMiB int64         `key:"shield.memory_mib" default:"64" help:"Most memory of its tables, queues and sketches together, in MiB."`
	CacheMiB  int64         `key:"shield.cache_mib" default:"64" help:"Most memory of the pages kept for visitors, in MiB."`
	Stale     time.Duration `key:"shield.stale" default:"10m" help:"How old a kept page may be while the site is strained."`
	Allow     string        `key:"shield.allow" default:"" help:"Addresses and prefixes that no limit or ban holds for, commas between."`
	Crawlers  string        `key:"shield.crawlers" default:"" help:"Search engines' robots to let in besides those that can be told by name: part of what each calls itself and a prefix, as in duckduckbot=192.0.2.0/24, commas between."`
	Proxies   string        `key:"shield.proxies" default:"" help:"Addresses and prefixes of proxies whose word on a visitor's address is believed (Forwarded, X-Forwarded-For), commas between."`
	ProxyWire string        `key:"shield.proxy_protocol" default:"" help:"Addresses and prefixes of proxies whose connections begin with a PROXY header, version 1 or 2, commas between."`
	Networks  string        `key:"shield.networks" default:"" help:"File of networks and countries: CSV (prefix,country,asn,name) or MMDB."`
	Metrics   string        `key:"metrics.listen" default:"" help:"Address and port that serve figures for Prometheus at /metrics. Empty: none."`
	Consent   string        `key:"rehearsal.consent" default:"" help:"Word by which this house agrees to be rehearsed against; kontor drill run --url says which. Empty: it refuses."`
	Cost      string        `key:"rehearsal.cost" default:"" help:"Cost added to every page in a folder made by kontor drill, such as slots=8,cpu=2ms,wait=40ms. Refused anywhere else."`
	From      string        `key:"mail.from" default:"" help:"Sender of the house's letters."`
	LogLevel  string        `key:"log.level" default:"info" help:"debug, info, warn or error." oneof:"debug info warn error"`
	LogFormat string        `key:"log.format" default:"text" help:"text or json." oneof:"text json"`

	vfs string // file layer under SQLite; benchmarks put a slower disk here
}

// fault is one mistake in the settings, and where it stands.
type settingFault struct{ where, key, msg, fix string }

func (f settingFault) String() string {
	return fmt.Sprintf("%s: %s: %s %s", f.where, f.key, f.msg, f.fix)
}

// settingFaults is every mistake at once.
type settingFaults []settingFault

func (fs settingFaults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// setting is one setting as it was written somewhere.
type setting struct{ where, value string }

// readSettings gathers defaults, file (may be nil), environment and flags
// ("key=value" of --set, "--key=value" of a flag of that name), checks
// everything, and reports every mistake, those of one place together.
func readSettings(file io.Reader, name string, environ, flags []string) (Settings, error) {
	var s Settings
	var fs settingFaults
	got := map[string]setting{}
	if file != nil {
		fs = append(fs, readFile(file, name, got)...)
	}
	known := map[string]bool{}
	for f := range fields(&s) {
		known[f.key] = true
		env := envName(f.key)
		for _, e := range environ {
			if v, ok := strings.CutPrefix(e, env+"="); ok {
				got[f.key] = setting{"environment " + env, v}
			}
		}
	}
	for _, f := range flags {
		k, v, ok := strings.Cut(f, "=")
		if !ok {
			fs = append(fs, settingFault{"--set", f, "has no value.", "Write --set key=value."})
			continue
		}
		where := "--set"
		if flag, ok := strings.CutPrefix(k, "--"); ok {
			where, k = k, flag
		}
		got[k] = setting{where, v}
	}
	bad := map[string]bool{}
	for _, k := range slices.Sorted(maps.Keys(got)) {
		if !known[k] {
			fs = append(fs, settingFault{got[k].where, k, "is not a setting.", didYouMean(k)})
		}
	}
	for f := range fields(&s) {
		g, ok := got[f.key]
		if !ok {
			g = setting{"default", f.fallback}
		}
		if msg := f.set(g.value); msg != "" {
			fs = append(fs, settingFault{g.where, f.key, msg, "See docs/operator.md."})
			bad[f.key] = true
		}
	}
	for _, f := range s.check(got) {
		if !bad[f.key] { // one mistake is told once
			fs = append(fs, f)
		}
	}
	if len(fs) > 0 {
		// By length first, so that line 9 comes before line 10 of the same file.
		slices.SortStableFunc(fs, func(a, b settingFault) int {
			return cmp.Or(cmp.Compare(len(a.where), len(b.where)), cmp.Compare(a.where, b.where))
		})
		return s, fs
	}
	return s, nil
}

// didYouMean names the setting that is written most like key.
func didYouMean(key string) string {
	best, near := "", 4
	for f := range fields(new(Settings)) {
		if d := catalog.Distance(key, f.key); d < near && d*2 < len(key) {
			best, near = f.key, d
		}
	}
	if best == "" {
		return "See docs/operator.md for the list."
	}
	return "Did you mean " + best + "?"
}

// readFile reads lines of the form key = value. A line that begins with # is a
// comment; quotes around a value are taken off, and so is a byte order mark.
func readFile(r io.Reader, name string, got map[string]setting) (fs settingFaults) {
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\uFEFF"))
		where := fmt.Sprintf("%s, line %d", name, n)
		if line == "" || line[0] == '#' {
			continue
		}
		k, v, ok := strings.Cut(line, "=")
		k, v = strings.TrimSpace(k), strings.TrimSpace(v)
		switch {
		case !ok || k == "":
			fs = append(fs, settingFault{where, line, "is no setting.", "Write key = value."})
			continue
		case strings.HasPrefix(v, `"`):
			unquoted, err := strconv.Unquote(v)
			if err != nil {
				fs = append(fs, settingFault{where, k, "has a quote that does not end.", `Write key = "value".`})
				continue
			}
			v = unquoted
		}
		if before, twice := got[k]; twice {
			fs = append(fs, settingFault{where, k, "was already set in " + before.where + ".", "Keep one of the two."})
		}
		got[k] = setting{where, v}
	}
	if err := lines.Err(); err != nil {
		fs = append(fs, settingFault{name, "file", err.Error() + ".", "Is it a text file?"})
	}
	return fs
}

// check finds what each value alone does not show.
func (s Settings) check(got map[string]setting) (fs settingFaults) {
	wrong := func(key, msg, fix string) {
		where := "default"
		if g, ok := got[key]; ok {
			where = g.where
		}
		fs = append(fs, settingFault{where, key, msg, fix})
	}
	if _, port, err := net.SplitHostPort(s.Listen); err != nil || !isPort(port) {
		wrong("listen", fmt.Sprintf("Can't serve on %q, which is not an address and a port.", s.Listen), "Write 127.0.0.1:8080.")
	}
	if u, err := url.Parse(s.URL); s.URL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "") {
		wrong("url", fmt.Sprintf("%q is not https:// or http:// and a host, without a path.", s.URL), "Write https://trade.example.")
	}
	if s.Database != "" && !strings.HasPrefix(s.Database, "postgres://") && !strings.HasPrefix(s.Database, "postgresql://") && !strings.HasPrefix(s.Database, "sqlite:") {
		wrong("database", "is neither postgres://… nor sqlite:PATH.", "Leave it empty for SQLite in the data folder.")
	}
	if !market.Currency(s.Currency).Known() {
		wrong("house.currency", fmt.Sprintf("%q is not a currency.", s.Currency), "Write an ISO 4217 code such as EUR.")
	}
	if !party.IsCountry(s.Country) {
		wrong("house.country", fmt.Sprintf("%q is not a country.", s.Country), "Write two capitals such as DE.")
	}
	if (s.BankName == "") != (s.BankIBAN == "") {
		wrong("bank.account", "account and holder go together.", "Set both bank.name and bank.account, or neither.")
	}
	if s.BankHold < 24*time.Hour*5 {
		wrong("bank.max_hold", "is shorter than five days.", "A trade across a border takes longer; write 2160h for 90 days.")
	}
	if s.Bps < 0 || s.Bps > 5_000 {
		wrong("commission_bps", "is not between 0 and 5000.", "500 is five per cent.")
	}
	for _, f := range ratesFaults(s.TaxRates) {
		at := len(fs)
		wrong("tax.rates", strings.TrimPrefix(f.Field+": "+f.Msg, ": "), f.Fix)
		if f.Row > 0 {
			fs[at].where = fmt.Sprintf("%s, line %d", s.TaxRates, f.Row)
		}
	}
	if (s.TLSCert == "") != (s.TLSKey == "") {
		wrong("tls.key", "certificate and key go together.", "Set both tls.certificate and tls.key, or neither.")
	}
	for _, p := range []struct{ key, list string }{{"shield.allow", s.Allow}, {"shield.proxies", s.Proxies}, {"shield.proxy_protocol", s.ProxyWire}} {
		if _, err := prefixes(p.list); err != nil {
			wrong(p.key, err.Error()+".", "Write addresses or prefixes with commas between, such as 192.0.2.7, 2001:db8::/48.")
		}
	}
	if _, err := crawlers(s.Crawlers); err != nil {
		wrong("shield.crawlers", err.Error()+".", "Write a name and a prefix each, such as duckduckbot=192.0.2.0/24, commas between.")
	}
	if _, err := shadowRules(s.Shadow); err != nil {
		wrong("shield.shadow", err.Error()+".", "Write some of limits, shapes, bans, places with commas between.")
	}
	if s.MemoryMiB < 64 || s.MemoryMiB > 1<<20 {
		wrong("memory_mib", "is not between 64 and 1048576.", "225 fits a house of some ten thousand listings.")
	}
	if s.ShieldMiB < 8 || s.ShieldMiB > 1<<16 {
		wrong("shield.memory_mib", "is not between 8 and 65536.", "64 is enough for a million sources.")
	}
	if s.CacheMiB < 1 || s.CacheMiB > 1<<16 {
		wrong("shield.cache_mib", "is not between 1 and 65536.", "64 holds some thousand pages.")
	}
	if s.Stale < 0 || s.Stale > 24*time.Hour {
		wrong("shield.stale", "is not between nothing and a day.", "Write 10m.")
	}
	if _, err := os.Stat(s.Networks); s.Networks != "" && err != nil {
		wrong("shield.networks", "can't be read: "+err.Error()+".", "Give the path of a readable CSV or MMDB file.")
	}
	if _, port, err := net.SplitHostPort(s.Metrics); s.Metrics != "" && (err != nil || !isPort(port)) {
		wrong("metrics.listen", fmt.Sprintf("%q is not an address and a port.", s.Metrics), "Write 127.0.0.1:9090.")
	}
	if _, err := readCost(s.Cost); err != nil {
		wrong("rehearsal.cost", err.Error()+".", "Write slots=8,cpu=2ms,wait=40ms.")
	}
	if s.SMTPPort < 1 || s.SMTPPort > 65535 {
		wrong("mail.port", "is not a port.", "587 is usual.")
	}
	if _, err := mail.ParseAddress(s.From); err != nil && (s.From != "" || s.SMTPHost != "") {
		wrong("mail.from", fmt.Sprintf("%q is not an address; letters need a sender.", s.From), "Write an address such as house@trade.example.")
	}
	return fs
}

// isPort tells a number of a port; 0 is one that the machine chooses.
func isPort(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

// field is one setting's place in the struct.
type field struct {
	key, fallback, help string
	oneof               []string
	value               reflect.Value
}

func fields(s *Settings) func(yield func(field) bool) {
	return func(yield func(field) bool) {
		v := reflect.ValueOf(s).Elem()
		for i := range v.NumField() {
			tag := v.Type().Field(i).Tag
			if tag.Get("key") == "" {
				continue
			}
			if !yield(field{tag.Get("key"), tag.Get("default"), tag.Get("help"), strings.Fields(tag.Get("oneof")), v.Field(i)}) {
				return
			}
		}
	}
}

func envName(key string) string {
	return "KONTOR_" + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// set parses text into the field and says what is wrong with it.
func (f field) set(text string) string {
	switch f.value.Interface().(type) {
	case string:
		for _, o := range f.oneof {
			if o == text {
				f.value.SetString(text)
				return ""
			}
		}
		if len(f.oneof) > 0 {
			return fmt.Sprintf("%q is not one of %s.", text, strings.Join(f.oneof, ", "))
		}
		f.value.SetString(text)
	case bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Sprintf("%q is neither true nor false.", text)
		}
		f.value.SetBool(b)
	case time.Duration:
		d, err := time.ParseDuration(text)
		if err != nil {
			return fmt.Sprintf("%q is not a time such as 72h or 15m.", text)
		}
		f.value.SetInt(int64(d))
	default:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Sprintf("%q is not a whole number.", text)
		}
		f.value.SetInt(n)
	}
	return ""
}

// settingsReference is the table of docs/operator.md.
func settingsReference() string {
	var b strings.Builder
	b.WriteString("| setting | environment | default | what it does |\n| --- | --- | --- | --- |\n")
	var s Settings
	for f := range fields(&s) {
		fallback := f.fallback
		if fallback != "" {
			fallback = "`" + fallback + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", f.key, envName(f.key), fallback, f.help)
	}
	return b.String()
}

// loadSettings reads the settings file at path, or DATA/kontor.conf where path
// is empty and such a file is there.
func loadSettings(path, data string, flags []string) (Settings, error) {
	chosen := path
	if chosen == "" {
		chosen = data + "/kontor.conf"
	}
	f, err := os.Open(chosen)
	switch {
	case path == "" && (errors.Is(err, os.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)): // what --data names is looked at later
		return readSettings(nil, "", os.Environ(), flags)
	case err != nil:
		return Settings{}, &market.Fault{Kind: market.Invalid, Field: "--settings", Msg: "The settings file can't be read: " + err.Error() + ".", Fix: "Give the path of a readable file."}
	}
	defer f.Close()
	return readSettings(f, chosen, os.Environ(), flags)
}
