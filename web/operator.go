package web

import (
	"net/http"

	"kontor/web/page"
)

// operatorRoutes are the desk of the house.
var operatorRoutes = []route{}

// operatorView begins a page of the operator's desk.
func (s *Site) operatorView(r *http.Request) *page.View {
	v := s.view(r)
	w := v.Words
	return s.desk(r, page.DeskOperator, w.T("operator.house"), []page.Option{
		{Label: w.T("operator.overview"), Href: "/house"},
		{Label: w.T("operator.review"), Href: "/house/review"},
		{Label: w.T("operator.listings"), Href: "/house/listings"},
		{Label: w.T("operator.businesses"), Href: "/house/businesses"},
		{Label: w.T("operator.orders"), Href: "/house/orders"},
		{Label: w.T("operator.money"), Href: "/house/money"},
		{Label: w.T("operator.documents"), Href: "/house/documents"},
		{Label: w.T("operator.operators"), Href: "/house/operators"},
	})
}
