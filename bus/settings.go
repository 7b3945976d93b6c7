package bus

import (
	"fmt"
	"time"
)

// Settings says where the stream lies and how much it may take. The zero value
// of every field but Dir means its default.
type Settings struct {
	// Dir is the folder of the stream's files; it is made if missing.
	Dir string

	// MaxBytes bounds the events that wait for consumers on disk, and again the
	// parked ones: default 256 MiB, at least 1 MiB. Some 600,000 events fit in
	// that. When it is full, events wait in the outbox.
	MaxBytes int64

	// Remember is how long a second publishing of an event is recognised:
	// default 10 minutes. It costs some 150 bytes of memory for each event
	// published in that time.
	Remember time.Duration

	// Poll is how often the outbox is looked at when nobody calls, for events
	// that another process wrote: default 1 s.
	Poll time.Duration
}

const (
	batch = 512 // events published with one sync

	defaultMaxBytes = 256 << 20
	defaultRemember = 10 * time.Minute
	defaultPoll     = time.Second
)

// Check lists every mistake in s, each with its remedy.
func (s Settings) Check() []error {
	var faults []error
	bad := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	if s.Dir == "" {
		bad("bus folder is empty; name one, such as kontor-data/bus")
	}
	if s.MaxBytes != 0 && s.MaxBytes < 1<<20 {
		bad("bus size limit is %d bytes; choose 1048576 or more, or 0 for the default", s.MaxBytes)
	}
	if s.Remember != 0 && (s.Remember < time.Second || s.Remember > 24*time.Hour) {
		bad("bus remembers events for %s; choose 1s to 24h, or 0 for the default", s.Remember)
	}
	if s.Poll != 0 && (s.Poll < time.Millisecond || s.Poll > time.Hour) {
		bad("bus polls the outbox every %s; choose 1ms to 1h, or 0 for the default", s.Poll)
	}
	return faults
}

func (s Settings) withDefaults() Settings {
	if s.MaxBytes == 0 {
		s.MaxBytes = defaultMaxBytes
	}
	if s.Remember == 0 {
		s.Remember = defaultRemember
	}
	if s.Poll == 0 {
		s.Poll = defaultPoll
	}
	return s
}
