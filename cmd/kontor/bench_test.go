package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"kontor/feed"
	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/order"
	"kontor/market/party"
	"kontor/store/storetest"
)

// The benchmarks of docs/performance.md. Client and server share the machine,
// as the targets ask. Each is run by scripts/bench with -benchtime 1x: what it
// measures has a fixed size, so that runs compare.

// stage is an open house with a catalogue, behind a real listener.
type stage struct {
	h        *house
	addr     string // pages alone
	guarded  string // behind the shield, as a served house is; this machine is on its allow list
	variants []catalog.VariantID
	listings []catalog.ListingID
	server   *http.Server
}

const (
	benchSuppliers = 40
	benchListings  = 10_000
)

// raise opens a house on database (""=SQLite) and fills it with 10,000 listings.
func raise(b *testing.B, database, vfs string) *stage {
	b.Helper()
	s, err := readSettings(nil, "", nil, []string{"pay.demo_card=true", "shield.allow=127.0.0.1", "database=" + database})
	if err != nil {
		b.Fatal(err)
	}
	s.vfs = vfs
	h, err := openHouse(b.Context(), s, b.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	st := &stage{h: h}
	st.fill(b)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	st.addr = l.Addr().String()
	if err := h.work(b.Context(), "http://"+st.addr); err != nil {
		b.Fatal(err)
	}
	if err := h.bus.Drained(b.Context()); err != nil { // else the first figures have the index busy with what filling changed
		b.Fatal(err)
	}
	site := h.site("http://"+st.addr, nil)
	if err := h.guard(site, "http://"+st.addr); err != nil {
		b.Fatal(err)
	}
	st.server = &http.Server{Handler: site.Handler()}
	go st.server.Serve(l)
	behind, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	st.guarded = behind.Addr().String()
	serving, end := context.WithCancel(b.Context())
	served := make(chan error, 1)
	go func() { served <- h.shield.Serve(serving, behind) }()
	b.Cleanup(func() {
		end()
		if err := <-served; err != nil {
			b.Error(err)
		}
		st.server.Close()
		if err := h.close(context.WithoutCancel(b.Context())); err != nil {
			b.Error(err)
		}
	})
	return st
}

// fill makes suppliers, categories and listings of about 66 words each.
func (st *stage) fill(b *testing.B) {
	b.Helper()
	ctx := b.Context()
	if err := st.h.catalog.Plant(ctx, operating, []catalog.Category{{Path: "home", Names: map[string]string{"en": "Home"}}, {Path: "home/kitchen", Names: map[string]string{"en": "Kitchen"}}, {Path: "tools", Names: map[string]string{"en": "Tools"}}}); err != nil {
		b.Fatal(err)
	}
	var suppliers []party.Business
	for i := range benchSuppliers {
		sb, _ := st.join(b, fmt.Sprintf("Supplier %d", i), false, []string{"TR", "PT", "DE", "GB"}[i%4])
		if err := st.h.db.SaveTerms(ctx, order.Terms{Business: sb.ID, Freight: landed.Usual("EUR"), CommissionBps: 500}); err != nil {
			b.Fatal(err)
		}
		suppliers = append(suppliers, sb)
	}
	words := vocabulary(4_000)
	var batch []catalog.Listing
	stock := map[catalog.VariantID]market.Quantity{}
	for i := range benchListings {
		l := benchListing(i, suppliers[i%benchSuppliers].ID, words)
		batch = append(batch, l)
		stock[l.Variants[0].ID] = 1_000_000
		st.listings, st.variants = append(st.listings, l.ID), append(st.variants, l.Variants[0].ID)
		if len(batch) == 250 {
			if err := st.h.db.Save(ctx, batch, stock); err != nil {
				b.Fatal(err)
			}
			batch, stock = nil, map[catalog.VariantID]market.Quantity{}
		}
	}
	if err := st.h.catalog.ReindexAll(ctx, catalog.Filter{State: catalog.Published}); err != nil {
		b.Fatal(err)
	}
}

// vocabulary is n made-up words that differ by more than a letter.
func vocabulary(n int) []string {
	syllables := strings.Fields("ba ke li mo nu ra se ti vo za che dri flo gra plu sto tri wen yar qui")
	words := make([]string, n)
	for i := range words {
		v := i*7_919 + 13
		words[i] = syllables[v%20] + syllables[v/20%20] + syllables[v/400%20] + syllables[(v/8_000+i)%20]
	}
	return words
}

func benchListing(i int, supplier market.BusinessID, words []string) catalog.Listing {
	text := func(seed, n int) string {
		out := make([]string, n)
		for j := range out {
			z := (seed*31 + j*j*17) % len(words)
			out[j] = words[z*z/len(words)] // low ranks come up more often
		}
		return strings.Join(out, " ")
	}
	now := time.Now().UTC()
	return catalog.Listing{
		ID: market.NewID[catalog.ListingID](), Supplier: supplier, Article: fmt.Sprintf("A-%05d", i), Titles: map[string]string{"en": text(i, 6)}, Descriptions: map[string]string{"en": text(i*3+1, 60)},
		Language: "en", Category: []string{"home/kitchen", "tools"}[i%2], State: catalog.Published, Unit: "H87", MOQ: 12, Multiple: 12, LeadDays: i % 30, Origin: []string{"TR", "PT", "DE", "GB", "IN"}[i%5], HSCode: "691110",
		Attributes: []catalog.Attribute{{Name: "material", Kind: catalog.Text, Value: words[i%500]}},
		Variants: []catalog.Variant{{ID: market.NewID[catalog.VariantID](), SKU: fmt.Sprintf("A-%05d-1", i), WeightGrams: 400, LengthMM: 100, WidthMM: 100, HeightMM: 100,
			Prices: []catalog.Price{{Currency: "EUR", Tiers: []catalog.Tier{{From: 12, Minor: int64(900 + i%700)}, {From: 48, Minor: int64(800 + i%700)}, {From: 120, Minor: int64(700 + i%700)}, {From: 240, Minor: int64(650 + i%700)}, {From: 480, Minor: int64(600 + i%700)}}}}}},
		Created: now, Changed: now,
	}
}

// join makes a business with one person, past the password's hashing.
func (st *stage) join(b *testing.B, name string, buys bool, country string) (party.Business, market.Actor) {
	b.Helper()
	ctx, now := b.Context(), time.Now().UTC()
	biz := party.Business{ID: market.NewID[market.BusinessID](), Slug: party.Slug(name), Name: name, Country: country, City: "Rostock", Buys: buys, Sells: !buys, State: party.Active, Verification: party.Checked, VerifiedAt: now, Language: "en", Currency: "EUR", Created: now}
	p := party.Person{ID: market.NewID[market.PersonID](), Business: biz.ID, Confirmed: true, Language: "en", Created: now}
	email := p.ID + "@bench.example"
	p.EmailIndex = st.h.vault.EmailIndex(string(email))
	same, err := st.h.db.PeopleByIndex(ctx, p.EmailIndex)
	if err != nil {
		b.Fatal(err)
	}
	j := party.Joining{SeenSame: len(same)}
	for _, of := range []party.Subject{biz.Of(), p.Of()} {
		k, err := st.h.vault.NewKey(ctx, of)
		if err != nil {
			b.Fatal(err)
		}
		j.Keys = append(j.Keys, k)
	}
	if p.Email, err = st.h.vault.Seal(ctx, p.Of(), party.Place{Table: "person", Column: "email", Row: string(p.ID)}, []byte(email)); err != nil {
		b.Fatal(err)
	}
	if p.Name, err = st.h.vault.Seal(ctx, p.Of(), party.Place{Table: "person", Column: "name", Row: string(p.ID)}, []byte(name)); err != nil {
		b.Fatal(err)
	}
	j.Business, j.Person = biz, p
	for _, slug := range []string{"terms", "privacy"} {
		doc, err := st.h.parties.Document(ctx, slug, "en")
		if err != nil {
			b.Fatal(err)
		}
		j.Consents = append(j.Consents, party.Consent{Person: p.ID, Document: slug, Version: doc.Version, At: now})
	}
	if err := st.h.db.Join(ctx, j); err != nil {
		b.Fatal(err)
	}
	return biz, market.Actor{Person: p.ID, Business: biz.ID, Buys: buys, Sells: !buys}
}

// shopper is a person with an API key, an address and a filled cart.
type shopper struct{ key, cart, address string }

// shoppers makes n, several at once.
func (st *stage) shoppers(b *testing.B, n int) []shopper {
	b.Helper()
	out := make([]shopper, n)
	each(32, n, func(i int) error {
		_, a := st.join(b, fmt.Sprintf("Shop %d", i), true, "DE")
		secret := (rand.Text() + rand.Text())[:43]
		hash := sha256.Sum256([]byte(secret))
		if err := st.h.db.PutAPIKey(b.Context(), party.APIKey{ID: market.NewID[string](), Hash: hash[:], Person: a.Person, Label: "bench", Created: time.Now()}); err != nil {
			return err
		}
		kept, err := st.h.parties.KeepAddress(b.Context(), a, "", party.Postal{Name: "Ada Grün", Organisation: "Laden", Street: "Am Strande 14", City: "Rostock", Postcode: "18055", Country: "DE"})
		if err != nil {
			return err
		}
		var cart order.CartID
		for line := range 2 {
			if cart, err = st.h.orders.PutLine(b.Context(), a, cart, st.variants[(i*2+line*benchSuppliers)%benchListings], 48, "EUR"); err != nil {
				return err
			}
		}
		out[i] = shopper{"kontor_" + secret, string(cart), string(kept.ID)}
		return nil
	}, b.Fatal)
	return out
}

// each runs do for 0 … n-1 on w goroutines.
func each(w, n int, do func(int) error, fatal func(...any)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make(chan error, w)
	for range w {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				if err := do(i); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	if err := <-errs; err != nil {
		fatal(err)
	}
}

// client is one kept-alive connection that costs little beside the server.
type client struct {
	conn net.Conn
	in   *bufio.Reader
	out  bytes.Buffer
}

func dial(addr string) (*client, error) {
	c, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &client{conn: c, in: bufio.NewReaderSize(c, 32<<10)}, nil
}

// do sends one request and returns its status and how long the answer was.
func (c *client) do(method, path, key, body string, headers ...string) (status, length int, err error) {
	c.out.Reset()
	fmt.Fprintf(&c.out, "%s %s HTTP/1.1\r\nHost: localhost\r\n", method, path)
	if key != "" {
		fmt.Fprintf(&c.out, "Authorization: Bearer %s\r\n", key)
	}
	for _, h := range headers {
		c.out.WriteString(h + "\r\n")
	}
	if body != "" {
		fmt.Fprintf(&c.out, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	c.out.WriteString("\r\n" + body)
	if _, err := c.conn.Write(c.out.Bytes()); err != nil {
		return 0, 0, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil {
		return 0, 0, err
	}
	if status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return 0, 0, err
	}
	length = -1
	chunked := false
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, 0, err
		}
		if len(line) <= 2 {
			break
		}
		if v, ok := bytes.CutPrefix(bytes.ToLower(line), []byte("content-length: ")); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(v))); err != nil {
				return 0, 0, err
			}
		}
		chunked = chunked || bytes.EqualFold(bytes.TrimSpace(line), []byte("Transfer-Encoding: chunked"))
	}
	if chunked {
		n, err := io.Copy(io.Discard, httputil.NewChunkedReader(c.in))
		if err == nil {
			_, err = c.in.Discard(2) // the empty line after the last chunk
		}
		return status, int(n), err
	}
	if length < 0 {
		return 0, 0, errors.New("the answer has no Content-Length")
	}
	_, err = io.CopyN(io.Discard, c.in, int64(length))
	return status, length, err
}

