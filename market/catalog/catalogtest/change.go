package catalogtest

import (
	"bytes"
	"slices"
	"testing"

	"kontor/market"
	"kontor/market/catalog"
)

// onSale is a published listing of the first supplier with one picture.
func onSale(t *testing.T, h House, d *catalog.Desk) catalog.Listing {
	t.Helper()
	ctx, me, house := t.Context(), SupplierOf(h.Suppliers[0]), Operator()
	l, err := d.Create(ctx, me, Mug("M-1"))
	if err == nil {
		l, err = d.AddPicture(ctx, me, l.ID, bytes.NewReader([]byte("front")))
	}
	if err == nil {
		err = d.Propose(ctx, me, l.ID, l.Version)
	}
	if err == nil {
		err = d.Publish(ctx, house, l.ID, l.Version+1)
	}
	if err != nil {
		t.Fatal(err)
	}
	return read(t, h, l.ID).Listing
}

// change is how a supplier saves an edit: it begins with what it wanted last.
func change(t *testing.T, h House, d *catalog.Desk, a market.Actor, id catalog.ListingID, edit func(*catalog.Listing)) catalog.Listing {
	t.Helper()
	l := read(t, h, id).Wanted()
	edit(&l)
	l, err := d.Save(t.Context(), a, l)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func everyFaceWaits(t *testing.T, h House, d *catalog.Desk) {
	ctx, me := t.Context(), SupplierOf(h.Suppliers[0])
	live := onSale(t, h, d)
	for name, edit := range map[string]func(*catalog.Listing){
		"a title":       func(l *catalog.Listing) { l.Titles = map[string]string{"en": "Counterfeit watch"} },
		"a description": func(l *catalog.Listing) { l.Descriptions = map[string]string{"en": "Not reviewed."} },
		"the category":  func(l *catalog.Listing) { l.Category = "clothing" },
		"the origin":    func(l *catalog.Listing) { l.Origin = "FR" },
		"the HS code":   func(l *catalog.Listing) { l.HSCode = "911110" },
		"an attribute":  func(l *catalog.Listing) { l.Attributes = l.Attributes[:1] },
		"the pictures":  func(l *catalog.Listing) { l.Pictures = nil },
		"an alt text": func(l *catalog.Listing) {
			l.Pictures = slices.Clone(l.Pictures)
			l.Pictures[0].Alt = "cheap"
		},
	} {
		change(t, h, d, me, live.ID, func(l *catalog.Listing) {
			*l = live // as it is published
			l.Version = read(t, h, live.ID).Version
			edit(l)
		})
		seen, err := d.View(ctx, market.Actor{}, live.ID)
		if err != nil || !sameFace(seen.Listing, live) {
			t.Errorf("%s: buyers read what nobody reviewed (%v): %+v", name, err, seen.Face())
		}
		if seen.Pending != nil {
			t.Errorf("%s: a guest is handed the pending change", name)
		}
		if s := read(t, h, live.ID); s.State != catalog.Published || !s.Waits() || sameFace(s.Wanted(), live) {
			t.Errorf("%s: the change was lost: state %s, waits %t", name, s.State, s.Waits())
		}
		if n, err := d.Waiting(ctx, Operator()); err != nil || n != 1 {
			t.Errorf("%s: the operator is told of %d listings (%v), want 1", name, n, err)
		}
	}
	change(t, h, d, me, live.ID, func(l *catalog.Listing) { version := l.Version; *l = live; l.Version = version })
	if s := read(t, h, live.ID); s.Waits() || s.Pending != nil {
		t.Error("a change that was taken back by hand still waits")
	}
	_, err := d.AddPicture(ctx, me, live.ID, bytes.NewReader([]byte("back")))
	if s := read(t, h, live.ID); err != nil || len(s.Pictures) != 1 || len(s.Wanted().Pictures) != 2 {
		t.Errorf("got %d pictures on sale and %d wanted after one was added (%v), want 1 and 2", len(s.Pictures), len(s.Wanted().Pictures), err)
	}
	if _, err = d.RemovePicture(ctx, me, live.ID, live.Pictures[0].ID); err != nil {
		t.Fatal(err)
	}
	if s := read(t, h, live.ID); s.Pictures[0].ID != live.Pictures[0].ID || len(s.Wanted().Pictures) != 1 {
		t.Errorf("a picture that buyers see was taken off without review: %+v", s.Pictures)
	}
}

func sameFace(a, b catalog.Listing) bool {
	b.Article = a.Article
	return a.Title("en") == b.Title("en") && a.Description("en") == b.Description("en") && a.Category == b.Category && a.Origin == b.Origin &&
		a.HSCode == b.HSCode && slices.Equal(a.Attributes, b.Attributes) &&
		slices.EqualFunc(a.Pictures, b.Pictures, func(x, y catalog.Picture) bool { return x.ID == y.ID && x.Alt == y.Alt })
}

func tradeIsFree(t *testing.T, h House, d *catalog.Desk) {
	me := SupplierOf(h.Suppliers[0])
	live := onSale(t, h, d)
	edit := func(l *catalog.Listing) {
		l.MOQ, l.Multiple, l.LeadDays = 24, 12, 9
		l.Variants = slices.Clone(l.Variants)
		for i := range l.Variants {
			l.Variants[i].WeightGrams = 500
			l.Variants[i].Prices = []catalog.Price{{Currency: "EUR", Tiers: []catalog.Tier{{From: 24, Minor: 410}}}}
		}
		l.Variants = append(l.Variants, catalog.Variant{SKU: "M-1-B", WeightGrams: 1, Prices: l.Variants[0].Prices})
	}
	change(t, h, d, me, live.ID, edit)
	if s := read(t, h, live.ID); s.Waits() || s.MOQ != 24 || s.LeadDays != 9 || len(s.Variants) != 3 || s.Variants[0].Prices[0].Tiers[0].Minor != 410 {
		t.Errorf("prices and times of what is on sale do not count at once: %+v", s.Listing)
	}
	change(t, h, d, me, live.ID, func(l *catalog.Listing) { l.LeadDays, l.Origin = 3, "FR" })
	if s := read(t, h, live.ID); s.LeadDays != 3 || s.Origin != "GB" || !s.Waits() {
		t.Errorf("of an edit of both, got lead time %d and origin %s on sale, want 3 and GB", s.LeadDays, s.Origin)
	}
	change(t, h, d, me, live.ID, func(l *catalog.Listing) { l.LeadDays = 5 })
	if s := read(t, h, live.ID); s.LeadDays != 5 || s.Wanted().Origin != "FR" || !s.Waits() {
		t.Error("a new lead time dropped the change that waits for review")
	}
}

func changesAreJudged(t *testing.T, h House, d *catalog.Desk) {
	ctx, me, house := t.Context(), SupplierOf(h.Suppliers[0]), Operator()
	live := onSale(t, h, d)
	version := func() int64 { return read(t, h, live.ID).Version }
	retitle := func(title string) {
		change(t, h, d, me, live.ID, func(l *catalog.Listing) { l.Titles = map[string]string{"en": title} })
	}
	stands := func(step, title, wanted string, waits bool, reason string) {
		t.Helper()
		s := read(t, h, live.ID)
		if s.State != catalog.Published || s.Title("en") != title || s.Wanted().Title("en") != wanted || s.Waits() != waits || s.Reason != reason {
			t.Errorf("%s: %s sells as %q, wanted %q, waits %t, reason %q; want %q, %q, %t, %q", step, s.State, s.Title("en"), s.Wanted().Title("en"), s.Waits(), s.Reason, title, wanted, waits, reason)
		}
		if queue, err := d.Queue(ctx, house, "", 0); err != nil || (len(queue) == 1) != waits {
			t.Errorf("%s: the review queue has %d listings (%v)", step, len(queue), err)
		}
	}
	old := live.Title("en")
	retitle("Pier mug")
	stands("changed", old, "Pier mug", true, "")
	wantKind(t, d.Publish(ctx, me, live.ID, version()), market.Forbidden, "a supplier publishes its own change")
	wantKind(t, d.Publish(ctx, house, live.ID, version()-1), market.Conflict, "a change published that was changed again since it was read")
	wantKind(t, d.Return(ctx, house, live.ID, version(), " "), market.Invalid, "a change returned without a reason")
	if err := d.Return(ctx, house, live.ID, version(), "It is no pier."); err != nil {
		t.Fatal(err)
	}
	stands("returned", old, "Pier mug", false, "It is no pier.")
	wantKind(t, d.Publish(ctx, house, live.ID, version()), market.Conflict, "a returned change published")
	change(t, h, d, me, live.ID, func(l *catalog.Listing) { l.LeadDays = 6 })
	stands("another lead time", old, "Pier mug", false, "It is no pier.")
	retitle("Quay mug")
	stands("changed again", old, "Quay mug", true, "")
	if err := d.Publish(ctx, house, live.ID, version()); err != nil {
		t.Fatal(err)
	}
	stands("published", "Quay mug", "Quay mug", false, "")
	retitle("Dock mug")
	wantKind(t, d.Discard(ctx, SupplierOf(h.Suppliers[1]), live.ID, version()), market.NotFound, "another supplier drops the change")
	if err := d.Discard(ctx, me, live.ID, version()); err != nil {
		t.Fatal(err)
	}
	stands("discarded", "Quay mug", "Quay mug", false, "")
	change(t, h, d, house, live.ID, func(l *catalog.Listing) { l.Titles = map[string]string{"en": "House mug"} })
	stands("changed by the house", "House mug", "House mug", false, "")
	retitle("Ferry mug")
	if err := d.Withdraw(ctx, me, live.ID, version()); err != nil {
		t.Fatal(err)
	}
	if s := read(t, h, live.ID); s.State != catalog.Draft || s.Title("en") != "Ferry mug" || s.Pending != nil {
		t.Errorf("taken back to draft, the supplier's change is gone: %q", s.Title("en"))
	}
}

func filesWait(t *testing.T, h House, d *catalog.Desk) {
	me, house := SupplierOf(h.Suppliers[0]), Operator()
	live := onSale(t, h, d)
	offer := catalog.Offer{Listing: Mug("M-1"), Silent: catalog.OfState | catalog.OfPictures}
	loaded(t, h, d, me, []catalog.Offer{offer}, catalog.Unchanged)
	offer.Titles = map[string]string{"en": "Counterfeit watch"}
	offer.Variants = slices.Clone(offer.Variants)
	offer.Variants[0].OnHand, offer.LeadDays = 77, 8
	loaded(t, h, d, me, []catalog.Offer{offer}, catalog.Updated)
	s := article(t, h, "M-1")
	if s.Title("en") != live.Title("en") || s.LeadDays != 8 || s.Variants[0].OnHand != 77 || s.Wanted().Title("en") != "Counterfeit watch" || !s.Waits() {
		t.Errorf("a supplier's file changed %q to %q with lead time %d and stock %d; the text must wait, the rest not", live.Title("en"), s.Title("en"), s.LeadDays, s.Variants[0].OnHand)
	}
	loaded(t, h, d, me, []catalog.Offer{offer}, catalog.Unchanged)
	if all, err := d.All(t.Context(), me, h.Suppliers[0]); err != nil || len(all) != 1 || all[0].Title("en") != "Counterfeit watch" {
		t.Errorf("a supplier's export would drop its change when it is taken in again (%v)", err)
	}
	loaded(t, h, d, house, []catalog.Offer{offer}, catalog.Updated)
	if s := article(t, h, "M-1"); s.Title("en") != "Counterfeit watch" || s.Pending != nil {
		t.Errorf("the house's own import waits for the house: %q", s.Title("en"))
	}
	offer.State, offer.Silent = catalog.Draft, catalog.OfPictures
	loaded(t, h, d, me, []catalog.Offer{{Listing: catalog.Listing{Article: "M-1", Titles: map[string]string{"en": "Pier mug"}}, Silent: ^catalog.Part(0)}}, catalog.Updated)
	offer.Titles = nil
	loaded(t, h, d, me, []catalog.Offer{offer}, catalog.Updated)
	if s := article(t, h, "M-1"); s.State != catalog.Draft || s.Title("en") != "Pier mug" || s.Pending != nil {
		t.Errorf("a file that takes it back to draft lost the pending title: %s %q", s.State, s.Title("en"))
	}
}
