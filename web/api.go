package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"kontor/market"
	"kontor/market/order"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// apiRoot is where the JSON API begins.
const apiRoot = "/api/v1"

// bodyTime is how long a request's JSON may take to arrive.
const bodyTime = 20 * time.Second

// api answers programs: the same rooms, in JSON. Its methods are huma's typed
// functions, from whose types the OpenAPI text is made.
type api struct{ *Site }

// operation is one line of the list: what routes are for pages.
type operation struct {
	method, path string
	right        right
	status       int // of success
	id, summary  string
	register     func(api, huma.API, huma.Operation)
}

// operations is every operation of the API.
var operations = []operation{
	{"GET", "/listings", everybody, 200, "find-listings", "Find listings, with facets", does(api.listings)},
	{"GET", "/listings/{id}", everybody, 200, "get-listing", "One listing with its variants, prices and stock", does(api.listing)},
	{"GET", "/suppliers/{slug}", everybody, 200, "get-supplier", "A supplier's public face", does(api.supplier)},
	{"GET", "/categories", everybody, 200, "list-categories", "The category tree, parents before their children", does(api.categories)},

	{"POST", "/cart/lines", anybody, 200, "put-cart-line", "Set a variant's quantity in the cart; 0 takes it out", does(api.putLine)},
	{"GET", "/cart", anybody, 200, "get-cart", "The cart, worked out for a country and currency", does(api.cart)},

	{"GET", "/addresses", member, 200, "list-addresses", "The addresses of your business", does(api.addresses)},
	{"POST", "/addresses", member, 201, "add-address", "Add an address; the same one twice is one", does(api.addAddress)},

	{"POST", "/orders", buying, 201, "place-orders", "Order the cart: one order for each supplier, in one group", does(api.placeOrders)},
	{"GET", "/orders", member, 200, "list-orders", "Your orders, newest first", does(api.orders)},
	{"GET", "/orders/{id}", member, 200, "get-order", "One order, whole", does(api.order)},
	{"GET", "/orders/{id}/ledger", member, 200, "get-order-ledger", "Every posting of an order", does(api.orderLedger)},
	{"GET", "/orders/{id}/messages", member, 200, "list-messages", "An order's conversation", does(api.messages)},
	{"POST", "/orders/{id}/messages", member, 201, "send-message", "Say something to the other side", does(api.sendMessage)},
	{"GET", "/orders/{id}/invoice", member, 200, "get-invoice", "The invoice, once it is issued", does(api.invoice)},

	{"POST", "/orders/{id}/pay", member, 200, "pay-order", "Pay the order's whole group; for a transfer, the operator confirms its arrival", does(api.pay)},
	{"POST", "/orders/{id}/accept", member, 200, "accept-order", "Supplier: take the order on", does(plainStep(order.StepAccept))},
	{"POST", "/orders/{id}/ship", member, 200, "ship-order", "Supplier: the goods left", does(api.ship)},
	{"POST", "/orders/{id}/receive", member, 200, "receive-order", "Buyer: the goods arrived", does(plainStep(order.StepReceive))},
	{"POST", "/orders/{id}/complain", member, 200, "complain", "Buyer: something is wrong; the money is frozen", does(api.complain)},
	{"POST", "/orders/{id}/offer", member, 200, "offer-refund", "Supplier: offer an amount back", does(sumStep(order.StepOffer))},
	{"POST", "/orders/{id}/agree", member, 200, "agree", "Buyer: take the supplier's offer", does(plainStep(order.StepAgree))},
	{"POST", "/orders/{id}/escalate", member, 200, "escalate", "Either side: let the house decide", does(plainStep(order.StepEscalate))},
	{"POST", "/orders/{id}/decide", member, 200, "decide", "Operator: decide what goes back", does(sumStep(order.StepDecide))},
	{"POST", "/orders/{id}/withdraw", member, 200, "withdraw", "Buyer: take the complaint back", does(plainStep(order.StepWithdraw))},
	{"POST", "/orders/{id}/cancel", member, 200, "cancel-order", "Cancel before shipment; all money goes back", does(plainStep(order.StepCancel))},
	{"POST", "/orders/{id}/release", member, 200, "release-order", "Buyer: all is right, give the money to the supplier", does(plainStep(order.StepRelease))},
	{"POST", "/orders/{id}/refund", member, 200, "refund-order", "Supplier: give an amount, or all that is held, back", does(sumStep(order.StepRefund))},

	{"PUT", "/variants/{id}/stock", selling, 200, "set-stock", "Set what is on hand of a variant", does(api.setStock)},
	{"POST", "/imports/listings", selling, 200, "import-listings", "Load a catalogue as CSV", takesCSV(does(api.importListings))},
	{"GET", "/exports/listings", selling, 200, "export-listings", "The whole catalogue as CSV, as import reads it", givesCSV(does(api.exportListings))},
}

