// Package catalog knows what is offered: categories, listings with their
// variants, quantity price tiers and stock, the operator's review, and what a
// search asks and answers.
//
// It promises that a published listing is complete enough to be bought, that a
// larger quantity never costs more a piece, and that only its supplier and the
// operator see a listing before it is published. It does not change stock:
// orders do.
package catalog