// load sends n requests over w connections and reports rate and latencies.
func load(b *testing.B, addr string, w, n int, send func(c *client, i int) error) {
	b.Helper()
	took := make([]time.Duration, n)
	conns := make(chan *client, w)
	for range w {
		c, err := dial(addr)
		if err != nil {
			b.Fatal(err)
		}
		defer c.conn.Close()
		conns <- c
	}
	runtime.GC()
	begun, burnt, beside := time.Now(), processor(b), children(b)
	var next atomic.Int64
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	for range w {
		c := <-conns
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				at := time.Now()
				if err := send(c, i); err != nil {
					failed.Store(&err)
					return
				}
				took[i] = time.Since(at)
			}
		})
	}
	wg.Wait()
	all, burnt, beside := time.Since(begun), processor(b)-burnt, children(b)-beside
	if err := failed.Load(); err != nil {
		b.Fatal(*err)
	}
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(float64(n)/all.Seconds(), "req/s")
	b.ReportMetric(ms(took[n/2]), "p50_ms")
	b.ReportMetric(ms(took[n*99/100]), "p99_ms")
	b.ReportMetric(ms(took[n-1]), "max_ms")
	b.ReportMetric(ms(burnt)*1000/float64(n), "cpu_µs/req")
	if beside > 0 {
		b.ReportMetric(ms(beside)*1000/float64(n), "database_cpu_µs/req")
	}
	b.ReportMetric(0, "ns/op")
}

