package web

import (
	"net/http"

	"kontor/web/page"
)

// supplierRoutes are the desk of a business that sells.
var supplierRoutes = []route{}

// supplierView begins a page of the supplier's desk.
func (s *Site) supplierView(r *http.Request) *page.View {
	v := s.view(r)
	w := v.Words
	return s.desk(r, page.DeskSupplier, visitOf(r).business, []page.Option{
		{Label: w.T("supplier.overview"), Href: "/desk"},
		{Label: w.T("supplier.orders"), Href: "/desk/orders"},
		{Label: w.T("supplier.listings"), Href: "/desk/listings"},
		{Label: w.T("supplier.stock"), Href: "/desk/stock"},
		{Label: w.T("supplier.import"), Href: "/desk/import"},
		{Label: w.T("supplier.freight"), Href: "/desk/freight"},
		{Label: w.T("supplier.money"), Href: "/desk/money"},
		{Label: w.T("supplier.messages"), Href: "/messages"},
	})
}