// does registers a typed function whose errors become problem documents.
func does[I, O any](do func(api, context.Context, *I) (*O, error)) func(api, huma.API, huma.Operation) {
	return func(a api, to huma.API, op huma.Operation) {
		route := op.Method + " " + apiRoot + op.Path
		huma.Register(to, op, func(ctx context.Context, in *I) (*O, error) {
			out, err := do(a, ctx, in)
			if err != nil {
				return nil, a.problem(ctx, route, err)
			}
			return out, nil
		})
	}
}

// answer is a body and nothing else; made is what was made, and where it is.
type (
	answer[T any] struct{ Body T }
	made[T any]   struct {
		Location string `header:"Location"`
		Body     T
	}
)

// answered answers with a body.
func answered[T any](v T) (*answer[T], error) { return &answer[T]{v}, nil }

// mountAPI puts every operation, their description, and a problem for
// everything else below apiRoot on the mux.
func (s *Site) mountAPI(mux *http.ServeMux) {
	a := api{s}
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "Kontor", Version: "1", Description: "Amounts are integers in the currency's minor unit; times are RFC 3339 in UTC. Errors are RFC 9457 problem documents."},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry("#/components/schemas/", schemaName),
				SecuritySchemes: map[string]*huma.SecurityScheme{"key": {Type: "http", Scheme: "bearer", Description: "An API key, made on the account's page."}},
			},
		},
		Formats: huma.DefaultFormats, DefaultFormat: "application/json", RejectUnknownQueryParameters: true,
		Transformers: []huma.Transformer{wrongInput},
	}
	to := humago.NewWithPrefix(mux, apiRoot, config)
	problems := problemResponse(to.OpenAPI().Components.Schemas)
	for _, o := range operations {
		op := huma.Operation{
			Method: o.method, Path: o.path, OperationID: o.id, Summary: o.summary, DefaultStatus: o.status, MaxBodyBytes: largestForm, BodyReadTimeout: bodyTime,
			Middlewares: huma.Middlewares{a.guard(o.right)}, Responses: map[string]*huma.Response{"default": problems},
		}
		if o.right > anybody {
			op.Security = []map[string][]string{{"key": {}}}
		}
		o.register(a, to, op)
	}
	text := describe(to.OpenAPI())
	mux.HandleFunc("GET "+apiRoot+"/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(text) // the reader may have gone
	})
	mux.HandleFunc(apiRoot+"/", func(w http.ResponseWriter, r *http.Request) { a.elsewhere(mux, w, r) })
}

// guard finds out who asks and checks the operation's right before anything of
// the request is read.
func (a api) guard(need right) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		defer a.caughtAPI(w, r)
		if need == everybody {
			if err := a.whole(ctx, visitOf(r), next); err != nil {
				a.problem(r.Context(), r.Pattern, err).write(w)
			}
			return
		}
		w.Header().Set("Cache-Control", "private, no-store")
		err := a.know(r)
		if err == nil {
			a.keepStanding(w, r)
			err = allowed(need, actor(r))
		}
		if err == nil && changes(r) && visitOf(r).open {
			err = notAgreed()
		}
		if err != nil {
			a.problem(r.Context(), r.Pattern, err).write(w)
			return
		}
		next(ctx)
		a.programPays(w, r, ctx.Status())
	}
}

