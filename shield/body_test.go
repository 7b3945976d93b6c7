package shield

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// reader answers with the sum of the body that was read whole for it, or with
// what was wrong with it.
func reader(h **house, most int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		release, err := (*h).whole(w, r, most, most > 1<<20) // only a member sends more
		if err != nil {
			code := map[error]int{errTooLarge: 413, errTooSlow: 408, errBodies: 503, errBroken: 400}[err]
			http.Error(w, err.Error(), code)
			return
		}
		defer release()
		sum := sha256.New()
		n, err := io.Copy(sum, r.Body)
		if err != nil || n != r.ContentLength && r.ContentLength != 0 {
			http.Error(w, fmt.Sprintf("%d of %d bytes: %v", n, r.ContentLength, err), 500)
			return
		}
		fmt.Fprintf(w, "%x", sum.Sum(nil))
	})
}

func openReader(t testing.TB, set Door, most int64) *house {
	var h *house
	h = openDoor(t, set, reader(&h, most), nil)
	return h
}

func TestBodiesComeWholeWhateverTheirLength(t *testing.T) {
	cert := newCertificate(t, t.TempDir(), "localhost")
	for _, http2 := range []bool{false, true} {
		set := Door{}
		if http2 {
			set.Certificates = []Certificate{cert}
		}
		h := openReader(t, set, 4<<20)
		client := h.client("127.0.0.1", http2)
		for _, n := range []int{0, 1, smallBody - 1, smallBody, smallBody + 1, largeBody - 1, largeBody, largeBody + 1, 3 << 20} {
			for _, chunked := range []bool{false, true} {
				sent := bytes.Repeat([]byte("price list "), n/11+1)[:n]
				var in io.Reader = bytes.NewReader(sent)
				if chunked {
					in = bufio.NewReader(in)
				}
				r, err := client.Post(h.url("/"), "text/plain", in)
				if err != nil {
					t.Fatalf("HTTP/2 %v, %d bytes: %v (%s)", http2, n, err, h.counted())
				}
				got, _ := io.ReadAll(r.Body)
				r.Body.Close()
				if want := fmt.Sprintf("%x", sha256.Sum256(sent)); string(got) != want {
					t.Errorf("HTTP/2 %v, chunked %v, %d bytes: the site read something else: %s", http2, chunked, n, got)
				}
			}
		}
		if held, filed := h.bodies.held.Load(), h.bodies.filed.Load(); held != 0 || filed != 0 {
			t.Errorf("HTTP/2 %v: %d bytes of memory and %d of disk are still counted", http2, held, filed)
		}
	}
}

