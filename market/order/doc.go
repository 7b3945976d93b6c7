// Package order is the trade itself: carts, checkout, one order for each
// supplier under one group with one payment, and the life of an order from
// reservation to release, cancellation or an award.
//
// It promises that an order moves only along the drawn state machine, that
// payment, fulfilment and dispute are separate, that every silence has a clock
// with a default outcome, and that a change and all that follows from it
// (stock, postings, clocks, history, invoice, event) is one value, a Change,
// that the records apply wholly or not at all. The functions that make a Change
// are pure: they read an Order and the time, and nothing else.
//
// All methods of Desk are safe for concurrent use.
package order
