package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"kontor/market"
)

const headerSubject = "Kontor-Subject" // of a parked event

// Parked is an event that a consumer gave up on.
type Parked struct {
	Seq      uint64 // handle for Retry
	Consumer string // "relay" where the stream could not take it
	Event    market.Event
}

// park keeps m for the operator, on disk before it returns.
func (b *Bus) park(c *consumer, m jetstream.Msg) error {
	subject := m.Subject()[len(eventPrefix):]
	msg := message(deadPrefix+c.name+"."+subject, event(m, subject))
	msg.Header.Set(headerID, c.name+":"+m.Headers().Get(headerID))
	msg.Header.Set(headerSubject, subject)
	if _, err := b.js.PublishMsg(context.WithoutCancel(b.ctx), msg); err != nil {
		return fmt.Errorf("park event: %w", err)
	}
	return b.ground.settle()
}

// Parked lists up to limit events that were given up on, oldest first.
func (b *Bus) Parked(ctx context.Context, limit int) ([]Parked, error) {
	info, err := b.dead.Info(ctx)
	if err != nil {
		return nil, fmt.Errorf("read parked events: %w", err)
	}
	var list []Parked
	for seq := info.State.FirstSeq; seq <= info.State.LastSeq && len(list) < limit; seq++ {
		p, err := b.parked(ctx, seq)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

func (b *Bus) parked(ctx context.Context, seq uint64) (Parked, error) {
	m, err := b.dead.GetMsg(ctx, seq)
	if err != nil {
		return Parked{}, fmt.Errorf("read parked event %d: %w", seq, err)
	}
	consumer, subject, _ := strings.Cut(strings.TrimPrefix(m.Subject, deadPrefix), ".")
	if s := m.Header.Get(headerSubject); s != "" {
		subject = s
	}
	at, _ := parseAt(m.Header.Get(headerAt))
	return Parked{Seq: seq, Consumer: consumer, Event: market.Event{
		ID:      strings.TrimPrefix(m.Header.Get(headerID), consumer+":"),
		Subject: subject,
		Body:    m.Data,
		At:      at,
	}}, nil
}

// Retry hands a parked event to its consumer's handler once more and, if that
// succeeds, removes it from the parked ones. The handler may run beside the
// consumer's own work.
func (b *Bus) Retry(ctx context.Context, seq uint64) error {
	p, err := b.parked(ctx, seq)
	if err != nil {
		return err
	}
	for _, c := range b.registered() {
		if c.name != p.Consumer {
			continue
		}
		if err := c.run(ctx, b.log, []market.Event{p.Event}); err != nil {
			return fmt.Errorf("retry event %s: %w", p.Event.ID, err)
		}
		return b.Drop(ctx, seq)
	}
	return fmt.Errorf("retry event %s: no consumer %q here", p.Event.ID, p.Consumer)
}

// Drop removes a parked event for good.
func (b *Bus) Drop(ctx context.Context, seq uint64) error {
	if err := b.dead.DeleteMsg(ctx, seq); err != nil {
		return fmt.Errorf("remove parked event %d: %w", seq, err)
	}
	return nil
}
