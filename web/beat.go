package web

import (
	"context"
	"time"
)

// beat is many times as long as the work that hides behind it.
const beat = 25 * time.Millisecond

// onBeat does work whose answer tells nobody who is a member, and whose time
// would: a member's letter is sealed and stored, a stranger's is not. It returns
// a whole number of beats after it began, unless ctx ends before that and nobody
// reads the answer.
func onBeat(ctx context.Context, work func(context.Context) error) error {
	began := time.Now()
	err := work(ctx)
	rest := time.NewTimer(beat - time.Since(began)%beat)
	defer rest.Stop()
	select {
	case <-rest.C:
	case <-ctx.Done():
	}
	return err
}
