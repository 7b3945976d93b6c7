package catalog

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"kontor/market"
)

// merged is an offer laid over what is stored.
type merged struct {
	Listing
	from   []int // the offer's index of each variant, −1 for one it does not name
	stock  map[VariantID]market.Quantity
	raised []Raise       // of the offer's variants, in stored ones
	faults market.Faults // those that Check can't know
}

// merge lays o over the stored listing, or over the defaults if there is none,
// without the offer's variants in left.
func merge(o Offer, was Listing, there bool, left map[int]bool, operator bool) merged {
	o.Listing = tidyOffer(o.Listing)
	m := merged{Listing: was, stock: map[VariantID]market.Quantity{}}
	if !there {
		m.Listing = Listing{Language: cmp.Or(o.Language, "en"), Unit: "H87", Multiple: 1, LeadDays: 7, State: Draft}
	}
	m.Article = o.Article
	says := func(p Part) bool { return o.Silent&p == 0 }
	take(says(OfLanguage), &m.Language, o.Language)
	take(says(OfCategory), &m.Category, o.Category)
	take(says(OfUnit), &m.Unit, o.Unit)
	take(says(OfMultiple), &m.Multiple, o.Multiple)
	take(says(OfMOQ), &m.MOQ, o.MOQ)
	take(says(OfLead), &m.LeadDays, o.LeadDays)
	take(says(OfOrigin), &m.Origin, o.Origin)
	take(says(OfHSCode), &m.HSCode, o.HSCode)
	m.Titles = laidOver(was.Titles, o.Titles, m.Language)
	m.Descriptions = laidOver(was.Descriptions, o.Descriptions, m.Language)
	m.Attributes = attributesOver(was.Attributes, o.Attributes)
	if says(OfPictures) {
		m.takePictures(o.Pictures, was.Pictures)
	}
	m.takeVariants(o, was, left)
	if !there && !says(OfMOQ) {
		m.MOQ = m.firstFrom()
	}
	if says(OfState) || !there {
		m.State = wished(o, was.State, there, operator)
	}
	if m.State != was.State {
		m.Reason = ""
	}
	return m
}

func take[T any](says bool, into *T, v T) {
	if says {
		*into = v
	}
}

// tidyOffer is tidy without dropping what is to be taken out.
func tidyOffer(l Listing) Listing {
	titles, descriptions, attributes := l.Titles, l.Descriptions, l.Attributes
	l = tidy(l)
	emptied := func(kept, named map[string]string) {
		for lang := range named {
			if _, ok := kept[lang]; !ok {
				kept[lang] = ""
			}
		}
	}
	emptied(l.Titles, titles)
	emptied(l.Descriptions, descriptions)
	l.Attributes = slices.Clone(attributes)
	for i := range l.Attributes {
		l.Attributes[i].Value = tidyText(l.Attributes[i].Value)
	}
	return l
}

// laidOver sets and takes out texts; the text under "" is in the original language.
func laidOver(below, above map[string]string, original string) map[string]string {
	texts := maps.Clone(below)
	if texts == nil {
		texts = map[string]string{}
	}
	for lang, text := range above {
		if lang = cmp.Or(lang, original); above[""] != "" && lang == original {
			text = above[""]
		}
		if text == "" {
			delete(texts, lang)
		} else {
			texts[lang] = text
		}
	}
	return texts
}

func attributesOver(below, above []Attribute) []Attribute {
	list := slices.Clone(below)
	for _, a := range above {
		i := slices.IndexFunc(list, func(b Attribute) bool { return b.Name == a.Name })
		switch {
		case a.Value == "" && i >= 0:
			list = slices.Delete(list, i, i+1)
		case a.Value == "":
		case i >= 0:
			list[i] = a
		default:
			list = append(list, a)
		}
	}
	return list
}

// takePictures sets the pictures; one with nothing but an ID must be stored.
func (m *merged) takePictures(named, stored []Picture) {
	m.Pictures = make([]Picture, 0, len(named))
	for _, p := range named {
		i := slices.IndexFunc(stored, func(s Picture) bool { return s.ID == p.ID })
		switch {
		case i >= 0:
			alt := p.Alt
			if p = stored[i]; alt != "" {
				p.Alt = alt
			}
		case len(p.Widths) == 0:
			m.faults.Add("pictures", "Picture "+clip(string(p.ID))+" is not one of this listing.", "Name a file beside the table instead, or leave the cell empty.")
			continue
		}
		m.Pictures = append(m.Pictures, p)
	}
}