// whole makes an answer that anybody may ask for under a permit, to its last
// byte, and sends it once the permit is given back; see permits.
func (a api) whole(ctx huma.Context, v *visit, next func(huma.Context)) error {
	if err := a.permits.take(ctx.Context(), v); err != nil {
		return err
	}
	defer v.done()
	b := buffers.Get().(*bytes.Buffer)
	b.Reset()
	defer buffers.Put(b)
	kept := &keptAnswer{answering: ctx, body: b, status: http.StatusOK}
	next(kept)
	v.done()
	ctx.SetHeader("Content-Length", strconv.Itoa(b.Len()))
	ctx.SetStatus(kept.status)
	_, _ = ctx.BodyWriter().Write(b.Bytes()) // the reader may have gone
	return nil
}

// answering is huma's context under a name that leaves its method Context free.
type answering = huma.Context

// keptAnswer keeps status and body back.
type keptAnswer struct {
	answering
	body   *bytes.Buffer
	status int
}

func (k *keptAnswer) SetStatus(code int)    { k.status = code }
func (k *keptAnswer) Status() int           { return k.status }
func (k *keptAnswer) BodyWriter() io.Writer { return k.body }
func (k *keptAnswer) Unwrap() huma.Context  { return k.answering }

// elsewhere answers what no operation fits: a path that is not there, or a
// method that a path does not have.
func (a api) elsewhere(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	var can []string
	for _, method := range []string{"GET", "POST", "PUT"} {
		probe := *r
		probe.Method = method
		if _, pattern := mux.Handler(&probe); pattern != apiRoot+"/" {
			can = append(can, method)
		}
	}
	if len(can) == 0 {
		a.problem(r.Context(), r.Pattern, &market.Fault{Kind: market.NotFound, Msg: "There is no such operation.", Fix: "See " + apiRoot + "/openapi.json."}).write(w)
		return
	}
	w.Header().Set("Allow", strings.Join(can, ", "))
	p := newProblem(market.Request(r.Context()), http.StatusMethodNotAllowed, "This path is not asked with "+r.Method+".")
	p.write(w)
}

// describe is the OpenAPI text. Answers' lists are never null and may get more
// fields; huma's own form of errors, which nothing answers with, is left out.
func describe(o *huma.OpenAPI) []byte {
	schemas := o.Components.Schemas.Map()
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
	strict := map[string]bool{"Money": true}
	for _, path := range o.Paths {
		for _, op := range []*huma.Operation{path.Post, path.Put} {
			if op != nil && op.RequestBody != nil && op.RequestBody.Content["application/json"] != nil {
				ref := op.RequestBody.Content["application/json"].Schema.Ref
				strict[ref[strings.LastIndexByte(ref, '/')+1:]] = true
			}
		}
	}
	for name, s := range schemas {
		if s.AdditionalProperties == false && !strict[name] {
			s.AdditionalProperties = nil
		}
		for _, p := range s.Properties {
			p.Nullable = p.Nullable && p.Type != huma.TypeArray
		}
	}
	text, err := json.Marshal(o)
	if err != nil {
		panic(err) // made of our own types, and read by a test
	}
	return text
}

// schemaName is a type's name without the ending that keeps it apart from what
// the rooms call theirs.
func schemaName(t reflect.Type, hint string) string {
	return strings.TrimSuffix(huma.DefaultSchemaNamer(t, hint), "Doc")
}

// visitIn and actorIn are visitOf and actor for what has the context alone.
func visitIn(ctx context.Context) *visit       { return ctx.Value(visitKey{}).(*visit) }
func actorIn(ctx context.Context) market.Actor { return visitIn(ctx).actor }

// onceFor is the idempotency of an operation: the client's key, and a digest of
// what is asked for, less secrets.
func (a api) onceFor(key, action string, body any) (market.Idempotency, error) {
	if key == "" {
		return market.Idempotency{}, nil
	}
	text, err := json.Marshal(body)
	if err != nil {
		return market.Idempotency{}, err
	}
	var asked map[string]json.RawMessage
	if err := json.Unmarshal(text, &asked); err != nil {
		return market.Idempotency{}, err
	}
	for _, name := range secretFields {
		delete(asked, name)
	}
	if text, err = json.Marshal(asked); err != nil {
		return market.Idempotency{}, err
	}
	return market.Idempotency{Key: key, Digest: a.Digest(action + "\x00" + string(text))}, nil
}
