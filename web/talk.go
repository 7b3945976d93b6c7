package web

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/order"
	"kontor/web/page"
)

// outside is what an operator is told who would speak between two businesses,
// where a message would be nobody's.
var outside = &market.Fault{Kind: market.Forbidden, Msg: "This conversation is its buyer's and its supplier's.", Fix: "Decide a complaint, or write them a letter."}

// longestQuestion bounds what is kept of a guest's question, in bytes: encoded
// it fits into a cookie.
const longestQuestion = 2_048

// ask answers POST /listings/{id}/questions. A guest's question is kept by the
// browser until somebody is signed in there.
func (s *Site) ask(w http.ResponseWriter, r *http.Request) error {
	if !actor(r).SignedIn() {
		return s.askLater(w, r)
	}
	l, err := s.Catalog.View(r.Context(), actor(r), catalog.ListingID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if actor(r).Operator {
		return outside
	}
	key, err := s.asking(r, l.ID)
	if err != nil {
		return err
	}
	t, err := s.Orders.Ask(r.Context(), actor(r), l, r.PostFormValue("text"), key)
	if err != nil {
		f := page.Form{ID: "ask", Action: s.to(r, "/listings/"+string(l.ID)+"/questions"), Key: freshKey()}
		return s.again(w, r, err, f, func(f page.Form) error { return s.showListing(w, r, actor(r), &f) })
	}
	if _, err := r.Cookie(askCookie); err == nil {
		http.SetCookie(w, s.cookie(askCookie, "", -1))
	}
	return s.seeOther(w, r, "/messages/"+string(t.ID), "talk.asked")
}

// sameQuestion is how long the same words of one person about one listing are
// one question, at least; at most twice as long.
const sameQuestion = 10 * time.Minute

// asking is the idempotency of a question. The form on a listing's page carries
// no key, since all visitors get the same page: there its meaning is the key,
// with the time, in steps, so that it may be asked again later.
func (s *Site) asking(r *http.Request, id catalog.ListingID) (market.Idempotency, error) {
	if key := once(r); key.Key != "" {
		return key, nil
	}
	digest := visitOf(r).digest("question\x00" + string(id) + "\x00" + strings.TrimSpace(r.PostFormValue("text")))
	step := s.Now().Unix() / int64(sameQuestion.Seconds())
	before := market.Idempotency{Key: fmt.Sprintf("question %.40s %d", digest, step-1), Digest: digest}
	done, err := s.Orders.Book.Done(r.Context(), actor(r), before)
	if done || err != nil {
		return before, err
	}
	return market.Idempotency{Key: fmt.Sprintf("question %.40s %d", digest, step), Digest: digest}, nil
}

// askLater keeps a guest's question and leads by the sign-in to askAgain.
func (s *Site) askLater(w http.ResponseWriter, r *http.Request) error {
	id, text := r.PathValue("id"), r.PostFormValue("text")
	if !market.IsID(catalog.ListingID(id)) {
		return market.Missing("This listing")
	}
	if len(text) > longestQuestion {
		text = strings.ToValidUTF8(text[:longestQuestion], "")
	}
	http.SetCookie(w, s.cookie(askCookie, id+"."+base64.RawURLEncoding.EncodeToString([]byte(text)), nextKept))
	next := s.to(r, "/listings/"+id+"/questions#ask", "variant", r.PostFormValue("variant"))
	http.Redirect(w, r, s.to(r, "/sign-in", "next", next), http.StatusSeeOther)
	return nil
}

// askAgain answers GET /listings/{id}/questions: the listing with the question
// that was written before signing in.
func (s *Site) askAgain(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("id")
	f := page.Form{ID: "ask", Action: s.to(r, "/listings/"+id+"/questions"), Key: freshKey()}
	if c, err := r.Cookie(askCookie); err == nil {
		kept, _ := strings.CutPrefix(c.Value, id+".")
		if text, err := base64.RawURLEncoding.DecodeString(kept); err == nil && isText(string(text)) {
			f.Values = map[string]string{"text": string(text)}
		}
	}
	return s.showListing(w, r, actor(r), &f)
}

// messages answers GET /messages.
func (s *Site) messages(w http.ResponseWriter, r *http.Request) error {
	threads, err := s.Orders.Conversations(r.Context(), actor(r))
	if err != nil {
		return err
	}
	v := s.view(r)
	words := v.Words
	p := page.List{Title: words.T("order.messages")}
	t := page.Table{Label: p.Title, Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("order.about")}, {Label: words.T("order.with")}, {Label: words.T("order.last"), Right: true}}}
	other := func(th order.Thread) market.BusinessID {
		if th.Supplier == actor(r).Business {
			return th.Buyer
		}
		return th.Supplier
	}
	var ids []market.BusinessID
	for _, th := range threads {
		ids = append(ids, other(th))
	}
	named, err := s.Parties.Names(r.Context(), ids)
	if err != nil {
		return err
	}
	for _, th := range threads {
		b := named[other(th)]
		t.Rows = append(t.Rows, page.Row{Cells: []page.Cell{{Text: th.Title, Href: v.To("/messages/" + string(th.ID))}, {Text: b.Name, Flag: b.Country}, {Text: words.When(th.Last)}}})
	}
	if len(threads) == 0 {
		p.Empty = &page.Empty{Title: words.T("talk.none_title"), Text: words.T("talk.none_text"), Href: v.To("/search"), Link: words.T("home.look")}
	} else {
		p.Tables = []page.Table{t}
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

// conversation answers GET /messages/{id}.
func (s *Site) conversation(w http.ResponseWriter, r *http.Request) error {
	return s.showTalk(w, r, page.Form{})
}

func (s *Site) showTalk(w http.ResponseWriter, r *http.Request, f page.Form) error {
	t, err := s.Orders.Thread(r.Context(), actor(r), order.ThreadID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if t.Order != "" {
		http.Redirect(w, r, s.to(r, "/orders/"+string(t.Order)+"#messages"), http.StatusSeeOther)
		return nil
	}
	buyer, err := s.Parties.Named(r.Context(), t.Buyer)
	if err != nil {
		return err
	}
	supplier, err := s.Parties.Named(r.Context(), t.Supplier)
	if err != nil {
		return err
	}
	v := s.view(r)
	p := page.Talk{
		Crumbs: []page.Option{{Label: v.House.Name, Href: v.To("/")}, {Label: v.Words.T("order.messages"), Href: v.To("/messages")}, {Label: t.Title}},
		Title:  t.Title, Lead: v.Words.T("talk.lead", "buyer", buyer.Name, "supplier", supplier.Name), Href: v.To("/listings/" + string(t.Listing)), Link: v.Words.T("talk.listing"),
	}
	if p.Messages, err = s.spoken(r.Context(), v, actor(r), t, buyer.Name, supplier.Name); err != nil {
		return err
	}
	if !actor(r).Operator {
		f.ID, f.Action, f.Key = "talk", v.To("/messages/"+string(t.ID)), freshKey()
		p.Form = f
	}
	v.Title = t.Title
	return s.show(w, r, page.TalkPage(v, p))
}

// answer answers POST /messages/{id}.
func (s *Site) answer(w http.ResponseWriter, r *http.Request) error {
	if actor(r).Operator {
		return market.Missing("This page")
	}
	t, err := s.Orders.Answer(r.Context(), actor(r), order.ThreadID(r.PathValue("id")), r.PostFormValue("text"), once(r))
	if err != nil {
		return s.again(w, r, err, page.Form{}, func(f page.Form) error { return s.showTalk(w, r, f) })
	}
	return s.seeOther(w, r, "/messages/"+string(t.ID), "talk.said")
}

// spoken opens a conversation for one of its sides.
func (s *Site) spoken(ctx context.Context, v *page.View, a market.Actor, t order.Thread, buyer, supplier string) ([]page.Message, error) {
	heard, err := s.Orders.Heard(ctx, a, t)
	if err != nil {
		return nil, err
	}
	out := make([]page.Message, len(heard))
	for i, m := range heard {
		out[i] = page.Message{From: buyer, When: v.Words.When(m.At), Text: m.Text, Mine: m.From == a.Business}
		if m.From == t.Supplier {
			out[i].From = supplier
		}
		if out[i].Mine {
			out[i].From = v.Words.T("order.you")
		}
	}
	return out, nil
}
