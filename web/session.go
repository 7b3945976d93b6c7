package web

import (
	"net/http"
	"strings"

	"kontor/market"
	"kontor/market/order"
	"kontor/market/party"
)

// know finds out who asks: by the session's cookie, or for programs by
// Authorization: Bearer. A session that ended is nobody; a wrong key is a fault.
func (s *Site) know(r *http.Request) error {
	v := visitOf(r)
	v.known = true
	if key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		visitor, err := s.Parties.EnterProgram(r.Context(), key)
		if err != nil {
			return err
		}
		v.actor, v.business, v.open, v.program = visitor.Actor, visitor.Business.Name, visitor.Outstanding, true
		v.suspended = visitor.Business.State == party.Suspended
		return nil
	}
	c, err := r.Cookie(sessionCookie)
	if err != nil {
		return nil
	}
	visitor, err := s.Parties.Enter(r.Context(), c.Value)
	if market.KindOf(err) == market.SignIn {
		return nil
	}
	if err != nil {
		return err
	}
	v.actor, v.session, v.business, v.open = visitor.Actor, visitor.Session, visitor.Business.Name, visitor.Outstanding
	v.suspended = visitor.Business.State == party.Suspended
	return nil
}

// cartID is the guest's cart that the browser carries, if any.
func (s *Site) cartID(r *http.Request) order.CartID {
	c, err := r.Cookie(cartCookie)
	if err != nil || !market.IsID(order.CartID(c.Value)) {
		return ""
	}
	return order.CartID(c.Value)
}

// upload tells whether a request brings files.
func upload(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data")
}