// processor is the time that this process has spent on the processor, client and
// server together: what it costs however busy the machine is with others.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// children is the time that the processes which this one started, and theirs,
// have spent on the processor: the database server's, where there is one.
func children(b *testing.B) time.Duration {
	const hertz = 100                // of the clock in /proc (sysconf(_SC_CLK_TCK)) on every Linux
	parents := map[int]int{}         // by process
	spent := map[int]time.Duration{} // with that of its children that have ended
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		f := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:])) // from field 3 on (proc_pid_stat(5))
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		parents[pid], _ = strconv.Atoi(f[1])
		for _, ticks := range f[11:15] {
			n, _ := strconv.Atoi(ticks)
			spent[pid] += time.Duration(n) * time.Second / hertz
		}
	}
	var all time.Duration
	for pid, of := range spent {
		for p := parents[pid]; p > 0; p = parents[p] {
			if p == os.Getpid() {
				all += of
			}
		}
	}
	return all
}

// BenchmarkListingPage: GET of 10,000 listings' pages, no cache, 32 connections.
func BenchmarkListingPage(b *testing.B) {
	st := raise(b, "", "")
	get := func(c *client, i int) error {
		status, length, err := c.do("GET", "/listings/"+string(st.listings[i*7%benchListings]), "", "")
		if err == nil && (status != 200 || length < 5_000) {
			return fmt.Errorf("status %d, %d bytes", status, length)
		}
		return err
	}
	for range b.N {
		b.Run("client in the same process", func(b *testing.B) { load(b, st.addr, 32, 60_000, get) })
		b.Run("wrk", func(b *testing.B) { st.wrk(b) })
	}
}

