package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/landed"
	"kontor/market/order"
)

// send posts a form as somebody.
func (h *testHouse) send(t testing.TB, who, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	return h.call(t, who, "POST", path, form.Encode()+"&", "Content-Type", "application/x-www-form-urlencoded")
}

// sampleListing is a listing as the editor can hold it.
func sampleListing(t *rapid.T) catalog.Listing {
	word := rapid.StringMatching(`[A-Za-zäß][A-Za-z0-9äß ]{0,10}[A-Za-z0-9]`)
	l := catalog.Listing{
		Article: word.Draw(t, "article"), Language: "en", Unit: "H87", Category: "home/mugs", Origin: "DE", HSCode: "691200",
		MOQ: market.Quantity(rapid.IntRange(1, 500).Draw(t, "moq")), Multiple: 1, LeadDays: rapid.IntRange(0, 90).Draw(t, "lead"),
		Titles: map[string]string{"en": word.Draw(t, "title")}, Descriptions: map[string]string{"en": word.Draw(t, "text") + "\nand more"},
	}
	for range rapid.IntRange(0, 4).Draw(t, "attributes") {
		l.Attributes = append(l.Attributes, catalog.Attribute{Name: word.Draw(t, "name"), Kind: catalog.Text, Value: word.Draw(t, "value")})
	}
	for range rapid.IntRange(0, 4).Draw(t, "variants") {
		v := catalog.Variant{ID: market.NewID[catalog.VariantID](), SKU: word.Draw(t, "sku"), Label: word.Draw(t, "label"), WeightGrams: rapid.Int64Range(0, 9_000).Draw(t, "grams"), LengthMM: rapid.Int64Range(0, 900).Draw(t, "mm"), OnHand: market.Quantity(rapid.IntRange(0, 900).Draw(t, "stock"))}
		for _, c := range rapid.SampledFrom([][]market.Currency{nil, {"EUR"}, {"JPY", "USD"}}).Draw(t, "currencies") {
			p := catalog.Price{Currency: c}
			for i := range rapid.IntRange(1, 4).Draw(t, "tiers") {
				p.Tiers = append(p.Tiers, catalog.Tier{From: market.Quantity(i + 1), Minor: rapid.Int64Range(1, 1_000_000).Draw(t, "price")})
			}
			v.Prices = append(v.Prices, p)
		}
		l.Variants = append(l.Variants, v)
	}
	return l
}

// posted is a form as a browser sends it: every field, with the line ends that
// HTML gives a text area, and a free row after each list.
func posted(values map[string]string) url.Values {
	form := url.Values{}
	for name, value := range values {
		form.Set(name, strings.ReplaceAll(value, "\n", "\r\n"))
	}
	return form
}

func TestTheEditorSendsBackWhatItShows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := sampleListing(t)
		in := readListing(posted(listingValues(l, "EUR")))
		if len(in.faults) > 0 {
			t.Fatalf("a listing that was saved can't be read from its own form: %v", in.faults)
		}
		if !reflect.DeepEqual(in.listing, l) {
			t.Fatalf("saving without a change would change the listing\n got %+v\nwant %+v", in.listing, l)
		}
	})
}

func TestFaultsFindTheirFieldPastEmptyRows(t *testing.T) {
	in := readListing(url.Values{
		"attributes[0].name": {""}, "attributes[0].value": {""}, "attributes[1].name": {"width"}, "attributes[1].kind": {"number"}, "attributes[1].value": {"wide"},
		"variants[0].id": {"gone"}, "variants[0].sku": {"A"}, "variants[0].drop": {"yes"},
		"variants[1].sku": {"B"}, "variants[1].prices[0].currency": {"EUR"}, "variants[1].prices[0].tiers[0].from": {""}, "variants[1].prices[0].tiers[0].minor": {""},
		"variants[1].prices[1].currency": {"USD"}, "variants[1].prices[1].tiers[0].from": {""}, "variants[1].prices[1].tiers[1].from": {"5"}, "variants[1].prices[1].tiers[1].minor": {"x"},
	})
	if len(in.listing.Variants) != 1 || len(in.listing.Attributes) != 1 || len(in.listing.Variants[0].Prices) != 1 {
		t.Fatalf("rows without anything in them would be saved: %+v", in.listing)
	}
	if len(in.faults) != 1 || in.faults[0].Field != "variants[1].prices[1].tiers[1].minor" {
		t.Errorf("the supplier would not see which price can't be read: %v", in.faults)
	}
	for path, want := range map[string]string{
		"variants[0].prices[0].tiers[0].from": "variants[1].prices[1].tiers[1].from", "variants[0].weight_grams": "variants[1].weight_grams",
		"attributes[0].value": "attributes[1].value", "attributes[0]": "attributes[1].name", "moq": "moq",
	} {
		if got := in.placed(market.Faults{{Field: path}})[0].Field; got != want {
			t.Errorf("the fault of %s would stand beside %s, not %s", path, got, want)
		}
	}
}

