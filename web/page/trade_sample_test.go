package page

import (
	"time"

	"kontor/web/words"

	"github.com/a-h/templ"
)

// tradePages is each page of a purchase by the name of its golden file.
func tradePages(v *View, at func(path, title string) *View) map[string]templ.Component {
	w := v.Words
	private := func(path, title string) *View {
		c := at(path, title)
		c.Canonical = ""
		return c
	}
	desk := private("/desk/goods", "Goods")
	desk.Desk, desk.Who = DeskSupplier, "Tarsus Shirtworks"
	desk.Menu = []Option{{Label: "Today", Href: v.To("/desk")}, {Label: "Orders", Href: v.To("/desk/orders"), Count: 2}, {Label: "Goods", Href: v.To("/desk/goods"), Chosen: true}, {Label: "Money", Href: v.To("/desk/money")}}
	return map[string]templ.Component{
		"cart":     CartPage(private("/cart", "Cart"), sampleCart(v)),
		"checkout": CheckoutPage(private("/checkout", "Checkout"), sampleCheckout(v)),
		"order":    OrderPage(private("/orders/1", "Order"), sampleOrder(v)),
		"pay": PayPage(private("/pay/1", "Pay"), Pay{
			Title: "Pay " + eur(w, 149674), Until: "The stock is kept for you until " + w.When(sampleTime) + ".", Card: true, Demo: w.T("order.card_demo"),
			Amount: []Line{{Label: "Into the hold", Amount: eur(w, 149674)}}, Form: Form{Action: v.To("/pay/1"), Key: "0190c0de"},
			Orders: []Option{{Label: "K-26-118402", Hint: "Tarsus Shirtworks", Href: v.To("/orders/1")}}, Button: w.T("order.pay_button", "amount", eur(w, 149674))}),
		"invoice": InvoicePage(private("/orders/1/invoice", "Invoice"), Invoice{
			Title: "Invoice TS-3391", From: []string{"Tarsus Gömlek Sanayi Ltd. Şti.", "33400 Tarsus", "Türkiye"}, To: []string{"Petersen Herrenmoden", "Germany"}, Goods: []string{"Petersen Herrenmoden", "Kröpeliner Straße 4", "18055 Rostock", "GERMANY"},
			Facts: []Line{{Label: "Issued", Amount: w.Day(sampleTime)}, {Label: "Order", Amount: "K-26-118402"}}, Lines: sampleLines(v), Sums: sampleSums(v), Back: v.To("/orders/1"), BackText: "Order K-26-118402"}),
		"desk": DeskPage(desk, List{
			Title: "Goods", Lead: "What buyers see, and what waits for the house’s review.",
			Tabs:   []Option{{Label: "All", Href: v.To("/desk/goods"), Chosen: true, Count: 42}, {Label: "Drafts", Href: v.To("/desk/goods", "state", "draft"), Count: 3}},
			Acts:   []Act{{Label: "New listing", Href: v.To("/desk/goods/new")}, {Label: "Load a list", Href: v.To("/desk/import")}},
			Figure: []Figure{{Label: "Published", Value: "38"}, {Label: "In review", Value: "1"}, {Label: "Drafts", Value: "3"}},
			Tables: []Table{{
				Label: "Goods", Cols: []Col{{Label: "Listing"}, {Label: "State"}, {Label: "Stock", Right: true}, {Label: "From", Money: true}},
				Rows: []Row{
					{Cells: []Cell{{Text: "Short-sleeved shirt, fine blue check, 100% cotton", Href: v.To("/desk/goods/1"), Note: "TS-1140"}, {Tag: &Tag{OK, "Published"}}, {Text: "1,840"}, {Text: eur(w, 810)}}},
					{Cells: []Cell{{Text: "Flannel shirt", Href: v.To("/desk/goods/2"), Note: "TS-1150"}, {Tag: &Tag{Warn, "In review"}}, {Text: "96"}, {Text: eur(w, 1010)}}},
				}}},
		}),
	}
}

var sampleTime = time.Date(2026, 12, 7, 12, 0, 0, 0, time.FixedZone("CET", 3600))

