//go:build !linux

package drill

import (
	"errors"
	"fmt"
	"os/exec"
	"syscall"
	"time"
)

// Elsewhere than on Linux processes share all cores, and what they use is not
// measured.
var errNotHere = fmt.Errorf("this is measured on Linux only: %w", errors.ErrUnsupported)

func cores() []int                      { return nil }
func childrenOf(int) []int              { return nil }
func stayOn(int) (func(), error)        { return func() {}, nil }
func yield(int) error                   { return nil }
func openFiles() (uint64, error)        { return 0, errNotHere }
func busyOf(int) (time.Duration, error) { return 0, errNotHere }
func usageOf(int) (usage, error)        { return usage{}, errNotHere }

func startOn(c *exec.Cmd, _ int, _ syscall.Signal) error { return c.Start() }

type usage struct {
	resident, peak int64
	cpu            time.Duration
}
