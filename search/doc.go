// Package search is the index of listings: it finds what people type, with
// their typing mistakes, and counts what each facet would leave.
//
// It promises that what Put returned from is seen by the next Search and
// survives a crash, that a facet's counts are exact, and that a search takes
// its bounded share: at most as many run at once as there are cores, the others
// wait in a bounded queue. It is derived from the records: an index that is
// damaged, unfinished or of another version is thrown away on Open, and Empty
// then says that the records must be put again.
//
// The text lies in bleve's scorch segments: words as they are written
// (lower case, without diacritics), their stems by language, and article codes,
// each in one dictionary. A posting's frequency is the word's weight in the
// whole listing (BM25F), so a word costs one list to read, whatever field it
// stands in. Facets and sorting read own columns, one set a segment, made once
// when the segment appears. No text is stored.
//
// An Index is safe for concurrent use. One folder belongs to one Index.
package search
