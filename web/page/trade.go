package page

// Cart is the cart, worked out for a destination.
type Cart struct {
	Title  string // "Your cart: three suppliers, three orders, one payment"
	Parts  []CartPart
	Notes  []Note
	Sums   []Line // goods, freight, tax by currency
	Totals []Line // what goes into the hold, one for each currency
	Next   string // address of the checkout; "" where something must be mended first
	Empty  *Empty
}

// CartPart is one supplier's part, which becomes one order.
type CartPart struct {
	Title    string // "Order 1 of 3: Tarsus Shirtworks"
	ID       string
	Firm     Firm
	Note     string // "Türkiye · ships in 9 days"
	Lines    []CartLine
	Freight  string
	Tax      string
	SumLabel string
	Sum      string
	Problems []string
}

// CartLine is one variant in the cart. Its form sets the quantity; 0 takes the
// line out.
type CartLine struct {
	ID       string // of the variant
	Href     string
	Name     string
	Note     string // article and variant
	Pic      Pic
	Mark     string
	Quantity int
	Step     int
	Each     string
	Sum      string
	Hint     string // the next cheaper tier
	Warn     []string
	Action   string
}

// Checkout asks where to, how sent, and how paid; fields "address", "payment",
// "purchase_order", "shipping.<supplier>", "leave_out" and the hidden "agreed".
type Checkout struct {
	Form     Form
	Agreed   string
	Address  Choices
	NewHref  string // adds an address
	Parts    []CheckoutPart
	Payment  Choices
	Sums     []Line
	Totals   []Line
	Button   string // "Reserve and go to payment"
	LeaveOut bool   // some parts can't be ordered: offer to order the others
	Changed  []string
	Blocked  bool   // nothing can be ordered
	WorkOut  string // address of the form that only works the sums out again
}

// CheckoutPart is one order of the checkout.
type CheckoutPart struct {
	Title    string
	Lines    []Line
	Shipping Choices
	Tax      Line
	Sum      Line // no amount: it can't be sent, and is shown without tax and sum
	Problems []string
}

// Pay is the page of a payment: a card's fields, or where to transfer to.
type Pay struct {
	Title  string
	Until  string // until when stock is kept
	Amount []Line
	Form   Form // field "card"
	Card   bool
	Demo   string // what the demo's card does; "" elsewhere
	Bank   []Line // account, holder, reference
	Orders []Option
	Button string
}

// Order is one order as one of its sides sees it.
type Order struct {
	Crumbs   []Option
	Title    string // what is going on, in a sentence
	Number   string
	Lead     string // "Order K-… from Tarsus Shirtworks · your number PO-771"
	Firm     Firm   // the other side; Name "" for the operator
	Tags     []Tag
	Hold     *Hold // nil while nothing was paid in
	HoldHead string
	HoldText string // what happens if nobody does anything, with the date
	Main     *Act   // the one main action
	Acts     []Act  // other buttons
	History  []Moment
	Forms    []ActForm // steps that need more than a click
	Messages []Message
	Talk     Form // field "text"
	Papers   []Option
	Lines    Table
	Sums     Table
	Address  []string
	Details  []Line
	Ledger   *Table
	Review   *Form // fields "stars", "text"
	Notes    []Note
}

// Act is a step that one click takes.
type Act struct {
	Label  string
	Action string
	Key    string
	Hidden []Option
	Href   string // a link instead of a form
}

// ActForm is a step with fields of its own.
type ActForm struct {
	ID     string
	Title  string
	Lead   string
	Form   Form
	Hidden []Option // names (Label) and values carried along
	Fields []Field
	Radio  *Choices
	Areas  []Field
	Button string
	Main   bool
	Brick  bool // margin in brick: something is wrong
	Steps  []Line
}

// Talk is one conversation on a page of its own.
type Talk struct {
	Crumbs   []Option
	Title    string
	Lead     string
	Href     string // the listing or order it is about
	Link     string
	Messages []Message
	Form     Form
}

// Invoice is a plain invoice or a credit note, for the screen and for paper.
type Invoice struct {
	Title    string
	From     []string
	To       []string
	Goods    []string // where they go; may be none on a credit note
	Facts    []Line
	Lines    Table // none on a credit note
	Sums     Table
	Notes    []string
	Back     string
	BackText string
}

// List is a page with a heading, notes and tables, for desks.
type List struct {
	Crumbs []Option
	Title  string
	Lead   string
	Notes  []Note
	Tabs   []Option
	Find   *Find // narrows the list
	Figure []Figure
	Tables []Table
	Empty  *Empty
	Acts   []Act
	Forms  []ActForm
	Next   string // address of the next page
}

func starOptions(v *View) []Option {
	out := make([]Option, 5)
	for i := range out {
		n := 5 - i
		out[i] = Option{Value: number(n), Label: v.Words.N("order.n_stars", n)}
	}
	return out
}
