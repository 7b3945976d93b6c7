package feed

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"kontor/market"
	"kontor/market/catalog"
)

// pictures fills in what the pictures cell names.
func (im *importer) pictures(ctx context.Context, o *catalog.Offer, a *article) error {
	if o.Silent&catalog.OfPictures != 0 {
		return nil
	}
	var said cell
	for c, s := range a.cells {
		if c.kind == "pictures" {
			said = s
		}
	}
	for name := range strings.SplitSeq(said.text, "|") {
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		if id, ok := strings.CutPrefix(name, storedPicture); ok {
			o.Pictures = append(o.Pictures, catalog.Picture{ID: catalog.PictureID(id)})
			continue
		}
		if im.in.Pictures == nil {
			o.Silent |= catalog.OfPictures
			im.report.note(Problem{Line: said.line, Column: "pictures", Message: "Pictures are not read here; those of the listing stay.", Fix: "Add them on the listing's page."})
			return nil
		}
		p, err := im.in.Pictures.Picture(ctx, name)
		if f, ok := errors.AsType[*market.Fault](err); ok {
			o.Silent |= catalog.OfPictures
			im.report.note(Problem{Line: said.line, Column: "pictures", Message: fmt.Sprintf("Of %q: %s The listing's pictures stay as they are.", clip(name), f.Msg), Fix: f.Fix})
			return nil
		}
		if err != nil {
			return fmt.Errorf("add picture %q: %w", clip(name), err)
		}
		o.Pictures = append(o.Pictures, p)
	}
	return nil
}

// storedPicture stands before the identity of a picture that the listing has
// already, as Export writes it.
const storedPicture = "picture:"

// settle counts and reports what became of an offer.
func (im *importer) settle(a *article, o catalog.Offer, rows []*variantRow, answer catalog.Loaded) {
	if key := im.hash(a.code); !a.before {
		im.done[key] = answer.Outcome
	} else if im.done[key] == catalog.Created && answer.Outcome == catalog.Updated {
		answer.Outcome = catalog.Created
	}
	told := map[int]bool{}
	for _, f := range answer.Faults {
		p := im.table.locate(a, o, rows, f)
		told[p.Line] = true
		im.report.wrong(p)
	}
	im.raised.note(rows, o, answer)
	out := len(answer.Left)
	switch answer.Outcome {
	case catalog.Created:
		im.report.Created += len(rows) - out
	case catalog.Updated:
		im.report.Updated += len(rows) - out
	case catalog.Unchanged:
		im.report.Unchanged += len(rows) - out
	case catalog.Rejected:
		for _, r := range rows {
			if !told[r.line] && len(answer.Faults) > 0 {
				im.report.wrong(Problem{Line: r.line, Column: "article", Message: fmt.Sprintf("Its article %s has a mistake: %s", clip(a.code), answer.Faults[0].Msg), Fix: "Mend that and import the file again."})
			}
		}
		out = len(rows)
	}
	im.report.Rejected += out
	if answer.Outcome != catalog.Rejected && !a.before {
		im.report.Listings++
	}
}
