package web

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kontor/store/storetest"
)

// asked are all names that any page reads of its address.
var asked = []string{"q", "before", "after", "tab", "state", "verification", "edit", "next", "country", "another", "token", "variant", "quantity", "picture", "price", "moq", "lead", "origin", "supplier", "in", "sort", "page", "pieces", "exactly", "address", "payment", "note", "sells", "to", "cur"}

func TestBadInputInEveryAddress(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { badAddresses(t, openTrade(t, ""), bad) })
	t.Run("postgres", func(t *testing.T) { badAddresses(t, openTrade(t, storetest.Postgres(t)), strict) })
}

func badAddresses(t *testing.T, h *trade, bad map[string]string) {
	pathValue := regexp.MustCompile(`\{[a-z]+(\.\.\.)?\}`)
	for pattern, c := range h.accesses() {
		method, path, _ := strings.Cut(pattern, " ")
		if method != "GET" {
			continue
		}
		who := everyRole[1+max(0, strings.IndexAny(c.want[1:], "2"))]
		for what, text := range bad {
			q := url.Values{}
			for _, name := range asked {
				q.Set(name, text)
			}
			at, _, _ := strings.Cut(c.path, "?")
			tries := []string{at + "?" + q.Encode()}
			if strings.Contains(path, "{") && pattern != "GET /{$}" {
				tries = append(tries, pathValue.ReplaceAllString(path, strings.ReplaceAll(url.PathEscape(text), "$", "")))
			}
			for _, try := range tries {
				w := h.open(t, who, "GET", try, nil)
				if body := w.Body.String(); w.Code >= 500 || strings.Contains(body, "<script>alert") || strings.Contains(body, "<img src=x") {
					t.Errorf("%s with %s: %d, or it runs what the address holds: %.80s", pattern, what, w.Code, try)
				}
			}
		}
	}
	if log := h.log.String(); log != "" {
		t.Errorf("an odd address is not ours to log: %.3000s", log)
	}
}
