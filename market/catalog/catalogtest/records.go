package catalogtest

import (
	"reflect"
	"slices"
	"testing"

	"kontor/market"
	"kontor/market/catalog"
)

// stored is a Mug with identities, as a desk would save it.
func stored(supplier market.BusinessID, article string) catalog.Listing {
	l := Mug(article)
	l.ID, l.Supplier, l.State, l.Created, l.Changed = market.NewID[catalog.ListingID](), supplier, catalog.Published, Noon(), Noon()
	for i := range l.Variants {
		l.Variants[i].ID = market.NewID[catalog.VariantID]()
	}
	l.Pictures = []catalog.Picture{{ID: market.NewID[catalog.PictureID](), Alt: "on a shelf", Width: 1200, Height: 900, Widths: []int{320, 1200}}}
	return l
}

func save(t testing.TB, h House, ls ...catalog.Listing) []catalog.Listing {
	t.Helper()
	if err := h.Records.Save(t.Context(), ls, nil); err != nil {
		t.Fatalf("save: %v", err)
	}
	for i := range ls {
		ls[i].Version++
	}
	return ls
}

func low(t *testing.T, h House) {
	enough, short, draft, foreign := stored(h.Suppliers[0], "L-1"), stored(h.Suppliers[0], "L-2"), stored(h.Suppliers[0], "L-3"), stored(h.Suppliers[1], "L-4")
	draft.State = catalog.Draft
	for _, l := range []*catalog.Listing{&short, &draft, &foreign} {
		l.Variants[0].OnHand = l.MOQ - 1
	}
	for i := range enough.Variants {
		enough.Variants[i].OnHand = enough.MOQ
	}
	for i := range short.Variants[1:] {
		short.Variants[1+i].OnHand = short.MOQ
	}
	save(t, h, enough, short, draft, foreign)
	got, err := h.Records.LowStock(t.Context(), h.Suppliers[0], 10)
	if err != nil || !slices.Equal(got, []catalog.ListingID{short.ID}) {
		t.Errorf("got %v, %v, want %s alone: its supplier would not know what to restock", got, err, short.ID)
	}
}

func read(t testing.TB, h House, id catalog.ListingID) catalog.Shown {
	t.Helper()
	s, err := h.Records.Listing(t.Context(), id)
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return s
}

func wantKind(t testing.TB, err error, want market.Kind, loss string) {
	t.Helper()
	if got := market.KindOf(err); got != want {
		t.Errorf("%s: got %v (kind %d), want kind %d", loss, err, got, want)
	}
}

// Records runs the suite of a keeper.
func Records(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		try  func(t *testing.T, h House)
	}{
		{"a listing comes back as it was saved", whole},
		{"a version that moved on is a conflict and writes nothing", moved},
		{"codes belong to one listing of a supplier", codes},
		{"variants may exchange SKUs, come and go", variants},
		{"low stock is found among what is for sale, and nobody else's", low},
		{"stock is set only where it is given, never below what is reserved", stock},
		{"lists are narrowed, paged and counted", lists},
		{"categories come in tree order and can be renamed", categories},
	} {
		t.Run(c.name, func(t *testing.T) { c.try(t, open(t)) })
	}
}

func whole(t *testing.T, h House) {
	l := save(t, h, stored(h.Suppliers[0], "M-1"))[0]
	s := read(t, h, l.ID)
	if !reflect.DeepEqual(s.Listing, l) {
		t.Errorf("a supplier finds its listing altered:\n got %+v\nwant %+v", s.Listing, l)
	}
	if s.SupplierName == "" || s.SupplierSlug == "" || s.SupplierCountry == "" || s.SupplierState != "active" || s.Verification == "" {
		t.Errorf("the page would not say whose it is: %+v", s)
	}
	byVariant, err := h.Records.ListingOfVariant(t.Context(), l.Variants[1].ID)
	if err != nil || byVariant.ID != l.ID {
		t.Errorf("a cart line leads to %s (%v), want %s", byVariant.ID, err, l.ID)
	}
	draft := stored(h.Suppliers[0], "M-2")
	draft.State, draft.Variants, draft.Pictures, draft.Category = catalog.Draft, nil, nil, ""
	save(t, h, draft)
	if got := read(t, h, draft.ID); got.Article != "M-2" || len(got.Variants) != 0 {
		t.Errorf("a draft without variants came back as %+v", got.Listing)
	}
	_, err = h.Records.Listing(t.Context(), market.NewID[catalog.ListingID]())
	wantKind(t, err, market.NotFound, "a listing that is not there")
	_, err = h.Records.ListingOfVariant(t.Context(), "no variant")
	wantKind(t, err, market.NotFound, "a variant that is not there")
}