// wrk reads the listings' pages with wrk, a client of its own that takes less
// of the server's scheduler.
func (st *stage) wrk(b *testing.B) {
	if _, err := exec.LookPath("wrk"); err != nil {
		b.Skip("wrk is missing; on Debian: apt-get install wrk")
	}
	script := filepath.Join(b.TempDir(), "listings.lua")
	paths := make([]string, len(st.listings))
	for i, id := range st.listings {
		paths[i] = `"/listings/` + string(id) + `"`
	}
	lua := "local paths = {" + strings.Join(paths, ",") + "}\nlocal n = 0\nrequest = function() n = n % #paths + 1; return wrk.format(nil, paths[n]) end\n"
	if err := os.WriteFile(script, []byte(lua), 0o600); err != nil {
		b.Fatal(err)
	}
	out, err := exec.Command("wrk", "-t1", "-c32", "-d8s", "--latency", "-s", script, "http://"+st.addr).CombinedOutput()
	if err != nil || strings.Contains(string(out), "Non-2xx") {
		b.Fatal(err, string(out))
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		switch {
		case len(f) == 2 && f[0] == "Requests/sec:":
			rate, err := strconv.ParseFloat(f[1], 64)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(rate, "req/s")
		case len(f) == 2 && (f[0] == "50%" || f[0] == "99%"):
			d, err := time.ParseDuration(f[1])
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(d.Microseconds())/1000, "p"+strings.TrimSuffix(f[0], "%")+"_ms")
		}
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkSearchPage: search with facets and one typo through HTTP, 16 clients.
func BenchmarkSearchPage(b *testing.B) {
	st := raise(b, "", "")
	words := vocabulary(4_000)
	get := func(path string) func(c *client, i int) error {
		return func(c *client, i int) error {
			typo := []byte(words[i*31%500])
			typo[len(typo)/2] = 'x'
			status, _, err := c.do("GET", path+string(typo)+"+"+words[i*17%60], "", "")
			if err == nil && status != 200 {
				return fmt.Errorf("status %d", status)
			}
			return err
		}
	}
	for range b.N {
		b.Run("json", func(b *testing.B) { load(b, st.addr, 16, 12_000, get("/api/v1/listings?limit=24&q=")) })
		b.Run("page", func(b *testing.B) { load(b, st.addr, 16, 12_000, get("/search?q=")) })
	}
}

// BenchmarkOrders: POST /api/v1/orders, carts filled beforehand, 32 clients;
// the whole transaction, sealed and synced. Afterwards every order that was
// acknowledged is there, and every promise is verified.
func BenchmarkOrders(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchOrders(b, "", "", 24_000) })
	b.Run("sqlite, no shield before it", func(b *testing.B) { benchOrdersAt(b, "", "", 24_000, func(st *stage) string { return st.addr }) })
	b.Run("sqlite, each sync 5 ms slower", func(b *testing.B) {
		disk := storetest.NewDisk(b)
		disk.Slow(5 * time.Millisecond)
		benchOrders(b, "", disk.Name, 8_000)
	})
	b.Run("postgresql", func(b *testing.B) { benchOrders(b, storetest.Postgres(b), "", 16_000) })
}

