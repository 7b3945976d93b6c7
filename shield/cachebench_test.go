package shield

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// BenchmarkCachedPage compares a kept page with the same bytes as a file behind
// nginx and behind http.FileServer: every server on one core, wrk on the other,
// in turns, so that a ratio is taken within one round. Requests per second of
// the server's own CPU time are the figure on a machine that does other work
// besides. The shield is whole, with its door; wrk's address is on its allow
// list, as no limit would let one visitor ask that often.
//
// A page of the real site is measured too where KONTOR_BENCH_PAGE names a file.
func BenchmarkCachedPage(b *testing.B) {
	need(b, "wrk", "taskset", "nginx")
	for _, made := range benchPages(b) {
		b.Run(made.name, func(b *testing.B) {
			dir := b.TempDir()
			writeFile(b, filepath.Join(dir, "page.html"), made.body)
			writeFile(b, filepath.Join(dir, "page.html.gz"), zip9(made.body))
			servers := []*contestant{
				startOurs(b, "shield", dir), startOurs(b, "fileserver", dir), startNginx(b, dir),
			}
			for range b.N {
				for range benchRounds {
					for _, s := range servers {
						s.plain = append(s.plain, load(b, s))
						s.zipped = append(s.zipped, load(b, s, "-H", "Accept-Encoding: gzip"))
					}
				}
			}
			b.ReportMetric(0, "ns/op")
			for _, s := range servers {
				b.Logf("%-10s plain %6.0f/s (%6.0f per CPU second, p99 %s); gzip %6.0f/s (%6.0f per CPU second, p99 %s)", s.name,
					median(s.plain, rate), median(s.plain, perCPU), s.plain[len(s.plain)/2].p99, median(s.zipped, rate), median(s.zipped, perCPU), s.zipped[len(s.zipped)/2].p99)
			}
			ours, files, nginx := servers[0], servers[1], servers[2]
			b.ReportMetric(median(ours.plain, rate), "plain/s")
			b.ReportMetric(median(ours.zipped, rate), "gzip/s")
			b.ReportMetric(median(ours.zipped, perCPU), "gzip/cpu-s")
			b.ReportMetric(ratio(ours.plain, nginx.plain), "plain-of-nginx")
			b.ReportMetric(ratio(ours.zipped, nginx.zipped), "gzip-of-nginx")
			b.ReportMetric(ratio(ours.plain, files.plain), "plain-of-fileserver")
			b.ReportMetric(ratio(ours.zipped, files.zipped), "gzip-of-fileserver")
		})
	}
}

const (
	benchRounds  = 3
	benchSeconds = 2
)

// contestant is a server under load.
type contestant struct {
	name          string
	url           string
	pid           int
	refuses       bool // it turns all of them away
	plain, zipped []measured
}

// measured is one run of wrk.
type measured struct {
	rate, perCPU float64 // requests per second, and per second of the server's CPU time
	p99          string
}

func rate(m measured) float64   { return m.rate }
func perCPU(m measured) float64 { return m.perCPU }

func median(all []measured, of func(measured) float64) float64 {
	figures := make([]float64, len(all))
	for i, m := range all {
		figures[i] = of(m)
	}
	slices.Sort(figures)
	return figures[len(figures)/2]
}

// ratio is the middle of the rounds' ratios by CPU time.
func ratio(a, b []measured) float64 {
	rounds := make([]measured, len(a))
	for i := range a {
		rounds[i].perCPU = a[i].perCPU / b[i].perCPU
	}
	return median(rounds, perCPU)
}

var (
	wrkRate = regexp.MustCompile(`Requests/sec: +([0-9.]+)`)
	wrkP99  = regexp.MustCompile(`99% +([0-9.a-z]+)`)
)

// load drives a server for some seconds from core 0.
func load(b *testing.B, s *contestant, args ...string) (m measured) {
	b.Helper()
	before := serverTime(b, s.pid)
	out, err := exec.Command("taskset", slices.Concat([]string{"-c", "0", "wrk", "-t1", "-c64", "-d" + strconv.Itoa(benchSeconds) + "s", "--latency"}, args, []string{s.url})...).CombinedOutput()
	used := serverTime(b, s.pid) - before
	if err != nil || bytes.Contains(out, []byte("Non-2xx")) != s.refuses || bytes.Contains(out, []byte("Socket errors")) {
		b.Fatalf("%s: %v\n%s", s.name, err, out)
	}
	got := wrkRate.FindSubmatch(out)
	if got == nil {
		b.Fatalf("%s: wrk tells no rate:\n%s", s.name, out)
	}
	m.rate, _ = strconv.ParseFloat(string(got[1]), 64)
	m.perCPU = m.rate * benchSeconds / used.Seconds()
	if p := wrkP99.FindSubmatch(out); p != nil {
		m.p99 = string(p[1])
	}
	return m
}

