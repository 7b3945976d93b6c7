package kontor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// The people and goods of the sample platform that the trade is told with.
const (
	password   = "salt-harbour-ledger"
	buyer      = "Friederike Mahnke, who buys"
	operator   = "Wiebke Claasen, who runs the house"
	shirtmaker = "satis@tarsus.example"
	toolmaker  = "verkauf@hanse-werkzeug.example"
	shirt      = "Short-sleeved shirt, fine blue check"
	chisel     = "Bench chisel, hornbeam handle"
	refused    = "4000 0000 0000 0002"
	charged    = "4242 4242 4242 4242"
)

// trade is one whole trade, told by the hands of those who take part.
type trade struct {
	t      *testing.T
	enter  func() hand // a hand of somebody new
	buyer  hand
	newly  bool // the buyer is new here, and opens an account on the way
	reads  hand // who may read the letters that the house keeps; nil is everybody
	runs   hand // the operator; nil enters by one click, as the demo offers
	shirts string
	tools  string // addresses of the two orders
}

// TestTradeInABrowser is what the house is for: from a misspelt word to money
// paid out, in a real browser, with and without scripts, on a telephone and on
// a desk.
func TestTradeInABrowser(t *testing.T) {
	for _, c := range []struct {
		name  string
		look  look
		newly bool
	}{
		{"on a telephone with scripts", look{width: narrow, scripts: true}, false},
		{"on a telephone without scripts, by somebody new", look{width: narrow}, true},
		{"at a desk with scripts, in the dark, by somebody new", look{width: wide, scripts: true, dark: true}, true},
		{"at a desk without scripts", look{width: wide}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			browser(t)
			house := demo(t)
			tr := &trade{t: t, newly: c.newly, enter: func() hand { return visit(t, house.URL, c.look) }}
			tr.whole()
			printable(t, tr.buyer.(*visitor), tr.tools)
			house.Stop(t)
			verified(t, "--data", house.Data)
		})
	}
}

// TestTradeByForms is the same trade by the pages' forms alone, so that it is
// tried where there is no browser too.
func TestTradeByForms(t *testing.T) {
	house := demo(t)
	tr := &trade{t: t, enter: func() hand { return newCaller(t, house.URL) }}
	tr.whole()
	house.Stop(t)
	verified(t, "--data", house.Data)
}

// whole is the trade from the first page to the payout.
func (tr *trade) whole() {
	tr.t.Helper()
	tr.buyer = tr.enter()
	tr.find()
	tr.comeIn()
	tr.order()
	tr.pay()
	tr.send()
	tr.complain()
	tr.receive()
	tr.settle()
}

// find goes from a misspelt word to a cart with goods of two countries.
func (tr *trade) find() {
	b := tr.buyer
	b.open("/")
	b.fill("Search", "fine blue chekc shirt")
	b.press("Search")
	b.sees("We read", shirt)
	b.press(shirt)
	b.fill("Quantity", "90")
	b.work("Work out", "Your 90")
	tr.price("90 shirts are of the first tier", "Goods 90 × €9.40", 84600)
	b.fill("Quantity", "96")
	b.work("Work out", "Your 96")
	tr.price("the 96th shirt is where the second tier begins", "Goods 96 × €8.75", 84000)
	b.press("Put in the cart")
	b.sees("In the cart", shirt)
	b.fill("Search", "bench chizel")
	b.press("Search")
	b.press(chisel)
	b.fill("Quantity", "10")
	b.work("Work out", "Your 10")
	b.press("Put in the cart")
	b.sees("2 suppliers, 2 orders, one payment", shirt, chisel, "Tarsus Shirtworks", "Hanse Werkzeug Lübeck")
	tr.adds("the cart")
}

// price expects an amount after a label.
func (tr *trade) price(why, label string, want int64) {
	tr.t.Helper()
	got := minor(tr.buyer.text(), label)
	if !slices.Contains(got, want) {
		tr.t.Fatalf("%s: after %q stands %v, want %d; the page says:\n%s", why, label, got, want, tr.buyer.text())
	}
}

// adds expects that the orders' sums are the sum to be paid.
func (tr *trade) adds(where string) {
	tr.t.Helper()
	here := tr.buyer.text()
	parts, total := minor(here, "Goods, freight and tax"), minor(here, "Into the hold")
	if len(parts) != 2 || len(total) != 1 || parts[0]+parts[1] != total[0] {
		tr.t.Fatalf("%s says that orders of %v are %v to be paid:\n%s", where, parts, total, here)
	}
}

