package page

import (
	"kontor/market"

	"github.com/a-h/templ"
)

// deskPages is each page of an account and of the desks by the name of its
// golden file.
func deskPages(v *View, at func(path, title string) *View) map[string]templ.Component {
	w := v.Words
	private := func(path, title string) *View {
		c := at(path, title)
		c.Canonical = ""
		return c
	}
	countries := []Option{{Value: "DE", Label: w.Country("DE")}, {Value: "SE", Label: w.Country("SE"), Chosen: true}}
	address := Form{ID: "address", Action: v.To("/account/addresses"), Values: map[string]string{"city": "Lund"}, Faults: market.Faults{{Field: "postcode", Msg: "This is no postcode of Sweden.", Fix: "Write it like 113 37."}}}
	agree := Form{Action: v.To("/agree")}
	operator := Form{Action: v.To("/operator")}
	return map[string]templ.Component{
		"agree":    AgreePage(private("/agree", "Agree"), Agree{Lead: w.T("account.agree_lead"), Form: agree, Hidden: []Option{{Label: "terms_version", Value: "2026-11-23"}}, Texts: []Option{{Value: "terms", Label: "Terms, version 2026-11-23", Href: v.To("/terms")}}}),
		"operator": NewOperatorPage(private("/operator", "Open the house"), NewOperator{Form: operator, Token: "abc"}),
		"addresses": AddressesPage(private("/account/addresses", "Addresses"), Addresses{
			Title: w.T("address.new"), Action: v.Prefix + "/account/addresses", Back: Option{Label: w.T("address.back"), Href: v.To("/checkout")},
			Country: Field{ID: "country", Name: "country", Label: w.T("layout.country"), Required: true, Options: countries}, Asked: []Option{{Label: "next", Value: "/checkout"}},
			Form: address, Hidden: []Option{{Label: "country", Value: "SE"}}, Fields: []Field{address.Field("postcode", w.T("address.postcode")).Must(), address.Field("city", w.T("address.city")).Must()},
			Kept: []Address{{Lines: []string{"Åsa Lindgren", "Storgatan 1", "222 22 Lund", "SWEDEN"}, Acts: []Act{{Label: w.T("address.change"), Href: v.To("/account/addresses", "edit", "1")}, {Label: w.T("address.drop"), Action: v.To("/account/addresses/drop"), Hidden: []Option{{Label: "id", Value: "1"}}}}}},
		}),
		"letters": LettersPage(private("/letters", "Letters"), Letters{Lead: w.T("account.letters_lead"), Letters: []Letter{{Subject: "Confirm your address", To: "asa@example.com", When: w.Stamp(sampleTime), Paras: [][]Piece{{{Text: "Follow this link: "}, {Text: "http://localhost/confirm?token=abc", Href: v.To("/confirm", "token", "abc")}}}}}}),
		"secret":  SecretPage(private("/account", "Your new key"), Secret{Title: w.T("account.key_made"), Lead: w.T("account.key_made_lead"), Value: "kontor_abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq", Back: Option{Label: w.T("menu.account"), Href: v.To("/account")}}),
		"editor":  EditorPage(private("/desk/goods/1", "Shirt"), sampleEditor(v)),
		"import": UploadPage(private("/desk/import", "Import"), List{Title: w.T("supplier.import"), Lead: w.T("supplier.import_lead"), Figure: []Figure{{Label: w.T("supplier.import_rows"), Value: "12"}},
			Tables: []Table{{Caption: w.T("supplier.import_errors"), Pad: true, Stack: true, Cols: []Col{{Label: w.T("supplier.line")}, {Label: w.T("supplier.wrong")}}, Rows: []Row{{Cells: Cells("3", "The category is missing.")}}}}},
			Upload{Form: Form{Action: v.To("/desk/import")}, Field: Field{ID: "f-file", Name: "file", Label: w.T("supplier.import_file"), Required: true}, Accept: "text/csv", Button: w.T("supplier.import_do")}),
		"freight": FreightPage(private("/desk/freight", "Freight"), sampleFreight(v)),
		"stock": DeskPage(private("/desk/stock", "Stock"), List{Title: w.T("supplier.stock"), Find: &Find{Action: v.Prefix + "/desk/stock", Field: Field{ID: "find", Name: "q", Label: w.T("supplier.find")}}, Tables: []Table{{Label: w.T("supplier.stock"), Pad: true, Stack: true, Cols: []Col{{Label: w.T("supplier.article")}, {Label: w.T("editor.stock"), Right: true}},
			Rows: []Row{{Cells: []Cell{{Text: "Checked shirt"}, {Part: StockForm(w, StockLine{Action: v.To("/desk/stock"), Hidden: []Option{{Label: "variant", Value: "1"}}, Field: Field{ID: "f-1-stock", Name: "stock", Label: "In stock of TS-1002-M", Value: "60", Err: "Orders hold 12 of it."}})}}}}}}}),
	}
}

