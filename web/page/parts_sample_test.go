package page

import (
	"context"
	"io"
	"time"

	"kontor/market"
	"kontor/web/words"

	"github.com/a-h/templ"
)

// partsPage shows the parts that no page of this package uses yet.
func partsPage(v *View, w *words.Words) templ.Component {
	hold := func(held, released, refunded int64, frozen bool) Hold {
		return Hold{Held: held, Released: released, Refunded: refunded, Frozen: frozen,
			HeldText: eur(w, held), ReleasedText: eur(w, released), RefundedText: eur(w, refunded), PaidText: eur(w, held+released+refunded)}
	}
	f := Form{Values: map[string]string{"arrived": "64", "wrong": "fewer"}}
	f.Faults = market.Faults{{Kind: market.Invalid, Field: "arrived", Msg: "64 is more than the 60 ordered.", Fix: "Enter 0 to 60."}}
	when := time.Date(2026, 12, 7, 12, 0, 0, 0, time.UTC)
	sheet := func(title string, parts ...templ.Component) templ.Component {
		return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
			io.WriteString(out, `<section class="k-sheet mt-5 grid gap-3"><h2>`+title+`</h2>`)
			for _, p := range parts {
				if err := p.Render(ctx, out); err != nil {
					return err
				}
			}
			_, err := io.WriteString(out, `</section>`)
			return err
		})
	}
	body := []templ.Component{
		sheet("Ledger", Ledger(Table{
			Caption: "To pay now", Stack: true,
			Cols: []Col{{Label: "What", Full: true}, {Label: "Pieces", Right: true, Lead: true}, {Label: "Sum", Money: true}},
			Rows: []Row{
				{Cells: []Cell{{Text: "Shirt, fine blue check", Note: "sorted", Href: "#", Flag: "TR"}, {Text: "60"}, {Text: eur(w, 52200)}}},
				{Kind: RowHere, Cells: []Cell{{Text: "Freight", Tag: &Tag{Tone: Warn, Text: "Ship today"}}, {}, {Text: eur(w, 6200)}}},
				{Kind: RowSum, Cells: Cells("Into the hold today", "", eur(w, 58400))},
				{Kind: RowSub, Cells: Cells("Tax", "", eur(w, 11096))},
			}})),
		sheet("Hold", HoldBar(w, hold(58400, 0, 0, false)), HoldBar(w, hold(40880, 17520, 0, false)), HoldBar(w, hold(40880, 17520, 0, true)), HoldBar(w, hold(0, 43070, 15330, false))),
		sheet("Timeline", Timeline([]Moment{
			{Title: "Ordered and paid into the hold", When: w.When(when.AddDate(0, 0, -24)), At: when.AddDate(0, 0, -24), Text: "By card."},
			{State: Now, Title: "You look at the goods", When: "until " + w.When(when), Text: "Release, or say what is wrong."},
			{State: Next, Title: "The supplier is paid"},
		})),
		sheet("Notes", NoteBox(Note{Text: "A remark."}), NoteBox(Note{Tone: Sea, Text: "Something to choose."}), NoteBox(Note{Tone: OK, Strong: "Saved.", Text: "3,921 rows are in."}), NoteBox(Note{Tone: Warn, Strong: "Row 212 was not loaded.", Text: "Write 1.45."}), NoteBox(Note{Tone: Bad, Strong: "That didn’t work.", Text: "It is our fault."})),
		sheet("Tags and seals", TagMark(Tag{OK, "Delivered"}), TagMark(Tag{Sea, "In the hold"}), TagMark(Tag{Warn, "Ship today"}), TagMark(Tag{Bad, "Refused"}), TagMark(Tag{Plain, "No complaint"}),
			SealMark(w, SealFull, true), SealMark(w, SealHalf, false), SealMark(w, SealNone, false), CountryName(w, "SE"), Mark("9", ""), Thumb(w, Pic{}, "8")),
		sheet("Form", FaultList(w, f), Input(w, f.Field("arrived", "Pieces that arrived").Whole(0, 60, 1).Must()),
			Radio(w, func() Choices {
				c := f.Choices("wrong", "What is wrong", []Option{{Value: "fewer", Label: "Fewer pieces than ordered", Hint: "Say how many arrived"}, {Value: "damaged", Label: "Damaged or faulty", Hint: "Pictures help most"}})
				c.Columns = true
				return c
			}()),
			Area(w, f.Field("say", "In your own words").Saying("Part of the order’s papers."))),
		sheet("Thread", Thread([]Message{{From: "Tarsus Shirtworks", When: w.When(when), Text: "Three cartons left today.\nThe driver calls before."}, {From: "You", When: w.When(when), Text: "Thank you.", Mine: true}})),
		sheet("Empty", EmptyBox(Empty{Title: "No orders yet", Text: "The first one appears here the moment it is paid.", Href: "#", Link: "Look at your storefront"})),
		sheet("Figures", Figures([]Figure{{Label: "Orders", Value: "412"}, {Label: "Held", Value: eur(w, 1234567), Note: "as of 15:58"}, {Label: "Answers in", Value: "5 hours"}})),
		sheet("Bar", Bar(250, "60 of 240")),
	}
	inner := templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		io.WriteString(out, `<div class="k-wrap"><h1 class="mt-6">Parts</h1>`)
		for _, c := range body {
			if err := c.Render(ctx, out); err != nil {
				return err
			}
		}
		_, err := io.WriteString(out, `</div>`)
		return err
	})
	return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		return Layout(v).Render(templ.WithChildren(ctx, inner), out)
	})
}
