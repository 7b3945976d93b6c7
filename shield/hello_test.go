package shield

import (
	"crypto/tls"
	"net/http"
	"regexp"
	"sync/atomic"
	"testing"
)

// The first two are the examples of FoxIO's description of JA4 and of its
// collection; the others follow its rules for what is absent or odd.
func TestJA4OfPublishedExamples(t *testing.T) {
	chrome := tls.ClientHelloInfo{
		CipherSuites:      []uint16{0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035},
		Extensions:        []uint16{0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015},
		SignatureSchemes:  []tls.SignatureScheme{0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601},
		SupportedVersions: []uint16{0x0304, 0x0303},
		SupportedProtos:   []string{"h2", "http/1.1"},
	}
	with := func(change func(*tls.ClientHelloInfo)) *tls.ClientHelloInfo {
		h := chrome
		change(&h)
		return &h
	}
	for _, c := range []struct {
		name, want string
		hello      *tls.ClientHelloInfo
	}{
		{"Chrome", "t13d1516h2_8daaf6152771_e5627efa2ab1", &chrome},
		{"a later Chrome, whose padding is an encrypted name", "t13d1516h2_8daaf6152771_02713d6af862", with(func(h *tls.ClientHelloInfo) {
			h.Extensions = []uint16{0x000b, 0x001b, 0x000d, 0x002d, 0x002b, 0x0033, 0x0012, 0x0017, 0xff01, 0x4469, 0x0005, 0xfe0d, 0x000a, 0x0023, 0x0010, 0x0000}
		})},
		{"the same with GREASE", "t13d1516h2_8daaf6152771_e5627efa2ab1", with(func(h *tls.ClientHelloInfo) {
			h.CipherSuites = append([]uint16{0x0a0a}, h.CipherSuites...)
			h.Extensions = append([]uint16{0xfafa}, append(h.Extensions, 0x1a1a)...)
			h.SupportedVersions = append([]uint16{0xeaea}, h.SupportedVersions...)
		})},
		{"no signature algorithms", "t13d1516h2_8daaf6152771_6d807ffa2a79", with(func(h *tls.ClientHelloInfo) { h.SignatureSchemes = nil })},
		{"no ciphers and no extensions", "t12i000000_000000000000_000000000000", &tls.ClientHelloInfo{SupportedVersions: []uint16{tls.VersionTLS12}}},
		{"a protocol that is no word", "t13d15163d_8daaf6152771_e5627efa2ab1", with(func(h *tls.ClientHelloInfo) { h.SupportedProtos = []string{"\x30\x31\xab\xcd"} })},
		{"a protocol of one letter", "t13d1516xx_8daaf6152771_e5627efa2ab1", with(func(h *tls.ClientHelloInfo) { h.SupportedProtos = []string{"x"} })},
	} {
		if got := ja4(c.hello); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestARequestCarriesItsConnectionsFingerprint(t *testing.T) {
	cert := newCertificate(t, t.TempDir(), "localhost")
	var seen atomic.Value
	h := openDoor(t, Door{Certificates: []Certificate{cert}}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		c := connOf(r)
		seen.Store(c.print)
		if c.printHash == 0 {
			t.Error("the fingerprint has no hash to count it under")
		}
	}), nil)
	for _, http2 := range []bool{false, true} {
		if _, err := h.client("127.0.0.1", http2).Get(h.url("/")); err != nil {
			t.Fatal(err)
		}
		if got := seen.Load().(string); !regexp.MustCompile(`^t13d\d{4}(h1|h2|00)_[0-9a-f]{12}_[0-9a-f]{12}$`).MatchString(got) {
			t.Errorf("HTTP/2 %v: fingerprint %q", http2, got)
		}
	}
}

func FuzzJA4(f *testing.F) {
	f.Add([]byte{0x13, 0x01, 0x0a, 0x0a}, []byte{0, 0, 0, 16}, []byte{4, 3}, "h2")
	f.Fuzz(func(t *testing.T, ciphers, extensions, schemes []byte, proto string) {
		hello := tls.ClientHelloInfo{CipherSuites: pairs(ciphers), Extensions: pairs(extensions), SupportedVersions: pairs(schemes), SupportedProtos: []string{proto}}
		for _, s := range pairs(schemes) {
			hello.SignatureSchemes = append(hello.SignatureSchemes, tls.SignatureScheme(s))
		}
		first := ja4(&hello)
		if len(first) != printLength {
			t.Errorf("%q has %d letters, want %d", first, len(first), printLength)
		}
		if again := ja4(&hello); again != first {
			t.Errorf("the same greeting has two fingerprints, %s and %s", first, again)
		}
	})
}

func pairs(b []byte) (list []uint16) {
	for ; len(b) >= 2; b = b[2:] {
		list = append(list, uint16(b[0])<<8|uint16(b[1]))
	}
	return list
}

func BenchmarkJA4(b *testing.B) {
	hello := tls.ClientHelloInfo{CipherSuites: make([]uint16, 15), Extensions: make([]uint16, 16), SignatureSchemes: make([]tls.SignatureScheme, 8), SupportedVersions: []uint16{0x0304}, SupportedProtos: []string{"h2"}}
	for b.Loop() {
		ja4(&hello)
	}
}