func TestAListingFromTheEditorToItsBuyersAndBack(t *testing.T) {
	h := openTestHouse(t, "")
	form := posted(listingValues(catalog.Listing{Article: "E-1", Language: "en", Unit: "H87", MOQ: 6, Multiple: 6, LeadDays: 4, Origin: "TR", HSCode: "691200", Category: "home/mugs", Titles: map[string]string{"en": "Lustre bowl"},
		Variants: []catalog.Variant{{SKU: "E-1-A", WeightGrams: 700, OnHand: 60, Prices: []catalog.Price{{Currency: "EUR", Tiers: []catalog.Tier{{From: 12, Minor: 900}}}}}}}, "EUR"))
	if w := h.send(t, aSupplier, "/desk/listings", form); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), `id="f-variants[0].prices[0].tiers[0].from-err"`) {
		t.Fatalf("a price that begins above the smallest order is not shown beside its field: %d", w.Code)
	}
	form.Set("variants[0].prices[0].tiers[0].from", "6")
	form.Set("then", "propose")
	w := h.send(t, aSupplier, "/desk/listings", form)
	if w.Code != http.StatusSeeOther {
		t.Fatalf("a right listing is refused: %d %s", w.Code, w.Body)
	}
	path, _, _ := strings.Cut(w.Header().Get("Location"), "?")
	if w := h.call(t, otherSupplier, "GET", path, ""); w.Code != http.StatusNotFound {
		t.Errorf("another supplier can open the editor: %d", w.Code)
	}
	if w := h.send(t, otherSupplier, path, form); w.Code != http.StatusNotFound {
		t.Errorf("another supplier can save the listing: %d", w.Code)
	}
	if w := h.send(t, aSupplier, path, url.Values{"version": {"1"}, "article": {"E-1"}, "language": {"en"}}); w.Code != http.StatusConflict && w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a form made before the proposal would overwrite it: %d", w.Code)
	}
	public, house := strings.TrimPrefix(path, "/desk"), "/house"+strings.TrimPrefix(path, "/desk")
	if w := h.call(t, aGuest, "GET", public, ""); w.Code != http.StatusNotFound {
		t.Errorf("a listing that the house has not seen is public: %d", w.Code)
	}
	if w := h.send(t, anOperator, house+"/publish", url.Values{"version": {"2"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("the operator can't publish: %d %s", w.Code, w.Body)
	}
	if w := h.call(t, aGuest, "GET", public, ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Lustre bowl") {
		t.Errorf("buyers don't see what was published: %d", w.Code)
	}
	if w := h.send(t, anOperator, house+"/suspend", url.Values{"version": {"3"}, "reason": {""}}); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a listing can be suspended without telling its supplier why: %d", w.Code)
	}
}

