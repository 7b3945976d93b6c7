// Package web turns requests into calls on the rooms and results into pages
// and JSON. It decides nothing about trade: who may do what is asked of the
// rooms, sums come from them, and words come from web/words.
//
// Every route stands in one list (routes.go) with the right that it needs, so
// that a test can try every role on each. Pages work without JavaScript.
// Guests' pages hold nothing of the visitor: language, currency and
// destination stand in the address, and what differs (the cart's count, the
// account's menu) comes from the small fragment /me. fail.go is the only place
// where an error becomes a page, a problem document or a log line.
//
// A Site is safe for concurrent use.
package web
