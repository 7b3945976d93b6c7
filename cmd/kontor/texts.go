package main

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"kontor/demo"
	"kontor/market"
	"kontor/market/party"
)

// The texts that a house starts with. Its operator replaces them by its own.
var (
	//go:embed texts/terms.txt
	termsText string
	//go:embed texts/privacy.txt
	privacyText string
	//go:embed texts/imprint.txt
	imprintText string
)

// textsIssued is the version of the texts above.
var textsIssued = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

// furnish gives a new house what it starts with: categories, terms, privacy
// notice and imprint.
func (h *house) furnish(ctx context.Context) error {
	tree, err := h.catalog.Tree(ctx)
	if err != nil {
		return err
	}
	if len(tree.All()) == 0 {
		categories, err := demo.Categories()
		if err != nil {
			return err
		}
		if err := h.catalog.Plant(ctx, operating, categories); err != nil {
			return fmt.Errorf("plant the first categories: %w", err)
		}
	}
	for _, d := range []party.Document{
		{Slug: "terms", Title: "Terms of the house", Text: termsText},
		{Slug: "privacy", Title: "How personal data is kept", Text: privacyText},
		{Slug: "imprint", Title: "Imprint", Text: imprintText},
	} {
		_, err := h.parties.Document(ctx, d.Slug, "en")
		if err == nil {
			continue
		}
		if market.KindOf(err) != market.NotFound {
			return err
		}
		d.Language, d.Version, d.Issued = "en", textsIssued.Format(time.DateOnly), textsIssued
		if err := h.parties.IssueFirst(ctx, d); err != nil {
			return fmt.Errorf("issue %s: %w", d.Slug, err)
		}
	}
	return nil
}
