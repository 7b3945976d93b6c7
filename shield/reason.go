package shield

import "net/http"

// Reason is why a request was turned away.
type Reason uint8

// The reasons.
const (
	ReasonNone      Reason = iota // it was not
	ReasonBusy                    // more visitors than the site can serve, and others come first
	ReasonOverLimit               // this source asked for too much
	ReasonShape                   // part of a flood that many sources make together
	ReasonBanned                  // a ban holds for the source
	ReasonTooLarge                // the body is larger than the route takes
	ReasonTooSlow                 // the body came too slowly
	reasons                       // how many there are
)

// manner is how a reason is answered.
type manner struct {
	name   string
	status int
	ends   bool // the connection is closed: what comes next on it is refused too, or can't be read
	again  bool // coming back after a while helps
	renews bool // a page asks again by itself: the visitor did nothing wrong
}

var manners = [reasons]manner{
	ReasonNone:      {name: "none", status: http.StatusServiceUnavailable},
	ReasonBusy:      {name: "busy", status: http.StatusServiceUnavailable, again: true, renews: true},
	ReasonOverLimit: {name: "over_limit", status: http.StatusTooManyRequests, again: true},
	ReasonShape:     {name: "shape", status: http.StatusServiceUnavailable, again: true, renews: true},
	ReasonBanned:    {name: "banned", status: http.StatusForbidden, again: true, ends: true},
	ReasonTooLarge:  {name: "too_large", status: http.StatusRequestEntityTooLarge, ends: true},
	ReasonTooSlow:   {name: "too_slow", status: http.StatusRequestTimeout, again: true, ends: true},
}

// String is the reason's name in metrics, problem documents and records.
func (r Reason) String() string {
	if r < reasons {
		return manners[r].name
	}
	return "unknown"
}

// Text is what a person reads of one reason.
type Text struct {
	Title string // what happened, in one sentence
	Body  string // what that means for them and what to do
}

// Texts are the refusals in one language. Reasons that are missing are told in
// English.
type Texts struct {
	Reasons   map[Reason]Text
	Again     string // "Try again in {seconds} seconds."
	Renews    string // the same, where the page does it by itself
	Reference string // "Reference {reference}"
	Status    string // what the link to the status page says
}

var english = Texts{
	Reasons: map[Reason]Text{
		ReasonBusy:      {"The house is full for a moment.", "More visits come in than we can serve at once. Trading goes on inside. Nothing that you sent was done, and nothing is lost: your cart and your stock are kept."},
		ReasonOverLimit: {"That was too quick for us.", "More requests came from your connection than one visitor makes. Nothing that you sent was done. If many people share your connection, sign in: whoever is signed in is counted alone."},
		ReasonShape:     {"The house is full for a moment.", "Somebody sends us far more visits than people make, and yours looks like them. Nothing that you sent was done. If you are a customer, sign in: customers come first."},
		ReasonBanned:    {"Your connection is kept out for a while.", "Requests that harm others came from it. If that was not you, somebody shares it with you: try another connection, or tell us the reference below."},
		ReasonTooLarge:  {"What you sent is too large.", "Nothing was done. Send a smaller file, or a shorter text."},
		ReasonTooSlow:   {"What you sent did not arrive in time.", "Nothing was done. Try again on a better line, or send a smaller file."},
	},
	Again:     "Try again in {seconds} seconds.",
	Renews:    "This page tries again in {seconds} seconds.",
	Reference: "Reference {reference}",
	Status:    "How the house is doing",
}