// comeIn goes to the checkout as somebody known, or opens an account there.
func (tr *trade) comeIn() {
	b := tr.buyer
	b.press("Go to checkout")
	if !tr.newly {
		b.press(buyer)
		return
	}
	const email = "mara.lindqvist@regenbogen.example"
	b.press("Open an account")
	b.fill("Name of the business", "Regenbogen am Hafen")
	b.fill("Country of the business", "Germany")
	b.fill("City", "Stralsund")
	b.fill("Your name", "Mara Lindqvist")
	b.fill("E-mail address", email)
	b.fill("Password", "a boat, a bell, a bollard")
	b.tick("I agree to")
	b.press("Open an account")
	b.sees(email)
	tr.confirm(email)
	b.fill("E-mail address", email)
	b.fill("Password", "a boat, a bell, a bollard")
	b.press("Sign in")
	b.sees("Add an address")
	b.fill("Country", "United States")
	b.press("Show its form")
	b.sees("ZIP code", "State")
	b.fill("Country", "Germany")
	b.press("Show its form")
	b.fill("Name of the receiver", "Mara Lindqvist")
	b.fill("Street and number", "Am Langenkanal 8")
	b.fill("Postcode", "1843")
	b.fill("City", "Stralsund")
	b.press("Keep the address")
	b.sees("Postcode") // four digits are none of Germany's
	if b.status() != 422 {
		tr.t.Errorf("an address with a wrong postcode was answered with %d, want 422", b.status())
	}
	b.fill("Postcode", "18439")
	b.press("Keep the address")
}

// confirm follows the link of the newest letter to an address.
func (tr *trade) confirm(email string) {
	b, reader := tr.buyer, tr.reads
	if reader == nil {
		reader = b
	}
	b.open(letter(tr.t, reader, email, "/confirm?token="))
	b.press("Confirm the address")
	b.sees("Your address is confirmed")
}

// letter waits for the newest letter, which goes to email, and returns its link.
func letter(t *testing.T, reader hand, email, link string) string {
	t.Helper()
	var links []string
	eventually(t, "a letter to "+email+" with a link to "+link, func() bool {
		reader.open("/letters")
		links = reader.links(link)
		return len(links) > 0 && strings.Contains(reader.text(), email)
	})
	return links[0]
}

// order chooses how the goods come, and reserves them.
func (tr *trade) order() {
	b := tr.buyer
	b.sees("Checkout", "Order 1 of 2", "Order 2 of 2", "Duty not included")
	tr.adds("the checkout")
	b.fill("Your purchase order number", "PO-2026-117")
	b.tick("Card")
	b.press("Work out")
	tr.adds("the checkout, worked out again,")
	b.press("Reserve, then pay")
	b.sees("The stock is kept for you")
}

// pay is refused once, which must cost nothing, and then pays for both orders.
func (tr *trade) pay() {
	b := tr.buyer
	b.fill("Card number", refused)
	b.press("Pay ")
	b.sees("The card was refused, and nothing was charged")
	if b.status() != 422 {
		tr.t.Errorf("a refused card was answered with %d, want 422", b.status())
	}
	b.fill("Card number", charged)
	b.press("Pay ")
	b.sees("Paid into the hold, once for all orders")
	var two []string
	for _, l := range b.links("/orders/") {
		if !slices.Contains(two, l) && len(two) < 2 {
			two = append(two, l)
		}
	}
	for _, l := range two {
		b.open(l)
		b.sees("PO-2026-117", "Paid. The supplier is to accept")
		if strings.Contains(b.text(), shirt) {
			tr.shirts = l
		} else if strings.Contains(b.text(), chisel) {
			tr.tools = l
		}
	}
	if tr.shirts == "" || tr.tools == "" {
		tr.t.Fatalf("the orders just paid do not stand first in the list: %v", two)
	}
}

// signedIn is a hand of somebody with an account.
func (tr *trade) signedIn(email string) hand {
	h := tr.enter()
	h.open("/sign-in")
	h.fill("E-mail address", email)
	h.fill("Password", password)
	h.press("Sign in")
	if h.path() == "/agree" { // whom the house admitted itself agrees when coming in first
		h.tick("I agree to Terms")
		h.tick("I agree to How")
		h.press("Agree and go on")
	}
	if h.status() != 200 || h.path() == "/sign-in" {
		tr.t.Fatalf("%s can't sign in: %d\n%s", email, h.status(), h.text())
	}
	return h
}

