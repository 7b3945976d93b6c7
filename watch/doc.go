// Package watch sees what happens to the site and tells it to people: incidents
// that open by themselves from what the shield decides, and are closed by a
// person.
//
// It promises that an attack is one incident however often its shape changes,
// that an incident outlives a restart, and that calm traffic opens none. It does
// not say who attacked: an address is where packets came from.
//
// It may import the shield's decisions and the vault's log, and nothing else of
// the house. All exported functions may be called at once.
package watch
