package web

import (
	"context"
	"log/slog"
	"mime"
	"net/http"

	"kontor/market"
	"kontor/market/catalog"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

type stockCall struct {
	ID   catalog.VariantID `path:"id" maxLength:"36"`
	Body onHandDoc
}

type onHandDoc struct {
	OnHand int64 `json:"on_hand" minimum:"0" doc:"All you have, with what orders have reserved."`
}

type stockDoc struct {
	VariantID catalog.VariantID `json:"variant_id"`
	OnHand    int64             `json:"on_hand"`
}

func (a api) setStock(ctx context.Context, in *stockCall) (*answer[stockDoc], error) {
	if !market.IsID(in.ID) {
		return nil, market.Missing("The variant")
	}
	if err := a.Catalog.SetStock(ctx, actorIn(ctx), in.ID, market.Quantity(in.Body.OnHand)); err != nil {
		return nil, renamed(err, "stock", "on_hand")
	}
	return answered(stockDoc{in.ID, in.Body.OnHand})
}

// largestImport bounds a catalogue in a file, in bytes.
const largestImport = 20 << 20

// importCall hands the file on as it arrives: it is never in memory whole.
type importCall struct {
	r *http.Request
	w http.ResponseWriter
}

// Resolve is how huma hands over the request.
func (in *importCall) Resolve(ctx huma.Context) []error {
	in.r, in.w = humago.Unwrap(ctx)
	return nil
}

func (a api) importListings(ctx context.Context, in *importCall) (*answer[ImportReport], error) {
	if kind, _, err := mime.ParseMediaType(in.r.Header.Get("Content-Type")); err != nil || kind != "text/csv" {
		return nil, &market.Fault{Kind: market.Invalid, Field: "header.Content-Type", Msg: "This is not said to be CSV.", Fix: "Send the file as text/csv."}
	}
	if in.r.ContentLength > largestImport {
		return nil, &market.Fault{Kind: market.TooLarge, Msg: "The file is larger than 20 MB.", Fix: "Send it in parts."}
	}
	by := actorIn(ctx)
	report, err := a.Imports.Import(ctx, by, by.Business, "listings.csv", http.MaxBytesReader(in.w, in.r.Body, largestImport), in.r.ContentLength)
	if err != nil {
		return nil, err
	}
	if len(report.Unread) > 0 {
		return nil, report.Unread
	}
	if report.Errors == nil {
		report.Errors = []ImportError{}
	}
	if report.Notes == nil {
		report.Notes = []ImportError{}
	}
	return answered(report)
}

// csvText describes a body of CSV.
func csvText() map[string]*huma.MediaType {
	return map[string]*huma.MediaType{"text/csv": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
}

// takesCSV describes an operation whose body is CSV.
func takesCSV(register func(api, huma.API, huma.Operation)) func(api, huma.API, huma.Operation) {
	return func(a api, to huma.API, op huma.Operation) {
		op.RequestBody = &huma.RequestBody{Required: true, Description: "At most 20 MB; the first row names the columns.", Content: csvText()}
		register(a, to, op)
	}
}

// givesCSV describes an operation that answers CSV.
func givesCSV(register func(api, huma.API, huma.Operation)) func(api, huma.API, huma.Operation) {
	return func(a api, to huma.API, op huma.Operation) {
		op.Responses["200"] = &huma.Response{Description: "OK", Content: csvText()}
		register(a, to, op)
	}
}

type exportOutput struct {
	Type string `header:"Content-Type"`
	Name string `header:"Content-Disposition"`
	Body func(huma.Context)
}

func (a api) exportListings(ctx context.Context, _ *struct{}) (*exportOutput, error) {
	by := actorIn(ctx)
	return &exportOutput{Type: "text/csv; charset=utf-8", Name: `attachment; filename="listings.csv"`, Body: func(to huma.Context) {
		if err := a.Imports.Export(ctx, by, by.Business, to.BodyWriter()); err != nil {
			if ctx.Err() == nil {
				a.Log.LogAttrs(ctx, slog.LevelError, "export broke off", slog.String("ref", market.Request(ctx)), slog.String("cause", err.Error()))
			}
			panic(http.ErrAbortHandler) // half a catalogue must not look like a whole one
		}
	}}, nil
}