func sampleCart(v *View) Cart {
	w := v.Words
	shirt, shoes := samplePic("shirt-01", 64, 64), samplePic("shoes-01", 64, 64)
	return Cart{
		Title: w.N("order.cart_title", 2), Next: v.To("/checkout"),
		Notes: []Note{{Tone: Warn, Strong: "One price changed since Friday.", Text: "It is lower."}},
		Parts: []CartPart{
			{ID: "part-1", Title: "Order 1 of 2: Tarsus Shirtworks", Note: "Türkiye · ships in 9 days", Firm: Firm{Number: "t", Name: "Tarsus Shirtworks", Country: "TR", Seal: SealFull},
				Lines: []CartLine{
					{ID: "v1", Href: v.To("/l/1002"), Name: "Short-sleeved shirt, fine blue check, 100% cotton", Note: "TS-1140, sorted pack of 12", Pic: shirt, Mark: "t", Quantity: 60, Step: 12, Each: eur(w, 870), Sum: eur(w, 52200), Hint: "From 240 each costs " + eur(w, 810), Action: v.To("/cart")},
					{ID: "v2", Href: v.To("/l/1003"), Name: "Flannel shirt", Note: "TS-1150", Mark: "t", Quantity: 24, Step: 12, Each: eur(w, 1010), Sum: eur(w, 24240), Warn: []string{"Price changed from " + eur(w, 1090) + " to " + eur(w, 1010) + ". It is lower."}, Action: v.To("/cart")},
				},
				Freight: "Freight by road: " + eur(w, 6200) + ". At your door in 12 to 15 days.", Tax: "Tax 0%, duty not included", SumLabel: w.T("order.part_sum"), Sum: eur(w, 82640)},
			{ID: "part-2", Title: "Order 2 of 2: Ribeira Calçado", Note: "Portugal · ships in 5 days", Firm: Firm{Number: "r", Name: "Ribeira Calçado", Country: "PT", Seal: SealHalf},
				Lines:   []CartLine{{ID: "v3", Href: v.To("/l/1004"), Name: "Derby shoes, black calf", Note: "RC-40", Pic: shoes, Mark: "r", Quantity: 12, Step: 1, Each: eur(w, 2850), Sum: eur(w, 34200), Action: v.To("/cart")}},
				Freight: "Freight by road: " + eur(w, 1950) + ". At your door in 8 to 10 days.", Tax: "Tax 23%", SumLabel: w.T("order.part_sum"), Sum: eur(w, 44465), Problems: []string{"Only 10 are left. Order 10 or fewer."}},
		},
		Sums:   []Line{{Label: "Goods, 3 articles", Amount: eur(w, 110640)}, {Label: "Freight, 2 consignments", Amount: eur(w, 8150)}, {Label: "Tax", Amount: eur(w, 8315)}},
		Totals: []Line{{Label: "Into the hold", Amount: eur(w, 127105)}},
	}
}

func sampleCheckout(v *View) Checkout {
	w := v.Words
	form := Form{Action: v.To("/checkout"), Key: "0190c0de", Values: map[string]string{"address": "a1", "payment": "card"}}
	cart := sampleCart(v)
	return Checkout{
		Form: form, Agreed: "abc", NewHref: v.To("/account/addresses"), WorkOut: v.To("/checkout"),
		Address: form.Choices("address", w.T("order.ship_to"), []Option{{Value: "a1", Label: "Petersen Herrenmoden", Hint: "Kröpeliner Straße 4, 18055 Rostock, Germany"}}),
		Payment: form.Choices("payment", w.T("order.pay_by"), []Option{{Value: "transfer", Label: "Bank transfer", Hint: "Stock is kept for 24 hours."}, {Value: "card", Label: "Card", Hint: "At once. Stock is kept for 15 minutes."}}),
		Parts: []CheckoutPart{{Title: cart.Parts[0].Title, Lines: []Line{{Label: "Shirt, fine blue check", Note: "60 × " + eur(w, 870), Amount: eur(w, 52200)}, {Label: "Freight by road", Amount: eur(w, 6200)}},
			Tax: Line{Label: "Tax 0%", Amount: eur(w, 0)}, Sum: Line{Label: "Order 1", Amount: eur(w, 58400)},
			Shipping: form.Choices("shipping.1", w.T("order.shipping"), []Option{{Value: "road", Label: "By road", Hint: "12 to 15 days", Chosen: true}, {Value: "air", Label: "By air", Hint: "4 to 6 days"}})}},
		Sums: cart.Sums, Totals: cart.Totals, Button: w.T("order.place", "amount", eur(w, 127105)),
	}
}

