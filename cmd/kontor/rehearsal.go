package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"kontor/market"

	"golang.org/x/sys/unix"
)

// cost is what a rehearsal adds to every request that reaches the site: so many
// at once, so long on a core, and so long waiting. It stands for a shop that is
// dearer than this one, so that a flood of ten times its capacity can be sent
// from one core.
type cost struct {
	slots     int
	cpu, wait time.Duration
}

// mostCost bounds both parts of a cost.
const mostCost = 10 * time.Second

// readCost reads slots=8,cpu=2ms,wait=40ms; the zero cost for "".
func readCost(text string) (c cost, err error) {
	if text == "" {
		return c, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "slots":
			c.slots, err = strconv.Atoi(value)
		case "cpu":
			c.cpu, err = time.ParseDuration(value)
		case "wait":
			c.wait, err = time.ParseDuration(value)
		default:
			return c, fmt.Errorf("%q is none of slots, cpu, wait", name)
		}
		if err != nil {
			return c, fmt.Errorf("%q can't be read", part)
		}
	}
	if c.slots < 1 || c.slots > 4_096 || c.cpu < 0 || c.cpu > mostCost || c.wait < 0 || c.wait > mostCost {
		return c, fmt.Errorf("%q has no slots, or a time below zero or above %v", text, mostCost)
	}
	return c, nil
}

// rehearsalFile marks a data folder that a rehearsal made for itself.
const rehearsalFile = "rehearsal"

// rehearsed refuses what only a rehearsal may have anywhere else.
func rehearsed(s Settings, data string) error {
	if s.Cost == "" {
		return nil
	}
	if _, err := os.Stat(filepath.Join(data, rehearsalFile)); err != nil {
		return &market.Fault{Kind: market.Invalid, Field: "rehearsal.cost", Msg: "Cost is added in a folder that kontor drill made, and this is none.", Fix: "Leave the setting out."}
	}
	return nil
}

// before puts the cost before a site.
func (c cost) before(site http.Handler) http.Handler {
	if c.slots == 0 {
		return site
	}
	slots := make(chan struct{}, c.slots)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
		case <-r.Context().Done():
			return
		}
		burn(c.cpu)
		time.Sleep(c.wait)
		site.ServeHTTP(w, r)
	})
}

// burn keeps a core busy for a time of its own: what others take from the core in
// the meantime does not count.
func burn(d time.Duration) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for end := threadTime() + d; threadTime() < end; {
	}
}

// threadTime is the CPU time of this thread; for a system that can't tell, the
// clock's.
func threadTime() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &u); err != nil {
		return time.Duration(time.Now().UnixNano())
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
