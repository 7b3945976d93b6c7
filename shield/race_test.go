//go:build race

package shield

// underRace tells that the race detector runs: it has pools forget what they
// hold, so allocations can't be counted.
const underRace = true
