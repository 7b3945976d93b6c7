package web

import (
	"context"
	"runtime"
	"sync"
)

// permits lets as many public pages be made at once as there are cores, answers
// in JSON among them; others wait, first come. With more, each page waits whole
// slices of the scheduler for the rest of itself: on two cores and 16 clients the
// slowest hundredth of search pages took 55 ms instead of 25. A page holds its
// permit until its last byte is made, and not while it is sent: a slow reader
// keeps nobody waiting.
type permits struct {
	once   sync.Once
	places chan struct{}
}

func (p *permits) take(ctx context.Context, v *visit) error {
	p.once.Do(func() { p.places = make(chan struct{}, runtime.GOMAXPROCS(0)) })
	select {
	case p.places <- struct{}{}:
		v.permit = p.places
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// done gives the visit's permit back, once.
func (v *visit) done() {
	if v.permit != nil {
		<-v.permit
		v.permit = nil
	}
}
