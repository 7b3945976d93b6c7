// Package drill rehearses an attack against one's own site and scores it: good
// users browse, search, ask and buy while hostile clients do their worst, and a
// scorecard says who was served, how fast, and whether a trade was lost.
//
// It sees the site from outside, over the wire, as its users do, and imports
// nothing of it. The site is a throw-away house that it starts from the same
// binary on loopback, or a staging site whose operator agreed (see Consent);
// everything else is refused.
//
// Good users arrive by a clock of their own (open loop, Poisson): a slow answer
// does not make fewer of them come. They and the hostile clients share package
// browser; nothing on the wire marks either. The hostile ones run in a process
// of their own (see Assail), so that their work does not slow the measuring.
//
// A drill holds every page view as one sample of 24 bytes, up to two million.
package drill
