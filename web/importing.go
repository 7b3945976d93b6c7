package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"

	"kontor/market"
	"kontor/market/catalog"
	"kontor/web/page"
	"kontor/web/words"
)

// largestCatalogue bounds a file of listings that comes over the web, in bytes;
// larger ones are imported by the operator's command.
const largestCatalogue = 20 << 20

// askImport answers GET /desk/import.
func (s *Site) askImport(w http.ResponseWriter, r *http.Request) error {
	return s.showImport(w, r, page.Form{}, nil)
}

func (s *Site) showImport(w http.ResponseWriter, r *http.Request, f page.Form, report *ImportReport) error {
	v := s.supplierView(r)
	words := v.Words
	p := page.List{Title: words.T("supplier.import"), Lead: words.T("supplier.import_lead"), Acts: []page.Act{{Label: words.T("supplier.import_template"), Href: v.To("/desk/import/template.csv")}, {Label: words.T("supplier.export"), Href: v.To("/desk/export.csv")}}}
	f.Action = v.To("/desk/import")
	up := page.Upload{Form: f, Field: f.Field("file", words.T("supplier.import_file")).Saying(words.T("supplier.import_hint")).Must(), Accept: ".csv,.tsv,.txt,text/csv", Button: words.T("supplier.import_do")}
	if report != nil {
		reported(v, &p, *report)
	}
	tree, err := s.categories(r.Context())
	if err != nil {
		return err
	}
	v.Title = p.Title
	return s.show(w, r, page.UploadPage(v, p, up, s.importGuide(v, tree)...))
}

// importGuide are the columns that a file may have, and the categories to file
// goods under.
func (s *Site) importGuide(v *page.View, tree catalog.Tree) []page.Table {
	words := v.Words
	columns := page.Table{Caption: words.T("supplier.import_columns"), Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("supplier.column"), Lead: true}, {Label: words.T("supplier.import_holds")}}}
	for _, c := range s.Imports.Columns() {
		holds := c.Holds
		if c.Must {
			holds = words.T("supplier.import_must", "holds", holds)
		}
		columns.Rows = append(columns.Rows, page.Row{Cells: page.Cells(c.Name, holds)})
	}
	categories := page.Table{Caption: words.T("supplier.import_categories"), Pad: true, Stack: true, Cols: []page.Col{{Label: words.T("supplier.import_path"), Lead: true}, {Label: words.T("supplier.import_name")}}}
	for _, c := range categoryChoices(words, tree, "") {
		categories.Rows = append(categories.Rows, page.Row{Cells: page.Cells(c.Value, c.Label)})
	}
	return []page.Table{columns, categories}
}

// importTemplate answers GET /desk/import/template.csv: a table to begin with,
// in the supplier's currency.
func (s *Site) importTemplate(w http.ResponseWriter, r *http.Request) error {
	b, err := s.Parties.Business(r.Context(), actor(r), actor(r).Business)
	if err != nil {
		return err
	}
	tree, err := s.categories(r.Context())
	if err != nil {
		return err
	}
	category := ""
	if all := tree.All(); len(all) > 0 {
		category = all[len(all)-1].Path
	}
	if tree.Has(usualExample) {
		category = usualExample
	}
	var table bytes.Buffer
	if err := s.Imports.Template(&table, b.Currency, category); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="template.csv"`)
	_, err = w.Write(table.Bytes())
	return err
}

// usualExample is where the template's mug belongs in the tree that a house
// begins with.
const usualExample = "home/kitchen/mugs"

// reported tells what an import did.
func reported(v *page.View, p *page.List, report ImportReport) {
	words := v.Words
	note := page.Note{Tone: page.OK, Text: words.T("supplier.import_good")}
	switch {
	case len(report.Unread) > 0:
		note = page.Note{Tone: page.Bad, Text: words.T("supplier.import_none")}
	case report.Rows == 0:
		note = page.Note{Tone: page.Warn, Text: words.T("supplier.import_empty")}
	case report.Rejected > 0:
		note = page.Note{Tone: page.Warn, Text: words.N("supplier.import_part", report.Rejected)}
	}
	p.Notes = append(p.Notes, note)
	for _, f := range []struct {
		key string
		n   int
	}{{"rows", report.Rows}, {"created", report.Created}, {"updated", report.Updated}, {"unchanged", report.Unchanged}, {"rejected", report.Rejected}} {
		p.Figure = append(p.Figure, page.Figure{Label: words.T("supplier.import_" + f.key), Value: words.Number(int64(f.n))})
	}
	for _, list := range [...]struct {
		caption string
		of      []ImportError
	}{{"supplier.import_errors", report.Errors}, {"supplier.import_notes", report.Notes}} {
		if len(list.of) > 0 {
			p.Tables = append(p.Tables, importTable(words, words.T(list.caption), list.of))
		}
	}
}

// importTable lists what was wrong with a file, by line and column.
func importTable(w *words.Words, caption string, list []ImportError) page.Table {
	t := page.Table{Caption: caption, Pad: true, Stack: true, Cols: []page.Col{{Label: w.T("supplier.line"), Lead: true}, {Label: w.T("supplier.column"), Lead: true}, {Label: w.T("supplier.wrong")}, {Label: w.T("supplier.mend")}}}
	for _, e := range list {
		line := "–"
		if e.Line > 0 {
			line = strconv.Itoa(e.Line)
		}
		t.Rows = append(t.Rows, page.Row{Cells: page.Cells(line, e.Column, e.Message, e.Fix)})
	}
	return t
}

// importFile answers POST /desk/import. Good rows go in, bad ones are told by
// line and column; the same file again changes nothing more.
func (s *Site) importFile(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, largestCatalogue+64<<10)
	file, name, err := uploaded(r, "file")
	var report ImportReport
	if err == nil {
		defer file.Close()
		report, err = s.Imports.Import(r.Context(), actor(r), actor(r).Business, name, file, 0)
	}
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		err = &market.Fault{Kind: market.TooLarge, Field: "file", Msg: "The file is larger than 20 MB.", Fix: "Split it, or ask the house to import it."}
	}
	if err != nil {
		return s.again(w, r, err, page.Form{}, func(f page.Form) error {
			for _, fault := range f.Faults {
				fault.Field = "file"
			}
			return s.showImport(w, r, f, nil)
		})
	}
	if len(report.Unread) > 0 {
		setStatus(w, http.StatusUnprocessableEntity)
	}
	return s.showImport(w, r, page.Form{}, &report)
}

// uploaded is the one file of a form, read as it comes in: nothing of it is
// kept on disk.
func uploaded(r *http.Request, field string) (io.ReadCloser, string, error) {
	none := &market.Fault{Kind: market.Invalid, Field: field, Msg: "No file came with the form.", Fix: "Choose one, then send it."}
	parts, err := r.MultipartReader()
	if err != nil {
		none.Err = err
		return nil, "", none
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, "", none
		}
		if err != nil {
			return nil, "", err
		}
		if part.FormName() == field && part.FileName() != "" {
			return part, part.FileName(), nil
		}
	}
}

// exportFile answers GET /desk/export.csv: the whole catalogue, as an import
// takes it back.
func (s *Site) exportFile(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="listings.csv"`)
	if err := s.Imports.Export(r.Context(), actor(r), actor(r).Business, w); err != nil {
		s.logOurs(r, err) // the answer has begun: a cut file is all that can be told
		panic(http.ErrAbortHandler)
	}
	return nil
}