func (m *merged) takeVariants(o Offer, was Listing, left map[int]bool) {
	m.Variants = slices.Clone(was.Variants)
	m.from = slices.Repeat([]int{-1}, len(m.Variants))
	for i, v := range o.Variants {
		if left[i] {
			continue
		}
		j := slices.IndexFunc(m.Variants, func(s Variant) bool { return s.SKU == v.SKU })
		if j < 0 || m.from[j] >= 0 { // new, or a SKU that stands there twice, as Check will say
			j = len(m.Variants)
			m.Variants, m.from = append(m.Variants, Variant{ID: market.NewID[VariantID]()}), append(m.from, -1)
		}
		m.from[j] = i
		before := m.Variants[j].OnHand
		m.takeVariant(j, v, o.Silent)
		if j < len(was.Variants) && m.Variants[j].OnHand > before {
			m.raised = append(m.raised, Raise{i, before})
		}
	}
}

func (m *merged) takeVariant(j int, v Variant, silent Part) {
	into := &m.Variants[j]
	into.SKU = v.SKU
	take(silent&OfLabel == 0, &into.Label, v.Label)
	take(silent&OfWeight == 0, &into.WeightGrams, v.WeightGrams)
	if silent&OfSize == 0 {
		into.LengthMM, into.WidthMM, into.HeightMM = v.LengthMM, v.WidthMM, v.HeightMM
	}
	into.Prices = pricesOver(into.Prices, v.Prices)
	if silent&OfStock != 0 || v.OnHand == SameStock || v.OnHand == into.OnHand {
		return
	}
	if v.OnHand < into.Reserved {
		m.faults.Add(fmt.Sprintf("variants[%d].stock", j), fmt.Sprintf("Orders hold %d of it, more than %d.", into.Reserved, v.OnHand),
			fmt.Sprintf("Enter %d or more: what is on hand counts what is ordered and not yet shipped.", into.Reserved))
	}
	into.OnHand = v.OnHand
	m.stock[into.ID] = v.OnHand
}

func pricesOver(below, above []Price) []Price {
	list := slices.Clone(below)
	for _, p := range above {
		i := slices.IndexFunc(list, func(b Price) bool { return b.Currency == p.Currency })
		switch {
		case len(p.Tiers) == 0 && i >= 0:
			list = slices.Delete(list, i, i+1)
		case len(p.Tiers) == 0:
		case i >= 0:
			list[i] = p
		default:
			list = append(list, p)
		}
	}
	return list
}

// firstFrom is the smallest quantity that every price list covers, as a
// multiple; at least one multiple.
func (m *merged) firstFrom() market.Quantity {
	from, multiple := market.Quantity(1), max(1, m.Multiple)
	for _, v := range m.Variants {
		for _, p := range v.Prices {
			if len(p.Tiers) > 0 {
				from = max(from, p.Tiers[0].From)
			}
		}
	}
	return roundUp(min(from, market.MostQuantity), multiple)
}

// wished is the state that a file may bring a listing to, given what it asks
// for and who brings it: nearest to the wish that the arrows and the actor's
// right allow. A wish that can't be met leaves a stored listing where it is.
func wished(o Offer, was State, there, operator bool) State {
	wish := o.State
	if o.Silent&OfState != 0 {
		if wish = Proposed; operator {
			wish = Published
		}
	}
	switch {
	case !wish.known():
		return wish // for Check to name
	case !there:
		was = Draft
	case wish == was:
		return was
	}
	switch {
	case wish == Draft:
		return Draft
	case operator && wish == Published:
		return Published
	case was == Draft && wish != Suspended:
		return Proposed
	case operator && was == Published && wish == Suspended:
		return Suspended
	}
	return was
}

// outcome compares the result with what was stored.
func (m *merged) outcome(was Listing, there bool) Outcome {
	switch {
	case !there:
		return Created
	case same(m.Listing, was) && len(m.stock) == 0:
		return Unchanged
	}
	return Updated
}
