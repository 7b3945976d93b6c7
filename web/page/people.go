package page

// Text is a page of words: terms, privacy, imprint, help.
type Text struct {
	Title    string
	Version  string // "3"; "" for texts without versions
	Since    string // date from which it holds, in words
	Older    []Option
	Sections []Section
}

// Section is a heading and what stands below it.
type Section struct {
	ID    string
	Title string
	Paras []string
	List  []string
}

// SignIn asks for e-mail address and password; fields "email", "password" and
// the hidden "next".
type SignIn struct {
	Form  Form
	Next  string   // local address to go to afterwards
	Demo  []Option // the demo's people: Label, Hint, Value (posted as "as"); none elsewhere
	More  []Option // further ones, which unfold
	Demos string   // address they are posted to
}

// SignUp asks for a business and its first person; fields "business", "country",
// "city", "buys", "sells", "name", "email", "password", "terms" and the hidden
// "next", "terms_version" and "privacy_version".
type SignUp struct {
	Form      Form
	Next      string
	Countries []Option
	Terms     string // version of the terms agreed to
	Privacy   string // version of the privacy notice agreed to
}

// Sent tells that a letter is on its way, without telling whether the address
// is known.
type Sent struct {
	Title string
	Email string // as it was entered
	Text  string // ends before the address
	Code  *Form  // asks for the code from the letter, field "code"; nil where it has none
	Again Act    // asks for another letter
	Demo  string // address where the demo shows its letters, "" elsewhere
}

// Code is the field that the letter's code is typed in: figures only, and filled
// in by telephones that read it from the letter.
func (f Form) Code(label, hint string) Field {
	field := f.Field("code", label).With("one-time-code").Saying(hint).Must().UpTo(20)
	field.InputMode, field.Narrow, field.Focus = "numeric", true, len(f.Faults) == 0
	return field
}

// Confirm asks for one click, so that a mail reader that opens links confirms
// nothing by itself; the hidden field is "token".
type Confirm struct {
	Form Form
}

// Reset asks for the address to send a new-password letter to (field "email"),
// or, with a token, for the new password (fields "password" and the hidden
// "token").
type Reset struct {
	Form  Form
	Token string
}

// Trouble is an error page: what happened, what did not happen, what to do.
type Trouble struct {
	Status    int
	Title     string
	Happened  string
	NotDone   string // what did not happen, money first
	Do        string
	Reference string // number of the request, "" where there is none
	Faults    []string
	Links     []Option
}

// Me is the fragment that tells a visitor's own state in the head.
type Me struct {
	SignedIn bool
	Name     string // of the person
	Business string
	Sells    bool     // has a supplier's desk
	Cart     int      // lines in the cart
	Menu     []Option // Label, Href, Count
	SignOut  string   // address to post to
}

// Lost is the page for what is missing, or hidden from this reader: both look
// the same.
func Lost(v *View) Trouble {
	w := v.Words
	return Trouble{
		Status: 404, Title: w.T("trouble.lost"), Happened: w.T("trouble.lost_happened"), Do: w.T("trouble.lost_do"),
		Links: []Option{{Label: w.T("layout.all_goods"), Href: v.To("/search")}, {Label: w.T("layout.your_orders"), Href: v.To("/orders")}},
	}
}

// Ours is the page for a fault of ours; reference is the number of the request.
// notCharged promises that no money moved: say it only where that is known.
func Ours(v *View, reference string, notCharged bool) Trouble {
	w := v.Words
	t := Trouble{
		Status: 500, Title: w.T("trouble.ours"), Happened: w.T("trouble.ours_happened"), NotDone: w.T("trouble.ours_unsure"),
		Do: w.T("trouble.ours_do"), Reference: reference,
		Links: []Option{{Label: w.T("trouble.home"), Href: v.To("/")}},
	}
	if notCharged {
		t.NotDone = w.T("trouble.ours_not_charged")
	}
	return t
}

// Full is the page for a bound that was reached.
func Full(v *View) Trouble {
	w := v.Words
	return Trouble{Status: 503, Title: w.T("trouble.full"), Happened: w.T("trouble.full_happened"), NotDone: w.T("trouble.ours_not_done"), Do: w.T("trouble.full_do")}
}
