package party

import (
	"context"
	"fmt"
	"slices"

	"kontor/market"
)

// mostNamed bounds one read of names.
const mostNamed = 200

// Names is the public face of these businesses, by id, in one read for each 200;
// those that are not there are left out.
func (d *Desk) Names(ctx context.Context, ids []market.BusinessID) (map[market.BusinessID]Business, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	ids = slices.Compact(ids)
	named := make(map[market.BusinessID]Business, len(ids))
	for some := range slices.Chunk(ids, mostNamed) {
		list, err := d.records.Businesses(ctx, BusinessFilter{IDs: some, Limit: mostNamed})
		if err != nil {
			return nil, fmt.Errorf("names of businesses: %w", err)
		}
		for _, b := range list {
			named[b.ID] = publicFace(b)
		}
	}
	return named, nil
}