func TestAChangeOfWhatIsOnSaleWaitsForTheHouse(t *testing.T) {
	h := openTestHouse(t, "")
	l := h.offer(t, aSupplier, "S-1", 100)
	path, house, public := "/desk/listings/"+string(l.ID), "/house/listings/"+string(l.ID), "/listings/"+string(l.ID)
	stored := func() catalog.Shown {
		s, err := h.Catalog.Edit(t.Context(), h.people[aSupplier].actor, l.ID)
		must(t, err)
		return s
	}
	save := func(title string) {
		t.Helper()
		s := stored()
		form := posted(listingValues(s.Wanted(), ""))
		form.Set("version", number(s.Version))
		form.Set("titles.en", title)
		form.Set("variants[0].prices[0].tiers[0].minor", "9.99")
		if w := h.send(t, aSupplier, path, form); w.Code != http.StatusSeeOther {
			t.Fatalf("the title can't be saved: %d %s", w.Code, w.Body)
		}
	}
	shows := func(who, path, text string, want bool) {
		t.Helper()
		w := h.call(t, who, "GET", path, "")
		if got := strings.Contains(w.Body.String(), text); w.Code != http.StatusOK || got != want {
			t.Errorf("%s as %v: %d, says %q: %t, want %t", path, who, w.Code, text, got, want)
		}
	}
	judge := func(step, reason string) {
		t.Helper()
		if w := h.send(t, anOperator, house+"/"+step, url.Values{"version": {number(stored().Version)}, "reason": {reason}}); w.Code != http.StatusSeeOther {
			t.Fatalf("the operator can't %s the change: %d %s", step, w.Code, w.Body)
		}
	}
	shows(aSupplier, path, "until then it sells as it is", true)
	save("Counterfeit watch")
	shows(aGuest, public, "Counterfeit watch", false)
	shows(aGuest, public, "9.99", true)
	shows(aSupplier, path, "Counterfeit watch", true)
	shows(aSupplier, path, "Your change waits for the house", true)
	shows(aSupplier, path+"/view", "Counterfeit watch", true)
	shows(anOperator, "/house/review", house, true)
	shows(anOperator, house, "What changes", true)
	shows(anOperator, house, "Counterfeit watch", true)
	judge("return", "It is a mug.")
	shows(aSupplier, path, "It is a mug.", true)
	shows(aSupplier, path, "Counterfeit watch", true)
	shows(anOperator, "/house/review", house, false)
	save("Harbour mug, glazed")
	judge("publish", "")
	shows(aGuest, public, "Harbour mug, glazed", true)
	save("Another watch")
	if w := h.send(t, aSupplier, path+"/discard", url.Values{"version": {number(stored().Version)}}); w.Code != http.StatusSeeOther {
		t.Fatalf("the change can't be dropped: %d %s", w.Code, w.Body)
	}
	shows(aSupplier, path, "Another watch", false)
}

// A form that is open while an order ships must not set the stock back.
func TestSavingTextsLeavesTheStockAlone(t *testing.T) {
	h := openTestHouse(t, "")
	l := h.offer(t, aSupplier, "S-1", 100)
	ctx, a := t.Context(), h.people[aSupplier].actor
	kept, err := h.Catalog.Edit(ctx, a, l.ID)
	must(t, err)
	form := posted(listingValues(kept.Listing, ""))
	form.Set("version", number(kept.Version))
	must(t, h.Catalog.SetStock(ctx, a, kept.Variants[0].ID, 70))
	form.Set("titles.en", "Stoneware mug, glazed")
	if w := h.send(t, aSupplier, "/desk/listings/"+string(l.ID), form); w.Code != http.StatusSeeOther {
		t.Fatalf("the title can't be saved: %d %s", w.Code, w.Body)
	}
	now, err := h.Catalog.Edit(ctx, a, l.ID)
	must(t, err)
	if now.Variants[0].OnHand != 70 || now.Wanted().Titles["en"] != "Stoneware mug, glazed" {
		t.Errorf("got %d in stock and title %q: a text would bring back what was sold", now.Variants[0].OnHand, now.Wanted().Titles["en"])
	}
}

func TestTheFreightFormSendsBackWhatItShows(t *testing.T) {
	for name, table := range map[string]landed.Table{
		"usual": landed.Usual("EUR"), "yen": landed.Usual("JPY"),
		"two currencies": {{Name: "near", Countries: []string{"DE", "AT"}, Methods: []landed.Method{{Key: "road", DaysFrom: 2, DaysTo: 4, Brackets: []landed.Bracket{
			{UpToGrams: 1_500, Prices: []market.Money{market.Of(890, "EUR"), market.Of(990, "USD")}}, {UpToGrams: 31_500, Prices: []market.Money{market.Of(2_450, "EUR"), market.Of(2_700, "USD")}}}}}}},
	} {
		in := readFreight(posted(freightValues(table)))
		if len(in.faults) > 0 || !reflect.DeepEqual(in.table, table) {
			t.Errorf("%s: saving without a change would change the table: %v\n got %+v\nwant %+v", name, in.faults, in.table, table)
		}
	}
}

