package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"kontor/market"
	"kontor/market/party"
)

// KeptLetter is a letter as the records keep it: table letter, column body; key
// of the house's "letters".
type KeptLetter struct {
	ID   string
	Sent time.Time
	Body market.Sealed
}

// Shelf keeps letters.
type Shelf interface {
	// Keep keeps a letter, once for each ID.
	Keep(ctx context.Context, l KeptLetter) error
	// Kept lists letters, newest first.
	Kept(ctx context.Context, limit int) ([]KeptLetter, error)
}

// Keep is the demo's post: it keeps letters sealed instead of sending them, for
// a page that shows them. It is safe for concurrent use.
type Keep struct {
	shelf Shelf
	vault party.Vault
	house party.Subject
}

// NewKeep makes the demo's post. house is the subject whose key seals letters;
// its key must exist.
func NewKeep(shelf Shelf, vault party.Vault, house party.Subject) *Keep {
	return &Keep{shelf: shelf, vault: vault, house: house}
}

// Send keeps l.
func (k *Keep) Send(ctx context.Context, l Letter) error {
	plain, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("keep letter %s: %w", l.ID, err)
	}
	body, err := k.vault.Seal(ctx, k.house, place(l.ID), plain)
	if err != nil {
		return fmt.Errorf("seal letter %s: %w", l.ID, err)
	}
	if err := k.shelf.Keep(ctx, KeptLetter{l.ID, l.At, body}); err != nil {
		return fmt.Errorf("keep letter %s: %w", l.ID, err)
	}
	return nil
}

// Letters opens up to limit kept letters for a reader, newest first.
func (k *Keep) Letters(ctx context.Context, a market.Actor, role market.Role, limit int) ([]Letter, error) {
	kept, err := k.shelf.Kept(ctx, limit)
	if err != nil || len(kept) == 0 {
		return nil, err
	}
	values := make([]party.Value, len(kept))
	for i, l := range kept {
		values[i] = party.Value{At: place(l.ID), Sealed: l.Body}
	}
	plain, err := k.vault.Open(ctx, party.LookOf(a, role, k.house, party.Purpose{Kind: "letter", ID: "kept"}), values...)
	if err != nil {
		return nil, fmt.Errorf("open kept letters: %w", err)
	}
	letters := make([]Letter, len(kept))
	for i := range plain {
		if err := json.Unmarshal(plain[i], &letters[i]); err != nil {
			return nil, fmt.Errorf("read kept letter %s: %w", kept[i].ID, err)
		}
	}
	return letters, nil
}

func place(id string) party.Place { return party.Place{Table: "letter", Column: "body", Row: id} }