// serverTime is what a process has used so far: the sum of its threads' time on
// a CPU in nanoseconds (proc(5), /proc/pid/task/tid/schedstat).
func serverTime(b *testing.B, pid int) (sum time.Duration) {
	b.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(threads) == 0 {
		b.Skip("the kernel does not tell the time of threads (schedstat)")
	}
	for _, name := range threads {
		text, err := os.ReadFile(name)
		if err != nil {
			b.Fatal(err)
		}
		first, _, _ := strings.Cut(string(text), " ")
		ran, err := strconv.ParseInt(first, 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		sum += time.Duration(ran)
	}
	return sum
}

// startOurs runs this test binary as a server with one core.
func startOurs(b *testing.B, what, dir string) *contestant {
	b.Helper()
	cmd := exec.Command("taskset", "-c", "1", os.Args[0], "-test.run=^TestBenchServer$")
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "KONTOR_BENCH_SERVER="+what, "KONTOR_BENCH_DIR="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	start(b, cmd)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatalf("%s does not start: %v", what, err)
	}
	return &contestant{name: what, url: strings.TrimSpace(line), pid: cmd.Process.Pid, refuses: what == "refusing"}
}

// start runs a server until the benchmark ends.
func start(b *testing.B, cmd *exec.Cmd) {
	b.Helper()
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait() // it was ended
	})
}

const nginxConf = `daemon off; master_process off; pid %[1]s/nginx.pid; error_log stderr crit;
events { worker_connections 1024; }
http {
  default_type text/html; access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; etag on;
  open_file_cache max=100; gzip_static on; client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p;
  fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
  server { listen %[2]s; root %[1]s; }
}
`

func startNginx(b *testing.B, dir string) *contestant {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	at := l.Addr().String()
	l.Close()
	conf := filepath.Join(dir, "nginx.conf")
	writeFile(b, conf, fmt.Appendf(nil, nginxConf, dir, at))
	cmd := exec.Command("taskset", "-c", "1", nginxPath(), "-p", dir, "-e", "stderr", "-c", conf)
	start(b, cmd)
	for range 100 {
		if c, err := net.Dial("tcp", at); err == nil {
			c.Close()
			return &contestant{name: "nginx", url: "http://" + at + "/page.html", pid: cmd.Process.Pid}
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.Fatal("nginx does not listen")
	return nil
}

func nginxPath() string {
	if p, err := exec.LookPath("nginx"); err == nil {
		return p
	}
	return "/usr/sbin/nginx"
}

// TestBenchServer is the server that BenchmarkCachedPage starts; by itself it does
// nothing.
func TestBenchServer(t *testing.T) {
	what, dir := os.Getenv("KONTOR_BENCH_SERVER"), os.Getenv("KONTOR_BENCH_DIR")
	if what == "" {
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	fmt.Printf("http://%s/page.html\n", l.Addr())
	if what == "shield" || what == "refusing" {
		set := Settings{Key: testKey, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
		if what == "refusing" {
			set.Allow, set.Shadow = nil, []Rule{RuleBans}
		}
		s, err := New(set, onePage(t, dir), time.Now, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Serve(ctx, l); err != nil && ctx.Err() == nil {
			t.Fatal(err)
		}
		return
	}
	files := &http.Server{Handler: http.FileServer(http.Dir(dir))}
	go func() {
		<-ctx.Done()
		files.Close()
	}()
	if err := files.Serve(l); err != http.ErrServerClosed {
		t.Fatal(err)
	}
}

// single is a site of one public page, with the fields that ours have.
type single struct{ body []byte }

func onePage(t *testing.T, dir string) single {
	body, err := os.ReadFile(filepath.Join(dir, "page.html"))
	if err != nil {
		t.Fatal(err)
	}
	return single{body}
}

func (single) Route(method, path string) Route {
	return Route{Name: "page", Entry: true, Public: true, Query: []string{}}
}

func (s single) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Surrogate-Control", "max-age=86400")
	w.Write(s.body)
}

// benchPage is what is measured.
type benchPage struct {
	name string
	body []byte
}

func benchPages(b *testing.B) []benchPage {
	pages := []benchPage{{"20000B", samplePage()}}
	if file := os.Getenv("KONTOR_BENCH_PAGE"); file != "" {
		body, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		pages = append(pages, benchPage{"real", body})
	}
	return pages
}

// samplePage is 20,000 bytes of HTML that gzip makes about 1,900 of.
func samplePage() []byte {
	words := strings.Fields("cotton linen checked shirt mug stoneware basket willow lamp brass candle wax towel apron")
	random := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	b.WriteString("<!doctype html><html lang=en><title>Listings</title><main>")
	for i := 0; b.Len() < 20_000; i++ {
		fmt.Fprintf(&b, `<article class="k-card"><a class="k-card-link" href="/listings/%d"><h3>%s %s %s</h3></a><p class="k-price">from <b>€%d.%02d</b> a piece</p><p class="k-muted">Deliver to Rostock</p></article>`+"\n",
			random.IntN(1e6), words[random.IntN(len(words))], words[random.IntN(len(words))], words[random.IntN(len(words))], random.IntN(90), random.IntN(100))
	}
	return b.Bytes()[:20_000]
}

func zip9(body []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	z.Write(body)
	z.Close()
	return b.Bytes()
}

func need(b *testing.B, programs ...string) {
	b.Helper()
	for _, p := range programs {
		_, err := exec.LookPath(p)
		if p == "nginx" {
			_, err = os.Stat(nginxPath())
		}
		if err == nil {
			continue
		}
		if os.Getenv("KONTOR_CI") != "" {
			b.Fatalf("%s is not installed", p)
		}
		b.Skipf("%s is not installed: apt-get install %s", p, p)
	}
}

func writeFile(tb testing.TB, name string, body []byte) {
	tb.Helper()
	if err := os.WriteFile(name, body, 0o644); err != nil {
		tb.Fatal(err)
	}
}
