package page

// Home is the front page.
type Home struct {
	Gables    []Gable // up to five; three are shown on a phone
	Shelves   []Shelf
	Lead      string // what this house is, in a sentence or three
	Countries int    // how many countries the suppliers are in
	Suppliers int
	Listings  int
	Marks     []string // numbers of some businesses, whose marks stand beside the call to sell
	GoodsHref string   // all goods
	SellHref  string   // where selling begins
}

// Gable is a gabled house of the front page: a way into a category.
type Gable struct {
	Href string
	Name string
	Note string
	Pic  Pic
	Mark string // number for the mark that stands in for a missing picture
}

// Shelf is a row of cards under a heading.
type Shelf struct {
	Title string
	Href  string
	Link  string // "All 64 offers"
	Cards []Card
}

// Search is a page of results, of a search or of a category.
type Search struct {
	Crumbs   []Option
	Category string // its name; "" for a search over all goods
	Query    string // as it was understood; "" for all of a category
	Typed    string // as it was typed, where Query was mended; else ""
	Exact    string // address of the search for exactly what was typed
	Total    int
	Below    []Option // the category's own categories: Label, Href, Count

	Facets    []Facet
	Chosen    []Option // what narrows the list: Label, Href removes it
	RemoveAll string   // address without any of it

	Sort   []Option // Value, Label, Chosen
	Pieces int      // the quantity prices are worked out for
	Hidden []Option // hidden fields of the sort and quantity forms: Label is the name, Value the value (without sort and pieces)
	Action string   // path of those forms

	Money  string // said where not every price is in the chosen currency; else ""
	Cards  []Card
	Pager  Pager
	Loosen []Option // nothing found: ways out, the most helpful first; Label, Href, Count
}

// Facet is one property by which results are narrowed. Each option's Href is
// the address of the list with that option chosen, or taken back if Chosen.
type Facet struct {
	Name    string
	Title   string
	Many    bool // several options can be chosen at once
	Flags   bool // the options' values are countries
	Options []Option
	More    []Option // further options, folded away
}

// Listing is the page of one listing, with one of its variants chosen and
// worked out for a quantity.
type Listing struct {
	Crumbs  []Option
	Name    string
	Lang    string // of the supplier's texts, where it is not the page's
	Article string // the supplier's number of the chosen variant
	Firm    Firm
	Place   string // where the supplier is: "Tarsus, Türkiye"
	Since   string // month since when it is here, in words
	Origin  string // country of origin, ISO 3166-1 alpha-2
	Pics    []Pic
	Pic     int // index of the large one

	Options []Variants
	Variant string // identity of the chosen variant
	Stock   string // how many are left, in words; "" where the supplier does not say
	SoldOut bool

	Tiers    []Tier
	Next     *NextTier
	Unit     string // heading of the quantity column: "Pieces"
	Quantity int
	MOQ      int
	Multiple int
	Terms    string // smallest order, step and lead time, in one line of words
	Money    string // said where there is no price in the chosen currency; else ""
	Door     *Door  // nil where no freight to the chosen country is known
	Unsent   Note   // why Door is nil

	Text       []string // the description's paragraphs
	Attributes []Attribute
	Figures    []Figure // the supplier's record
	Checks     []Check

	Reviews []Review // of buyers, newest first

	Work string // address that the quantity form asks: this listing
	Cart Form   // puts the chosen variant in the cart; sets the quantity
	Ask  Form   // a question to the supplier; field "text"
	Own  string // address of the supplier's own editor, for itself; else ""
}

// Variants is one property that sets a listing's variants apart.
type Variants struct {
	Label   string
	Options []VariantOption
}

// VariantOption is one value of it: Option.Hint says how many are left.
type VariantOption struct {
	Option
	Pic *Pic // where pictures tell them apart better than words
}

// Tier is a line of the price table.
type Tier struct {
	Range string // "60 to 239", "240 and more"
	Each  string
	Door  string // "" where no freight is known
	Saves string // "7.4%", "–" for the first
	Here  bool
}

// NextTier tells how near the next price is.
type NextTier struct {
	More     string // "180 more pieces"
	Each     string
	At       string // "240"
	AtSum    string
	NowSum   string
	Permille int // of the way there
}

// Door is what the goods cost at the buyer's door.
type Door struct {
	Place   string // "Germany"
	Goods   Line
	Freight Line
	Sum     Line // goods and freight; Note: a unit's part
	Tax     Line
	Total   Line
	Note    string // how sure it is, and of when
}

// Line is one amount with what it is for.
type Line struct {
	Label  string
	Note   string
	Amount string
}

// Attribute is one line of "What it is".
type Attribute struct {
	Label string
	Value string
	Flag  string // ISO 3166-1 alpha-2, or ""
}

// Review is a buyer's word on an order that came to its end.
type Review struct {
	Country string // of the buyer, ISO 3166-1 alpha-2
	Stars   string // "4 of 5"
	When    string
	Text    string // may be ""
}

// Check is something the house looked at, or did not.
type Check struct {
	Done bool
	Text string
}

// Storefront is a supplier's public page.
type Storefront struct {
	Crumbs  []Option
	Firm    Firm
	Place   string
	Since   string
	About   []string
	Lang    string // of About, where it is not the page's
	Figures []Figure
	Checks  []Check
	Imprint []Line // what its country asks for: Label, Note (the text)
	Ships   string // where it ships to and in how many days, in words
	Results Search // its listings; Category is left ""
	Own     string // address of its own editor, for itself; else ""
}
