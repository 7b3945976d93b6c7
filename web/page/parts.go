package page

import "time"

// Pic is a picture with its size, so that nothing moves while it loads. An
// empty Src stands for "no picture yet": the house mark is drawn instead.
type Pic struct {
	Src    string
	SrcSet string // "/files/a.320.jpg 320w, /files/a.640.jpg 640w", or ""
	Sizes  string // how wide it is shown; "" where SrcSet is ""
	Alt    string // "" where the name stands beside it
	Width  int    // pixels
	Height int
	Href   string // a gallery's link to this picture as the large one; "" elsewhere
	Label  string // what it shows, for that link
}

// Seal is what the house knows about a business.
type Seal uint8

const (
	SealNone Seal = iota // not checked yet
	SealHalf             // papers are being checked
	SealFull             // company and bank were checked
)

// Firm is a business as others see it.
type Firm struct {
	Number  string // the business's identity: its house mark is drawn from it
	Name    string
	Href    string // its storefront
	Country string // ISO 3166-1 alpha-2
	Seal    Seal
}

// Tone colours a note or a tag; the words beside it say the same.
type Tone string

const (
	Plain Tone = ""
	Sea   Tone = "sea"
	OK    Tone = "ok"
	Warn  Tone = "warn"
	Bad   Tone = "bad"
)

// Note is a message in the page.
type Note struct {
	Tone   Tone
	Strong string // first words, bold
	Text   string
	Href   string // a link at its end
	Link   string // the link's words
}

// Tag is a state in two words.
type Tag struct {
	Tone Tone
	Text string
}

// Card is a good in a list.
type Card struct {
	Href   string
	Name   string
	Lang   string // of Name, where it is not the page's; else ""
	Pic    Pic
	Firm   Firm
	Origin string // country of origin, ISO 3166-1 alpha-2
	Tiers  []Step // at most three
	MOQ    string // smallest order with its unit: "24 pieces"
	Days   int    // lead time until shipping, in days
	Door   string // price a unit at the door; "" where nobody ships there
	For    string // the quantity Door is for: "60 pieces"
	Tag    *Tag   // a state worth a word, such as sold out
}

// Step is a quantity from which a price holds, in short.
type Step struct {
	From  string // "24+"
	Price string
	Here  bool // the quantity looked at falls here
}

// Hold shows where the money of an order is. Held, Released and Refunded are
// minor units of one currency, none negative; the texts are the same amounts in
// words. Paid in = held + released + refunded.
type Hold struct {
	Held, Released, Refunded             int64
	HeldText, ReleasedText, RefundedText string // "€408.80"
	PaidText                             string
	Frozen                               bool
}

// Moment is a point of a Timeline.
type Moment struct {
	State MomentState
	Title string
	When  string    // in words: "Mon 7 December, 12:00"
	At    time.Time // for the time element; zero for none
	Text  string
}

// MomentState tells whether a moment is past.
type MomentState string

const (
	Past MomentState = ""
	Now  MomentState = "now"
	Next MomentState = "next"
)

// Figure is a number with its name.
type Figure struct {
	Label string
	Value string
	Note  string
}

// Empty is what stands where nothing is yet: what will be here, and one way to
// fill it.
type Empty struct {
	Title string
	Text  string
	Href  string
	Link  string
}

// Pager leads through a list of pages. Pages holds the addresses to show, with
// an empty Href where some are left out.
type Pager struct {
	Pages    []Option // Label: number, Href, Chosen: this page
	Previous string   // address, "" on the first page
	Next     string   // address, "" on the last page
}

// Message is one letter of a thread.
type Message struct {
	From string
	When string
	Text string
	Lang string // of Text, where it is not the page's
	Mine bool   // written by the reader's side
}
