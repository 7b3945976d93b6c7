// Package market holds the words that all of trade shares: money, quantity,
// identities, who acts, and the faults that people are told about.
//
// The rooms below it (party, catalog, order, ledger, landed) hold the rules of
// trade in plain Go. They know no SQL, no HTTP and no clock of their own: what
// they need from outside is declared as a small interface where it is used.
// All values are plain data; a value is safe to read from several goroutines,
// none may be changed by two at once.
package market
