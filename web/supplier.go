package web

import (
	"net/http"

	"kontor/market"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/market/party"
	"kontor/web/page"
)

// supplierRoutes are the desk of a business that sells.
var supplierRoutes = []route{
	{"GET /desk", selling, (*Site).deskOverview},
	{"GET /desk/listings", selling, (*Site).ownListings},
	{"GET /desk/listings/new", selling, (*Site).newListing},
	{"POST /desk/listings", selling, (*Site).createListing},
	{"GET /desk/listings/{id}", selling, (*Site).editListing},
	{"POST /desk/listings/{id}", selling, (*Site).saveListing},
	{"GET /desk/listings/{id}/view", member, (*Site).ownListing},
	{"POST /desk/listings/{id}/{step}", selling, (*Site).turnListing},
	{"POST /desk/listings/{id}/pictures", selling, (*Site).addPictures},
	{"POST /desk/listings/{id}/pictures/{picture}", selling, (*Site).movePicture},
	{"GET /desk/stock", selling, (*Site).stock},
	{"POST /desk/stock", selling, (*Site).setStock},
	{"GET /desk/orders", selling, (*Site).ordersToFill},
	{"GET /desk/money", selling, (*Site).ownMoney},
	{"GET /desk/import", selling, (*Site).askImport},
	{"POST /desk/import", selling, (*Site).importFile},
	{"GET /desk/import/template.csv", selling, (*Site).importTemplate},
	{"GET /desk/export.csv", selling, (*Site).exportFile},
	{"GET /desk/freight", selling, (*Site).freight},
	{"POST /desk/freight", selling, (*Site).saveFreight},
}

// tab is a list of orders by what is to be done with them.
type tab struct {
	key    string
	filter order.Filter
}

// toFill are a supplier's tabs, the most pressing first.
var toFill = []tab{
	{"to_accept", order.Filter{Payment: []order.Payment{order.Held}, Fulfilment: []order.Fulfilment{order.New}}},
	{"to_ship", order.Filter{Payment: []order.Payment{order.Held}, Fulfilment: []order.Fulfilment{order.Accepted}}},
	{"complaints", order.Filter{Dispute: []order.Dispute{order.Open, order.Offered, order.Escalated}}},
	{"under_way", order.Filter{Payment: []order.Payment{order.Held}, Fulfilment: []order.Fulfilment{order.Shipped, order.Received}}},
	{"to_be_paid", order.Filter{Payment: []order.Payment{order.Awaiting}}},
	{"finished", order.Filter{Payment: []order.Payment{order.Released, order.Refunded, order.Split, order.Void, order.Refused}}},
}

// pressing are the tabs at the front of toFill that wait for the supplier.
const pressing = 3

// counted is how many orders of a supplier stand in each of the first n tabs.
func (s *Site) counted(r *http.Request, tabs []tab) ([]int, error) {
	counts := make([]int, len(tabs))
	for i, t := range tabs {
		t.filter.Supplier = actor(r).Business
		n, err := s.Orders.Book.Count(r.Context(), t.filter)
		if err != nil {
			return nil, err
		}
		counts[i] = n
	}
	return counts, nil
}

// supplierView begins a page of the supplier's desk; its menu counts the orders
// that wait for the supplier.
func (s *Site) supplierView(r *http.Request) *page.View {
	w := s.view(r).Words
	waiting := 0
	counts, err := s.counted(r, toFill[:pressing])
	if err != nil {
		s.logOurs(r, err) // a page without its counts is still a page
	}
	for _, n := range counts {
		waiting += n
	}
	return s.desk(r, page.DeskSupplier, visitOf(r).business, []page.Option{
		{Label: w.T("supplier.overview"), Href: "/desk"},
		{Label: w.T("supplier.orders"), Href: "/desk/orders", Count: waiting},
		{Label: w.T("supplier.listings"), Href: "/desk/listings"},
		{Label: w.T("supplier.stock"), Href: "/desk/stock"},
		{Label: w.T("supplier.import"), Href: "/desk/import"},
		{Label: w.T("supplier.freight"), Href: "/desk/freight"},
		{Label: w.T("supplier.money"), Href: "/desk/money"},
		{Label: w.T("supplier.messages"), Href: "/messages"},
		{Label: w.T("business.title"), Href: "/account/business"},
	})
}

