// Package bus delivers events: what was committed in the records reaches every
// consumer at least once, after a kill, a power cut or a full disk too.
//
// # The way of an event
//
// A change and its event commit together (the outbox). The relay publishes what
// waits there to a stream of an embedded NATS JetStream server, brings the
// stream's files to the disk, and only then tells the outbox that the event was
// sent. Durable consumers take it from the stream, one at a time by default, and
// acknowledge it once their handler returned nil.
//
// # What it promises
//
//   - At least once. A consumer may see an event again: after a restart, or when
//     its handler took too long. It must not act twice; Event.ID is the key.
//     Within Settings.Remember a second publishing of one event is dropped.
//   - Never lost. An event whose handler fails is tried again, later and later;
//     after Options.Tries it is parked in a second stream, counted and logged, and
//     an operator can have it retried. A full stream refuses new events: they wait
//     in the outbox.
//   - One consumer doesn't hold up another, and a failing event does not hold up
//     the others of its consumer. So events may arrive out of order: handlers read
//     the record as it is now and never rely on the order of events.
//
// # Why sent means on disk
//
// JetStream acknowledges once a message is in the operating system's cache, and
// syncs every two minutes: a power cut loses acknowledged messages. Its own
// remedy, a sync for each message, costs a sync an event on the disk that the
// orders need (docs/decisions has the figures). The relay syncs once for each
// batch of up to 512 events instead. What consumers have acknowledged is not
// synced at all: when it is lost they see those events again.
//
// # Retention
//
// Messages go when every registered consumer has acknowledged them, never by
// age, and nothing is dropped to make room. NATS' interest retention would do
// that by itself, but it also drops what a consumer that it could not recover
// had not seen yet; here a consumer that was lost begins again with all that is
// still there.
//
// A *Bus is safe for concurrent use. One process at a time may open a folder.
package bus
