package attack

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestSlowKindsHoldWhatTheyOpenAndDrip(t *testing.T) {
	for _, c := range []struct {
		sentence string
		kind     string
		p        Params
		least    int // handlers at work at the end
	}{
		{"headers never end, so no handler is ever called", "slow-headers", Params{Connections: 60, Addresses: 20, Total: 500}, 0},
		{"a handler waits for each body", "slow-body", Params{Connections: 60, Addresses: 20, Total: 500}, 60},
		{"a handler is pinned by each reader", "slow-reader", Params{Connections: 40, Addresses: 20, Total: 500, Path: "/big"}, 40},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			s := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				if r.URL.Path == "/big" {
					w.Write(bytes.Repeat([]byte("0123456789abcdef"), 1<<20/16))
				}
			}), nil)
			count := s.run(t, c.kind, c.p, time.Second, func() {
				eventually(t, "all connections are held", func() bool { return s.held() == c.p.Connections })
				eventually(t, "handlers are pinned", func() bool { return s.atWork() >= c.least })
				if hits := s.seen(); c.least == 0 && len(hits) > 0 {
					t.Errorf("%d requests were whole: %+v", len(hits), hits[0])
				}
			})
			sent := count.Sent()
			total := count.Total()
			if total != (Tally{Offered: int64(c.p.Connections)}) {
				t.Errorf("%+v, want every connection offered once and none ended by a patient site", total)
			}
			t.Logf("%d bytes sent, %d a connection", sent, sent/int64(c.p.Connections))
			protocols := map[string]int{}
			for _, h := range s.seen() {
				protocols[h.proto]++
			}
			if c.least > 0 && (protocols["HTTP/1.1"] == 0 || protocols["HTTP/2.0"] == 0) {
				t.Errorf("spoken are %v; both should be rehearsed", protocols)
			}
		})
	}
}

func TestASlowConnectionThatIsClosedIsOpenedAgain(t *testing.T) {
	s := open(t, nil, func(h *http.Server) {
		h.ReadHeaderTimeout = 300 * time.Millisecond
		h.IdleTimeout = 300 * time.Millisecond
	})
	total := s.run(t, "slow-headers", Params{Connections: 20, Addresses: 20, Total: 500}, 2500*time.Millisecond, nil).Total()
	if (total.Offered < 35 || total.Broken+total.Refused < 20) && !starved(t) {
		t.Errorf("%+v; an attacker whose 20 connections are closed after 0.3 s comes back a second later", total)
	}
}

func TestASlowByteIsOneByte(t *testing.T) {
	for _, c := range []struct {
		kind string
		want int // bytes of plain HTTP/1.1 in 2.4 s, beside the headers of a form
	}{{"slow-headers", 1}, {"slow-body", 3}} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		got := make(chan []byte, 1)
		go func() {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			b, _ := io.ReadAll(conn)
			got <- b
		}()
		s := open(t, nil, nil)
		target := s.target
		target.TLS = nil
		target.URL.Scheme = "http"
		to := l.Addr().String()
		s.target = target
		s.target.Dial = dialer(to)
		s.run(t, c.kind, Params{Connections: 1, Addresses: 1}, 2400*time.Millisecond, nil)
		l.Close()
		b := <-got
		if _, body, ok := strings.Cut(string(b), "\r\n\r\n"); ok {
			b = []byte(body)
		}
		if len(b) > c.want || len(b) < c.want && !starved(t) {
			t.Errorf("%s: %d bytes came in 2.4 s, want %d: %q", c.kind, len(b), c.want, b)
		}
	}
}
