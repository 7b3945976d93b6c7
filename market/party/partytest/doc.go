// Package partytest holds the suites that every keeper of party's records must
// pass, and what they need around them: a vault and a password hash that are
// real in what they refuse, and too weak for anything but tests.
//
// Records is the contract of party.Records; Desk is the desk's behaviour on top
// of it. Both are run by the store on each of its engines.
package partytest
