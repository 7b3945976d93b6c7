package store

import (
	"context"
	"fmt"

	"kontor/market/catalog"
)

// picturesAtOnce bounds the listings whose pictures are read by one statement.
const picturesAtOnce = 500

// PictureIDs hands each the identity of every picture that a listing shows, or
// is to show once its change is published; one may come several times. An error
// of each ends it. What is written meanwhile may be missed.
func (db *DB) PictureIDs(ctx context.Context, each func(catalog.PictureID) error) error {
	type row struct {
		id       catalog.ListingID
		pictures []catalog.Picture
		pending  *catalog.Change
	}
	var after catalog.ListingID
	for {
		rows, err := all(ctx, db, `SELECT id, pictures, pending FROM listing WHERE id > ? ORDER BY id LIMIT ?`,
			func(r *row) []any { return []any{&r.id, asJSON(&r.pictures), asJSON(&r.pending)} }, after, picturesAtOnce)
		if err != nil {
			return fmt.Errorf("read which pictures are shown: %w", err)
		}
		for _, r := range rows {
			shown := r.pictures
			if r.pending != nil {
				shown = append(shown, r.pending.Face.Pictures...)
			}
			for _, p := range shown {
				if err := each(p.ID); err != nil {
					return err
				}
			}
			after = r.id
		}
		if len(rows) < picturesAtOnce {
			return nil
		}
	}
}