func sampleLines(v *View) Table {
	w := v.Words
	return Table{Label: w.T("order.ordered"), Stack: true, Cols: []Col{{Label: w.T("order.what"), Full: true}, {Label: w.T("goods.quantity"), Right: true, Lead: true}, {Label: w.T("listing.each"), Right: true, Lead: true}, {Label: w.T("order.sum"), Money: true}},
		Rows: []Row{{Cells: Cells("Short-sleeved shirt, fine blue check, TS-1140", "60", eur(w, 870), eur(w, 52200))}}}
}

func sampleSums(v *View) Table {
	w := v.Words
	return Table{Label: w.T("order.sums"), Rows: []Row{{Cells: Cells("Goods", eur(w, 52200))}, {Cells: Cells("Freight", eur(w, 6200))}, {Kind: RowSum, Cells: Cells("Paid in", eur(w, 58400))}}, Cols: []Col{{Label: w.T("order.what")}, {Label: w.T("order.sum"), Money: true}}}
}

func sampleOrder(v *View) Order {
	w := v.Words
	form := Form{ID: "wrong", Action: v.To("/orders/1/complain"), Key: "0190c0de", Values: map[string]string{"kind": "fewer"}}
	kinds := form.Choices("kind", "What is wrong", []Option{{Value: "fewer", Label: "Fewer pieces than ordered", Hint: "Say how many arrived"}, {Value: "damaged", Label: "Damaged or faulty", Hint: "Pictures help most"}})
	kinds.Columns = true
	return Order{
		Crumbs: []Option{{Label: "Kontor", Href: v.To("/")}, {Label: w.T("layout.your_orders"), Href: v.To("/orders")}, {Label: "K-26-118402"}},
		Title:  w.T("order.head_received"), Lead: "Order K-26-118402 from Tarsus Shirtworks · your number PO-771", Firm: Firm{Number: "Tarsus Shirtworks", Name: "Tarsus Shirtworks", Country: "TR"},
		Tags:     []Tag{{Sea, "Paid: in the hold"}, {OK, "Delivered"}, {Plain, "No complaint"}},
		Hold:     &Hold{Held: 40880, Released: 17520, HeldText: eur(w, 40880), ReleasedText: eur(w, 17520), RefundedText: eur(w, 0), PaidText: eur(w, 58400)},
		HoldHead: w.T("order.where", "amount", eur(w, 58400)), HoldText: "If the buyer says nothing, " + eur(w, 40880) + " is released on " + w.When(sampleTime) + " (in " + w.Span(332*time.Hour) + ").",
		Main: &Act{Label: "All is right, release " + eur(w, 40880), Action: v.To("/orders/1/release"), Key: "0190c0df"}, Acts: []Act{{Label: "Something is wrong", Href: "#wrong"}},
		History: []Moment{
			{Title: "Ordered and paid into the hold", When: w.When(sampleTime.AddDate(0, 0, -24)), At: sampleTime.AddDate(0, 0, -24), Text: "By the buyer."},
			{Title: "Shipped", When: w.When(sampleTime.AddDate(0, 0, -19)), At: sampleTime.AddDate(0, 0, -19), Text: "By road, waybill TR-4471-90216."},
			{State: Now, Title: "You look at the goods", When: "until " + w.When(sampleTime)},
			{State: Next, Title: "The supplier is paid"}},
		Forms: []ActForm{{ID: "wrong", Title: "Something is wrong", Lead: "The hold freezes at once, and the supplier has 3 days to answer.", Form: form, Radio: &kinds, Brick: true,
			Fields: []Field{form.Field("amount", "What you would like back").Whole(0, 584, 1)}, Areas: []Field{form.Field("text", "What happened").Must()}, Button: "Freeze the hold and tell the supplier",
			Steps: []Line{{Label: "Today", Note: "The hold is frozen"}, {Label: "by 10 December", Note: "The supplier answers"}}}},
		Messages: []Message{{From: "Tarsus Shirtworks", When: w.When(sampleTime), Text: "Three cartons left today."}, {From: "You", When: w.When(sampleTime), Text: "Thank you.", Mine: true}},
		Talk:     Form{ID: "talk", Action: v.To("/orders/1/messages"), Key: "0190c0d0"}, Papers: []Option{{Label: "Invoice TS-3391", Href: v.To("/orders/1/invoice")}},
		Lines: sampleLines(v), Sums: sampleSums(v), Address: []string{"Petersen Herrenmoden", "Kröpeliner Straße 4", "18055 Rostock", words.For(words.First).Country("DE")},
		Details: []Line{{Label: "Tracking number", Amount: "TR-4471-90216"}},
	}
}
