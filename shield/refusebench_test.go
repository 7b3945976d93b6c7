package shield

import (
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkRefusalAgainstHAProxy compares what it costs to turn a request away
// with HAProxy that does the same by its table of sources: each on one core, wrk
// on the other, in turns. The shield refuses by its limits, with the whole way
// before it (door, cookies, tables) and a page that tells the visitor what to do;
// bans are in shadow, for a banned source is not even answered.
func BenchmarkRefusalAgainstHAProxy(b *testing.B) {
	need(b, "wrk", "taskset")
	dir := b.TempDir()
	writeFile(b, filepath.Join(dir, "page.html"), samplePage())
	ours, theirs := startOurs(b, "refusing", dir), startHAProxy(b, dir)
	for range b.N {
		for range benchRounds {
			for _, s := range []*contestant{ours, theirs} {
				s.plain = append(s.plain, load(b, s, "-H", "Accept: text/html"))
			}
		}
	}
	b.ReportMetric(0, "ns/op")
	for _, s := range []*contestant{ours, theirs} {
		b.Logf("%-8s %6.0f/s, %.1f µs of CPU each", s.name, median(s.plain, rate), 1e6/median(s.plain, perCPU))
	}
	b.ReportMetric(1e6/median(ours.plain, perCPU), "cpu-µs/refusal")
	b.ReportMetric(1/ratio(ours.plain, theirs.plain), "of-haproxy")
}

const haproxyConf = `global
  nbthread 1
  maxconn 4000
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend shop
  bind %s
  stick-table type ip size 1m expire 60s store http_req_rate(10s)
  http-request track-sc0 src
  http-request deny deny_status 429 if { sc_http_req_rate(0) gt 20 }
  default_backend none
backend none
  server none 127.0.0.1:9
`

func startHAProxy(b *testing.B, dir string) *contestant {
	b.Helper()
	path, err := exec.LookPath("haproxy")
	if err != nil {
		path = "/usr/sbin/haproxy"
	}
	if _, err := exec.LookPath(path); err != nil {
		b.Skip("needs haproxy, from Debian's package haproxy")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	at := l.Addr().String()
	l.Close()
	conf := filepath.Join(dir, "haproxy.cfg")
	writeFile(b, conf, fmt.Appendf(nil, haproxyConf, at))
	cmd := exec.Command("taskset", "-c", "1", path, "-q", "-db", "-f", conf)
	start(b, cmd)
	for range 100 {
		if c, err := net.Dial("tcp", at); err == nil {
			c.Close()
			return &contestant{name: "haproxy", url: "http://" + at + "/", pid: cmd.Process.Pid, refuses: true}
		}
		time.Sleep(20 * time.Millisecond)
	}
	b.Fatal("haproxy does not listen")
	return nil
}