// send has each supplier accept and ship its own order, and see no other.
func (tr *trade) send() {
	for _, s := range []struct{ email, own, other, number string }{
		{shirtmaker, tr.shirts, tr.tools, "1Z 999 AA1 01"}, {toolmaker, tr.tools, tr.shirts, "00340434161094"},
	} {
		h := tr.signedIn(s.email)
		h.open(s.other)
		if h.status() != 404 {
			tr.t.Errorf("a supplier who is no party to %s is answered %d, want 404", s.other, h.status())
		}
		h.open("/desk/orders")
		if !slices.Contains(h.links("/orders/"), s.own) {
			tr.t.Errorf("the order to be accepted does not stand on the desk of %s:\n%s", s.email, h.text())
		}
		h.open(s.own)
		h.press("Accept the order")
		h.sees("Accepted. The buyer was told.")
		h.fill("Carrier", "Baltic Parcel")
		h.fill("Tracking number", s.number)
		h.press("Shipped")
		h.sees("Shipped. The buyer was told.", s.number)
	}
}

// complain gets a part of one delivery's price back.
func (tr *trade) complain() {
	b := tr.buyer
	b.open(tr.shirts)
	b.sees("1Z 999 AA1 01")
	b.tick("Damaged or faulty")
	b.fill("Amount in EUR", "80")
	b.fill("Tell the supplier what happened", "Nine shirts have a torn seam at the left shoulder.")
	b.press("Freeze the hold and tell the supplier")
	b.sees("The hold is frozen and the supplier was told", "torn seam")

	s := tr.signedIn(shirtmaker)
	s.open(tr.shirts)
	s.sees("torn seam", "€80.00")
	s.fill("Offer the buyer something › Amount in EUR", "62.50")
	s.press("Send the offer")
	s.sees("Your offer was sent")

	b.open(tr.shirts)
	b.sees("offers €62.50 back")
	b.press("Agree to €62.50 back")
	b.sees("Agreed", "Settled: €62.50 went back", "Sum of all rows €0.00")
}

// receive takes the other delivery as right.
func (tr *trade) receive() {
	b := tr.buyer
	b.open(tr.tools)
	b.press("The goods are here")
	b.sees("Received")
	b.press("All is right, release")
	b.sees("Released to the supplier", "Sum of all rows €0.00")
	b.press("Invoice")
	b.sees("Invoice", chisel, "PO-2026-117")
}

// settle is the operator's part: the books are even, and what is owed is paid.
func (tr *trade) settle() {
	o := tr.runs
	if o == nil {
		o = tr.enter()
		o.open("/sign-in")
		o.press(operator)
	}
	o.open("/house/money")
	o.sees("Trial balance", "Sum of all rows €0.00")
	if tr.runs != nil {
		return // nobody gave a new house a bank account to pay to yet
	}
	o.open("/house/payouts")
	o.press("List all that is owed")
	o.sees("Tarsus Shirtworks", "Hanse Werkzeug Lübeck")
	for range 200 {
		if !strings.Contains(o.text(), "The bank pays it") {
			break
		}
		o.press("The bank pays it")
	}
	o.sees("Paid")
	if strings.Contains(o.text(), "The bank pays it") {
		tr.t.Errorf("payouts are still due after 200 were settled:\n%s", o.text())
	}
	o.open("/house/money")
	o.sees("Sum of all rows €0.00")
	o.open(tr.tools)
	o.sees("Sum of all rows €0.00")
}

// printable expects an order's invoice on paper to be the paper alone.
func printable(t *testing.T, v *visitor, order string) {
	t.Helper()
	v.open(order + "/invoice")
	ctx, cancel := context.WithTimeout(v.ctx, wait)
	defer cancel()
	pdf, err := chromedp.Run(ctx, func(ctx context.Context, tab *chromedp.Target) ([]byte, error) {
		r, err := cdp.Call(ctx, tab, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true)})
		return r.Data, err
	})
	if err != nil {
		t.Fatalf("print the invoice: %v", err)
	}
	if n := strings.Count(string(pdf), "/Type /Page\n"); n != 1 {
		t.Errorf("an invoice of one line is printed on %d pages, want 1", n)
	}
	var shown []string
	v.do(media("print"))
	for _, part := range []string{"header", "footer", ".k-noprint"} {
		if ask[bool](v, fmt.Sprintf(`[...document.querySelectorAll(%q)].some(e => e.getClientRects().length > 0)`, "body > "+part)) {
			shown = append(shown, part)
		}
	}
	v.do(media(""))
	if len(shown) > 0 {
		t.Errorf("the printed invoice also shows the page's %v", shown)
	}
}
