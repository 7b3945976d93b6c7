package shield

import "net/http"

// Route is what the shield knows of an address of the site behind it.
type Route struct {
	// Name is the route's pattern, such as "GET /listings/{id}". Costs are learnt
	// by name, so a site has a bounded number of them.
	Name string
	// Entry tells that people come here by themselves, from a search engine or a
	// bookmark; any other page is offered by one before it.
	Entry bool
	// Payment tells that this is a step of a payment that has begun: never shed
	// for whoever is paying.
	Payment bool
	// Pool names a small number of places of its own for what is costly by
	// nature (hashing, exports); "" for the common ones.
	Pool string
	// Body is the most bytes that a request's body may have; 0 for the shield's
	// own bound.
	Body int64
	// Public tells that the answer is the same for all visitors and may be kept.
	Public bool
	// Guests tells that it is the same for all who carry no cookie of the site.
	Guests bool
	// Query are the parameters that make another page; others are left out of the
	// kept page's key. The whole query counts where it is nil.
	Query []string
	// Free is answered whatever the load is, without a place: small, made
	// beforehand, and needed by those who wait. Of routes that are not Public only
	// members are spared the line.
	Free bool
}

// Site is what stands behind the shield.
type Site interface {
	http.Handler
	// Route tells what an address is. It is asked for every request that is not
	// answered from memory: it must be quick and must not block.
	Route(method, path string) Route
}
