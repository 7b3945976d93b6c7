package party

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"kontor/market"
)

// Texts of the house that it shows; those in consented need everybody's word.
var (
	documents = []string{"terms", "privacy", "imprint"}
	consented = []string{"terms", "privacy"}
)

var noTime time.Time

// newest knows the newest versions of the consented texts as of at most
// newestKept ago, so that a visit asks the records for none.
type newest struct {
	mu   sync.Mutex
	at   time.Time
	know map[string]string // by document; nil is unknown
}

// newestKept is how long other processes may take to notice a new text.
const newestKept = 10 * time.Second

func (n *newest) versions(ctx context.Context, r Records, now time.Time) (map[string]string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if age := now.Sub(n.at); n.know != nil && age >= 0 && age < newestKept {
		return n.know, nil
	}
	know := make(map[string]string, len(consented))
	for _, slug := range consented {
		doc, err := r.Document(ctx, slug, "en")
		if err != nil && market.KindOf(err) != market.NotFound {
			return nil, fmt.Errorf("newest %s: %w", slug, err)
		}
		know[slug] = doc.Version
	}
	n.know, n.at = know, now
	return know, nil
}

// forget has the versions read anew.
func (n *newest) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.know = nil
}

// Document shows the newest version of a text of the house, in language, else
// in English, else in any.
func (d *Desk) Document(ctx context.Context, slug, language string) (Document, error) {
	doc, err := d.records.Document(ctx, slug, language)
	if err != nil {
		return Document{}, fmt.Errorf("document %q: %w", clip(slug, 20), err)
	}
	return doc, nil
}

// Issue publishes a version of a text of the house. With a new version of terms
// or privacy everybody is asked again.
func (d *Desk) Issue(ctx context.Context, a market.Actor, doc Document) error {
	if err := mayOperate(a); err != nil {
		return err
	}
	return d.IssueFirst(ctx, doc)
}

// IssueFirst is Issue for the house itself: the texts that it starts with.
func (d *Desk) IssueFirst(ctx context.Context, doc Document) error {
	var fs market.Faults
	if !slices.Contains(documents, doc.Slug) {
		fs.Add("slug", "This is not a text of the house.", "Choose terms, privacy or imprint.")
	}
	if _, err := time.Parse(time.DateOnly, doc.Version); err != nil {
		fs.Add("version", "The version is not a date.", "Write the day of issue like 2026-11-23.")
	}
	languageTag(&fs, "language", &doc.Language)
	text(&fs, "title", &doc.Title, "a title", 1, 120)
	letters(&fs, "text", doc.Text, "the text", 1, 200_000, true)
	if err := fs.Err(); err != nil {
		return err
	}
	doc.Issued = d.clock()
	if err := d.records.PutDocument(ctx, doc, d.tell(DocumentIssued, Told{Document: doc.Slug})); err != nil {
		return fmt.Errorf("issue %s of %s: %w", doc.Slug, doc.Version, err)
	}
	d.newest.forget()
	return nil
}

// Outstanding lists the texts whose newest version the actor has not agreed to,
// in their language. Nobody signed in has nothing outstanding.
func (d *Desk) Outstanding(ctx context.Context, v Visitor) ([]Document, error) {
	if !v.Actor.SignedIn() {
		return nil, nil
	}
	given, err := d.records.Consents(ctx, v.Actor.Person)
	if err != nil {
		return nil, fmt.Errorf("list the consents of person %s: %w", v.Actor.Person, err)
	}
	var open []Document
	for _, slug := range consented {
		doc, err := d.records.Document(ctx, slug, v.Language)
		if market.KindOf(err) == market.NotFound {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("newest %s: %w", slug, err)
		}
		if !slices.ContainsFunc(given, func(c Consent) bool { return c.Document == slug && c.Version == doc.Version }) {
			open = append(open, doc)
		}
	}
	return open, nil
}

// Agree notes that the actor agrees to these versions, by document.
func (d *Desk) Agree(ctx context.Context, v Visitor, versions map[string]string) error {
	if err := signedIn(v.Actor); err != nil {
		return err
	}
	var fs market.Faults
	given, err := d.agreed(ctx, &fs, v.Language, versions)
	if err != nil {
		return err
	}
	if err := fs.Err(); err != nil {
		return err
	}
	for i := range given {
		given[i].Person = v.Actor.Person
	}
	if err := d.records.PutConsents(ctx, given); err != nil {
		return fmt.Errorf("note the consent of person %s: %w", v.Actor.Person, err)
	}
	return nil
}

// agreed checks that the newest versions were agreed to. A text that the house
// has not issued needs no agreement.
func (d *Desk) agreed(ctx context.Context, fs *market.Faults, language string, versions map[string]string) ([]Consent, error) {
	var given []Consent
	for _, slug := range consented {
		doc, err := d.records.Document(ctx, slug, language)
		switch {
		case market.KindOf(err) == market.NotFound:
		case err != nil:
			return nil, fmt.Errorf("newest %s: %w", slug, err)
		case versions[slug] == "":
			fs.Add(slug, fmt.Sprintf("%q isn't agreed to.", doc.Title), "Read it and tick the box.")
		case versions[slug] != doc.Version:
			fs.Add(slug, fmt.Sprintf("%q has changed since this page was opened.", doc.Title), "Read the new version and tick the box.")
		default:
			given = append(given, Consent{Document: slug, Version: doc.Version, At: d.clock()})
		}
	}
	return given, nil
}
