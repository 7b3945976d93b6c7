package web

import (
	"net/http"
	"strconv"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/market/party"
	"kontor/web/page"
)

// operatorRoutes are the desk of the house.
var operatorRoutes = []route{
	{"GET /house", operating, (*Site).houseOverview},
	{"GET /house/review", operating, (*Site).reviewQueue},
	{"GET /house/listings", operating, (*Site).allListings},
	{"GET /house/listings/{id}", operating, (*Site).judgeListing},
	{"POST /house/listings/{id}/{step}", operating, (*Site).judged},
	{"GET /house/businesses", operating, (*Site).businesses},
	{"GET /house/businesses/{id}", operating, (*Site).oneBusiness},
	{"POST /house/businesses/{id}/legal", operating, (*Site).seeLegal},
	{"POST /house/businesses/{id}/{step}", operating, (*Site).judgeBusiness},
	{"GET /house/orders", operating, (*Site).allOrders},
	{"GET /house/money", operating, (*Site).houseMoney},
	{"GET /house/payouts", operating, (*Site).payouts},
	{"POST /house/payouts", operating, (*Site).draftPayouts},
	{"GET /house/payouts.csv", operating, (*Site).payoutFile},
	{"POST /house/payouts/{id}", operating, (*Site).settlePayout},
	{"GET /house/refunds", operating, (*Site).refunds},
	{"POST /house/refunds/{id}", operating, (*Site).refundSent},
	{"GET /house/documents", operating, (*Site).documents},
	{"POST /house/documents", operating, (*Site).issueDocument},
	{"GET /house/shield", operating, (*Site).siege},
	{"GET /house/shield/stream", operating, (*Site).siegeStream},
	{"POST /house/shield/let", operating, (*Site).let},
	{"POST /house/shield/lift", operating, (*Site).lift},
	{"POST /house/shield/ban", operating, (*Site).ban},
	{"GET /house/incidents", operating, (*Site).incidents},
	{"GET /house/incidents/{id}", operating, (*Site).incident},
	{"POST /house/incidents/{id}/notes", operating, (*Site).noteIncident},
	{"POST /house/incidents/{id}/close", operating, (*Site).closeIncident},
	{"GET /house/operators", operating, (*Site).operators},
	{"POST /house/operators", operating, (*Site).inviteOperator},
}

// operatorView begins a page of the operator's desk; its menu counts what waits.
func (s *Site) operatorView(r *http.Request) *page.View {
	waiting, err := s.waiting(r)
	if err != nil {
		s.logOurs(r, err) // a page without its counts is still a page
	}
	return s.operatorDesk(r, waiting)
}

func (s *Site) operatorDesk(r *http.Request, waiting waitingFor) *page.View {
	w := s.view(r).Words
	return s.desk(r, page.DeskOperator, w.T("operator.house"), []page.Option{
		{Label: w.T("operator.overview"), Href: "/house"},
		{Label: w.T("siege.menu"), Href: "/house/shield"},
		{Label: w.T("incident.list"), Href: "/house/incidents", Count: s.openIncidents()},
		{Label: w.T("operator.review"), Href: "/house/review", Count: waiting.listings},
		{Label: w.T("operator.listings"), Href: "/house/listings"},
		{Label: w.T("operator.businesses"), Href: "/house/businesses", Count: waiting.businesses},
		{Label: w.T("operator.orders"), Href: "/house/orders", Count: waiting.transfers + waiting.complaints},
		{Label: w.T("operator.money"), Href: "/house/money"},
		{Label: w.T("operator.payouts"), Href: "/house/payouts", Count: waiting.payouts},
		{Label: w.T("operator.refunds"), Href: "/house/refunds", Count: waiting.refunds},
		{Label: w.T("operator.documents"), Href: "/house/documents"},
		{Label: w.T("operator.operators"), Href: "/house/operators"},
	})
}

// waitingFor counts what waits for the operator.
type waitingFor struct {
	listings, businesses, transfers, complaints, payouts, refunds int
}

// mostCounted bounds what is counted by listing it: more are shown as so many.
const mostCounted = 200

func (s *Site) waiting(r *http.Request) (n waitingFor, err error) {
	ctx, a := r.Context(), actor(r)
	if !a.Operator {
		return n, nil
	}
	if n.listings, err = s.Catalog.Waiting(ctx, a); err != nil {
		return n, err
	}
	checks, err := s.Parties.Businesses(ctx, a, party.BusinessFilter{Verification: party.InCheck, Limit: mostCounted})
	if err != nil {
		return n, err
	}
	n.businesses = len(checks)
	if n.transfers, err = s.Orders.Book.Count(ctx, awaitingTransfer.filter); err != nil {
		return n, err
	}
	if n.complaints, err = s.Orders.Book.Count(ctx, escalated.filter); err != nil {
		return n, err
	}
	due, err := s.Money.Payouts(ctx, a, ledger.PayoutFilter{State: ledger.Due, Limit: mostCounted})
	if err != nil {
		return n, err
	}
	n.payouts = len(due)
	n.refunds, err = s.Money.CountRefunds(ctx, a)
	return n, err
}

// The operator's tabs of orders.
var (
	awaitingTransfer = tab{"transfers", order.Filter{Payment: []order.Payment{order.Awaiting}, Provider: "transfer"}}
	escalated        = tab{"escalated", order.Filter{Dispute: []order.Dispute{order.Escalated}}}
	watched          = []tab{
		escalated, awaitingTransfer,
		{"complaints", order.Filter{Dispute: []order.Dispute{order.Open, order.Offered}}},
		{"held", order.Filter{Payment: []order.Payment{order.Held}}},
		{"all", order.Filter{}},
	}
)

