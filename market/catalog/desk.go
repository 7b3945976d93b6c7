package catalog

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"

	"kontor/market"
)

// Pictures checks, re-encodes and keeps pictures. The same bytes give the same
// Picture, so that an import which runs twice changes nothing.
type Pictures interface {
	Add(ctx context.Context, r io.Reader) (Picture, error)
}

// Desk is where suppliers keep their catalogue, the operator reviews it and
// everybody reads it. It is safe for concurrent use.
type Desk struct {
	records  Records
	index    Index
	pictures Pictures
	clock    func() time.Time

	mu   sync.Mutex // guards the tree
	tree Tree
	till time.Time // the tree is read again then
}

// NewDesk ties a desk to what it needs. index may be nil: then Search
// finds nothing and Reindex does nothing.
func NewDesk(records Records, index Index, pictures Pictures, clock func() time.Time) *Desk {
	return &Desk{records: records, index: index, pictures: pictures, clock: clock}
}

// errListing is what a reader without a right to a listing is told.
func errListing() error { return market.Missing("The listing") }

// owns tells whether a keeps the catalogue of the supplier.
func owns(a market.Actor, supplier market.BusinessID) bool {
	return a.SignedIn() && a.Sells && a.Business != "" && a.Business == supplier
}

// own is the listing if a keeps it or runs the house.
func (d *Desk) own(ctx context.Context, a market.Actor, id ListingID) (Shown, error) {
	s, err := d.records.Listing(ctx, id)
	if err != nil {
		return Shown{}, err
	}
	if !a.Operator && !owns(a, s.Supplier) {
		return Shown{}, errListing()
	}
	return s, nil
}

// Create makes a draft of l for the actor's business. Of l counts what a
// supplier may say: not its identity, state, dates or version.
func (d *Desk) Create(ctx context.Context, a market.Actor, l Listing) (Listing, error) {
	if !owns(a, a.Business) {
		return Listing{}, forbidden(a, "Only a business that sells can offer something.")
	}
	now := d.clock()
	l.ID, l.Supplier, l.State, l.Reason, l.Version = market.NewID[ListingID](), a.Business, Draft, "", 0
	l.Created, l.Changed = now, now
	l = tidy(l)
	for i := range l.Variants {
		l.Variants[i].ID, l.Variants[i].Reserved = market.NewID[VariantID](), 0
	}
	if err := d.keep(ctx, &l); err != nil {
		return Listing{}, err
	}
	return l, nil
}

// Save writes an edited listing; l.Version must be the one that was read, and
// an edit begins with Wanted. What a supplier changes of the face of a published
// listing becomes its pending change; the rest counts at once. State,
// dates, and the stock of variants that are there already stay as they are
// (SetStock changes stock). Variants without an ID are matched by SKU, else new;
// those that l leaves out are taken off, which is refused while orders hold
// stock of them. Pictures may be reordered, described and left out.
func (d *Desk) Save(ctx context.Context, a market.Actor, l Listing) (Listing, error) {
	stored, err := d.own(ctx, a, l.ID)
	if err != nil {
		return Listing{}, err
	}
	if l.Version != stored.Version {
		return Listing{}, movedOn()
	}
	l.Supplier, l.State, l.Reason, l.Created, l.Changed = stored.Supplier, stored.State, stored.Reason, stored.Created, d.clock()
	l = tidy(l)
	if err := d.check(ctx, l, l.settle(stored.Listing)); err != nil {
		return Listing{}, err
	}
	l = held(a, l, stored.Listing, l.Changed)
	if err := d.write(ctx, &l); err != nil {
		return Listing{}, err
	}
	return l, nil
}

// settle gives l's variants and pictures the identities and stock that are
// stored, and says what it can't find or may not drop.
func (l *Listing) settle(stored Listing) market.Faults {
	var faults market.Faults
	kept := make(map[VariantID]bool, len(l.Variants))
	for i := range l.Variants {
		v := &l.Variants[i]
		j := slices.IndexFunc(stored.Variants, func(s Variant) bool { return s.ID == v.ID || v.ID == "" && s.SKU == v.SKU })
		switch {
		case j >= 0 && !kept[stored.Variants[j].ID]:
			s := stored.Variants[j]
			v.ID, v.OnHand, v.Reserved = s.ID, s.OnHand, s.Reserved
			kept[s.ID] = true
		case v.ID == "":
			v.ID, v.Reserved = market.NewID[VariantID](), 0
		default:
			faults.Add("variants", "A variant of the form is not part of this listing.", "Reload the listing and enter it again.")
		}
	}
	for _, s := range stored.Variants {
		if !kept[s.ID] && s.Reserved > 0 {
			faults.Add("variants", "Orders hold stock of "+s.SKU+".", "Set its stock to what is reserved, and take it off once they are shipped.")
		}
	}
	pictures := stored.Pictures
	if stored.Pending != nil {
		pictures = slices.Concat(pictures, stored.Pending.Face.Pictures)
	}
	for i := range l.Pictures {
		p := &l.Pictures[i]
		j := slices.IndexFunc(pictures, func(s Picture) bool { return s.ID == p.ID })
		if j < 0 {
			faults.Add("pictures", "A picture of the form is not part of this listing.", "Add it anew.")
			continue
		}
		alt := p.Alt
		*p = pictures[j]
		p.Alt = alt
	}
	return faults
}

