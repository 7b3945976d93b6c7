// Package shield keeps a site open while it is attacked. It stands in front of
// an http.Handler, in the same process or before a foreign site, and decides for
// every connection and every request whether, when and from where it is
// answered.
//
// The way of a request: the door (caps per prefix, deadlines, TLS, fingerprint:
// door.go, hello.go), who asks (source.go, standing.go, visitor.go), limits at
// several widths at once (limits.go, shapes.go, bans.go), the page cache
// (cache.go), and a place among those that the site can serve at once
// (places.go). What is turned away is turned away cheaply, honestly and with a
// reference number (refuse.go). Every decision is counted (ledger of seconds:
// record.go) for whoever watches.
//
// It promises: whoever is paying is served before members, members before
// visitors who behave like people, those before unknown ones, and those before
// what looks like an attack; a payment that has begun is not shed; nothing here
// grows with the number of sources, which an attacker chooses: tables, queues
// and sketches have one bound in all (Settings.Memory).
//
// It does not promise to tell a patient person from a patient machine: that is
// asked by a challenge, elsewhere. It knows nothing of trade, asks no database,
// and imports nothing of the house.
//
// All exported functions may be called at once from many goroutines unless they
// say otherwise.
package shield
