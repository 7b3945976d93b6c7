package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"kontor/demo/draw"
	"kontor/demo/house"
	"kontor/feed"
	"kontor/market"
	"kontor/market/catalog"
)

// lists are the suppliers' catalogues, read ahead.
type lists struct {
	csv      map[string][]byte
	rows     int64
	pictures []string // references, in the order of their first use
}

func readLists(suppliers []house.Supplier) (lists, error) {
	l := lists{csv: map[string][]byte{}}
	for _, s := range suppliers {
		b, err := house.Listings(s.Slug)
		if err != nil {
			return l, err
		}
		rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
		if err != nil || len(rows) == 0 {
			return l, fmt.Errorf("listings of supplier %s: %w", s.Slug, err)
		}
		l.csv[s.Slug] = b
		l.rows += int64(len(rows) - 1)
		if at := slices.Index(rows[0], "pictures"); at >= 0 {
			for _, row := range rows[1:] {
				if row[at] != "" {
					l.pictures = append(l.pictures, row[at])
				}
			}
		}
	}
	return l, nil
}

// drawings are pictures that are being drawn on all cores while the house is
// filled. It fulfils feed.Pictures.
type drawings struct {
	all  map[string]*drawing
	work sync.WaitGroup
}

type drawing struct {
	ready   chan struct{} // closed when picture and err are set
	picture catalog.Picture
	err     error
}

// widths in pixels that drawings are kept in: for a card on a phone, and for a
// listing's page. The smaller is half of the larger, which is fast to make.
var widths = []int{draw.Side / 2, draw.Side}

func draws(ctx context.Context, keep Pictures, refs []string) *drawings {
	d := &drawings{all: make(map[string]*drawing, len(refs))}
	queue := make(chan string, len(refs))
	for _, ref := range refs {
		if d.all[ref] == nil {
			d.all[ref] = &drawing{ready: make(chan struct{})}
			queue <- ref
		}
	}
	close(queue)
	for range runtime.GOMAXPROCS(0) + 1 { // one more, for those that wait on the disk
		d.work.Go(func() {
			for ref := range queue {
				one := d.all[ref]
				if one.err = ctx.Err(); one.err == nil {
					one.picture, one.err = drawn(ctx, keep, ref)
				}
				close(one.ready)
			}
		})
	}
	return d
}

// wait returns when nobody draws any more.
func (d *drawings) wait() { d.work.Wait() }

func drawn(ctx context.Context, keep Pictures, ref string) (catalog.Picture, error) {
	kind, seed, ok := draw.Parse(ref)
	if !ok {
		return catalog.Picture{}, &market.Fault{Kind: market.Invalid, Field: "pictures", Msg: fmt.Sprintf("Nobody can draw %q.", ref), Fix: "Use draw:KIND:NUMBER."}
	}
	return keep.AddImage(ctx, draw.Picture(kind, seed), widths...)
}

// Picture waits for the drawing of that name.
func (d *drawings) Picture(ctx context.Context, name string) (catalog.Picture, error) {
	one := d.all[name]
	if one == nil {
		return catalog.Picture{}, fmt.Errorf("no drawing %q was ordered", name)
	}
	select {
	case <-one.ready:
		return one.picture, one.err
	case <-ctx.Done():
		return catalog.Picture{}, ctx.Err()
	}
}

