package web

import (
	"cmp"
	"context"
	"net/http"
	"strconv"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/web/page"
)

// newListing answers GET /desk/listings/new.
func (s *Site) newListing(w http.ResponseWriter, r *http.Request) error {
	b, err := s.Parties.Business(r.Context(), actor(r), actor(r).Business)
	if err != nil {
		return err
	}
	l := catalog.Listing{Language: b.Language, Unit: "H87", MOQ: 1, Multiple: 1, LeadDays: 7, Origin: b.Country}
	return s.showEditor(w, r, page.Form{Values: listingValues(l, b.Currency)}, catalog.Shown{Listing: l})
}

// editListing answers GET /desk/listings/{id}.
func (s *Site) editListing(w http.ResponseWriter, r *http.Request) error {
	l, err := s.Catalog.Edit(r.Context(), actor(r), listingID(r))
	if err != nil {
		return err
	}
	b, err := s.Parties.Business(r.Context(), actor(r), actor(r).Business)
	if err != nil {
		return err
	}
	f := page.Form{Values: listingValues(l.Wanted(), b.Currency)}
	f.Values["another"] = r.URL.Query().Get("another")
	return s.showEditor(w, r, f, l)
}

func listingID(r *http.Request) catalog.ListingID {
	id := catalog.ListingID(r.PathValue("id"))
	if !market.IsID(id) {
		return ""
	}
	return id
}

func (s *Site) showEditor(w http.ResponseWriter, r *http.Request, f page.Form, l catalog.Shown) error {
	tree, err := s.categories(r.Context())
	if err != nil {
		return err
	}
	v := s.supplierView(r)
	m := editor{v: v, f: f, l: l, tree: tree}
	p := m.build()
	v.Title = p.Title
	return s.show(w, r, page.EditorPage(v, p))
}

// createListing answers POST /desk/listings.
func (s *Site) createListing(w http.ResponseWriter, r *http.Request) error {
	in := readListing(r.PostForm)
	err := in.wrong(r.Context(), s, catalog.Draft)
	made := in.listing
	if err == nil {
		made, err = s.Catalog.Create(r.Context(), actor(r), in.listing)
	}
	if err != nil {
		return s.backToEditor(w, r, err, in, catalog.Shown{})
	}
	in.listing = made
	return s.savedListing(w, r, in)
}

// saveListing answers POST /desk/listings/{id}.
func (s *Site) saveListing(w http.ResponseWriter, r *http.Request) error {
	stored, err := s.Catalog.Edit(r.Context(), actor(r), listingID(r))
	if err != nil {
		return err
	}
	in := readListing(r.PostForm)
	in.listing.ID, in.listing.Version, in.listing.Pictures = stored.ID, version(r), stored.Wanted().Pictures
	err = in.wrong(r.Context(), s, stored.State)
	if err == nil {
		var saved catalog.Listing
		if saved, err = s.Catalog.Save(r.Context(), actor(r), in.listing); err == nil {
			in.listing = saved
			err = s.saveStock(r, in)
		}
	}
	if err != nil {
		return s.backToEditor(w, r, err, in, stored)
	}
	return s.savedListing(w, r, in)
}

// saveStock sets the stock that was changed in the form, and only that: orders
// move it while a form is open.
func (s *Site) saveStock(r *http.Request, in listingInput) error {
	var fs market.Faults
	for i, stock := range in.stock {
		if stock.now == stock.was || stock.id == "" || i >= len(in.listing.Variants) {
			continue
		}
		err := s.Catalog.SetStock(r.Context(), actor(r), in.listing.Variants[i].ID, stock.now)
		if market.KindOf(err) == 0 && err != nil {
			return err
		}
		for _, f := range FaultsOf(err) {
			fs = append(fs, &market.Fault{Kind: f.Kind, Field: "variants[" + strconv.Itoa(i) + "].stock", Msg: f.Msg, Fix: f.Fix})
		}
	}
	return fs.Err()
}

// savedListing goes on after saving: to the review where that was asked for,
// else back to the editor.
func (s *Site) savedListing(w http.ResponseWriter, r *http.Request, in listingInput) error {
	path := "/desk/listings/" + string(in.listing.ID)
	if r.PostFormValue("then") == "propose" {
		l, err := s.Catalog.Edit(r.Context(), actor(r), in.listing.ID)
		if err != nil {
			return err
		}
		if err := s.Catalog.Propose(r.Context(), actor(r), l.ID, l.Version); err != nil {
			return s.backToEditor(w, r, err, in, l)
		}
		return s.seeOther(w, r, path, "listing.proposed")
	}
	note := "listing.saved"
	if in.listing.State == catalog.Published && in.listing.Waits() {
		note = "listing.waits"
	}
	http.Redirect(w, r, s.to(r, path, "note", note, "another", r.PostFormValue("another")), http.StatusSeeOther)
	return nil
}

