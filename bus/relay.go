package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"kontor/market"
)

// Outbox holds the events that were committed and not sent yet.
type Outbox interface {
	// Pending returns up to limit events that were not marked as sent, oldest
	// first as far as that is known.
	Pending(ctx context.Context, limit int) ([]Pending, error)
	// Sent takes events out of the outbox. A repeat does no harm.
	Sent(ctx context.Context, seqs []int64) error
	// Wake holds a token after events were committed.
	Wake() <-chan struct{}
}

// Pending is an event in the outbox.
type Pending struct {
	Seq int64 // the outbox's own number of it
	market.Event
}

const (
	headerID = jetstream.MsgIDHeader
	headerAt = "Kontor-At" // when the event was committed, RFC 3339

	trimming = 5 * time.Second // how often consumed messages are removed

	// Between batches that were not full the relay rests, so that many events share
	// one read, one sync of the stream and one deletion: three times as long as the
	// batch took, at most this long. An event after a pause goes at once. At 2,000
	// orders a second that is 25 batches of 80 instead of 110 of 20.
	longestRest = 50 * time.Millisecond
)

// rest is how long to let events gather after a batch of n that took so long.
func rest(n int, took time.Duration) time.Duration {
	if n == batch {
		return 0
	}
	return min(3*took, longestRest)
}

// Relay moves events from the outbox to the stream until Close, and removes
// those that every consumer has acknowledged. Register all consumers before: an
// event that nobody waits for is gone once the registered ones have seen it.
func (b *Bus) Relay(outbox Outbox) error {
	// A consumer whose settings a power cut took with it would begin again.
	if err := b.ground.settleAll(); err != nil {
		return fmt.Errorf("sync bus folder: %w", err)
	}
	b.mu.Lock()
	taken := b.outbox != nil
	if !taken {
		b.outbox = outbox
	}
	b.mu.Unlock()
	if taken {
		return errors.New("the bus has a relay already")
	}
	if err := b.start(func() { b.relay(outbox) }); err != nil {
		return err
	}
	return b.start(b.trim)
}

func (b *Bus) relay(outbox Outbox) {
	poll := time.NewTicker(b.settings.Poll)
	defer poll.Stop()
	misses := 0
	for b.ctx.Err() == nil {
		begun := time.Now()
		n, err := b.forward(outbox)
		if err != nil && b.ctx.Err() == nil {
			misses++
			b.log.Error("events wait in the outbox", "err", err, "tries", misses)
			pause(b.ctx, min(time.Second<<min(misses-1, 5), 30*time.Second))
			continue
		}
		misses = 0
		if n > 0 {
			pause(b.ctx, rest(n, time.Since(begun)))
			continue
		}
		select {
		case <-b.ctx.Done():
		case <-outbox.Wake():
		case <-poll.C:
		}
	}
}

// forward moves one batch and returns how many events it took.
func (b *Bus) forward(outbox Outbox) (int, error) {
	events, err := outbox.Pending(b.ctx, batch)
	if err != nil {
		return 0, fmt.Errorf("read outbox: %w", err)
	}
	if len(events) == 0 {
		return 0, nil
	}
	acks := make([]jetstream.PubAckFuture, len(events))
	var faults error
	for i, e := range events {
		if acks[i], err = b.publish(e.Event); err != nil {
			faults = err // the rest stays in the outbox
			break
		}
	}
	sent := make([]int64, 0, len(events))
	for i, ack := range acks {
		if ack == nil {
			break
		}
		select {
		case <-ack.Ok():
			sent = append(sent, events[i].Seq)
		case err := <-ack.Err():
			faults = fmt.Errorf("publish event %s: %w", events[i].ID, err)
		case <-b.ctx.Done():
			return 0, b.ctx.Err()
		}
	}
	if len(sent) > 0 {
		if err := b.ground.settle(); err != nil {
			return 0, fmt.Errorf("sync events: %w", err)
		}
		if err := outbox.Sent(b.ctx, sent); err != nil {
			return 0, fmt.Errorf("mark %d events as sent: %w", len(sent), err)
		}
	}
	return len(sent), faults
}

// publish hands e to the stream. An event that the stream can't take, by its
// subject or size, is parked: it would hold up all others.
func (b *Bus) publish(e market.Event) (jetstream.PubAckFuture, error) {
	msg := message(eventPrefix+e.Subject, e)
	if !sendable(e, b.conn.MaxPayload()) {
		msg = message(deadPrefix+"relay.unsendable", e)
		msg.Header.Set(headerSubject, clean(e.Subject))
		msg.Data = msg.Data[:min(len(msg.Data), 64<<10)]
		b.log.Error("event can't be sent and was parked", "event", e.ID, "bytes", len(e.Body))
	}
	ack, err := b.js.PublishMsgAsync(msg)
	if err != nil {
		return nil, fmt.Errorf("publish event %s: %w", e.ID, err)
	}
	return ack, nil
}

func message(subject string, e market.Event) *nats.Msg {
	return &nats.Msg{Subject: subject, Data: e.Body, Header: nats.Header{
		headerID: {clean(e.ID)},
		headerAt: {e.At.UTC().Format(time.RFC3339Nano)},
	}}
}

// sendable tells whether the stream can take e: words of letters, digits, - and
// _ joined by dots, and room for the headers.
func sendable(e market.Event, limit int64) bool {
	word := 0
	for _, r := range e.Subject {
		switch {
		case r == '.':
			if word == 0 {
				return false
			}
			word = 0
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			word++
		default:
			return false
		}
	}
	return word > 0 && len(e.Subject) <= 200 && clean(e.ID) == e.ID && e.ID != "" && int64(len(e.Body)) < limit-1024
}

// clean makes s fit for a header's value.
func clean(s string) string {
	out := []byte(s[:min(len(s), 200)])
	for i, c := range out {
		if c < ' ' || c > '~' {
			out[i] = '?'
		}
	}
	return string(out)
}

// event is what a message of either stream tells.
func event(m jetstream.Msg, subject string) market.Event {
	at, _ := parseAt(m.Headers().Get(headerAt))
	return market.Event{ID: m.Headers().Get(headerID), Subject: subject, Body: m.Data(), At: at}
}

// trim removes what every consumer has acknowledged.
func (b *Bus) trim() {
	tick := time.NewTicker(trimming)
	defer tick.Stop()
	for {
		select {
		case <-b.ctx.Done():
			return
		case <-tick.C:
		}
		if err := b.trimOnce(b.ctx); err != nil && b.ctx.Err() == nil {
			b.log.Error("consumed events were not removed", "err", err)
		}
	}
}

func (b *Bus) trimOnce(ctx context.Context) error {
	info, err := b.events.Info(ctx)
	if err != nil {
		return fmt.Errorf("read event stream: %w", err)
	}
	floor := info.State.LastSeq
	for _, c := range b.registered() {
		at, err := c.durable.Info(ctx)
		if err != nil {
			return fmt.Errorf("read consumer %s: %w", c.name, err)
		}
		if at.NumPending > 0 || at.NumAckPending > 0 {
			floor = min(floor, at.AckFloor.Stream)
		}
	}
	if floor < info.State.FirstSeq || info.State.Msgs == 0 {
		return nil
	}
	if err := b.events.Purge(ctx, jetstream.WithPurgeSequence(floor+1)); err != nil {
		return fmt.Errorf("remove events up to %d: %w", floor, err)
	}
	return nil
}

// pause waits for d or the end of ctx.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
