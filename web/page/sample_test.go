package page

import (
	"fmt"
	"maps"
	"time"

	"kontor/market"
	"kontor/web/words"

	"github.com/a-h/templ"
)

// sampleView is a guest's view in a language and a light.
func sampleView(lang string, theme Theme) *View {
	w := words.For(lang)
	v := &View{Words: w, Theme: theme, House: House{
		Name: "Kontor", Operator: "Baltic Traders’ Chamber",
		Imprint: "Run by the Baltic Traders’ Chamber, Rostock, on Kontor, open-source software.", Version: "0.1.0", Demo: true,
	}}
	if lang != words.First {
		v.Prefix = "/" + lang
	}
	v.Place = Place{Country: "DE", Name: w.Country("DE"), Currency: "EUR"}
	for _, c := range []string{"AT", "DE", "DK", "EE", "FI", "FR", "GB", "PL", "SE", "TR"} {
		v.Place.Countries = append(v.Place.Countries, Option{Value: c, Label: w.Country(c), Chosen: c == "DE"})
	}
	for _, c := range []market.Currency{"EUR", "GBP", "SEK"} {
		v.Place.Currencies = append(v.Place.Currencies, Option{Value: string(c), Label: w.Currency(c), Chosen: c == "EUR"})
	}
	for _, c := range [][2]string{{"clothing", "Clothing"}, {"footwear", "Footwear"}, {"table-kitchen", "Table and kitchen"}, {"bags", "Bags"}, {"home-gifts", "Home and gifts"}, {"fruit", "Fruit and vegetables"}, {"groceries", "Groceries"}} {
		v.Categories = append(v.Categories, Option{Value: c[0], Label: c[1], Href: v.To("/c/" + c[0])})
	}
	return v
}

func somewhere(v *View, path, title string) *View {
	c := *v
	c.Path, c.Title = path, title
	c.Canonical = "https://kontor.example" + path
	return &c
}

func samplePic(name string, w, h int) Pic {
	return Pic{Src: "/files/" + name + ".jpg", Width: w, Height: h}
}

func eur(w *words.Words, minor int64) string { return w.Money(market.Of(minor, "EUR")) }

func sampleCards(v *View) []Card {
	w := v.Words
	rows := []struct {
		name, pic, firm, origin string
		seal                    Seal
		from                    [3]int
		price                   [3]int64
		here, moq, days         int
		door                    int64
	}{
		{"Short-sleeved shirt, red and blue check, poplin", "shirt-03", "Meghna Garments", "BD", SealFull, [3]int{120, 240, 600}, [3]int64{690, 620, 560}, 0, 120, 21, 893},
		{"Half-sleeved shirt, sand, piece-dyed cotton", "shirt-09", "Kaveri Cotton House", "IN", SealFull, [3]int{100, 300, 600}, [3]int64{640, 590, 545}, 0, 100, 24, 945},
		{"Short-sleeved shirt, fine blue check, 100% cotton", "shirt-01", "Tarsus Shirtworks", "TR", SealFull, [3]int{24, 60, 240}, [3]int64{940, 870, 810}, 1, 24, 9, 1003},
		{"Long-sleeved shirt, rose stripe, poplin", "shirt-10", "Atlas Confection", "MA", SealNone, [3]int{36, 72, 144}, [3]int64{985, 930, 880}, 0, 36, 10, 1138},
		{"Checked flannel shirt, brushed cotton, three colours", "", "Neris Linen and Cotton", "LT", SealHalf, [3]int{20, 80, 160}, [3]int64{1090, 1010, 960}, 0, 20, 7, 1150},
		{"Long-sleeved shirt, narrow stripe, two fits", "shirt-07", "Hoi An Tailors’ Union", "VN", SealFull, [3]int{60, 180, 360}, [3]int64{760, 705, 660}, 0, 60, 26, 1151},
		{"Short-sleeved shirt, grey check, washed cotton", "shirt-02", "Ribeira Têxtil", "PT", SealFull, [3]int{12, 60, 120}, [3]int64{1280, 1190, 1120}, 1, 12, 5, 1258},
		{"Long-sleeved shirt, fine stripe, easy-care cotton", "shirt-05", "Łódzka Koszula", "PL", SealFull, [3]int{10, 50, 100}, [3]int64{1340, 1260, 1180}, 1, 10, 4, 0},
	}
	var out []Card
	for i, r := range rows {
		c := Card{
			Href: v.To("/l/" + fmt.Sprint(1000+i)), Name: r.name, Origin: r.origin,
			Firm: Firm{Number: r.firm, Name: r.firm, Country: r.origin, Seal: r.seal},
			MOQ:  fmt.Sprintf("%d pieces", r.moq), Days: r.days, For: fmt.Sprintf("%d pieces", max(60, r.moq)),
		}
		if r.pic != "" {
			c.Pic = samplePic(r.pic, 400, 400)
			c.Pic.Alt = r.name
		}
		if r.door > 0 {
			c.Door = eur(w, r.door)
		}
		for j := range r.from {
			c.Tiers = append(c.Tiers, Step{From: fmt.Sprintf("%d+", r.from[j]), Price: eur(w, r.price[j]), Here: j == r.here})
		}
		out = append(out, c)
	}
	out[3].Tag = &Tag{Tone: Warn, Text: "14 left"}
	return out
}