// backToEditor draws the form again, each fault beside its field. What was
// saved meanwhile, such as before a proposal, is drawn with its new version.
func (s *Site) backToEditor(w http.ResponseWriter, r *http.Request, err error, in listingInput, l catalog.Shown) error {
	return s.again(w, r, err, page.Form{}, func(f page.Form) error {
		f.Faults = in.placed(f.Faults)
		if in.listing.Version > 0 && in.listing.Version != version(r) || in.listing.ID != l.ID {
			fresh, err := s.Catalog.Edit(r.Context(), actor(r), in.listing.ID)
			if err != nil {
				return err
			}
			l = fresh
			f.Values["version"] = strconv.FormatInt(l.Version, 10)
		}
		if l.Version == 0 {
			l.Listing = in.listing
		}
		return s.showEditor(w, r, f, l)
	})
}

// turnListing answers POST /desk/listings/{id}/propose, …/withdraw and …/discard.
func (s *Site) turnListing(w http.ResponseWriter, r *http.Request) error {
	id := listingID(r)
	turn, note := s.Catalog.Withdraw, "listing.withdrawn"
	switch r.PathValue("step") {
	case "withdraw":
	case "propose":
		turn, note = s.Catalog.Propose, "listing.proposed"
	case "discard":
		turn, note = s.Catalog.Discard, "listing.discarded"
	default:
		return market.Missing("This step")
	}
	if err := turn(r.Context(), actor(r), id, version(r)); err != nil {
		l, missing := s.Catalog.Edit(r.Context(), actor(r), id)
		if missing != nil {
			return missing
		}
		return s.again(w, r, err, page.Form{}, func(f page.Form) error {
			f.Values = listingValues(l.Wanted(), "")
			return s.showEditor(w, r, f, l)
		})
	}
	return s.seeOther(w, r, "/desk/listings/"+string(id), note)
}

// largestUpload bounds what one form of pictures may send, in bytes.
const largestUpload = 40 << 20

// addPictures answers POST /desk/listings/{id}/pictures.
func (s *Site) addPictures(w http.ResponseWriter, r *http.Request) error {
	l, err := s.Catalog.Edit(r.Context(), actor(r), listingID(r))
	if err != nil {
		return err
	}
	back := func(err error) error {
		return s.again(w, r, err, page.Form{}, func(f page.Form) error {
			for _, fault := range f.Faults {
				fault.Field = cmp.Or(fault.Field, "pictures")
			}
			fresh, err := s.Catalog.Edit(r.Context(), actor(r), l.ID)
			f.Values = listingValues(fresh.Wanted(), "")
			if err != nil {
				return err
			}
			return s.showEditor(w, r, f, fresh)
		})
	}
	if !upload(r) {
		return back(&market.Fault{Kind: market.Invalid, Field: "pictures", Msg: "No picture came with the form.", Fix: "Choose one or more, then send them."})
	}
	r.Body = http.MaxBytesReader(w, r.Body, largestUpload)
	parts, err := r.MultipartReader()
	if err != nil {
		return back(&market.Fault{Kind: market.Invalid, Field: "pictures", Msg: "The form could not be read.", Fix: "Send it again.", Err: err})
	}
	added := 0
	for {
		part, err := parts.NextPart()
		if err != nil {
			if status := Status(err); status == http.StatusRequestEntityTooLarge {
				return back(&market.Fault{Kind: market.TooLarge, Field: "pictures", Msg: "The pictures together are larger than 40 MB.", Fix: "Send fewer at once."})
			}
			break // the end
		}
		if part.FormName() != "pictures" || part.FileName() == "" {
			continue
		}
		if _, err := s.Catalog.AddPicture(r.Context(), actor(r), l.ID, part); err != nil {
			if Status(err) == http.StatusRequestEntityTooLarge && market.KindOf(err) == 0 {
				err = &market.Fault{Kind: market.TooLarge, Field: "pictures", Msg: "The pictures together are larger than 40 MB.", Fix: "Send fewer at once."}
			}
			return back(err)
		}
		added++
	}
	if added == 0 {
		return back(&market.Fault{Kind: market.Invalid, Field: "pictures", Msg: "No picture came with the form.", Fix: "Choose one or more, then send them."})
	}
	return s.seeOther(w, r, "/desk/listings/"+string(l.ID)+"#f-pictures", "listing.pictures")
}

// movePicture answers POST /desk/listings/{id}/pictures/{picture}: it takes a
// picture out, or puts it first.
func (s *Site) movePicture(w http.ResponseWriter, r *http.Request) error {
	id, picture := listingID(r), catalog.PictureID(r.PathValue("picture"))
	var err error
	if r.PostFormValue("step") == "remove" {
		_, err = s.Catalog.RemovePicture(r.Context(), actor(r), id, picture)
	} else {
		err = s.putFirst(r.Context(), actor(r), id, picture)
	}
	if err != nil {
		return err
	}
	return s.seeOther(w, r, "/desk/listings/"+string(id)+"#f-pictures", "listing.pictures")
}

func (s *Site) putFirst(ctx context.Context, a market.Actor, id catalog.ListingID, picture catalog.PictureID) error {
	l, err := s.Catalog.Edit(ctx, a, id)
	if err != nil {
		return err
	}
	wanted := l.Wanted()
	sorted := make([]catalog.Picture, 0, len(wanted.Pictures))
	for _, p := range wanted.Pictures {
		if p.ID == picture {
			sorted = append([]catalog.Picture{p}, sorted...)
		} else {
			sorted = append(sorted, p)
		}
	}
	wanted.Pictures = sorted
	_, err = s.Catalog.Save(ctx, a, wanted)
	return err
}
