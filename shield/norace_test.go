//go:build !race

package shield

const underRace = false
