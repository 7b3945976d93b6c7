// Package kontor is the house itself: the tests here look at it as a whole,
// its layout, its documents and the binary as its users meet it. The rooms lie
// below; docs/architecture.md says what each is for.
package kontor
