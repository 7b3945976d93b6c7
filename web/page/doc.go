// Package page draws Kontor's pages.
//
// A component takes finished values and decides nothing: sums, rules and
// permissions were settled before, amounts and dates were put into words by
// the View's catalogue, addresses were made with View.To. Every page stands
// without script; htmx only replaces what a link or a form would have loaded
// anyway. No page carries an inline style or script, so that the content
// security policy needs neither a nonce nor an exception.
//
// The package promises escaped output for any value, and markup that follows
// WCAG 2.2 AA. It holds no state; everything may be called at once.
//
//	view.go      what every page needs
//	form.go      forms, fields, choices and their faults
//	table.go     ledgers
//	parts.go     the small parts: pictures, seals, tags, cards, timelines
//	trade.go     cart, checkout, orders, desks
//	goods.go     home, search, listing and storefront
//	people.go    signing up and in, texts, errors
//	*.templ      the same, as markup
package page
