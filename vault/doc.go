// Package vault keeps customer information safe: it closes personal fields
// before they are stored and opens them for a named reader and purpose.
//
// Every subject (a person, a business, an order, a thread, the house itself)
// has a data key of its own, a tink AES-256-GCM keyset. The data key lies with
// the records, wrapped by the house key, which lies in a file outside the
// database: a stolen database opens nothing, and destroying a subject's data
// key erases all that was sealed under it, in every backup too.
//
// What it promises:
//
//   - A sealed value opens only under its subject's key and in the table, column
//     and row it was sealed for (these are its associated data, RFC 5116 §2.1).
//   - A value that was altered, cut or moved is refused with ErrAltered; a key
//     that was erased or never stored gives ErrNoKey.
//   - Passwords are hashed a bounded number at once; further callers wait in a
//     bounded queue or are told ErrBusy at once.
//
// What it does not: it knows no database, no page and no rule about who may
// look; rooms above ask it with a Look that says who, whose, what for.
//
// A *Vault, a *House and a *Passwords are safe for concurrent use.
package vault
