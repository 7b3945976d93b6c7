//go:build preview

package page

import (
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"kontor/web/assets"
	"kontor/web/words"
)

// TestPreview serves the sample pages for looking at them in a browser:
//
//	KONTOR_PREVIEW=127.0.0.1:8099 go test -tags preview ./web/page -run Preview -timeout 1h
//
// at /home, /search …, /dark/home, /ar-XB/home. Pictures come from the folder
// KONTOR_PREVIEW_PICTURES.
func TestPreview(t *testing.T) {
	address := os.Getenv("KONTOR_PREVIEW")
	if address == "" {
		t.Fatal("set KONTOR_PREVIEW to an address to look at the pages")
	}
	mux := http.NewServeMux()
	mux.Handle(assets.Prefix, assets.Handler())
	mux.Handle("/files/", http.StripPrefix("/files/", http.FileServer(http.Dir(os.Getenv("KONTOR_PREVIEW_PICTURES")))))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		lang, theme, name := words.First, ThemeLight, strings.Trim(r.URL.Path, "/")
		if rest, ok := strings.CutPrefix(name, "dark/"); ok {
			theme, name = ThemeDark, rest
		}
		if rest, ok := strings.CutPrefix(name, words.Mirror+"/"); ok {
			lang, name = words.Mirror, rest
		}
		page, ok := samplePages(sampleView(lang, theme))[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", Policy)
		if err := page.Render(r.Context(), w); err != nil {
			t.Error(err)
		}
	})
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	deadline, ok := t.Deadline()
	if !ok {
		deadline = time.Now().Add(time.Hour)
	}
	s := &http.Server{Handler: mux}
	time.AfterFunc(time.Until(deadline)-time.Second, func() { s.Close() })
	t.Logf("look at http://%s/home", l.Addr())
	s.Serve(l)
}
