package catalogtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"testing"

	"kontor/market"
	"kontor/market/catalog"
)

// album names pictures after their bytes, as the desk asks of its pictures.
type album struct{}

func (album) Add(_ context.Context, r io.Reader) (catalog.Picture, error) {
	b, err := io.ReadAll(r)
	sum := sha256.Sum256(b)
	return catalog.Picture{ID: catalog.PictureID(hex.EncodeToString(sum[:])), Width: 640, Height: 480, Widths: []int{320, 640}}, err
}

// shelf is a desk over a house with categories.
func shelf(t testing.TB, h House) *catalog.Desk {
	t.Helper()
	d := catalog.NewDesk(h.Records, nil, album{}, Noon)
	if err := d.Plant(t.Context(), Operator(), Categories()); err != nil {
		t.Fatal(err)
	}
	return d
}

// Desk runs the catalogue's rules on a keeper.
func Desk(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		try  func(t *testing.T, h House, d *catalog.Desk)
	}{
		{"a listing lives from draft to suspension along the arrows", life},
		{"only the supplier and the house see and change what is not public", rights},
		{"an edit keeps state, stock and identities", edit},
		{"pictures come, are described and go", pictures},
		{"what buyers read of a published listing changes by review alone", everyFaceWaits},
		{"prices, quantities and times of a published listing change at once", tradeIsFree},
		{"a pending change is published, returned, mended or dropped", changesAreJudged},
		{"a supplier's file changes a published text by review alone", filesWait},
		{"a file loads once, and again changes nothing", load},
		{"a file mends, adds and never takes off what it does not name", loadOver},
		{"a fault in a file leaves out as little as it can", loadFaults},
		{"a supplier's file can't publish, the house's can", loadStates},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := open(t)
			c.try(t, h, shelf(t, h))
		})
	}
}

func life(t *testing.T, h House, d *catalog.Desk) {
	ctx, me, house := t.Context(), SupplierOf(h.Suppliers[0]), Operator()
	l, err := d.Create(ctx, me, Mug("M-1"))
	if err != nil {
		t.Fatal(err)
	}
	version := func() int64 { return read(t, h, l.ID).Version }
	for _, step := range []struct {
		name string
		do   func() error
		want catalog.State
	}{
		{"propose", func() error { return d.Propose(ctx, me, l.ID, version()) }, catalog.Proposed},
		{"return", func() error { return d.Return(ctx, house, l.ID, version(), "The picture is missing.") }, catalog.Draft},
		{"propose again", func() error { return d.Propose(ctx, me, l.ID, version()) }, catalog.Proposed},
		{"publish", func() error { return d.Publish(ctx, house, l.ID, version()) }, catalog.Published},
		{"suspend", func() error { return d.Suspend(ctx, house, l.ID, version(), "Reported as a copy.") }, catalog.Suspended},
		{"restore", func() error { return d.Restore(ctx, house, l.ID, version()) }, catalog.Published},
		{"withdraw", func() error { return d.Withdraw(ctx, me, l.ID, version()) }, catalog.Draft},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		s := read(t, h, l.ID)
		if s.State != step.want {
			t.Fatalf("%s: got %s, want %s", step.name, s.State, step.want)
		}
		if told := s.Reason != ""; told != (step.name == "return" || step.name == "suspend") {
			t.Errorf("%s: the supplier reads the reason %q", step.name, s.Reason)
		}
	}
	wantKind(t, d.Publish(ctx, house, l.ID, version()), market.Conflict, "a draft published without being proposed")
	wantKind(t, d.Propose(ctx, me, l.ID, version()-1), market.Conflict, "a proposal of an older version")
	wantKind(t, d.Return(ctx, house, l.ID, version(), ""), market.Invalid, "a return without a reason")
	bare := Mug("M-2")
	bare.HSCode, bare.Variants = "", nil
	l, err = d.Create(ctx, me, bare)
	if err != nil {
		t.Fatalf("a draft may be incomplete: %v", err)
	}
	wantKind(t, d.Propose(ctx, me, l.ID, version()), market.Invalid, "an incomplete listing proposed")
	_, err = d.Create(ctx, me, Mug("M-2"))
	wantKind(t, err, market.Conflict, "the same article twice")
}