// deskOverview answers GET /desk: what waits, and where the money is.
func (s *Site) deskOverview(w http.ResponseWriter, r *http.Request) error {
	v := s.supplierView(r)
	words, a := v.Words, actor(r)
	p := page.List{Title: words.T("supplier.overview"), Acts: []page.Act{{Label: words.T("editor.new"), Href: v.To("/desk/listings/new")}, {Label: words.T("supplier.storefront"), Href: v.To("/account/business")}}}
	b, err := s.Parties.Business(r.Context(), a, a.Business)
	if err != nil {
		return err
	}
	p.Notes = standing(v, b)
	if b.Verification == party.Unchecked {
		last := &p.Notes[len(p.Notes)-1]
		last.Href, last.Link = v.To("/account/business"), v.Words.T("business.legal_give")
	}
	terms, err := s.Orders.OwnTerms(r.Context(), a)
	if err != nil {
		return err
	}
	if terms.Version == 0 {
		p.Notes = append(p.Notes, page.Note{Tone: page.Warn, Text: words.T("supplier.no_freight"), Href: v.To("/desk/freight"), Link: words.T("supplier.freight")})
	}
	counts, err := s.counted(r, toFill[:pressing])
	if err != nil {
		return err
	}
	for i, n := range counts {
		p.Figure = append(p.Figure, page.Figure{Label: words.T("supplier.tab_" + toFill[i].key), Value: words.Number(int64(n))})
	}
	money, err := s.Money.Standing(r.Context(), a, a.Business, ledger.Filter{Limit: 1})
	if err != nil {
		return err
	}
	p.Figure = append(p.Figure, moneyFigures(v, money)...)
	waiting, err := s.Orders.Orders(r.Context(), a, market.Supplier, order.Filter{Payment: []order.Payment{order.Held}, Fulfilment: []order.Fulfilment{order.New, order.Accepted}, Limit: 20})
	if err != nil {
		return err
	}
	if len(waiting) > 0 {
		list := s.orderList(v, waiting, "/desk/orders", soldTo)
		list.Tables[0].Label, list.Tables[0].Caption = "", words.T("supplier.waiting")
		p.Tables = append(p.Tables, list.Tables...)
	}
	low, err := s.lowStock(r, v)
	if err != nil {
		return err
	}
	if len(low.Rows) > 0 {
		p.Tables = append(p.Tables, low)
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

func soldTo(o order.Order) (name, country string) { return o.BuyerName, o.ShipTo }

// moneyFigures are what is held and owed, one for each currency.
func moneyFigures(v *page.View, m ledger.Standing) (out []page.Figure) {
	for _, a := range m.Held {
		out = append(out, page.Figure{Label: v.Words.T("supplier.held"), Value: v.Words.Money(a), Note: v.Words.T("supplier.held_note")})
	}
	for _, a := range m.Owed {
		out = append(out, page.Figure{Label: v.Words.T("supplier.owed"), Value: v.Words.Money(a), Note: v.Words.T("supplier.owed_note")})
	}
	return out
}

// mostLow bounds the variants that the overview names.
const mostLow = 10

// lowStock lists published variants of which not even the smallest order can be
// filled any more.
func (s *Site) lowStock(r *http.Request, v *page.View) (page.Table, error) {
	words := v.Words
	t := page.Table{Caption: words.T("supplier.low"), Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("supplier.article")}, {Label: words.T("editor.sku")}, {Label: words.T("supplier.available"), Right: true, Lead: true}, {Label: words.T("editor.moq"), Right: true, Lead: true}}}
	list, err := s.Catalog.Low(r.Context(), actor(r), mostLow)
	if err != nil {
		return t, err
	}
	for _, l := range list {
		for _, x := range l.Variants {
			if x.Available() >= l.MOQ || len(t.Rows) >= mostLow {
				continue
			}
			t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{
				{Text: l.Title(words.Lang), Href: v.To("/desk/stock", "q", x.SKU)}, {Text: x.SKU}, {Text: words.Number(int64(x.Available()))}, {Text: words.Number(int64(l.MOQ))},
			}})
		}
	}
	return t, nil
}

