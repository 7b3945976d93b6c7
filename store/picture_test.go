package store

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/catalog/catalogtest"
	"kontor/store/storetest"
)

func TestEveryPictureThatIsShownOrWaitsIsNamed(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db, h := trading(t, url)
		want := map[catalog.PictureID]bool{"waits": true}
		var ls []catalog.Listing
		for i := range picturesAtOnce + 1 {
			l := catalogtest.Mug(fmt.Sprintf("M-%d", i))
			l.ID, l.Supplier, l.State, l.Variants = market.NewID[catalog.ListingID](), h.Suppliers[0], catalog.Published, nil
			l.Created, l.Changed = noon(), noon()
			id := catalog.PictureID(fmt.Sprintf("shown-%d", i))
			want[id], l.Pictures = true, []catalog.Picture{{ID: id}}
			ls = append(ls, l)
		}
		waits := ls[0].Face()
		waits.Pictures = []catalog.Picture{{ID: "waits"}}
		ls[0].Pending = &catalog.Change{Face: waits, Since: noon()}
		if err := db.Save(t.Context(), ls, nil); err != nil {
			t.Fatal(err)
		}
		got := map[catalog.PictureID]bool{}
		err := db.PictureIDs(t.Context(), func(id catalog.PictureID) error { got[id] = true; return nil })
		if err != nil || !maps.Equal(got, want) {
			t.Errorf("got %d pictures (%v), want %d: a sweep would take the others from their listings: %v", len(got), err, len(want), slices.Collect(maps.Keys(got))[:min(3, len(got))])
		}
	})
}