func sampleHome(v *View) Home {
	gables := []Gable{
		{Name: "Footwear", Note: "Shoes, sandals", Pic: samplePic("shoes-02", 400, 533)},
		{Name: "Fruit", Note: "By the crate", Pic: samplePic("Orange", 348, 348)},
		{Name: "Clothing", Note: "Shirts, jackets, hats", Pic: samplePic("shirt-01", 400, 533)},
		{Name: "Pantry", Note: "Dry goods", Mark: "pantry"},
		{Name: "Outerwear", Note: "Down, wool", Pic: samplePic("outwear-05", 400, 533)},
	}
	for i := range gables {
		gables[i].Href = v.To("/c/" + gables[i].Name)
	}
	return Home{
		Lead:   v.Words.N("home.lead", 12, "place", v.Place.Name),
		Gables: gables, Countries: 12, Suppliers: 24, Listings: 612, GoodsHref: v.To("/search"), SellHref: v.To("/sign-up"),
		Shelves: []Shelf{{Title: "Shirts", Href: v.To("/c/shirts"), Link: "All 64 offers", Cards: sampleCards(v)[:4]}},
		Marks:   []string{"1", "2", "3", "4", "5", "6"},
	}
}

func sampleSearch(v *View) Search {
	opt := func(value, label string, n int, chosen bool) Option {
		return Option{Value: value, Label: label, Count: n, Chosen: chosen, Href: v.To("/search", "q", "checked cotton shirt", "f", value)}
	}
	w := v.Words
	return Search{
		Crumbs: []Option{{Label: "Kontor", Href: v.To("/")}, {Label: "Clothing", Href: v.To("/c/clothing")}, {Label: "Shirts"}},
		Query:  "checked cotton shirt", Typed: "chekced coton shrit", Exact: v.To("/search", "q", "chekced coton shrit", "exact", "1"), Total: 64,
		Facets: []Facet{
			{Name: "price", Title: "A piece, without freight", Options: []Option{opt("8", "Under "+eur(w, 800), 9, false), opt("12", "8 to 12", 31, true), opt("99", "Over "+eur(w, 1200), 24, false)}},
			{Name: "moq", Title: "Smallest lot", Options: []Option{opt("12", "12 or fewer", 14, false), opt("60", "Up to 60", 38, false), opt("240", "Up to 240", 57, true)}},
			{Name: "origin", Title: "Made in", Many: true, Flags: true, Options: []Option{opt("TR", w.Country("TR"), 17, true), opt("PT", w.Country("PT"), 12, false), opt("IN", w.Country("IN"), 11, true), opt("BD", w.Country("BD"), 9, false)}, More: []Option{opt("PL", w.Country("PL"), 6, false), opt("VN", w.Country("VN"), 4, false)}},
		},
		Chosen:    []Option{{Label: "Smallest lot up to 240", Href: v.To("/search", "q", "checked cotton shirt")}, {Label: w.Country("TR"), Href: v.To("/search")}},
		RemoveAll: v.To("/search", "q", "checked cotton shirt"),
		Sort:      []Option{{Value: "best", Label: "Best match"}, {Value: "door", Label: "Price at your door, lowest", Chosen: true}, {Value: "soon", Label: "Ships soonest"}},
		Pieces:    60, Hidden: []Option{{Label: "q", Value: "checked cotton shirt"}}, Action: v.To("/search"),
		Cards: sampleCards(v),
		Pager: Pager{Pages: []Option{{Label: "1", Href: v.To("/search"), Chosen: true}, {Label: "2", Href: v.To("/search", "page", "2")}, {Label: "3", Href: v.To("/search", "page", "3")}, {}, {Label: "8", Href: v.To("/search", "page", "8")}}, Next: v.To("/search", "page", "2")},
	}
}

