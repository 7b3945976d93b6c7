package mail

// The values that texts are written over: finished strings, in the reader's
// language. Every letter has a Head.

// Head is what every letter says.
type Head struct {
	Name  string // of the reader
	House string // name of the platform
	Link  string // the one address that the letter leads to
}

// AccountLetter is about a person's or a business's own account.
type AccountLetter struct {
	Head
	Business string
	Lasts    string // how long a link works
	Code     string // six figures that may be typed instead, "" for none
	CodeFor  string // how long they work
}

// OrderLetter is about one order.
type OrderLetter struct {
	Head
	Number          string
	Buyer, Supplier string // trade names
	Lines           []OrderLine
	Goods, Freight  string
	Tax, Total      string
	Amount          string // what this step moved, offered or awarded
	Rest            string // what went to the supplier, before commission
	Commission      string // withheld of it
	Net             string // of Rest, for the supplier
	Hold            string // what is held now, "" for nothing
	Carrier         string
	Tracking        string
	Due             string // when the silence that begins now ends
	Reason          string // of a complaint, as words
	BySilence       bool   // nobody acted: a time ran out
	Refused         bool   // the payment was refused in the end: nothing was taken
}

// OrderLine is one article of an order.
type OrderLine struct{ Quantity, Title, Sum string }

// TransferLetter tells how to pay a checkout by bank transfer.
type TransferLetter struct {
	Head
	Amounts   []string // one for each currency
	Account   []string // lines: holder, IBAN, BIC, bank
	Reference string
	Numbers   []string // of the orders paid so
	Due       string
}

// ThreadLetter tells of a message. Its text is read on the platform only.
type ThreadLetter struct {
	Head
	From  string // trade name
	About string // order's number or listing's title
}

// ListingLetter is about a listing's review.
type ListingLetter struct {
	Head
	Title, Article string
	Reason         string
}

// PayoutLetter tells that money is on its way to a supplier's account.
type PayoutLetter struct {
	Head
	Amount string
	Day    string
}
