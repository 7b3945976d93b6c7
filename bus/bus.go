package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Bus is an open stream of events with its consumers.
type Bus struct {
	settings Settings
	log      *slog.Logger
	server   *server.Server
	conn     *nats.Conn
	js       jetstream.JetStream
	events   jetstream.Stream
	dead     jetstream.Stream
	ground   *ground

	ctx  context.Context // ends with Close
	stop context.CancelFunc
	work sync.WaitGroup

	mu        sync.Mutex // guards the fields below
	consumers []*consumer
	outbox    Outbox // nil until Relay
	closed    bool
}

const (
	eventStream = "EVENTS"
	deadStream  = "DEAD"
	eventPrefix = "event." // of subjects in the event stream
	deadPrefix  = "dead."  // of subjects in the dead stream: dead.<consumer>.<subject>

	opening = 10 * time.Second // longest wait for the server to be ready
)

// ErrClosed answers a call that came after Close.
var ErrClosed = errors.New("the bus is closed")

// Open starts the embedded server on s.Dir. It listens on no port. Register the
// consumers next, then start the Relay.
func Open(s Settings, log *slog.Logger) (*Bus, error) {
	if faults := s.Check(); len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	s = s.withDefaults()
	dir, err := filepath.Abs(s.Dir)
	if err != nil {
		return nil, fmt.Errorf("bus folder: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("bus folder: %w", err)
	}
	srv, err := server.NewServer(&server.Options{
		ServerName:             "kontor",
		DontListen:             true,
		JetStream:              true,
		StoreDir:               dir,
		JetStreamMaxMemory:     16 << 20, // no stream of ours lies in memory
		JetStreamMaxStore:      2*s.MaxBytes + 16<<20,
		NoSigs:                 true,
		DisableJetStreamBanner: true,
	})
	if err != nil {
		return nil, fmt.Errorf("make event server: %w", err)
	}
	srv.SetLoggerV2(serverLog{log}, false, false, false)
	srv.Start()
	b := &Bus{settings: s, log: log, server: srv, ground: newGround(dir)}
	b.ctx, b.stop = context.WithCancel(context.Background())
	if err := b.connect(); err != nil {
		return nil, errors.Join(err, b.Close(context.Background()))
	}
	return b, nil
}

func (b *Bus) connect() error {
	if !b.server.ReadyForConnections(opening) {
		return fmt.Errorf("event server was not ready after %s", opening)
	}
	var err error
	b.conn, err = nats.Connect("", nats.InProcessServer(b.server), nats.MaxReconnects(-1))
	if err != nil {
		return fmt.Errorf("connect to event server: %w", err)
	}
	b.js, err = jetstream.New(b.conn, jetstream.WithPublishAsyncMaxPending(2*batch), jetstream.WithPublishAsyncTimeout(opening))
	if err != nil {
		return fmt.Errorf("connect to event stream: %w", err)
	}
	ctx, cancel := context.WithTimeout(b.ctx, opening)
	defer cancel()
	if b.events, err = b.stream(ctx, eventStream, eventPrefix+">"); err != nil {
		return err
	}
	b.dead, err = b.stream(ctx, deadStream, deadPrefix+">")
	return err
}

func (b *Bus) stream(ctx context.Context, name, subjects string) (jetstream.Stream, error) {
	s, err := b.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name:       name,
		Subjects:   []string{subjects},
		Retention:  jetstream.LimitsPolicy,
		Discard:    jetstream.DiscardNew,
		MaxBytes:   b.settings.MaxBytes,
		Duplicates: b.settings.Remember,
		Storage:    jetstream.FileStorage,
	})
	if err != nil {
		return nil, fmt.Errorf("open stream %s: %w", name, err)
	}
	return s, nil
}

// start runs work until Close, unless the bus is closed already.
func (b *Bus) start(work func()) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return ErrClosed
	}
	b.work.Go(work)
	return nil
}

// Close stops the relay and the consumers, waits for handlers under way until
// ctx ends, and shuts the server down. What was not acknowledged comes again at
// the next start. A second call returns ErrClosed.
func (b *Bus) Close(ctx context.Context) error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return ErrClosed
	}
	b.closed = true
	b.mu.Unlock()

	b.stop()
	done := make(chan struct{})
	go func() { b.work.Wait(); close(done) }()
	var err error
	select {
	case <-done:
	case <-ctx.Done():
		err = fmt.Errorf("close bus while handlers run: %w", ctx.Err())
	}
	if b.conn != nil {
		if b.conn.IsConnected() {
			_ = b.conn.FlushTimeout(time.Second) // last acknowledgements; without them events come again
		}
		b.conn.Close()
	}
	b.server.Shutdown()
	b.server.WaitForShutdown()
	return err
}

// serverLog hands the server's lines to slog. Notices are for debugging here.
type serverLog struct{ log *slog.Logger }

func (l serverLog) Noticef(format string, v ...any) {
	l.log.Debug("bus", "line", fmt.Sprintf(format, v...))
}
func (l serverLog) Debugf(format string, v ...any) {
	l.log.Debug("bus", "line", fmt.Sprintf(format, v...))
}
func (l serverLog) Tracef(format string, v ...any) {
	l.log.Debug("bus", "line", fmt.Sprintf(format, v...))
}
func (l serverLog) Warnf(format string, v ...any) {
	l.log.Warn("bus", "line", fmt.Sprintf(format, v...))
}
func (l serverLog) Errorf(format string, v ...any) {
	l.log.Error("bus", "line", fmt.Sprintf(format, v...))
}
func (l serverLog) Fatalf(format string, v ...any) {
	l.log.Error("bus", "line", fmt.Sprintf(format, v...))
}