func sampleNothing(v *View) Search {
	s := Search{Crumbs: []Option{{Label: "Kontor", Href: v.To("/")}, {Label: "Search"}}, Query: "samovar under glass", Pieces: 60, Action: v.To("/search")}
	s.Facets = sampleSearch(v).Facets[2:]
	s.Loosen = []Option{{Label: "Without “Made in Türkiye”", Href: v.To("/search"), Count: 3}, {Label: "samovar", Href: v.To("/search", "q", "samovar"), Count: 2}, {Label: "Table and kitchen", Href: v.To("/c/table-kitchen"), Count: 88}}
	return s
}

func sampleListing(v *View) Listing {
	w := v.Words
	pic := func(name, label string) Pic {
		p := samplePic(name, 400, 533)
		p.Href, p.Label, p.Alt = v.To("/l/1002", "pic", name), label, "Short-sleeved shirt with a fine blue check, laid flat, "+label
		return p
	}
	blue, grey := samplePic("shirt-01", 68, 68), samplePic("shirt-02", 68, 68)
	return Listing{
		Crumbs: []Option{{Label: "Kontor", Href: v.To("/")}, {Label: "Clothing", Href: v.To("/c/clothing")}, {Label: "Shirts", Href: v.To("/c/shirts")}, {Label: "Short sleeves"}},
		Name:   "Short-sleeved shirt, fine blue check, 100% cotton", Article: "TS-1140",
		Firm:  Firm{Number: "Tarsus Shirtworks", Name: "Tarsus Shirtworks", Href: v.To("/s/tarsus-shirtworks"), Country: "TR", Seal: SealFull},
		Place: "Tarsus, Mersin, Türkiye", Since: w.Month(time.Date(2023, 5, 1, 0, 0, 0, 0, time.UTC)), Origin: "TR",
		Pics: []Pic{pic("shirt-01", "front"), pic("shirt-02", "grey"), pic("shirt-03", "red-blue")},
		Options: []Variants{
			{Label: "Pattern", Options: []VariantOption{
				{Option: Option{Label: "Blue", Hint: "1,840 left", Chosen: true, Href: "#"}, Pic: &blue},
				{Option: Option{Label: "Grey", Hint: "620 left", Href: "#"}, Pic: &grey},
			}},
			{Label: "Sizes", Options: []VariantOption{
				{Option: Option{Label: "Sorted pack of 12", Hint: "S to XXL", Chosen: true, Href: "#"}},
				{Option: Option{Label: "M", Href: "#"}}, {Option: Option{Label: "L", Href: "#"}},
			}},
		},
		Variant: "0190", Stock: "1,840 pieces are in stock.",
		Tiers: []Tier{
			{Range: "24 to 59", Each: eur(w, 940), Door: eur(w, 1186), Saves: "–"},
			{Range: "60 to 239", Each: eur(w, 870), Door: eur(w, 1003), Saves: w.Percent(740), Here: true},
			{Range: "240 and more", Each: eur(w, 810), Door: eur(w, 879), Saves: w.Percent(1380)},
		},
		Next: &NextTier{More: "180 more pieces", Each: eur(w, 810), At: "240", AtSum: eur(w, 194400), NowSum: eur(w, 208800), Permille: 250},
		Unit: "Pieces", Quantity: 60, MOQ: 24, Multiple: 12,
		Terms: "Smallest order 24 pieces, in steps of 12. Ships in 9 days.",
		Door: &Door{
			Place: w.Country("DE"), Goods: Line{Label: "Goods", Note: "60 × " + eur(w, 870), Amount: eur(w, 52200)},
			Freight: Line{Label: "Freight", Note: "by road, " + w.Weight(23700), Amount: eur(w, 6200)},
			Sum:     Line{Label: "At your door, before tax", Note: eur(w, 973) + " a piece", Amount: eur(w, 58400)},
			Tax:     Line{Label: "Tax 19%", Note: "which you may reclaim", Amount: eur(w, 11096)},
			Total:   Line{Label: "To pay in all", Amount: eur(w, 69496)},
			Note:    "Duty is not included. The supplier’s freight table, rounded half up. An estimate until you order; then it is fixed.",
		},
		Text: []string{"A shirt for every day, cut straight, with a chest pocket. The check is woven, not printed."},
		Attributes: []Attribute{
			{Label: "Material", Value: "100% cotton poplin, 115 g/m²"}, {Label: "Packed", Value: "Each in a bag; 24 in a carton of 58 × 38 × 30 cm, 7.9 kg"},
			{Label: "Customs code", Value: "6205 20: men’s or boys’ shirts, of cotton, not knitted"}, {Label: "Made in", Value: w.Country("TR"), Flag: "TR"},
		},
		Figures: []Figure{{Label: "Orders", Value: "412"}, {Label: "Answers in", Value: "5 hours"}, {Label: "Went wrong", Value: "1.2%, all settled"}},
		Checks:  []Check{{Done: true, Text: "Company register extract, read by two people, 3 February 2026."}, {Done: true, Text: "Bank account belongs to the company, 5 February 2026."}, {Text: "Factory visit: not done."}},
		Work:    v.To("/l/1002"), Cart: Form{Action: v.To("/cart")}, Ask: Form{ID: "ask", Action: v.To("/l/1002/ask")},
	}
}

