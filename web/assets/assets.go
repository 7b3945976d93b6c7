// Package assets holds what pages load besides themselves: the style sheet,
// the script, fonts, flags and drawings, all inside the binary.
//
// Every file is served under a name that holds a part of its content's digest,
// so it may be kept for ever, and compressed once, when the program starts.
// app.css is built from input.css and the markup in web/page: "npm install
// --no-save" once, then "npm run build", both in this folder. The other files
// are copies of published packages or Kontor's own. NOTICE.md says whose.
//
// Everything here may be called at once.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Prefix is where Handler is mounted.
const Prefix = "/assets/"

//go:embed built
var built embed.FS

// file is one asset as it is served.
type file struct {
	kind  string // Content-Type
	plain []byte
	small func() []byte // gzipped, made at the first call; nil where that gains nothing
}

// kinds are the types served. Fonts and pictures in woff2 are compressed by
// themselves.
var kinds = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
	".txt":   "text/plain; charset=utf-8",
}

var (
	files = map[string]file{}   // by hashed name
	names = map[string]string{} // plain name → address
)

// styleURL finds a style sheet's references to its neighbours.
var styleURL = regexp.MustCompile(`url\(([a-z0-9/_.-]+)\)`)

func init() {
	var sheets []string
	err := fs.WalkDir(built, "built", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := strings.TrimPrefix(p, "built/")
		if path.Ext(name) == ".css" {
			sheets = append(sheets, name) // after the files it refers to
			return nil
		}
		return add(name, nil)
	})
	if err == nil {
		for _, name := range sheets {
			if err = add(name, hashReferences); err != nil {
				break
			}
		}
	}
	if err != nil {
		panic("assets: " + err.Error()) // a file that was built in is broken
	}
	for _, name := range []string{"app.css", "htmx.min.js", "drawings.svg"} {
		files[strings.TrimPrefix(names[name], Prefix)].small()
	}
}

// add takes a file in, after change if there is one.
func add(name string, change func(string, []byte) ([]byte, error)) error {
	b, err := built.ReadFile("built/" + name)
	if err != nil {
		return err
	}
	if change != nil {
		if b, err = change(name, b); err != nil {
			return err
		}
	}
	ext := path.Ext(name)
	kind, known := kinds[ext]
	if !known {
		return fmt.Errorf("%s: no type is known for %q", name, ext)
	}
	sum := sha256.Sum256(b)
	hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	f := file{kind: kind, plain: b}
	if ext != ".woff2" {
		f.small = sync.OnceValue(func() []byte { return squeeze(b) })
	}
	files[hashed] = f
	names[name] = Prefix + hashed
	return nil
}

// hashReferences gives a style sheet's url(...) their hashed names. Addresses
// are relative to the sheet, which lies at the top.
func hashReferences(name string, b []byte) ([]byte, error) {
	var missing error
	b = styleURL.ReplaceAllFunc(b, func(m []byte) []byte {
		target := string(styleURL.FindSubmatch(m)[1])
		address, ok := names[target]
		if !ok {
			missing = fmt.Errorf("%s refers to %q, which is not here", name, target)
			return m
		}
		return []byte("url(" + strings.TrimPrefix(address, Prefix) + ")")
	})
	return b, missing
}

func squeeze(b []byte) []byte {
	var buf bytes.Buffer
	w, _ := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	w.Write(b) // into memory: cannot fail
	w.Close()
	return buf.Bytes()
}

// URL is the address of the asset name, such as "app.css" or "flags/de.svg". An
// unknown name is a bug of ours and gives an address that is not found.
func URL(name string) string {
	if u, ok := names[name]; ok {
		return u
	}
	return Prefix + name
}

// Has tells whether there is an asset name.
func Has(name string) bool {
	_, ok := names[name]
	return ok
}

// Flag is the address of a country's flag (ISO 3166-1 alpha-2, either case), or
// "" where there is none.
func Flag(country string) string {
	return names["flags/"+strings.ToLower(country)+".svg"]
}

// Handler serves the assets below Prefix. Answers may be kept for a year and
// never change; other names are not found and are not kept.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f, ok := files[strings.TrimPrefix(r.URL.Path, Prefix)]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "Method not allowed", http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Content-Type", f.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		body := f.plain
		if f.small != nil {
			h.Set("Vary", "Accept-Encoding")
			if acceptsGzip(r.Header.Get("Accept-Encoding")) {
				h.Set("Content-Encoding", "gzip")
				body = f.small()
			}
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body)
	})
}

// acceptsGzip reads an Accept-Encoding header (RFC 9110 §12.5.3).
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			q := strings.TrimPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
			zero, err := strconv.ParseFloat(q, 64)
			return q == "" || err != nil || zero > 0
		}
	}
	return false
}
