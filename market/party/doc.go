// Package party knows who trades: businesses, their people, addresses,
// sessions and consents; and it declares how personal data is sealed and
// opened.
//
// It promises that a person is found by e-mail address without the address
// lying anywhere in the clear, that unknown and known people get the same
// answer in the same time, and that every opening of somebody's data names
// reader, role, subject, fields and purpose. It does not send letters and does
// not know how sealing works: cmd ties those in.
//
// All methods of Desk are safe for concurrent use.
package party