func rights(t *testing.T, h House, d *catalog.Desk) {
	ctx, me, other, house := t.Context(), SupplierOf(h.Suppliers[0]), SupplierOf(h.Suppliers[1]), Operator()
	guest, buyer := market.Actor{}, market.Actor{Person: "p", Business: h.Suppliers[0], Buys: true}
	l, err := d.Create(ctx, me, Mug("M-1"))
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]market.Actor{"guest": guest, "another supplier": other, "a buyer of the same business": buyer} {
		_, err := d.View(ctx, a, l.ID)
		wantKind(t, err, market.NotFound, name+" sees a draft")
		_, err = d.Edit(ctx, a, l.ID)
		wantKind(t, err, market.NotFound, name+" opens the editor")
		_, err = d.Save(ctx, a, l)
		wantKind(t, err, market.NotFound, name+" changes it")
		wantKind(t, d.SetStock(ctx, a, l.Variants[0].ID, 1), market.NotFound, name+" sets its stock")
		wantKind(t, d.Propose(ctx, a, l.ID, l.Version), market.NotFound, name+" proposes it")
		wantKind(t, d.Publish(ctx, a, l.ID, l.Version), market.NotFound, name+" publishes it")
		_, err = d.AddPicture(ctx, a, l.ID, bytes.NewReader([]byte("x")))
		wantKind(t, err, market.NotFound, name+" adds a picture")
	}
	wantKind(t, d.Publish(ctx, me, l.ID, l.Version), market.Forbidden, "a supplier publishes its own")
	_, err = d.Queue(ctx, me, "", 0)
	wantKind(t, err, market.Forbidden, "a supplier reads the review queue")
	_, err = d.Create(ctx, guest, Mug("M-9"))
	wantKind(t, err, market.SignIn, "a guest offers something")
	_, err = d.Create(ctx, buyer, Mug("M-9"))
	wantKind(t, err, market.Forbidden, "a buyer offers something")
	_, err = d.Load(ctx, other, h.Suppliers[0], []catalog.Offer{{Listing: Mug("M-8")}})
	wantKind(t, err, market.Forbidden, "a supplier loads another's catalogue")
	for name, a := range map[string]market.Actor{"its supplier": me, "the house": house} {
		if _, err := d.View(ctx, a, l.ID); err != nil {
			t.Errorf("%s does not see the draft: %v", name, err)
		}
	}
	if err := d.Propose(ctx, me, l.ID, l.Version); err != nil {
		t.Fatal(err)
	}
	if queue, err := d.Queue(ctx, house, "", 0); err != nil || len(queue) != 1 {
		t.Errorf("the review queue has %d listings (%v), want 1", len(queue), err)
	}
	if err := d.Publish(ctx, house, l.ID, l.Version+1); err != nil {
		t.Fatal(err)
	}
	if _, err := d.View(ctx, guest, l.ID); err != nil {
		t.Errorf("a guest does not see what is published: %v", err)
	}
	if front, err := d.Storefront(ctx, h.Suppliers[0], "", 0); err != nil || len(front) != 1 {
		t.Errorf("the storefront shows %d listings (%v), want 1", len(front), err)
	}
}

func edit(t *testing.T, h House, d *catalog.Desk) {
	ctx, me := t.Context(), SupplierOf(h.Suppliers[0])
	l, err := d.Create(ctx, me, Mug("M-1"))
	if err != nil {
		t.Fatal(err)
	}
	h.Hold(l.Variants[0].ID, 12)
	e := l
	e.State, e.Supplier, e.Titles = catalog.Published, h.Suppliers[1], map[string]string{"en": "  Quay mug\r\n", "de": ""}
	e.Variants = slices.Clone(l.Variants)
	e.Variants[0].ID, e.Variants[0].OnHand = "", 9_999 // found by its SKU; stock has its own way
	if e, err = d.Save(ctx, me, e); err != nil {
		t.Fatal(err)
	}
	s := read(t, h, l.ID)
	if s.State != catalog.Draft || s.Supplier != h.Suppliers[0] || s.Version != e.Version {
		t.Errorf("an edit changed more than it may: state %s, supplier %s, version %d", s.State, s.Supplier, s.Version)
	}
	if len(s.Titles) != 1 || s.Titles["en"] != "Quay mug" {
		t.Errorf("got titles %q, want the one that was entered, tidied", s.Titles)
	}
	if v := s.Variants[0]; v.ID != l.Variants[0].ID || v.OnHand != 192 || v.Reserved != 12 {
		t.Errorf("an edit lost a variant's identity or stock: %+v", v)
	}
	_, err = d.Save(ctx, me, l)
	wantKind(t, err, market.Conflict, "an edit of what was read before")
	without := e
	without.Variants = e.Variants[1:]
	_, err = d.Save(ctx, me, without)
	wantKind(t, err, market.Invalid, "a variant taken off that orders hold")
	foreign := e
	foreign.Variants = slices.Clone(e.Variants)
	foreign.Variants[1].ID = "somebody's"
	_, err = d.Save(ctx, me, foreign)
	wantKind(t, err, market.Invalid, "a variant of another listing")
	if err := d.SetStock(ctx, me, l.Variants[0].ID, 12); err != nil {
		t.Errorf("stock of what is reserved is refused: %v", err)
	}
	wantKind(t, d.SetStock(ctx, me, l.Variants[0].ID, 11), market.Conflict, "stock below what is reserved")
	wantKind(t, d.SetStock(ctx, me, l.Variants[0].ID, -1), market.Invalid, "stock below zero")
}

func pictures(t *testing.T, h House, d *catalog.Desk) {
	ctx, me := t.Context(), SupplierOf(h.Suppliers[0])
	l, err := d.Create(ctx, me, Mug("M-1"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"front", "back", "front"} {
		if l, err = d.AddPicture(ctx, me, l.ID, bytes.NewReader([]byte(name))); err != nil {
			t.Fatal(err)
		}
	}
	if len(l.Pictures) != 2 {
		t.Fatalf("got %d pictures, want 2: the same twice is one", len(l.Pictures))
	}
	l.Pictures[0], l.Pictures[1] = l.Pictures[1], l.Pictures[0]
	l.Pictures[0].Alt, l.Pictures[0].Width = "from behind", 1
	if l, err = d.Save(ctx, me, l); err != nil {
		t.Fatal(err)
	}
	if p := read(t, h, l.ID).Pictures[0]; p.Alt != "from behind" || p.Width != 640 {
		t.Errorf("got picture %+v, want the described one at its true size", p)
	}
	if l, err = d.RemovePicture(ctx, me, l.ID, l.Pictures[0].ID); err != nil || len(l.Pictures) != 1 {
		t.Errorf("got %d pictures after one was removed (%v)", len(l.Pictures), err)
	}
	l.Pictures = append(l.Pictures, catalog.Picture{ID: "another's"})
	_, err = d.Save(ctx, me, l)
	wantKind(t, err, market.Invalid, "a picture that was never added")
}