func sampleStorefront(v *View) Storefront {
	l := sampleListing(v)
	r := sampleSearch(v)
	r.Typed, r.Query, r.Total, r.Chosen = "", "", 6, nil
	return Storefront{
		Crumbs: []Option{{Label: "Kontor", Href: v.To("/")}, {Label: "Suppliers", Href: v.To("/suppliers")}, {Label: l.Firm.Name}},
		Firm:   l.Firm, Place: l.Place, Since: l.Since, About: []string{"Thirty-four people, two cutting tables, shirts since 1987. We sew small lots for shops in Europe."},
		Figures: l.Figures, Checks: l.Checks, Ships: "Ships to 14 countries, in 9 days on average.", Results: r,
		Imprint: []Line{{Label: "Company", Note: "Tarsus Gömlek Sanayi Ltd. Şti."}, {Label: "Register", Note: "Mersin 44120"}, {Label: "Tax number", Note: "TR 831 004 221"}},
	}
}

func sampleSignUp(v *View, faulty bool) SignUp {
	s := SignUp{Form: Form{Action: v.To("/sign-up"), Key: "0190c0de"}, Countries: append([]Option{{}}, v.Place.Countries...), Terms: "3"}
	for i := range s.Countries {
		s.Countries[i].Chosen = false
	}
	if faulty {
		s.Form.Values = map[string]string{"business": "Petersen Herrenmoden", "email": "jens@", "country": "DE", "buys": "yes", "name": "Jens Petersen"}
		s.Form.Faults.Add("email", "“jens@” has nothing after the @.", "Write the whole address, such as jens@example.com.")
		s.Form.Faults.Add("password", "The password is too short.", "Use 10 characters or more.")
		s.Form.Faults.Add("terms", "The terms are not agreed to.", "Read them, then tick the box.")
	}
	return s
}

func sampleText(v *View) Text {
	return Text{Title: "Terms", Version: "3", Since: v.Words.Day(time.Date(2026, 4, 13, 0, 0, 0, 0, time.UTC)),
		Sections: []Section{{ID: "hold", Title: "The hold", Paras: []string{"Money paid for an order is held by the payment provider until one of these happens."}, List: []string{"The buyer says that the goods are right.", "The time to look ends.", "The arbiter decides."}}},
		Older:    []Option{{Label: "Version 2", Href: v.To("/terms/2")}}}
}

