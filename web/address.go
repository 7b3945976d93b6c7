package web

import (
	"net/http"

	"kontor/market"
	"kontor/market/party"
	"kontor/web/page"
)

// addresses answers GET /account/addresses: those kept, and the form of one.
// The form's country stands in the address, so that another country's fields
// need no script.
func (s *Site) addresses(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	in := addressInput{id: party.AddressID(q.Get("edit")), next: q.Get("next")}
	in.postal.Country = q.Get("country")
	if in.id != "" {
		kept, err := s.Parties.Address(r.Context(), actor(r), in.id, party.Purpose{Kind: "own_data"})
		if err != nil {
			return err
		}
		in.postal = kept.Postal
		if q.Get("country") != "" {
			in.postal.Country = q.Get("country")
		}
	}
	return s.showAddresses(w, r, page.Form{}, in)
}

// addressInput is the form of one address.
type addressInput struct {
	id     party.AddressID // "" for a new one
	next   string          // where the address is needed
	postal party.Postal
}

func readAddress(r *http.Request) addressInput {
	return addressInput{id: party.AddressID(r.PostFormValue("id")), next: r.PostFormValue("next"), postal: party.Postal{
		Name: r.PostFormValue("name"), Organisation: r.PostFormValue("organisation"), Street: r.PostFormValue("street"), Street2: r.PostFormValue("street2"),
		City: r.PostFormValue("city"), Region: r.PostFormValue("region"), Postcode: r.PostFormValue("postcode"), Country: r.PostFormValue("country"), Phone: r.PostFormValue("phone"),
	}}
}

func (s *Site) showAddresses(w http.ResponseWriter, r *http.Request, f page.Form, in addressInput) error {
	kept, err := s.Parties.Addresses(r.Context(), actor(r))
	if err != nil {
		return err
	}
	if !party.IsCountry(in.postal.Country) {
		if in.postal.Country, err = s.likely(r); err != nil {
			return err
		}
	}
	v := s.view(r)
	words := v.Words
	f.ID, f.Action = "address", v.To("/account/addresses")
	if f.Values == nil {
		f.Values = valuesOf(in.postal)
	}
	p := page.Addresses{
		Title: words.T("address.new"), Action: v.Prefix + "/account/addresses", Form: f, Fields: addressFields(v, f, in.postal.Country),
		Country: page.Field{ID: "country", Name: "country", Label: words.T("layout.country"), Required: true, Options: allCountries(words, in.postal.Country)},
		Asked:   []page.Option{{Label: "next", Value: in.next}, {Label: "edit", Value: string(in.id)}},
		Hidden:  []page.Option{{Label: "next", Value: in.next}, {Label: "id", Value: string(in.id)}, {Label: "country", Value: in.postal.Country}},
	}
	if in.id != "" {
		p.Title = words.T("address.edit")
	}
	if in.next != "" {
		p.Back = page.Option{Label: words.T("address.back"), Href: local(in.next)}
	}
	for i := len(kept) - 1; i >= 0; i-- {
		k := kept[i]
		p.Kept = append(p.Kept, page.Address{Lines: k.Postal.Lines(""), Acts: []page.Act{
			{Label: words.T("address.change"), Href: v.To("/account/addresses", "edit", string(k.ID), "next", in.next)},
			{Label: words.T("address.drop"), Action: v.To("/account/addresses/drop"), Hidden: []page.Option{{Label: "id", Value: string(k.ID)}, {Label: "next", Value: in.next}}},
		}})
	}
	v.Title = words.T("menu.addresses")
	return s.show(w, r, page.AddressesPage(v, p))
}

// likely is the country of a new address: the destination that was chosen, else
// where the business is.
func (s *Site) likely(r *http.Request) (string, error) {
	if to := visitOf(r).country; to != s.Country || actor(r).Business == "" {
		return to, nil
	}
	b, err := s.Parties.Named(r.Context(), actor(r).Business)
	return b.Country, err
}

func valuesOf(p party.Postal) map[string]string {
	return map[string]string{
		"name": p.Name, "organisation": p.Organisation, "street": p.Street, "street2": p.Street2,
		"city": p.City, "region": p.Region, "postcode": p.Postcode, "phone": p.Phone,
	}
}

// completions are the autocomplete tokens of an address's fields.
var completions = map[string]string{
	"name": "name", "organisation": "organization", "street": "address-line1", "street2": "address-line2",
	"city": "address-level2", "region": "address-level1", "postcode": "postal-code", "phone": "tel",
}

// addressFields are a country's fields in its order, under its names. Its
// pattern of postcodes is not given to the browser: the room also takes codes
// that lack the space or hyphen, and mends them.
func addressFields(v *page.View, f page.Form, country string) (fields []page.Field) {
	for _, asked := range party.FormOf(country).Fields {
		field := f.Field(asked.Name, v.Words.T("address."+asked.Label)).With(completions[asked.Name]).UpTo(100)
		field.Required = asked.Required
		if asked.Example != "" {
			field = field.Saying(v.Words.T("address.example", "example", asked.Example))
		}
		if asked.Name == "phone" {
			field = field.As("tel").Saying(v.Words.T("address.phone_hint"))
		}
		fields = append(fields, field)
	}
	return fields
}

// keepAddress answers POST /account/addresses.
func (s *Site) keepAddress(w http.ResponseWriter, r *http.Request) error {
	in := readAddress(r)
	if _, err := s.Parties.KeepAddress(r.Context(), actor(r), in.id, in.postal); err != nil {
		return s.again(w, r, err, page.Form{}, func(f page.Form) error { return s.showAddresses(w, r, f, in) })
	}
	if in.next != "" {
		http.Redirect(w, r, local(in.next), http.StatusSeeOther)
		return nil
	}
	return s.seeOther(w, r, "/account/addresses", "address.kept")
}

// dropAddress answers POST /account/addresses/drop. One that is gone already is
// no fault.
func (s *Site) dropAddress(w http.ResponseWriter, r *http.Request) error {
	err := s.Parties.DropAddress(r.Context(), actor(r), party.AddressID(r.PostFormValue("id")))
	if err != nil && market.KindOf(err) != market.NotFound {
		return err
	}
	http.Redirect(w, r, s.to(r, "/account/addresses", "note", "address.dropped", "next", r.PostFormValue("next")), http.StatusSeeOther)
	return nil
}
