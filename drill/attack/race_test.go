//go:build race

package attack

func init() { underRace = true }
