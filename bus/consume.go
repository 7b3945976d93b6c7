package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"kontor/market"
)

// Options bound one consumer. The zero value of a field means its default.
type Options struct {
	// Tries is how often an event is handed to the handler before it is parked:
	// default 10, which with the default waits takes about half an hour.
	Tries int

	// FirstWait follows the first failure and doubles with each further one, up
	// to LongestWait: defaults 1 s and 15 minutes.
	FirstWait, LongestWait time.Duration

	// Timeout bounds one call of the handler: default 1 minute.
	Timeout time.Duration

	// Rest is how long a consumer pauses after each call, in times of how long
	// the call took, at most a second: work that can wait (letters) takes 1/(Rest+1)
	// of a core at most, and buyers get the rest. Default 0. The last call before
	// the stream runs dry is rested after, too.
	Rest int

	// Batch is the most events that ConsumeBatch hands over at once: default
	// 100, at most 1,000. Consume ignores it.
	Batch int
}

func (o Options) withDefaults() Options {
	if o.Tries == 0 {
		o.Tries = 10
	}
	if o.FirstWait == 0 {
		o.FirstWait = time.Second
	}
	if o.LongestWait == 0 {
		o.LongestWait = 15 * time.Minute
	}
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	if o.Batch == 0 {
		o.Batch = 100
	}
	o.Batch = min(o.Batch, 1000)
	return o
}

// wait is how long to wait after failure number n, from 1.
func (o Options) wait(n uint64) time.Duration {
	d := o.FirstWait
	for range n - 1 {
		if d >= o.LongestWait {
			break
		}
		d *= 2
	}
	return min(d, o.LongestWait)
}

const (
	ackWait = 10 * time.Second // after this long without a sign of life an event is handed out again
	waiting = 10_000           // events of one consumer that may wait for their next try
	reading = 16               // events that Consume takes at once and handles one by one
	longest = 5 * time.Second  // wait for events before asking again

	// damaged is the server's code for a consumer whose files it can't read. It
	// replaces them by a rename without a sync: after a power cut they may be torn.
	damaged jetstream.ErrorCode = 10012
)

// Permanent is what an error may say of itself: trying again is of no use. The
// event is parked at once.
type Permanent interface{ Permanent() bool }

type consumer struct {
	name    string
	options Options
	take    int
	durable jetstream.Consumer
	handle  func(ctx context.Context, events []market.Event) error
}

// Consume hands every event under one of the subjects to handle, one at a time,
// from where the consumer of this name stopped; a consumer new to the stream
// begins with the oldest event that is still there. "order.>" stands for all
// subjects that begin so, "*" for one word. The handler's ctx ends with Close.
//
// Errors and panics of handle count as failures: see Options. An error's text
// goes to the log and must hold no personal data.
func (b *Bus) Consume(ctx context.Context, name string, subjects []string, handle func(context.Context, market.Event) error, o Options) error {
	o = o.withDefaults()
	return b.consume(ctx, &consumer{
		name: name, options: o, take: reading,
		handle: func(ctx context.Context, events []market.Event) error {
			return handle(ctx, events[0])
		},
	}, subjects, b.handleEach)
}

// ConsumeBatch is Consume for work that is cheaper together: handle gets the
// events that wait, at most o.Batch. When a batch fails, each of its events is
// handed over alone, so that one bad event fails alone.
func (b *Bus) ConsumeBatch(ctx context.Context, name string, subjects []string, handle func(context.Context, []market.Event) error, o Options) error {
	o = o.withDefaults()
	return b.consume(ctx, &consumer{name: name, options: o, take: o.Batch, handle: handle}, subjects, b.handleTogether)
}

func (b *Bus) consume(ctx context.Context, c *consumer, subjects []string, handle func(*consumer, []jetstream.Msg)) error {
	filters := make([]string, len(subjects))
	for i, s := range subjects {
		filters[i] = eventPrefix + s
	}
	config := jetstream.ConsumerConfig{
		Durable:        c.name,
		FilterSubjects: filters,
		DeliverPolicy:  jetstream.DeliverAllPolicy,
		AckPolicy:      jetstream.AckExplicitPolicy,
		AckWait:        ackWait,
		MaxDeliver:     -1,
		MaxAckPending:  waiting,
	}
	var err error
	c.durable, err = b.events.CreateOrUpdateConsumer(ctx, config)
	if api, ok := errors.AsType[*jetstream.APIError](err); ok && api.ErrorCode == damaged {
		b.log.Error("a consumer's place was damaged: it begins again with the oldest event", "consumer", c.name, "err", err)
		if err := b.ground.forget(c.name); err != nil {
			return fmt.Errorf("clear damaged consumer %s: %w", c.name, err)
		}
		c.durable, err = b.events.CreateOrUpdateConsumer(ctx, config)
	}
	if err != nil {
		return fmt.Errorf("open consumer %s: %w", c.name, err)
	}
	b.mu.Lock()
	b.consumers = append(b.consumers, c)
	b.mu.Unlock()
	return b.start(func() { b.serve(c, handle) })
}