func moved(t *testing.T, h House) {
	ls := save(t, h, stored(h.Suppliers[0], "M-1"), stored(h.Suppliers[0], "M-2"))
	newer := ls[0]
	newer.LeadDays = 9
	save(t, h, newer)
	both := []catalog.Listing{ls[1], ls[0]}
	both[0].LeadDays = 30
	wantKind(t, h.Records.Save(t.Context(), both, nil), market.Conflict, "an edit over somebody else's")
	if got := read(t, h, ls[1].ID); got.LeadDays == 30 || got.Version != 1 {
		t.Errorf("half of a refused save was kept: lead time %d, version %d", got.LeadDays, got.Version)
	}
	if got := read(t, h, ls[0].ID); got.LeadDays != 9 || got.Version != 2 {
		t.Errorf("got lead time %d, version %d, want 9 and 2", got.LeadDays, got.Version)
	}
}

func codes(t *testing.T, h House) {
	ls := save(t, h, stored(h.Suppliers[0], "M-1"), stored(h.Suppliers[0], "M-2"))
	save(t, h, stored(h.Suppliers[1], "M-1")) // another supplier's codes are its own
	wantKind(t, h.Records.Save(t.Context(), []catalog.Listing{stored(h.Suppliers[0], "M-1")}, nil), market.Conflict, "a second article M-1")
	renamed := ls[1]
	renamed.Article = "M-1"
	wantKind(t, h.Records.Save(t.Context(), []catalog.Listing{renamed}, nil), market.Conflict, "an article renamed to one there is")
	borrowed := stored(h.Suppliers[0], "M-3")
	borrowed.Variants[0].SKU = "M-1-N"
	wantKind(t, h.Records.Save(t.Context(), []catalog.Listing{borrowed}, nil), market.Conflict, "a SKU of another listing")
	found, err := h.Records.ByArticle(t.Context(), h.Suppliers[0], []string{"M-2", "M-1", "M-3"})
	if err != nil || len(found) != 2 {
		t.Errorf("got %d listings by article (%v), want M-1 and M-2", len(found), err)
	}
	renamed.Article = "M-9"
	save(t, h, renamed)
	if got := read(t, h, renamed.ID).Article; got != "M-9" {
		t.Errorf("got article %q, want M-9", got)
	}
}

func variants(t *testing.T, h House) {
	l := save(t, h, stored(h.Suppliers[0], "M-1"))[0]
	a, b := &l.Variants[0], &l.Variants[1]
	a.SKU, b.SKU = b.SKU, a.SKU
	l.Variants = append(l.Variants, catalog.Variant{ID: market.NewID[catalog.VariantID](), SKU: "M-1-G", WeightGrams: 1, OnHand: 7})
	l = save(t, h, l)[0]
	if got := read(t, h, l.ID).Listing; !reflect.DeepEqual(got, l) {
		t.Errorf("after an exchange of SKUs:\n got %+v\nwant %+v", got.Variants, l.Variants)
	}
	gone := l.Variants[0]
	l.Variants = slices.Delete(slices.Clone(l.Variants), 0, 1)
	l = save(t, h, l)[0]
	if got := read(t, h, l.ID).Variants; len(got) != 2 || got[0].ID != l.Variants[0].ID {
		t.Errorf("got %d variants after one was taken off, want 2 in order", len(got))
	}
	_, err := h.Records.ListingOfVariant(t.Context(), gone.ID)
	wantKind(t, err, market.NotFound, "a variant that was taken off is still sold")
	again := stored(h.Suppliers[0], "M-2")
	again.Variants[0].SKU = gone.SKU
	save(t, h, again) // its SKU is free
}

func stock(t *testing.T, h House) {
	ctx := t.Context()
	l := save(t, h, stored(h.Suppliers[0], "M-1"))[0]
	navy, red := l.Variants[0].ID, l.Variants[1].ID
	h.Hold(navy, 24)
	l.Variants[0].OnHand, l.Variants[1].OnHand = 1, 1 // stale or made up: not given, not set
	l = save(t, h, l)[0]
	if got := read(t, h, l.ID).Variants; got[0].OnHand != 192 || got[0].Reserved != 24 || got[0].Available() != 168 || got[1].OnHand != 60 {
		t.Errorf("an edit of the texts changed the stock: %+v", got)
	}
	if err := h.Records.Save(ctx, []catalog.Listing{l}, map[catalog.VariantID]market.Quantity{navy: 24, red: 0}); err != nil {
		t.Fatal(err)
	}
	l.Version++
	if got := read(t, h, l.ID).Variants; got[0].OnHand != 24 || got[1].OnHand != 0 {
		t.Errorf("a count of the stock was lost: %+v", got)
	}
	wantKind(t, h.Records.Save(ctx, []catalog.Listing{l}, map[catalog.VariantID]market.Quantity{navy: 23}), market.Conflict, "stock below what orders hold")
	wantKind(t, h.Records.SetStock(ctx, h.Suppliers[0], navy, 23), market.Conflict, "stock below what orders hold")
	wantKind(t, h.Records.SetStock(ctx, h.Suppliers[1], navy, 50), market.NotFound, "another supplier's stock")
	wantKind(t, h.Records.SetStock(ctx, h.Suppliers[0], "no variant", 50), market.NotFound, "stock of nothing")
	if err := h.Records.SetStock(ctx, h.Suppliers[0], navy, 50); err != nil {
		t.Fatal(err)
	}
	if got := read(t, h, l.ID); got.Variants[0].OnHand != 50 || got.Version != l.Version {
		t.Errorf("got stock %d at version %d, want 50 at %d", got.Variants[0].OnHand, got.Version, l.Version)
	}
}