func sampleEditor(v *View) Editor {
	w := v.Words
	f := Form{Action: v.To("/desk/goods/1"), Values: map[string]string{"titles.en": "Checked shirt", "variants[0].sku": "TS-1002-M"}, Faults: market.Faults{{Field: "variants[0].prices[0].tiers[0].from", Msg: "The first price holds from 48 on.", Fix: "Let it begin at 24."}}}
	drop := f.Field("variants[0].drop", w.T("editor.drop"))
	return Editor{
		Crumbs: []Option{{Label: w.T("supplier.listings"), Href: v.To("/desk/goods")}, {Label: "Checked shirt"}}, Title: "Checked shirt", Tag: &Tag{Tone: Sea, Text: w.T("editor.state_proposed")},
		Acts: []Act{{Label: w.T("editor.withdraw"), Action: v.To("/desk/goods/1/withdraw"), Hidden: []Option{{Label: "version", Value: "2"}}}}, Form: f, Hidden: []Option{{Label: "version", Value: "2"}}, Propose: true,
		Texts:      []EditorText{{f.Field("titles.en", "Title in English").Must(), f.Field("descriptions.en", "Description in English").Tall(6)}},
		Another:    Field{ID: "f-another", Name: "another", Label: w.T("business.another"), Options: []Option{{Label: w.T("business.no_other")}, {Value: "de", Label: "Deutsch"}}},
		Trade:      []Field{f.Field("article", w.T("editor.article")).Must(), f.Field("moq", w.T("editor.moq")).Whole(1, 0, 1)},
		Attributes: [][]Field{{f.Field("attributes[0].name", w.T("editor.attribute")), f.Field("attributes[0].kind", w.T("editor.kind")).Of([]Option{{Value: "text", Label: w.T("editor.kind_text")}}), f.Field("attributes[0].value", w.T("editor.value")), f.Field("attributes[0].unit", w.T("editor.value_unit"))}},
		Variants: []EditorVariant{{Title: "TS-1002-M", Open: true, Hidden: []Option{{Label: "variants[0].id", Value: "1"}}, Fields: []Field{f.Field("variants[0].sku", w.T("editor.sku"))}, Drop: &drop,
			Prices: []EditorPrice{{Currency: f.Field("variants[0].prices[0].currency", w.T("layout.currency")).Of([]Option{{Value: "EUR", Label: "EUR"}}), Tiers: [][2]Field{{f.Field("variants[0].prices[0].tiers[0].from", w.T("editor.from")).Whole(0, 0, 1), f.Field("variants[0].prices[0].tiers[0].minor", w.T("editor.price"))}}}}}},
		Pictures: &EditorPictures{Kept: []KeptPicture{{Acts: []Act{{Label: w.T("editor.remove"), Action: v.To("/desk/goods/1/pictures/1"), Hidden: []Option{{Label: "step", Value: "remove"}}}}}}, Add: Upload{Form: Form{Action: v.To("/desk/goods/1/pictures")}, Field: Field{ID: "f-add", Name: "pictures", Label: w.T("editor.choose_pictures"), Required: true}, Many: true, Accept: "image/png", Button: w.T("editor.add_pictures")}},
	}
}

func sampleFreight(v *View) Freight {
	w := v.Words
	f := Form{Action: v.To("/desk/freight"), Values: map[string]string{"rows[0].name": "near", "rows[0].brackets": "5: 8.90\n31.5: 24.50"}, Faults: market.Faults{{Field: "rows[0].countries", Msg: "The zone has no country.", Fix: "Write codes such as DE AT CH."}}}
	return Freight{
		Notes: []Note{{Text: w.T("freight.commission", "share", w.Percent(500))}}, Form: f, Hidden: []Option{{Label: "version", Value: "1"}},
		Rows: []FreightRow{{Fields: []Field{f.Field("rows[0].name", w.T("freight.zone")), f.Field("rows[0].countries", w.T("freight.countries"))}, Prices: f.Field("rows[0].brackets", w.T("freight.prices")).Saying(w.T("freight.prices_hint"))}},
	}
}
