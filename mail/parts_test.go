package mail

import (
	"io"
	"mime"
	"mime/multipart"
	netmail "net/mail"
	"strings"
	"testing"
)

// parts decodes the two forms of a letter.
func parts(t *testing.T, m *netmail.Message) (text, html string) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %q, %v", kind, err)
	}
	r := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := r.NextPart() // decodes quoted-printable
		if err == io.EOF {
			return text, html
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		words := strings.ReplaceAll(string(b), "\r\n", "\n")
		switch kind := p.Header.Get("Content-Type"); {
		case strings.HasPrefix(kind, "text/plain; charset=UTF-8"):
			text = words
		case strings.HasPrefix(kind, "text/html; charset=UTF-8"):
			html = words
		default:
			t.Errorf("a part of kind %q", kind)
		}
	}
}
