package shield

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"slices"
)

// printLength is the length of a JA4 fingerprint.
const printLength = 10 + 1 + 12 + 1 + 12

// ja4 is the JA4 fingerprint of a ClientHello over TCP: which TLS library, in
// which version and with which settings, begins the connection. FoxIO, "JA4: TLS
// Client Fingerprinting" (BSD 3-Clause; of the JA4+ family this part alone is
// free).
func ja4(h *tls.ClientHelloInfo) string {
	ciphers := withoutGrease(h.CipherSuites)
	extensions := withoutGrease(h.Extensions)
	b := make([]byte, 0, printLength)
	b = append(b, 't')
	b = append(b, ja4Version(h.SupportedVersions)...)
	if slices.Contains(extensions, extensionName) {
		b = append(b, 'd')
	} else {
		b = append(b, 'i')
	}
	b = appendCount(b, len(ciphers))
	b = appendCount(b, len(extensions))
	b = append(b, ja4Protocol(h.SupportedProtos)...)

	slices.Sort(ciphers)
	b = append(b, '_')
	b = appendHash(b, appendList(nil, ciphers))

	extensions = slices.DeleteFunc(extensions, func(x uint16) bool { return x == extensionName || x == extensionProtocols })
	slices.Sort(extensions)
	list := appendList(nil, extensions)
	if len(list) > 0 && len(h.SignatureSchemes) > 0 {
		list = append(list, '_')
		schemes := make([]uint16, 0, len(h.SignatureSchemes))
		for _, s := range h.SignatureSchemes {
			schemes = append(schemes, uint16(s))
		}
		list = appendList(list, withoutGrease(schemes))
	}
	b = append(b, '_')
	b = appendHash(b, list)
	return string(b)
}

// Extensions that say where a client goes rather than who it is, RFC 6066 §3 and
// RFC 7301 §3.1.
const (
	extensionName      = 0
	extensionProtocols = 16
)

// mostListed bounds what is looked at of each list: a real client sends fewer
// than a hundred, and JA4 counts no further.
const mostListed = 256

// withoutGrease is a copy of list without the values of RFC 8701 §2.
func withoutGrease(list []uint16) []uint16 {
	kept := make([]uint16, 0, min(len(list), mostListed))
	for _, x := range list {
		if x&0x0f0f == 0x0a0a && x>>8 == x&0xff {
			continue
		}
		if len(kept) == mostListed {
			break
		}
		kept = append(kept, x)
	}
	return kept
}

func ja4Version(versions []uint16) string {
	newest := uint16(0)
	for _, v := range withoutGrease(versions) {
		newest = max(newest, v)
	}
	switch newest {
	case tls.VersionTLS13:
		return "13"
	case tls.VersionTLS12:
		return "12"
	case tls.VersionTLS11:
		return "11"
	case tls.VersionTLS10:
		return "10"
	case 0x0300:
		return "s3"
	}
	return "00"
}

// ja4Protocol is the first and the last letter of the first protocol offered;
// the first and last digit of its hex form where one of them is not a letter.
func ja4Protocol(protos []string) string {
	if len(protos) == 0 || protos[0] == "" {
		return "00"
	}
	first, last := protos[0][0], protos[0][len(protos[0])-1]
	if letter(first) && letter(last) {
		return string([]byte{first, last})
	}
	return string([]byte{hexDigits[first>>4], hexDigits[last&15]})
}

func letter(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

const hexDigits = "0123456789abcdef"

func appendCount(b []byte, n int) []byte {
	n = min(n, 99)
	return append(b, byte('0'+n/10), byte('0'+n%10))
}

func appendList(b []byte, list []uint16) []byte {
	for i, x := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, hexDigits[x>>12], hexDigits[x>>8&15], hexDigits[x>>4&15], hexDigits[x&15])
	}
	return b
}

func appendHash(b, list []byte) []byte {
	if len(list) == 0 {
		return append(b, "000000000000"...)
	}
	sum := sha256.Sum256(list)
	return hex.AppendEncode(b, sum[:6])
}
