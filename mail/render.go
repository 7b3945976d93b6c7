package mail

import (
	"embed"
	"fmt"
	"html"
	"io/fs"
	"path"
	"strings"
	"text/template"

	"github.com/bojanz/currency"

	"kontor/market"
)

//go:embed letters
var texts embed.FS

// templates are all texts by "language/name", read once.
var templates = readTexts()

// readTexts parses every text; a text that can't be parsed is a mistake of ours
// that no build should get past.
func readTexts() map[string]*template.Template {
	all := map[string]*template.Template{}
	names, err := fs.Glob(texts, "letters/*/*.txt")
	if err != nil {
		panic(err)
	}
	for _, n := range names {
		b, err := texts.ReadFile(n)
		if err != nil {
			panic(err)
		}
		key := path.Base(path.Dir(n)) + "/" + strings.TrimSuffix(path.Base(n), ".txt")
		all[key] = template.Must(template.New(key).Option("missingkey=error").Parse(string(b)))
	}
	return all
}

// render writes the letter of this kind over its values: in lang if there is a
// text, else in English. link is the address in it that may be followed.
func render(kind, lang, link string, values any) (subject, text, page string, err error) {
	lang, _, _ = strings.Cut(lang, "-")
	t := templates[lang+"/"+kind]
	if t == nil {
		lang, t = "en", templates["en/"+kind]
	}
	if t == nil {
		return "", "", "", fmt.Errorf("write letter: no text named %q", kind)
	}
	var b strings.Builder
	if err := t.Execute(&b, values); err != nil {
		return "", "", "", fmt.Errorf("write letter %s: %w", kind, err)
	}
	head, body, _ := strings.Cut(b.String(), "\n\n")
	subject, ok := strings.CutPrefix(head, "Subject: ")
	if !ok {
		return "", "", "", fmt.Errorf("write letter %s: its text begins without a subject", kind)
	}
	text = strings.TrimSpace(body) + "\n"
	return line(subject), text, inHTML(text, lang, link), nil
}

// inHTML is the text as a plain page: paragraphs, line breaks, the one link, and
// nothing to be fetched.
func inHTML(text, lang, link string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=%q><head><meta charset=\"utf-8\"></head>\n", lang)
	b.WriteString("<body style=\"font: 16px/1.5 'Source Sans 3', sans-serif; max-width: 36rem; margin: 1.5rem auto; padding: 0 1rem; color: #13252c\">\n")
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		lines := strings.Split(paragraph, "\n")
		for i, l := range lines {
			lines[i] = html.EscapeString(l)
			if link != "" && l == link {
				lines[i] = fmt.Sprintf("<a href=\"%s\" style=\"color: #8f2f1b\">%s</a>", lines[i], lines[i])
			}
		}
		b.WriteString("<p>" + strings.Join(lines, "<br>\n") + "</p>\n")
	}
	b.WriteString("</body></html>\n")
	return b.String()
}

// money is an amount as people write it: "€1,496.74".
func money(m market.Money) string {
	if m.Currency == "" {
		return ""
	}
	a, err := currency.NewAmountFromInt64(m.Minor, string(m.Currency))
	if err != nil {
		return m.String() // a currency that the tables don't know is named by its code
	}
	return currency.NewFormatter(currency.NewLocale("en")).Format(a)
}