func (b *Bus) registered() []*consumer {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]*consumer(nil), b.consumers...)
}

// serve takes what waits, a batch at a time.
func (b *Bus) serve(c *consumer, handle func(*consumer, []jetstream.Msg)) {
	for b.ctx.Err() == nil {
		msgs, err := b.next(c)
		if err != nil && b.ctx.Err() == nil {
			b.log.Error("consumer reads no events", "consumer", c.name, "err", err)
			pause(b.ctx, time.Second)
		}
		if len(msgs) == 0 {
			continue
		}
		quiet := b.keepAlive(msgs)
		handle(c, msgs)
		quiet()
	}
}

// next waits for one event and takes those that wait behind it.
func (b *Bus) next(c *consumer) ([]jetstream.Msg, error) {
	ctx, cancel := context.WithTimeout(b.ctx, longest)
	defer cancel()
	first, err := c.durable.Fetch(1, jetstream.FetchContext(ctx))
	msgs, err := collect(nil, first, err)
	if err != nil || len(msgs) == 0 || c.take == 1 {
		return msgs, err
	}
	more, err := c.durable.FetchNoWait(c.take - 1)
	return collect(msgs, more, err)
}

func collect(msgs []jetstream.Msg, batch jetstream.MessageBatch, err error) ([]jetstream.Msg, error) {
	if err == nil {
		for m := range batch.Messages() {
			msgs = append(msgs, m)
		}
		err = batch.Error()
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, jetstream.ErrNoMessages) {
		err = nil
	}
	return msgs, err
}

// keepAlive tells the server that msgs are being worked on, until it is stopped.
// For those already acknowledged that changes nothing.
func (b *Bus) keepAlive(msgs []jetstream.Msg) (stop func()) {
	done := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(ackWait / 3)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				for _, m := range msgs {
					_ = m.InProgress() // an error means acknowledged, or no connection: then it comes again
				}
			}
		}
	}()
	return func() { close(done); <-stopped }
}

// handleEach hands over one event after the other.
func (b *Bus) handleEach(c *consumer, msgs []jetstream.Msg) {
	for _, m := range msgs {
		begun := time.Now()
		b.answer(c, m, b.call(c, []jetstream.Msg{m}))
		if c.options.Rest > 0 {
			pause(b.ctx, min(time.Duration(c.options.Rest)*time.Since(begun), time.Second))
		}
	}
}

// handleTogether hands over all events at once, and each alone if that fails.
func (b *Bus) handleTogether(c *consumer, msgs []jetstream.Msg) {
	if err := b.call(c, msgs); err == nil || len(msgs) == 1 {
		for _, m := range msgs {
			b.answer(c, m, err)
		}
		return
	}
	b.handleEach(c, msgs)
}

// call hands msgs to the handler.
func (b *Bus) call(c *consumer, msgs []jetstream.Msg) error {
	if b.ctx.Err() != nil {
		return b.ctx.Err()
	}
	events := make([]market.Event, len(msgs))
	for i, m := range msgs {
		events[i] = event(m, m.Subject()[len(eventPrefix):])
	}
	return c.run(b.ctx, b.log, events)
}

// run runs the handler within its time. A panic is an error here: it concerns
// one event, and the house goes on.
func (c *consumer) run(ctx context.Context, log *slog.Logger, events []market.Event) (err error) {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
			log.Error("consumer panicked", "consumer", c.name, "err", err, "stack", string(debug.Stack()))
		}
	}()
	return c.handle(ctx, events)
}

// answer acknowledges m, or sees that it comes again, or parks it.
func (b *Bus) answer(c *consumer, m jetstream.Msg, err error) {
	if err == nil {
		b.answered(c, m.Ack())
		return
	}
	if b.ctx.Err() != nil {
		b.answered(c, m.Nak()) // closing: at once after the next start
		return
	}
	tries := uint64(1)
	if meta, err := m.Metadata(); err == nil {
		tries = meta.NumDelivered
	}
	log := b.log.With("consumer", c.name, "event", m.Headers().Get(headerID), "subject", m.Subject()[len(eventPrefix):], "tries", tries, "err", err)
	p, ok := errors.AsType[interface {
		error
		Permanent
	}](err)
	if tries < uint64(c.options.Tries) && !(ok && p.Permanent()) {
		wait := c.options.wait(tries)
		log.Warn("event comes again", "wait", wait)
		b.answered(c, m.NakWithDelay(wait))
		return
	}
	if err := b.park(c, m); err != nil {
		log.Error("event could not be parked and comes again", "park_err", err)
		b.answered(c, m.NakWithDelay(c.options.LongestWait))
		return
	}
	log.Error("event was parked: it needs the operator")
	b.answered(c, m.Ack())
}

// answered notes an answer that the server did not get; the event comes again.
func (b *Bus) answered(c *consumer, err error) {
	if err != nil && b.ctx.Err() == nil {
		b.log.Warn("acknowledgement was lost", "consumer", c.name, "err", err)
	}
}