func TestBodiesThatAreRefused(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name string
		set  Door
		send string
		want string
	}{
		{"too long by its own word", Door{}, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n", "413"},
		{"too long without a word", Door{}, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("ffff\r\n"+strings.Repeat("x", 0xffff)+"\r\n", 20), "413"},
		{"never comes", Door{}, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 200\r\n\r\nx", "408"},
		{"is cut off", Door{}, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", "400"},
		{"finds no memory", Door{BodyMemory: smallBody}, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9000\r\n\r\n" + strings.Repeat("x", 9_000), "503"},
		{"finds no room on disk", Door{BodyDisk: 1}, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 90000\r\n\r\n" + strings.Repeat("x", 90_000), "503"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.set.TempDir, c.set.Stall = dir, 300*time.Millisecond
			h := openReader(t, c.set, 1<<20)
			conn := h.from(t, "127.0.0.1")
			go io.WriteString(conn, c.send)
			took, said, err := ends(conn, 3*time.Second)
			if err != nil || !strings.HasPrefix(said, "HTTP/1.1 "+c.want) {
				t.Errorf("answered %.60q after %s, %v, want %s and the end of the connection", said, took, err, c.want)
			}
			if n := h.bodies.held.Load() + h.bodies.filed.Load(); n != 0 {
				t.Errorf("%d bytes are still counted", n)
			}
		})
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%d files are left behind", len(left))
	}
}

func TestABodyThatDripsIsCutByItsRate(t *testing.T) {
	h := openReader(t, Door{Stall: 400 * time.Millisecond}, 0)
	conn := h.from(t, "127.0.0.1")
	go func() {
		io.WriteString(conn, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n")
		for {
			if _, err := conn.Write([]byte{'x'}); err != nil {
				return
			}
			time.Sleep(20 * time.Millisecond) // 50 B/s: never still, and never done
		}
	}()
	took, said, err := ends(conn, 5*time.Second)
	if err != nil || !strings.HasPrefix(said, "HTTP/1.1 408") || took > 2*time.Second {
		t.Errorf("answered %.40q after %s, %v", said, took, err)
	}
}

func TestASlowButSteadyUploadComesThrough(t *testing.T) {
	h := openReader(t, Door{Stall: 400 * time.Millisecond}, 0)
	in, out := io.Pipe()
	go func() {
		for range 30 { // 2,000 B/s for 1.5 s
			out.Write(bytes.Repeat([]byte{'x'}, 100))
			time.Sleep(50 * time.Millisecond)
		}
		out.Close()
	}()
	r, err := h.client("127.0.0.1", false).Post(h.url("/"), "text/plain", in)
	if err != nil {
		t.Fatal(err)
	}
	if r.StatusCode != http.StatusOK {
		t.Errorf("a phone on a thin line is answered %s", r.Status)
	}
}

func TestOneAddressCannotHoldAllBodies(t *testing.T) {
	h := openReader(t, Door{Unfinished: 4}, 0)
	for range 4 {
		io.WriteString(h.from(t, "127.9.0.1"), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nx")
	}
	time.Sleep(100 * time.Millisecond)
	for addr, want := range map[string]int{"127.9.0.1": 503, "127.10.0.1": 200} {
		r, err := h.client(addr, false).Post(h.url("/"), "text/plain", strings.NewReader("rfq=1"))
		if err != nil {
			t.Fatal(err)
		}
		if r.StatusCode != want {
			t.Errorf("%s is answered %s, want %d", addr, r.Status, want)
		}
	}
}

func TestARefusalDoesNotWaitForTheBody(t *testing.T) {
	h := openDoor(t, Door{Stall: 300 * time.Millisecond}, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
	}), nil)
	var all sync.WaitGroup
	for range 20 {
		conn := h.from(t, "127.0.0.1")
		io.WriteString(conn, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nx")
		all.Go(func() {
			if took, _, err := ends(conn, 3*time.Second); err != nil {
				t.Errorf("a refused sender who sends nothing more holds its connection for %s: %v", took, err)
			}
		})
	}
	all.Wait()
}

func FuzzBody(f *testing.F) {
	f.Add(10, 5)
	f.Add(70_000, 3_000)
	f.Add(5_000, 4_096)
	start := time.Now()
	d, err := newDoor(Door{TempDir: f.TempDir(), BodyMemory: 1 << 20, BodyDisk: 1 << 20}, doorHooks{clock: time.Now, now: func() tick { return int64(time.Since(start)) }, source: newHasher().source})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, n, piece int) {
		n, piece = min(max(n, 1), 2<<20), min(max(piece, 1), 1<<20)
		b := &body{in: &d.bodies}
		var err error
		for sent := 0; sent < n && err == nil; { // as gather fills it, in pieces
			if err = b.room(d); err != nil {
				break
			}
			take := min(piece, n-sent, cap(b.mem)-len(b.mem))
			b.mem = append(b.mem, bytes.Repeat([]byte{byte(sent)}, take)...)
			b.size += int64(take)
			sent += take
		}
		if err == nil {
			err = b.finish()
		}
		if err == nil {
			if got, _ := io.Copy(io.Discard, b); got != int64(n) {
				t.Errorf("%d of %d bytes come back", got, n)
			}
		} else if !errors.Is(err, errBodies) {
			t.Errorf("%d bytes: %v", n, err)
		}
		b.release()
		if held, filed := d.bodies.held.Load(), d.bodies.filed.Load(); held != 0 || filed != 0 {
			t.Errorf("%d bytes of memory and %d of disk are still counted", held, filed)
		}
	})
}