func lists(t *testing.T, h House) {
	ctx := t.Context()
	var ids []catalog.ListingID
	for i, article := range []string{"A-1", "A-2", "B%1", "B-2", "C-1"} {
		l := stored(h.Suppliers[i/3], article)
		if i%2 == 1 {
			l.State = catalog.Proposed
		}
		ids = append(ids, save(t, h, l)[0].ID)
	}
	for _, c := range []struct {
		name string
		f    catalog.Filter
		want []int
	}{
		{"all", catalog.Filter{}, []int{0, 1, 2, 3, 4}},
		{"a supplier's", catalog.Filter{Supplier: h.Suppliers[0]}, []int{0, 1, 2}},
		{"a state's", catalog.Filter{State: catalog.Proposed}, []int{1, 3}},
		{"both", catalog.Filter{Supplier: h.Suppliers[1], State: catalog.Proposed}, []int{3}},
		{"a page", catalog.Filter{Limit: 2}, []int{0, 1}},
		{"the page after", catalog.Filter{Limit: 2, After: ids[1]}, []int{2, 3}},
		{"part of an article, in small letters", catalog.Filter{Text: "a-"}, []int{0, 1}},
		{"a sign that means anything elsewhere", catalog.Filter{Text: "%"}, []int{2}},
		{"part of a SKU", catalog.Filter{Text: "2-r"}, []int{1, 3}},
		{"nothing", catalog.Filter{Text: "_"}, nil},
	} {
		found, err := h.Records.List(ctx, c.f)
		var got []int
		for _, s := range found {
			got = append(got, slices.Index(ids, s.ID))
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v (%v), want %v", c.name, got, err, c.want)
		}
	}
	asked := []catalog.ListingID{ids[3], market.NewID[catalog.ListingID](), ids[0]}
	found, err := h.Records.Listings(ctx, asked)
	if err != nil || len(found) != 2 || found[0].ID != ids[3] || found[1].ID != ids[0] || len(found[0].Variants) != 2 {
		t.Errorf("search results came in another order, or not whole (%v): %+v", err, found)
	}
	for i := range found {
		found[i].Descriptions, found[i].Attributes, found[i].Pending, found[i].Reason = nil, nil, nil, ""
	}
	if cards, err := h.Records.Cards(ctx, asked); err != nil || !reflect.DeepEqual(cards, found) {
		t.Errorf("a list would show something else than the listing's page: got cards %+v (%v), want %+v", cards, err, found)
	}
	changed := read(t, h, ids[2]).Listing
	changed.Pending = &catalog.Change{Face: changed.Face(), Since: Noon()}
	changed = save(t, h, changed)[0]
	if got := read(t, h, ids[2]).Pending; !reflect.DeepEqual(got, changed.Pending) {
		t.Errorf("a pending change came back as %+v, want %+v", got, changed.Pending)
	}
	waits := func(when string, want ...int) {
		t.Helper()
		queue, err := h.Records.List(ctx, catalog.Filter{Waiting: true})
		var got []int
		for _, s := range queue {
			got = append(got, slices.Index(ids, s.ID))
		}
		if n, err := h.Records.CountWaiting(ctx); err != nil || n != len(want) || !slices.Equal(got, want) {
			t.Errorf("%s: got %v waiting, counted %d (%v), want %v", when, got, n, err, want)
		}
		if err != nil {
			t.Error(err)
		}
	}
	waits("changed", 1, 2, 3)
	changed.Pending.Returned = true
	save(t, h, changed)
	waits("returned", 1, 3)
	counts, err := h.Records.CountByState(ctx, h.Suppliers[0])
	if err != nil || counts[catalog.Published] != 2 || counts[catalog.Proposed] != 1 {
		t.Errorf("got counts %v (%v)", counts, err)
	}
	if counts, err = h.Records.CountByState(ctx, ""); err != nil || counts[catalog.Published] != 3 || counts[catalog.Proposed] != 2 {
		t.Errorf("got counts of all %v (%v)", counts, err)
	}
}

func categories(t *testing.T, h House) {
	ctx := t.Context()
	if err := h.Records.PutCategories(ctx, Categories()); err != nil {
		t.Fatal(err)
	}
	if err := h.Records.PutCategories(ctx, []catalog.Category{{Path: "home/bath", Names: map[string]string{"en": "Bath"}, Position: 0}}); err != nil {
		t.Fatal(err)
	}
	tree, err := h.Records.Categories(ctx)
	var got []string
	for _, c := range tree {
		got = append(got, c.Path)
	}
	if want := []string{"clothing", "home", "home/bath", "home/kitchen", "home/kitchen/mugs"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v (%v), want %v", got, err, want)
	}
	if tree[2].Names["en"] != "Bath" || tree[1].Names["de"] != "Wohnen" {
		t.Errorf("names were lost: %v", tree)
	}
}