func benchOrders(b *testing.B, database, vfs string, n int) {
	benchOrdersAt(b, database, vfs, n, func(st *stage) string { return st.guarded })
}

func benchOrdersAt(b *testing.B, database, vfs string, n int, at func(*stage) string) {
	st := raise(b, database, vfs)
	addr := at(st)
	shoppers := st.shoppers(b, n)
	var acknowledged atomic.Int64
	for range b.N {
		load(b, addr, 32, n, func(c *client, i int) error {
			s := shoppers[i]
			status, _, err := c.do("POST", "/api/v1/orders", s.key, `{"cart_id":"`+s.cart+`","address_id":"`+s.address+`","payment":"card"}`, "Idempotency-Key: bench-"+strconv.Itoa(i))
			if err == nil && status != 201 {
				return fmt.Errorf("order %d: status %d", i, status)
			}
			acknowledged.Add(1)
			return err
		})
	}
	b.ReportMetric(fsyncs(b), "fsync/s")
	b.ReportMetric(resident(b), "rss_MB")
	count, err := st.h.db.Count(b.Context(), order.Filter{})
	if err != nil || int64(count) < acknowledged.Load() {
		b.Errorf("%d orders are stored of %d acknowledged (%v)", count, acknowledged.Load(), err)
	}
	checks, err := st.h.db.Verify(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range checks {
		if c.Failed > 0 {
			b.Errorf("after the run %q does not hold: %v", c.Name, c.Examples)
		}
	}
}

// fsyncs is how often this disk syncs a 4 KB append in a second.
func fsyncs(b *testing.B) float64 {
	f, err := os.Create(filepath.Join(b.TempDir(), "fsync"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	block, begun, n := make([]byte, 4096), time.Now(), 0
	for ; time.Since(begun) < time.Second; n++ {
		if _, err := f.Write(block); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
	return float64(n) / time.Since(begun).Seconds()
}

// resident is this process's resident memory in MB, client and server together.
func resident(b *testing.B) float64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		b.Fatal(err)
	}
	return float64(pages*os.Getpagesize()) / 1e6
}

// BenchmarkImport: 10,000 listings from Kontor's CSV until each is found by
// search.
func BenchmarkImport(b *testing.B) {
	for range b.N {
		st := &stage{}
		s, err := readSettings(nil, "", nil, nil)
		if err != nil {
			b.Fatal(err)
		}
		if st.h, err = openHouse(b.Context(), s, b.TempDir(), slog.New(slog.DiscardHandler)); err != nil {
			b.Fatal(err)
		}
		if err := st.h.work(b.Context(), "http://localhost"); err != nil {
			b.Fatal(err)
		}
		if err := st.h.catalog.Plant(b.Context(), operating, []catalog.Category{{Path: "home", Names: map[string]string{"en": "Home"}}, {Path: "home/kitchen", Names: map[string]string{"en": "Kitchen"}}, {Path: "tools", Names: map[string]string{"en": "Tools"}}}); err != nil {
			b.Fatal(err)
		}
		biz, _ := st.join(b, "Importer", false, "TR")
		words := vocabulary(4_000)
		var list []catalog.Listing
		for i := range benchListings {
			list = append(list, benchListing(i, biz.ID, words))
		}
		var file bytes.Buffer
		if err := feed.Export(&file, list); err != nil {
			b.Fatal(err)
		}
		begun := time.Now()
		r, err := feed.Import(b.Context(), st.h.catalog, feed.ImportInput{Actor: operating, Supplier: biz.ID, Reader: &file, Size: int64(file.Len())})
		if err != nil || r.Created != benchListings {
			b.Fatal(err, r)
		}
		b.ReportMetric(time.Since(begun).Seconds(), "imported_s")
		for st.h.index.Len() < benchListings {
			if time.Since(begun) > time.Minute {
				b.Fatalf("after a minute %d of %d listings are searchable", st.h.index.Len(), benchListings)
			}
			time.Sleep(10 * time.Millisecond)
		}
		b.ReportMetric(time.Since(begun).Seconds(), "searchable_s")
		b.ReportMetric(0, "ns/op")
		if err := st.h.close(context.WithoutCancel(b.Context())); err != nil {
			b.Error(err)
		}
	}
}

// BenchmarkFirstPage: the built binary (KONTOR_BIN) from start to the demo's
// first page, with an empty folder and with the folder that is there then.
func BenchmarkFirstPage(b *testing.B) {
	bin := os.Getenv("KONTOR_BIN")
	if bin == "" {
		b.Skip("KONTOR_BIN does not name the built binary; make bench does")
	}
	data := filepath.Join(b.TempDir(), "demo")
	for _, when := range []string{"first", "again"} {
		b.Run(when, func(b *testing.B) {
			begun := time.Now()
			cmd := exec.Command(bin, "demo", "--data", data, "--listen", "127.0.0.1:0", "--json")
			out, err := cmd.StdoutPipe()
			if err != nil {
				b.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				b.Fatal(err)
			}
			var r ready
			if err := json.NewDecoder(out).Decode(&r); err != nil {
				b.Fatal(err)
			}
			res, err := http.Get(strings.Replace(r.URL, "localhost", "127.0.0.1", 1) + "/")
			if err != nil || res.StatusCode != 200 {
				b.Fatal(err, res)
			}
			res.Body.Close()
			b.ReportMetric(time.Since(begun).Seconds(), "first_page_s")
			b.ReportMetric(under(b, strings.TrimPrefix(strings.Replace(r.URL, "localhost", "127.0.0.1", 1), "http://"), cmd.Process.Pid), "rss_MB")
			b.ReportMetric(0, "ns/op")
			if err := errors.Join(cmd.Process.Signal(os.Interrupt), cmd.Wait()); err != nil {
				b.Fatal(err)
			}
		})
	}
}

// under is the largest resident memory of a process in MB while 16 clients read
// pages from it for ten seconds.
func under(b *testing.B, addr string, pid int) float64 {
	until, most := time.Now().Add(10*time.Second), 0.0
	var wg sync.WaitGroup
	for w := range 16 {
		c, err := dial(addr)
		if err != nil {
			b.Fatal(err)
		}
		defer c.conn.Close()
		wg.Go(func() {
			paths := []string{"/", "/search?q=shirt", "/search?q=cup&sort=price", "/suppliers", "/search?origin=TR"}
			for i := w; time.Now().Before(until); i++ {
				if status, _, err := c.do("GET", paths[i%len(paths)], "", ""); err != nil || status != 200 {
					b.Errorf("status %d: %v", status, err)
					return
				}
			}
		})
	}
	for time.Now().Before(until) {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
		if err != nil {
			break
		}
		pages, _ := strconv.Atoi(strings.Fields(string(text))[1])
		most = max(most, float64(pages*os.Getpagesize())/1e6)
		time.Sleep(100 * time.Millisecond)
	}
	wg.Wait()
	return most
}