// Propose hands a draft to the operator for review. It must be whole.
func (d *Desk) Propose(ctx context.Context, a market.Actor, id ListingID, version int64) error {
	return d.turn(ctx, a, id, version, Proposed, "", Draft)
}

// Withdraw takes a listing back to draft, with its pending change in it: nobody
// but its supplier sees it then.
func (d *Desk) Withdraw(ctx context.Context, a market.Actor, id ListingID, version int64) error {
	return d.turn(ctx, a, id, version, Draft, "", Proposed, Published, Suspended)
}

// turn moves a listing that is in one of the states from.
func (d *Desk) turn(ctx context.Context, a market.Actor, id ListingID, version int64, to State, reason string, from ...State) error {
	s, err := d.own(ctx, a, id)
	if err != nil {
		return err
	}
	if s.Version != version {
		return movedOn()
	}
	l := s.Listing
	if to == Draft {
		l = l.Wanted()
	}
	if l, err = l.move(to, reason); err != nil {
		return err
	}
	if !slices.Contains(from, s.State) {
		return &market.Fault{Kind: market.Conflict, Field: "state", Msg: "The listing is " + string(s.State) + ".", Fix: "Reload it: somebody may have moved it on."}
	}
	l.Changed = d.clock()
	if to == Draft || to == Suspended {
		return d.write(ctx, &l) // taking off is never refused for what a listing lacks
	}
	return d.keep(ctx, &l)
}

// SetStock sets what is on hand of a variant, counting what orders reserve. It
// is refused below that.
func (d *Desk) SetStock(ctx context.Context, a market.Actor, v VariantID, onHand market.Quantity) error {
	s, err := d.records.ListingOfVariant(ctx, v)
	if err != nil {
		return err
	}
	if !a.Operator && !owns(a, s.Supplier) {
		return market.Missing("The variant")
	}
	if onHand < 0 || onHand > mostOnHand {
		return &market.Fault{Kind: market.Invalid, Field: "stock", Msg: "The stock is out of range.", Fix: "Enter how many you have, from 0 on."}
	}
	return d.records.SetStock(ctx, s.Supplier, v, onHand)
}

// AddPicture checks and keeps a picture and puts it last; a published listing
// shows it once the operator published the change. The same picture twice is
// one.
func (d *Desk) AddPicture(ctx context.Context, a market.Actor, id ListingID, r io.Reader) (Listing, error) {
	s, err := d.own(ctx, a, id)
	if err != nil {
		return Listing{}, err
	}
	l := startOf(a, s.Listing)
	if len(l.Pictures) >= MostPictures {
		return Listing{}, &market.Fault{Kind: market.TooLarge, Field: "pictures", Msg: "The listing has all the pictures it may have.", Fix: "Remove one first."}
	}
	p, err := d.pictures.Add(ctx, r)
	if err != nil {
		return Listing{}, err
	}
	if slices.ContainsFunc(l.Pictures, func(o Picture) bool { return o.ID == p.ID }) {
		return s.Listing, nil
	}
	l.Pictures, l.Changed = append(slices.Clone(l.Pictures), p), d.clock()
	l = held(a, l, s.Listing, l.Changed)
	return l, d.write(ctx, &l)
}

// RemovePicture takes a picture out, as AddPicture puts one in; one that is gone already is no fault.
func (d *Desk) RemovePicture(ctx context.Context, a market.Actor, id ListingID, picture PictureID) (Listing, error) {
	s, err := d.own(ctx, a, id)
	if err != nil {
		return Listing{}, err
	}
	l := startOf(a, s.Listing)
	kept := slices.DeleteFunc(slices.Clone(l.Pictures), func(p Picture) bool { return p.ID == picture })
	if len(kept) == len(l.Pictures) {
		return s.Listing, nil
	}
	l.Pictures, l.Changed = kept, d.clock()
	l = held(a, l, s.Listing, l.Changed)
	return l, d.write(ctx, &l)
}

// keep writes l if nothing is wrong with it.
func (d *Desk) keep(ctx context.Context, l *Listing) error {
	if err := d.check(ctx, *l, nil); err != nil {
		return err
	}
	return d.write(ctx, l)
}

// write saves l and counts its version on.
func (d *Desk) write(ctx context.Context, l *Listing) error {
	if err := d.records.Save(ctx, []Listing{*l}, nil); err != nil {
		return err
	}
	l.Version++
	return nil
}

// check is everything wrong with l, or the error that kept from looking.
func (d *Desk) check(ctx context.Context, l Listing, before market.Faults) error {
	tree, err := d.Tree(ctx)
	if err != nil {
		return err
	}
	return append(before, Check(l, tree)...).Err()
}

func movedOn() error {
	return &market.Fault{Kind: market.Conflict, Msg: "The listing was changed since you opened it.", Fix: "Reload it and enter your change again."}
}

// forbidden asks a guest to sign in and tells everybody else that it may not.
func forbidden(a market.Actor, msg string) error {
	if !a.SignedIn() {
		return &market.Fault{Kind: market.SignIn, Msg: "Nobody is signed in.", Fix: "Sign in first."}
	}
	return &market.Fault{Kind: market.Forbidden, Msg: msg, Fix: "Ask the house if you think you should."}
}