func TestARowOfFreightThatContradictsAnotherIsAFault(t *testing.T) {
	row := func(form url.Values, i int, countries, method, from, to, brackets string) {
		at := nth("rows", i)
		for name, value := range map[string]string{".name": "EU", ".countries": countries, ".method": method, ".currency": "EUR", ".days_from": from, ".days_to": to, ".brackets": brackets} {
			form.Set(at+name, value)
		}
	}
	for name, c := range map[string]struct {
		countries, method, from, to string
		want                        string // field of the one fault; "" for none
	}{
		"the same in another order":                   {"fr, de", "road", "3", "7", ""},
		"what the first row said is left empty":       {"", "road", " ", "", ""},
		"another way of sending with days of its own": {"DE FR", "air", "1", "2", ""},
		"other countries":                             {"DE FR IT", "road", "3", "7", "rows[1].countries"},
		"a country less":                              {"DE", "air", "3", "7", "rows[1].countries"},
		"fewer days":                                  {"DE FR", "road", "2", "7", "rows[1].days_from"},
		"more days":                                   {"DE FR", "road", "3", "9", "rows[1].days_to"},
	} {
		form := url.Values{}
		row(form, 0, "DE FR", "road", "3", "7", "5: 8.90")
		row(form, 1, c.countries, c.method, c.from, c.to, "9: 12.00")
		fs := readFreight(form).faults
		switch {
		case c.want == "" && len(fs) > 0:
			t.Errorf("%s: %v", name, fs)
		case c.want != "" && (len(fs) != 1 || fs[0].Field != c.want || !strings.Contains(fs[0].Msg, "Row 2") || !strings.Contains(fs[0].Msg, "row 1") || fs[0].Fix == ""):
			t.Errorf("%s: got %v, want one fault of %s that names both rows: what was typed would be dropped without a word", name, fs, c.want)
		}
	}
}

func TestAFreightTableIsItsSuppliersOwn(t *testing.T) {
	h := openTestHouse(t, "")
	terms, err := h.Orders.OwnTerms(t.Context(), h.people[aSupplier].actor)
	must(t, err)
	form := posted(freightValues(landed.Usual("EUR")))
	form.Set("version", number(terms.Version))
	if w := h.send(t, aSupplier, "/desk/freight", form); w.Code != http.StatusSeeOther {
		t.Fatalf("a right table is refused: %d %s", w.Code, w.Body)
	}
	if w := h.send(t, aSupplier, "/desk/freight", form); w.Code != http.StatusConflict {
		t.Errorf("a form made before another's change would overwrite it: %d", w.Code)
	}
	all, err := h.Orders.Book.Terms(t.Context(), []market.BusinessID{h.people[aSupplier].firm.ID, h.people[otherSupplier].firm.ID})
	must(t, err)
	if got := all[h.people[aSupplier].firm.ID]; got.CommissionBps != terms.CommissionBps || len(got.Freight[0].Methods) != 2 {
		t.Errorf("the supplier's freight is not kept, or its commission changed: %+v", got)
	}
	if got := all[h.people[otherSupplier].firm.ID]; !reflect.DeepEqual(got.Freight, testFreight) {
		t.Errorf("one supplier's form changed another's freight: %+v", got)
	}
	if _, err := h.Orders.OwnTerms(t.Context(), h.people[aBuyer].actor); market.KindOf(err) != market.NotFound {
		t.Errorf("a buyer is told of terms: %v", err)
	}
	if err := h.Orders.SaveFreight(t.Context(), h.people[aBuyer].actor, landed.Usual("EUR"), 0); market.KindOf(err) != market.NotFound {
		t.Errorf("a buyer can save freight: %v", err)
	}
	if n := len(toFill[:pressing]); n != 3 || toFill[0].filter.Fulfilment[0] != order.New {
		t.Error("the menu would count orders that don't wait for the supplier")
	}
}
