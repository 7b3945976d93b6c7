package web

import (
	"strings"

	"kontor/web/words"
)

// What browsers and systems call themselves in the User-Agent field (RFC 9110
// §10.1.5). Nearly all also name those that they want to be taken for: the first
// mark that is found counts.
var (
	browsers = []struct{ mark, name string }{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"Vivaldi/", "Vivaldi"}, {"SamsungBrowser/", "Samsung Internet"}, {"FxiOS/", "Firefox"}, {"Firefox/", "Firefox"},
		{"CriOS/", "Chrome"}, {"Chromium/", "Chromium"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
	}
	systems = []struct{ mark, name string }{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"CrOS", "ChromeOS"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"},
	}
)

// browserName is a User-Agent field in words: "Firefox on Linux". What it does not
// name is left out.
func browserName(w *words.Words, agent string) string {
	name, system := "", ""
	for _, b := range browsers {
		if strings.Contains(agent, b.mark) {
			name = b.name
			break
		}
	}
	for _, s := range systems {
		if strings.Contains(agent, s.mark) {
			system = s.name
			break
		}
	}
	switch {
	case name == "" && system == "":
		return w.T("account.some_browser")
	case name == "":
		return w.T("account.browser_on", "browser", w.T("account.some_browser"), "system", system)
	case system == "":
		return name
	}
	return w.T("account.browser_on", "browser", name, "system", system)
}