// ordersToFill answers GET /desk/orders.
func (s *Site) ordersToFill(w http.ResponseWriter, r *http.Request) error {
	chosen := toFill[0]
	for _, t := range toFill {
		if t.key == r.URL.Query().Get("tab") {
			chosen = t
		}
	}
	f := chosen.filter
	f.Before, f.Limit = order.ID(r.URL.Query().Get("before")), 51
	list, err := s.Orders.Orders(r.Context(), actor(r), market.Supplier, f)
	if err != nil {
		return err
	}
	v := s.supplierView(r)
	p := s.orderList(v, list, "/desk/orders?tab="+chosen.key, soldTo)
	p.Title = v.Words.T("supplier.orders")
	counts, err := s.counted(r, toFill)
	if err != nil {
		return err
	}
	for i, t := range toFill {
		p.Tabs = append(p.Tabs, page.Option{Label: v.Words.T("supplier.tab_" + t.key), Href: v.To("/desk/orders", "tab", t.key), Count: counts[i], Chosen: t.key == chosen.key})
	}
	if len(list) == 0 {
		p.Empty = &page.Empty{Title: v.Words.T("supplier.no_orders"), Text: v.Words.T("supplier.no_orders_text")}
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

// ownMoney answers GET /desk/money.
func (s *Site) ownMoney(w http.ResponseWriter, r *http.Request) error {
	const many = 50
	a := actor(r)
	m, err := s.Money.Standing(r.Context(), a, a.Business, ledger.Filter{Before: ledger.TransactionID(r.URL.Query().Get("before")), Limit: many})
	if err != nil {
		return err
	}
	v := s.supplierView(r)
	words := v.Words
	p := page.List{Title: words.T("supplier.money"), Lead: words.T("supplier.money_lead"), Figure: moneyFigures(v, m), Acts: []page.Act{{Label: words.T("supplier.account"), Href: v.To("/account/business#bank")}}}
	if len(m.Payouts) > 0 {
		t := page.Table{Caption: words.T("supplier.payouts"), Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("supplier.listed")}, {Label: words.T("order.state")}, {Label: words.T("order.sum"), Right: true, Money: true}}}
		for _, o := range m.Payouts {
			t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Text: words.Day(o.Made)}, {Tag: payoutTag(v, o)}, {Text: words.Money(o.Amount)}}})
		}
		p.Tables = append(p.Tables, t)
	}
	if len(m.Moves) > 0 {
		t := postings(v, m.Moves, true)
		t.Caption = words.T("supplier.moves")
		p.Tables = append(p.Tables, t)
	}
	if len(m.Moves) == many {
		p.Next = v.To("/desk/money", "before", string(m.Moves[many-1].ID))
	}
	if len(m.Moves) == 0 {
		p.Empty = &page.Empty{Title: words.T("supplier.no_money"), Text: words.T("supplier.no_money_text")}
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

func payoutTag(v *page.View, p ledger.Payout) *page.Tag {
	if p.State == ledger.Paid {
		return &page.Tag{Tone: page.OK, Text: v.Words.T("supplier.paid_on", "day", v.Words.Day(p.PaidAt))}
	}
	return &page.Tag{Tone: page.Sea, Text: v.Words.T("supplier.due")}
}
