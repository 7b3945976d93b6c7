package attack

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// FuzzAnswerOne: no answer breaks the attacker, and what it takes for an answer
// net/http takes for the same.
func FuzzAnswerOne(f *testing.F) {
	for _, s := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nAge: 1\r\n\r\nabc",
		"HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 304 Not Modified\r\nSet-Cookie: a=b; Path=/\r\n\r\n",
		"HTTP/1.0 200 OK\r\n\r\nuntil the end",
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		w := &one{br: bufio.NewReaderSize(bytes.NewReader(b), mostLine)}
		var a answer
		if _, err := w.read(&a, true); err != nil {
			return
		}
		if a.status < 200 || a.status > 999 || len(a.body) > mostBody || len(a.cookies) > mostCookies {
			t.Fatalf("read as %d with %d bytes and %d cookies", a.status, len(a.body), len(a.cookies))
		}
		r, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(b)), nil)
		if err != nil || r.StatusCode < 200 {
			return // net/http is stricter, or tells 1xx apart
		}
		body, err := io.ReadAll(r.Body)
		if err == nil && (a.status != r.StatusCode || len(r.TransferEncoding) == 0 && len(body) < mostBody && r.ContentLength >= 0 && !bytes.Equal(body, a.body)) {
			t.Errorf("read as %d with %q, net/http reads %d with %q", a.status, a.body, r.StatusCode, body)
		}
	})
}

// FuzzFramesTwo: no frames of a site break the attacker or keep it for ever.
func FuzzFramesTwo(f *testing.F) {
	var good, block bytes.Buffer
	fr := http2.NewFramer(&good, nil)
	e := hpack.NewEncoder(&block)
	for _, h := range []hpack.HeaderField{{Name: ":status", Value: "200"}, {Name: "age", Value: "1"}, {Name: "set-cookie", Value: "a=b"}} {
		if err := e.WriteField(h); err != nil {
			f.Fatal(err)
		}
	}
	for _, write := range []func() error{
		func() error { return fr.WriteSettings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 8}) },
		func() error { return fr.WritePing(false, [8]byte{1}) },
		func() error {
			return fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true, PadLength: 3})
		},
		func() error { return fr.WriteData(1, true, []byte(strings.Repeat("x", 100))) },
		func() error { return fr.WriteRSTStream(3, http2.ErrCodeRefusedStream) },
		func() error { return fr.WriteGoAway(1, http2.ErrCodeNo, nil) },
	} {
		if err := write(); err != nil {
			f.Fatal(err)
		}
		f.Add(good.Bytes())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		here, there := net.Pipe()
		go io.Copy(io.Discard, there)
		defer there.Close()
		w := &two{conn: here, next: 5, most: 10, waiting: map[uint32]*stream{
			1: {done: make(chan struct{}), whole: true}, 3: {done: make(chan struct{})}}}
		first := w.waiting[1]
		w.fr = http2.NewFramer(&w.out, nil)
		w.enc = hpack.NewEncoder(&w.block)
		w.end(w.read(bufio.NewReader(bytes.NewReader(b))))
		<-first.done
		if first.err == nil && (first.answer.status < 100 || len(first.answer.body) > mostBody) {
			t.Errorf("an answer with status %d and %d bytes counts as one", first.answer.status, len(first.answer.body))
		}
	})
}
