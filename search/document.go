package search

import (
	"math"
	"slices"
	"strings"

	index "github.com/blevesearch/bleve_index_api"

	"kontor/market/catalog"
)

// The index's fields. Their names are on disk: a change needs a new format.
const (
	inWords     = "w" // words as written, folded
	inStems     = "s" // language ":" stem
	inCodes     = "c" // article codes and SKUs
	inSpellings = "r" // folded word, NUL, the word as written: for those with diacritics
	inFacts     = "f" // stored, not indexed
)

// What a word counts for by where it stands; lengths are typical ones, in
// words, at which a text's length neither helps nor harms.
const (
	titleBoost, titleLength = 6.0, 6.0
	aboutBoost              = 2.5 // category, attributes, supplier
	textBoost, textLength   = 1.0, 60.0

	scale     = 16    // a weight of 1 as a posting's frequency
	mostWords = 2_000 // of one text; what follows isn't indexed
)

// document is a listing in the form that scorch takes in. It fulfils
// index.Document.
type document struct {
	id     string
	fields []index.Field
}

// weights is what each term of a document counts for.
type weights map[string]float64

// newDocument weighs every word of e.
func newDocument(e catalog.Entry, langs *stemmers) *document {
	plainWords, stems, spellings := weights{}, weights{}, weights{}
	note := func(lang string, text string, boost, typical float64, w, s weights) {
		ws := words(text, mostWords)
		if typical > 0 {
			boost /= 0.5 + 0.5*float64(len(ws))/typical
		}
		st := langs.of(lang)
		for _, word := range ws {
			f := fold(word)
			if f == "" || tooLong(word) {
				continue
			}
			w[f] += boost
			if low := strings.ToLower(word); low != f {
				spellings[f+"\x00"+low] = 1
			}
			if st != nil && !hasDigit(f) {
				if stem := st.stem(word); stem != "" {
					s[lang+":"+stem] += boost
				}
			}
		}
	}

	f := factsOf(e)
	texts := func(byLang map[string]string, boost, typical float64) {
		best := weights{} // one listing's languages don't add up
		for tag, text := range byLang {
			w, s := weights{}, weights{}
			lang := base(tag)
			note(lang, text, boost, typical, w, s)
			for k, v := range w {
				best[k] = max(best[k], v)
			}
			for k, v := range s {
				stems[k] += v
			}
			if langs.of(lang) != nil && !slices.Contains(f.languages, lang) {
				f.languages = append(f.languages, lang)
			}
		}
		for k, v := range best {
			plainWords[k] += v
		}
	}
	texts(e.Titles, titleBoost, titleLength)
	texts(e.Descriptions, textBoost, textLength)
	for _, lang := range languagesOr(f.languages, "en") {
		about := weights{}
		for _, t := range append([]string{e.CategoryText, e.SupplierName}, e.Attributes...) {
			note(lang, t, aboutBoost, 0, about, stems)
		}
		for k, v := range about {
			plainWords[k] = max(plainWords[k], v)
		}
	}

	codes := weights{}
	for _, c := range append([]string{e.Article}, e.SKUs...) {
		if c = code(c); c != "" {
			codes[c] = 1
		}
	}
	slices.Sort(f.languages)
	return &document{id: string(e.ID), fields: []index.Field{
		newField(inWords, plainWords), newField(inStems, stems), newField(inCodes, codes),
		newField(inSpellings, spellings), &field{name: inFacts, value: f.encode(nil), options: index.StoreField},
	}}
}

func languagesOr(langs []string, other string) []string {
	if len(langs) == 0 {
		return []string{other}
	}
	return langs
}

func (d *document) ID() string                                 { return d.id }
func (d *document) Size() int                                  { return len(d.id) }
func (d *document) HasComposite() bool                         { return false }
func (d *document) VisitComposite(index.CompositeFieldVisitor) {}
func (d *document) NumPlainTextBytes() uint64                  { return 0 }
func (d *document) StoredFieldsBytes() uint64                  { return 0 }
func (d *document) Indexed() bool                              { return false }

func (d *document) VisitFields(visit index.FieldVisitor) {
	for _, f := range d.fields {
		visit(f)
	}
}

// AddIDField adds the field by which scorch finds the document again.
func (d *document) AddIDField() {
	d.fields = append(d.fields, &field{
		name: "_id", value: []byte(d.id), options: index.IndexField | index.StoreField,
		terms: index.TokenFrequencies{d.id: term(d.id, 1)},
	})
}

// field is a ready weighed field. It fulfils index.Field.
type field struct {
	name    string
	value   []byte
	options index.FieldIndexingOptions
	terms   index.TokenFrequencies
}

func newField(name string, w weights) *field {
	terms := make(index.TokenFrequencies, len(w))
	for t, v := range w {
		terms[t] = term(t, max(1, int(math.Round(v*scale))))
	}
	return &field{name: name, options: index.IndexField, terms: terms}
}

func term(t string, frequency int) *index.TokenFreq {
	tf := &index.TokenFreq{Term: []byte(t)}
	tf.SetFrequency(frequency)
	return tf
}

func (f *field) Name() string                        { return f.name }
func (f *field) Value() []byte                       { return f.value }
func (f *field) ArrayPositions() []uint64            { return nil }
func (f *field) EncodedFieldType() byte              { return 't' }
func (f *field) Analyze()                            {}
func (f *field) Options() index.FieldIndexingOptions { return f.options }
func (f *field) AnalyzedLength() int                 { return 1 } // its length is in the weights already
func (f *field) NumPlainTextBytes() uint64           { return 0 }

func (f *field) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.terms }
