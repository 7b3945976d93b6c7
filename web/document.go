package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/party"
	"kontor/web/page"
)

// texts are those of the house, as the operator issues them.
var texts = []string{"terms", "privacy", "imprint"}

// documents answers GET /house/documents: each text as it stands, to be issued
// in a new version.
func (s *Site) documents(w http.ResponseWriter, r *http.Request) error {
	return s.showDocuments(w, r, page.Form{})
}

// showDocuments draws the forms; back is the one that was sent back.
func (s *Site) showDocuments(w http.ResponseWriter, r *http.Request, back page.Form) error {
	v := s.operatorView(r)
	words := v.Words
	p := page.List{Title: words.T("operator.documents"), Lead: words.T("operator.documents_lead")}
	for _, slug := range texts {
		d, err := s.Parties.Document(r.Context(), slug, visitOf(r).lang)
		if err != nil && market.KindOf(err) != market.NotFound {
			return err
		}
		f := page.Form{ID: slug, Values: map[string]string{"title": d.Title, "language": d.Language, "text": d.Text, "version": s.Now().Format(time.DateOnly)}}
		lead := words.T("operator.document_none")
		if d.Version != "" {
			lead = words.T("text.version", "version", d.Version, "date", words.Day(d.Issued))
		}
		if back.ID == slug {
			f = back
		}
		f.Action = v.To("/house/documents")
		p.Forms = append(p.Forms, page.ActForm{
			ID: slug, Title: words.T("layout." + slug), Lead: lead, Form: f, Hidden: []page.Option{{Label: "slug", Value: slug}}, Button: words.T("operator.issue"),
			Fields: []page.Field{
				f.Field("title", words.T("operator.document_title")).Must().UpTo(120), f.Field("version", words.T("account.version")).As("date").Saying(words.T("operator.document_version")).Must(),
				f.Field("language", words.T("operator.document_language")).Must().Of(languages(f.Value("language"))),
			},
			Areas: []page.Field{f.Field("text", words.T("operator.document_text")).Saying(words.T("operator.document_form")).Must().Tall(16).UpTo(200_000)},
		})
	}
	v.Title = p.Title
	return s.show(w, r, page.DeskPage(v, p))
}

// issueDocument answers POST /house/documents. With new terms or a new privacy
// notice everybody is asked again.
func (s *Site) issueDocument(w http.ResponseWriter, r *http.Request) error {
	d := party.Document{
		Slug: r.PostFormValue("slug"), Version: r.PostFormValue("version"), Language: r.PostFormValue("language"),
		Title: r.PostFormValue("title"), Text: strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n"),
	}
	if !slices.Contains(texts, d.Slug) {
		return market.Missing("This text")
	}
	if err := s.Parties.Issue(r.Context(), actor(r), d); err != nil {
		return s.again(w, r, err, page.Form{ID: d.Slug}, func(f page.Form) error { return s.showDocuments(w, r, f) })
	}
	return s.seeOther(w, r, "/house/documents", "house.issued")
}
