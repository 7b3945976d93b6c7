package search

import (
	"fmt"
	"strings"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/ar"
	"github.com/blevesearch/bleve/v2/analysis/lang/da"
	"github.com/blevesearch/bleve/v2/analysis/lang/de"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/bleve/v2/analysis/lang/es"
	"github.com/blevesearch/bleve/v2/analysis/lang/fa"
	"github.com/blevesearch/bleve/v2/analysis/lang/fi"
	"github.com/blevesearch/bleve/v2/analysis/lang/fr"
	"github.com/blevesearch/bleve/v2/analysis/lang/hi"
	"github.com/blevesearch/bleve/v2/analysis/lang/hr"
	"github.com/blevesearch/bleve/v2/analysis/lang/hu"
	"github.com/blevesearch/bleve/v2/analysis/lang/it"
	"github.com/blevesearch/bleve/v2/analysis/lang/nl"
	"github.com/blevesearch/bleve/v2/analysis/lang/no"
	"github.com/blevesearch/bleve/v2/analysis/lang/pt"
	"github.com/blevesearch/bleve/v2/analysis/lang/ro"
	"github.com/blevesearch/bleve/v2/analysis/lang/ru"
	"github.com/blevesearch/bleve/v2/analysis/lang/sv"
	"github.com/blevesearch/bleve/v2/analysis/lang/tr"
	"github.com/blevesearch/bleve/v2/registry"
)

// stemmed are the languages whose words are stemmed. Texts in others are found
// by their words as written; so is Polish, whose stem table would cost more
// memory than the index.
var stemmed = []string{
	ar.AnalyzerName, da.AnalyzerName, de.AnalyzerName, en.AnalyzerName, es.AnalyzerName,
	fa.AnalyzerName, fi.AnalyzerName, fr.AnalyzerName, hi.AnalyzerName, hr.AnalyzerName,
	hu.AnalyzerName, it.AnalyzerName, nl.AnalyzerName, no.AnalyzerName, pt.AnalyzerName,
	ro.AnalyzerName, ru.AnalyzerName, sv.AnalyzerName, tr.AnalyzerName,
}

func analyzers() (map[string]analysis.Analyzer, error) {
	cache := registry.NewCache()
	all := make(map[string]analysis.Analyzer, len(stemmed))
	for _, lang := range stemmed {
		a, err := cache.AnalyzerNamed(lang)
		if err != nil {
			return nil, fmt.Errorf("make the word analysis of language %s: %w", lang, err)
		}
		all[lang] = a
	}
	return all, nil
}

// base is the language of a BCP 47 tag: "pt" of "pt-BR". Norwegian's two
// written forms are one.
func base(tag string) string {
	lang, _, _ := strings.Cut(strings.ToLower(tag), "-")
	switch lang {
	case "nb", "nn":
		return no.AnalyzerName
	}
	return lang
}

// stemmers stem for one caller: a Put or a Search.
type stemmers struct {
	analyze map[string]analysis.Analyzer
	byLang  map[string]*stemmer
}

// of is the stemmer of language lang (as base gives it), or nil.
func (s *stemmers) of(lang string) *stemmer {
	if st, ok := s.byLang[lang]; ok {
		return st
	}
	a, ok := s.analyze[lang]
	if !ok {
		return nil
	}
	st := &stemmer{analyze: a, known: map[string]string{}}
	s.byLang[lang] = st
	return st
}