// houseOverview answers GET /house: what waits for the operator, and what is open.
// It reads what is under way, never all that ever was.
func (s *Site) houseOverview(w http.ResponseWriter, r *http.Request) error {
	n, err := s.waiting(r)
	if err != nil {
		return err
	}
	v := s.operatorDesk(r, n)
	words := v.Words
	p := page.List{Title: words.T("operator.overview")}
	t := page.Table{Caption: words.T("operator.waits"), Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("operator.what")}, {Label: words.T("operator.how_many"), Right: true, Lead: true}}}
	for _, row := range []struct {
		key, path string
		n         int
	}{
		{"listings", "/house/review", n.listings}, {"checks", "/house/businesses?verification=in_check", n.businesses}, {"escalated", "/house/orders?tab=escalated", n.complaints},
		{"transfers", "/house/orders?tab=transfers", n.transfers}, {"payouts", "/house/payouts", n.payouts}, {"refunds", "/house/refunds", n.refunds},
	} {
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Text: words.T("operator.waits_" + row.key), Href: v.To(row.path)}, {Text: words.Number(int64(row.n))}}})
	}
	p.Tables = append(p.Tables, t)
	states, err := s.Catalog.Count(r.Context(), actor(r))
	if err != nil {
		return err
	}
	open, err := s.Orders.Book.Count(r.Context(), order.Filter{Payment: []order.Payment{order.Held}})
	if err != nil {
		return err
	}
	firms, err := s.firms(r.Context())
	if err != nil {
		return err
	}
	p.Figure = []page.Figure{
		{Label: words.T("operator.published"), Value: words.Number(int64(states[catalog.Published]))}, {Label: words.T("goods.suppliers"), Value: words.Number(int64(len(firms.list)))},
		{Label: words.T("operator.open_orders"), Value: words.Number(int64(open))},
	}
	held, err := s.Money.HeldByAll(r.Context(), actor(r))
	if err != nil {
		return err
	}
	if len(held) > 0 {
		p.Figure = append(p.Figure, page.Figure{Label: words.T("operator.sum_hold"), Value: amounts(v, held)})
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

// allOrders answers GET /house/orders: by tab, or by number.
func (s *Site) allOrders(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	chosen := watched[0]
	for _, t := range watched {
		if t.key == q.Get("tab") || q.Get("q") != "" && t.key == "all" {
			chosen = t
		}
	}
	f := chosen.filter
	f.Number, f.Before, f.Limit = strings.ToUpper(strings.TrimSpace(q.Get("q"))), order.ID(q.Get("before")), 51
	list, err := s.Orders.Orders(r.Context(), actor(r), market.Operator, f)
	if err != nil {
		return err
	}
	v := s.operatorView(r)
	p := s.orderList(v, list, "/house/orders?tab="+chosen.key, func(o order.Order) (string, string) {
		return v.Words.T("operator.from_to", "buyer", o.BuyerName, "supplier", o.SupplierName), ""
	})
	p.Title, p.Find = v.Words.T("operator.orders"), find(v, "/house/orders", v.Words.T("operator.order_number"), f.Number)
	for _, t := range watched {
		n := 0
		if t.key != "all" { // all that ever were is slow to count, and tells nothing
			if n, err = s.Orders.Book.Count(r.Context(), t.filter); err != nil {
				return err
			}
		}
		p.Tabs = append(p.Tabs, page.Option{Label: v.Words.T("operator.tab_" + t.key), Href: v.To("/house/orders", "tab", t.key), Count: n, Chosen: t.key == chosen.key})
	}
	if len(list) == 0 {
		p.Empty = &page.Empty{Title: v.Words.T("operator.nothing"), Text: v.Words.T("operator.nothing_text")}
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

// operators answers GET /house/operators.
func (s *Site) operators(w http.ResponseWriter, r *http.Request) error {
	v := s.operatorView(r)
	words := v.Words
	p := page.List{Title: words.T("operator.operators"), Lead: words.T("operator.operators_lead")}
	p.Forms = []page.ActForm{{ID: "invite", Title: words.T("operator.invite"), Lead: words.T("operator.invite_lead"), Form: page.Form{ID: "invite", Action: v.To("/house/operators")}, Button: words.T("operator.invite_do"), Main: true}}
	if s.Letters != nil {
		p.Acts = []page.Act{{Label: words.T("account.letters"), Href: v.To("/letters")}}
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

// inviteOperator answers POST /house/operators; the link is shown this once.
func (s *Site) inviteOperator(w http.ResponseWriter, r *http.Request) error {
	secret, err := s.Parties.InviteOperator(r.Context(), actor(r))
	if err != nil {
		return err
	}
	v := s.operatorView(r)
	v.Title = v.Words.T("operator.invited")
	return s.show(w, r, page.SecretPage(v, page.Secret{Title: v.Title, Lead: v.Words.T("operator.invited_lead"), Value: s.Origin + "/operator?token=" + secret, Back: page.Option{Label: v.Words.T("operator.operators"), Href: v.To("/house/operators")}}))
}

// versioned carries the version of the record that a step was shown for.
func versioned(version int64) []page.Option {
	return []page.Option{{Label: "version", Value: strconv.FormatInt(version, 10)}}
}
