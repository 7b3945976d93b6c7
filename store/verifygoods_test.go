package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/catalog/catalogtest"
	"kontor/store/storetest"
)

// album names pictures after their bytes, as the catalogue asks.
type album struct{}

func (album) Add(_ context.Context, r io.Reader) (catalog.Picture, error) {
	b, err := io.ReadAll(r)
	sum := sha256.Sum256(b)
	return catalog.Picture{ID: catalog.PictureID(hex.EncodeToString(sum[:])), Width: 640, Height: 480, Widths: []int{320, 640}}, err
}

// shop is one listing's life beside a model that knows no records: its state,
// and what the house let buyers read of it.
type shop struct {
	db     *DB
	desk   *catalog.Desk
	seller market.Actor
	id     catalog.ListingID

	state    catalog.State
	reviewed catalog.Face // while it is published
	played   int
}

// TestRandomHistoriesOfListings plays what suppliers and the house do to a
// listing, in any order. Buyers only ever read what the house let through, the
// state moves along the drawn arrows, and what is kept stays sound.
func TestRandomHistoriesOfListings(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db, h := trading(t, url)
		desk := catalog.NewDesk(db, nil, album{}, noon)
		if err := desk.Plant(t.Context(), catalogtest.Operator(), catalogtest.Categories()); err != nil {
			t.Fatal(err)
		}
		lives := 0
		rapid.Check(t, func(rt *rapid.T) {
			lives++
			s := &shop{db: db, desk: desk, seller: catalogtest.SupplierOf(h.Suppliers[0]), state: catalog.Draft}
			l, err := desk.Create(t.Context(), s.seller, catalogtest.Mug(fmt.Sprintf("M-%d", lives)))
			if err != nil {
				rt.Fatal(err)
			}
			s.id = l.ID
			if rapid.Bool().Draw(rt, "on sale") {
				s.step(t, rt, "propose")
				s.step(t, rt, "publish")
			}
			for range rapid.IntRange(1, 12).Draw(rt, "steps") {
				s.step(t, rt, rapid.SampledFrom([]string{"edit", "edit", "propose", "publish", "return", "withdraw", "discard", "suspend", "restore", "house edits", "picture", "stale"}).Draw(rt, "step"))
				s.check(t, rt)
			}
		})
	})
}

// step tries something; what the rules refuse changes nothing.
func (s *shop) step(t *testing.T, rt *rapid.T, what string) {
	before := s.read(t, rt)
	ctx, d, house, v := t.Context(), s.desk, catalogtest.Operator(), before.Version
	var err error
	switch what {
	case "edit":
		_, err = d.Save(ctx, s.seller, s.edited(rt, s.read(t, rt).Wanted()))
	case "house edits":
		_, err = d.Save(ctx, house, s.edited(rt, s.read(t, rt).Listing))
	case "picture":
		_, err = d.AddPicture(ctx, s.seller, s.id, bytes.NewReader([]byte{byte(s.played)}))
	case "propose":
		err = d.Propose(ctx, s.seller, s.id, v)
	case "publish":
		err = d.Publish(ctx, house, s.id, v)
	case "return":
		err = d.Return(ctx, house, s.id, v, "The title says nothing.")
	case "withdraw":
		err = d.Withdraw(ctx, s.seller, s.id, v)
	case "discard":
		err = d.Discard(ctx, s.seller, s.id, v)
	case "suspend":
		err = d.Suspend(ctx, house, s.id, v, "A complaint.")
	case "restore":
		err = d.Restore(ctx, house, s.id, v)
	case "stale":
		stale := s.edited(rt, s.read(t, rt).Wanted())
		stale.Version--
		if _, err = d.Save(ctx, s.seller, stale); err == nil {
			rt.Fatal("an edit of an old version went over a new one")
		}
	}
	s.played++
	if err != nil && market.KindOf(err) == 0 {
		rt.Fatalf("%s: %v", what, err)
	}
	after := s.read(t, rt)
	switch {
	case err != nil:
		if !reflect.DeepEqual(after, before) {
			rt.Fatalf("%s was refused (%v) and changed the listing all the same", what, err)
		}
	case what == "publish" && before.State == catalog.Published:
		s.reviewed = before.Pending.Face
	case what == "publish", what == "restore", what == "house edits":
		s.reviewed = after.Face()
	}
	if after.State != s.state && !s.state.May(after.State) {
		rt.Fatalf("%s moved the listing from %s to %s", what, s.state, after.State)
	}
	s.state = after.State
}

// edited is l with one thing changed, or nothing.
func (s *shop) edited(rt *rapid.T, l catalog.Listing) catalog.Listing {
	switch rapid.SampledFrom([]string{"title", "category", "origin", "price", "moq", "pictures", "nothing"}).Draw(rt, "edit") {
	case "title":
		l.Titles = map[string]string{"en": rapid.SampledFrom([]string{"Harbour mug", "Anchor mug", "Quay mug"}).Draw(rt, "title")}
	case "category":
		l.Category = rapid.SampledFrom([]string{"clothing", "home/bath", "nowhere"}).Draw(rt, "category")
	case "origin":
		l.Origin = rapid.SampledFrom([]string{"FR", "PT", "UK"}).Draw(rt, "origin")
	case "price":
		l.Variants[0].Prices[0].Tiers[0].Minor = rapid.Int64Range(0, 500).Draw(rt, "minor")
	case "moq":
		l.MOQ = market.Quantity(rapid.SampledFrom([]int{6, 12, 18, 13}).Draw(rt, "moq"))
	case "pictures":
		l.Pictures = nil
	}
	return l
}

func (s *shop) read(t *testing.T, rt *rapid.T) catalog.Shown {
	l, err := s.db.Listing(t.Context(), s.id)
	if err != nil {
		rt.Fatal(err)
	}
	return l
}

func (s *shop) check(t *testing.T, rt *rapid.T) {
	l := s.read(t, rt)
	if l.State == catalog.Published && !reflect.DeepEqual(l.Face(), s.reviewed) {
		rt.Fatalf("buyers read what nobody reviewed:\n%+v\nreviewed was\n%+v", l.Face(), s.reviewed)
	}
	for name, walk := range map[string]func(context.Context, reader, *Check) error{pricesRule: pricesSound, changesRule: changesSound} {
		var c Check
		if err := s.db.snapshot(t.Context(), func(from reader) error { return walk(t.Context(), from, &c) }); err != nil {
			rt.Fatal(err)
		}
		if c.Failed > 0 {
			rt.Fatalf("it no longer holds that %s: %+v", name, l)
		}
	}
	queue, err := s.desk.Queue(t.Context(), catalogtest.Operator(), "", 500)
	if err != nil {
		rt.Fatal(err)
	}
	waits := false
	for _, q := range queue {
		waits = waits || q.ID == s.id
	}
	if waits != l.Waits() {
		rt.Fatalf("the house's queue shows it: %t, it waits: %t", waits, l.Waits())
	}
}