// stock plants the categories, loads every supplier's catalogue and takes a few
// listings through the states that a review leaves them in.
func (f *filler) stock(ctx context.Context, suppliers []house.Supplier, l lists, pictures feed.Pictures) error {
	tree, err := Categories()
	if err != nil {
		return err
	}
	if err := f.Catalog.Plant(ctx, f.operator.actor, tree); err != nil {
		return fmt.Errorf("plant the categories: %w", err)
	}
	for i, s := range suppliers {
		f.ago(180 - 6*float64(i))
		r, err := feed.Import(ctx, f.Catalog, feed.ImportInput{
			Actor: f.operator.actor, Supplier: f.suppliers[s.Slug].id, Reader: bytes.NewReader(l.csv[s.Slug]), Size: int64(len(l.csv[s.Slug])), Pictures: pictures,
		})
		if err != nil {
			return fmt.Errorf("load the listings of %s: %w", s.Slug, err)
		}
		if len(r.Errors) > 0 {
			return fmt.Errorf("load the listings of %s: line %d, %s: %s", s.Slug, r.Errors[0].Line, r.Errors[0].Column, r.Errors[0].Message)
		}
		shown, err := f.Catalog.Storefront(ctx, f.suppliers[s.Slug].id, "", 500)
		if err != nil {
			return err
		}
		f.goods[s.Slug] = shown
		f.step(int64(r.Rows))
	}
	return f.review(ctx)
}

// planted is the sample tree as the catalogue keeps it.
func planted(above string, nodes []house.Category) []catalog.Category {
	var all []catalog.Category
	for i, n := range nodes {
		path := n.Slug
		if above != "" {
			path = above + "/" + n.Slug
		}
		all = append(all, catalog.Category{Path: path, Names: n.Names, Position: i})
		all = append(all, planted(path, n.Children)...)
	}
	return all
}

// review leaves listings in every state. It takes them from the end of a
// supplier's list; trades choose from its beginning.
func (f *filler) review(ctx context.Context) error {
	house := f.operator.actor
	for _, r := range []struct {
		supplier string
		days     float64
		do       func(catalog.Shown, market.Actor) error
	}{
		{shownSupplier, 6, func(l catalog.Shown, own market.Actor) error { return f.Catalog.Withdraw(ctx, own, l.ID, l.Version) }},
		{shownSupplier, 1.2, func(l catalog.Shown, own market.Actor) error { return f.propose(ctx, own, l) }},
		{shownSupplier, 3, func(l catalog.Shown, own market.Actor) error {
			return f.Catalog.Suspend(ctx, house, l.ID, l.Version, "The picture shows a breast pocket, the text says there is none. Which is right?")
		}},
		{shownSupplier, 2, func(l catalog.Shown, own market.Actor) error { return f.sellOut(ctx, own, l) }},
		{shownSupplier, 9, func(l catalog.Shown, own market.Actor) error {
			if err := f.propose(ctx, own, l); err != nil {
				return err
			}
			return f.Catalog.Return(ctx, house, l.ID, l.Version+2, "Please add the weight of the cloth and who weaves it: shops ask for both.")
		}},
		{"neris-linen", 0.4, func(l catalog.Shown, own market.Actor) error { return f.propose(ctx, own, l) }},
		{"atlas-atelier", 0.9, func(l catalog.Shown, own market.Actor) error { return f.propose(ctx, own, l) }},
		{"talabarteria-bajio", 1.6, func(l catalog.Shown, own market.Actor) error { return f.propose(ctx, own, l) }},
		{"rempah-banda", 4, func(l catalog.Shown, own market.Actor) error { return f.sellOut(ctx, own, l) }},
	} {
		list := f.goods[r.supplier]
		last := list[len(list)-1]
		f.goods[r.supplier] = list[:len(list)-1]
		f.ago(r.days)
		if err := r.do(last, f.suppliers[r.supplier].actor); err != nil {
			return fmt.Errorf("review %s of %s: %w", last.Article, r.supplier, err)
		}
	}
	return nil
}

// propose takes a published listing off and hands it in again, as after a change.
func (f *filler) propose(ctx context.Context, own market.Actor, l catalog.Shown) error {
	if err := f.Catalog.Withdraw(ctx, own, l.ID, l.Version); err != nil {
		return err
	}
	return f.Catalog.Propose(ctx, own, l.ID, l.Version+1)
}

func (f *filler) sellOut(ctx context.Context, own market.Actor, l catalog.Shown) error {
	for _, v := range l.Variants {
		if err := f.Catalog.SetStock(ctx, own, v.ID, 0); err != nil {
			return err
		}
	}
	return nil
}