// samplePages is each page by the name of its golden file.
func samplePages(v *View) map[string]templ.Component {
	w := v.Words
	at := func(path, title string) *View { return somewhere(v, path, title) }
	search := at("/search", "Checked cotton shirt")
	search.Query, search.Rest = "checked cotton shirt", "q=checked+cotton+shirt"
	flash := at("/l/1002", "Shirt")
	flash.Flash = &Note{Tone: OK, Strong: "60 pieces are in the cart.", Href: v.To("/cart"), Link: "Look at the cart"}
	desk := at("/desk", "Parts")
	desk.Desk, desk.Who = DeskSupplier, "Tarsus Shirtworks"
	desk.Menu = []Option{{Label: "Today", Href: "/desk", Chosen: true}, {Label: "Orders", Href: "/desk/orders", Count: 2}, {Label: "Goods", Href: "/desk/goods"}, {Label: "Money", Href: "/desk/money"}}
	again := Act{Label: "Send the letter again", Action: v.To("/confirm/again")}
	pages := map[string]templ.Component{
		"home":    HomePage(at("/", ""), sampleHome(v)),
		"search":  SearchPage(search, sampleSearch(v)),
		"nothing": SearchPage(at("/search", "Nothing found"), sampleNothing(v)),
		"listing": ListingPage(flash, sampleListing(v)),
		"nofreight": ListingPage(at("/l/1002", "Shirt"), func() Listing {
			l := sampleListing(v)
			l.Door, l.Pics, l.SoldOut = nil, nil, true
			l.Unsent = Note{Strong: "No freight to Germany is known.", Text: "Tarsus Shirtworks has given no price for shipping there."}
			return l
		}()),
		"storefront": StorefrontPage(at("/s/tarsus-shirtworks", "Tarsus Shirtworks"), sampleStorefront(v)),
		"terms":      TextPage(at("/terms", "Terms"), sampleText(v)),
		"signin": SignInPage(at("/sign-in", "Sign in"), SignIn{Form: Form{Action: v.To("/sign-in")}, Next: "/cart", Demos: v.To("/demo/sign-in"), Demo: []Option{
			{Value: "buyer", Label: "Jens, a buyer", Hint: "Menswear shop in Rostock, with orders in every state"},
			{Value: "supplier", Label: "Elif, a supplier", Hint: "Shirt maker in Tarsus, two orders to ship today"},
			{Value: "operator", Label: "Marta, the operator", Hint: "Reviews listings and settles complaints"}}}),
		"signup":       SignUpPage(at("/sign-up", "Open an account"), sampleSignUp(v, false)),
		"signup-fault": SignUpPage(at("/sign-up", "Open an account"), sampleSignUp(v, true)),
		"sent":         SentPage(at("/reset", "New password"), Sent{Title: "Look at your letters", Email: "jens@example.com", Text: "We sent a letter with a link to", Again: again, Demo: v.To("/demo/letters")}),
		"code":         SentPage(at("/confirm/code", "Confirm"), Sent{Title: "Look at your letters", Email: "jens@example.com", Text: "We sent a letter with a code to", Code: &Form{Action: v.To("/confirm/code")}, Again: again}),
		"code-fault": SentPage(at("/confirm/code", "Confirm"), Sent{Title: "Look at your letters", Email: "jens@example.com", Text: "We sent a letter with a code to", Again: again, Code: &Form{
			Action: v.To("/confirm/code"), Values: map[string]string{"code": "041 593"}, Faults: market.Faults{{Field: "code", Msg: "This code is wrong, or it is too old.", Fix: "Compare it with the newest letter."}}}}),
		"confirm":   ConfirmPage(at("/confirm", "Confirm"), Confirm{Form: Form{Action: v.To("/confirm"), Values: map[string]string{"token": "abc"}}}),
		"reset":     ResetPage(at("/reset", "New password"), Reset{Form: Form{Action: v.To("/reset")}}),
		"reset-new": ResetPage(at("/reset", "New password"), Reset{Form: Form{Action: v.To("/reset")}, Token: "abc"}),
		"lost":      TroublePage(at("/x", "Not found"), Lost(v)),
		"ours":      TroublePage(at("/x", "Our fault"), Ours(v, "7F3-K2Q", true)),
		"full":      TroublePage(at("/x", "Full"), Full(v)),
		"parts":     partsPage(desk, w),
		"me":        MeLinks(v, Me{SignedIn: true, Name: "Jens Petersen", Business: "Petersen Herrenmoden", Cart: 3, SignOut: v.To("/sign-out"), Menu: []Option{{Label: "Your orders", Href: v.To("/orders"), Count: 2}, {Label: "Your account", Href: v.To("/account")}}}),
	}
	maps.Copy(pages, tradePages(v, at))
	maps.Copy(pages, deskPages(v, at))
	maps.Copy(pages, siegePages(v, at))
	return pages
}
