package shield

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/net/http/httpguts"
)

func TestOnlyAPlainHeadIsAPlea(t *testing.T) {
	const rest = "Host: a\r\n\r\n"
	for head, want := range map[string]bool{
		"GET / HTTP/1.1\r\n" + rest:                                  true,
		"HEAD /a/b;c=d?e=%20&f[]=1 HTTP/1.1\r\n" + rest:              false, // brackets must be encoded
		"HEAD /a/b;c=d?e=%20&f=1 HTTP/1.1\r\n" + rest:                true,
		"GET / HTTP/1.1\r\nhost:a:8443\r\nX:\r\n\r\n":                true,
		"GET / HTTP/1.1\r\nConnection: Keep-Alive\r\n" + rest:        true,
		"GET / HTTP/1.0\r\n" + rest:                                  false,
		"get / HTTP/1.1\r\n" + rest:                                  false,
		"POST / HTTP/1.1\r\n" + rest:                                 false,
		"GET  / HTTP/1.1\r\n" + rest:                                 false,
		"GET //a HTTP/1.1\r\n" + rest:                                false,
		"GET http://a/ HTTP/1.1\r\n" + rest:                          false,
		"GET /%61 HTTP/1.1\r\n" + rest:                               false,
		"GET /a#b HTTP/1.1\r\n" + rest:                               false,
		"GET / HTTP/1.1\n" + rest:                                    false,
		"GET / HTTP/1.1\r\n\r\n":                                     false,
		"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n":               false,
		"GET / HTTP/1.1\r\nHost: \r\n\r\n":                           false,
		"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n":                        false,
		"GET / HTTP/1.1\r\nHost : a\r\n\r\n":                         false,
		"GET / HTTP/1.1\r\n Host: a\r\n\r\n":                         false,
		"GET / HTTP/1.1\r\nX: a\r\n b\r\n" + rest:                    false,
		"GET / HTTP/1.1\r\nX: a\rb\r\n" + rest:                       false,
		"GET / HTTP/1.1\r\nX: a\nb\r\n" + rest:                       false,
		"GET / HTTP/1.1\r\nX: \x80\r\n" + rest:                       false,
		"GET / HTTP/1.1\r\ncontent-length: 0\r\n" + rest:             false,
		"GET / HTTP/1.1\r\nTRANSFER-ENCODING: x\r\n" + rest:          false,
		"GET / HTTP/1.1\r\nConnection: close\r\n" + rest:             false,
		"GET / HTTP/1.1\r\nConnection: upgrade\r\n" + rest:           false,
		"GET / HTTP/1.1\r\nUpgrade: h2c\r\n" + rest:                  false,
		"GET / HTTP/1.1\r\nExpect: 100-continue\r\n" + rest:          false,
		"GET / HTTP/1.1\r\nCookie: a=b\r\nCookie: c=d\r\n" + rest:    false,
		"GET / HTTP/1.1\r\n" + rest + rest:                           false,
		"GET / HTTP/1.1\r\n" + strings.Repeat("X: y\r\n", 40) + rest: false,
	} {
		if got := new(plea).read(head); got != want {
			t.Errorf("%q: %v, want %v", head, got, want)
		}
	}
}

// FuzzPlea: what the door reads by itself, net/http reads in the same way, as
// one request without a body that ends where the plea ends.
func FuzzPlea(f *testing.F) {
	for _, s := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"HEAD /a?b=%zz HTTP/1.1\r\nHOST:[::1]:80\r\nAccept: text/html\r\nUser-Agent: x\r\nCookie: a=b\r\nhx-request: 1\r\nAccept-Language: de\r\nConnection: keep-alive\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
		"GET /;a:b@c HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nKeep-Alive: 1\r\nPragma: no-cache\r\nTE: trailers\r\n\r\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, head string) {
		var x plea
		if len(head) > mostPlea || !x.read(head) {
			return
		}
		in := strings.NewReader(head)
		buffered := bufio.NewReader(in)
		r, err := http.ReadRequest(buffered)
		if err != nil {
			t.Fatalf("net/http says %v", err)
		}
		if in.Len() != 0 || buffered.Buffered() != 0 {
			t.Fatalf("net/http leaves %d bytes", in.Len()+buffered.Buffered())
		}
		if r.Body != http.NoBody || r.ContentLength != 0 || r.TransferEncoding != nil || r.Trailer != nil || r.Close {
			t.Fatalf("net/http sees a body or an end: %+v", r)
		}
		want := addresseeOf(r)
		if x.method != want.method || x.path != want.path || x.accept != want.accept || x.part != want.part || strings.Join(x.addressee.languages, "\n") != strings.Join(want.languages, "\n") {
			t.Fatalf("net/http sees %+v, the door %+v", want, x.addressee)
		}
		if x.query != r.URL.RawQuery || x.agent != r.UserAgent() || x.cookie != strings.Join(r.Header["Cookie"], "\n") {
			t.Fatalf("net/http sees %q %q %q, the door %+v", r.URL.RawQuery, r.UserAgent(), r.Header["Cookie"], x)
		}
		if r.Header["Authorization"] != nil || r.Header["Expect"] != nil || r.Header["Upgrade"] != nil || !httpguts.ValidHostHeader(r.Host) || r.Host == "" {
			t.Fatalf("net/http would not answer it like this: %+v", r)
		}
		for name, values := range r.Header { // what net/http's server looks at besides
			if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(strings.Join(values, "")) {
				t.Fatalf("net/http's server refuses %q: %q", name, values)
			}
		}
	})
}
