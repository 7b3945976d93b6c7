// Package demo makes the sample platform: businesses, their goods with
// pictures, and trades in every state, so that no page of a fresh house is
// empty. What it tells stands in the package house, what it shows is drawn by
// the package draw.
//
// Everything is made through the rooms' own functions, as people would make it,
// with a clock that is moved through the last months: it promises that the
// ledger sums to zero, that stock and numbers hold, and that no silence runs out
// at the moment of opening. Fill is called once, on an empty house, by one
// caller; it takes a few seconds, most of them for pictures.
package demo
