package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// writer owns the writing connection of a SQLite file. One goroutine takes the
// plans that wait, gives each a savepoint, commits them together and answers
// everybody: one fsync for all, and nobody waits for a lock.
type writer struct {
	conn  *sqliteConn
	batch int
	queue chan *job
	quit  chan struct{} // closed to end the writer
	gone  chan struct{} // closed once it has ended
	once  sync.Once

	lasted time.Duration // the last commit, from BEGIN to the answers
	crowd  int           // the plans in it
}

// job is a plan on its way. Whoever moves it from waiting decides its fate: the
// writer by taking it, the caller by giving up.
type job struct {
	plan  plan
	state atomic.Int32
	err   error
	done  chan error
}

const (
	waiting = iota
	taken
	abandoned
)

func startWriter(conn *sqliteConn, s Settings) *writer {
	w := &writer{
		conn:  conn,
		batch: s.Batch,
		queue: make(chan *job, s.Queue),
		quit:  make(chan struct{}),
		gone:  make(chan struct{}),
	}
	go w.work()
	return w
}

// run is engine's. Once the writer has taken the plan, an ended context no
// longer stops it: the answer is then the truth, a moment later.
func (w *writer) run(ctx context.Context, p plan) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	j := &job{plan: p, done: make(chan error, 1)}
	select {
	case <-w.quit:
		return ErrClosed
	default:
	}
	select {
	case w.queue <- j:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.quit:
		return ErrClosed
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		return j.giveUp(ctx.Err())
	case <-w.gone:
		return j.giveUp(ErrClosed)
	}
}

func (j *job) giveUp(why error) error {
	if j.state.CompareAndSwap(waiting, abandoned) {
		return why
	}
	return <-j.done
}

func (w *writer) work() {
	defer close(w.gone)
	jobs := make([]*job, 0, w.batch)
	for {
		select {
		case j := <-w.queue:
			jobs = w.gather(append(jobs[:0], j))
			if pause := w.patience(len(jobs)); pause > 0 {
				time.Sleep(pause)
				jobs = w.gather(jobs)
			}
		case <-w.quit:
			if jobs = w.gather(jobs[:0]); len(jobs) == 0 {
				return
			}
		}
		began := time.Now()
		w.commit(jobs)
		w.lasted, w.crowd = time.Since(began), len(jobs)
		clear(jobs)
	}
}

// patience is how long to wait for more plans before a commit. On a slow disk it
// pays to let those come back who were answered a moment ago, else half of the
// callers queue while the other half commits: an eighth of the last commit's
// time, if that took over 2 ms and served several.
func (w *writer) patience(have int) time.Duration {
	if w.lasted < 2*time.Millisecond || w.crowd < 2 || have >= w.batch {
		return 0
	}
	return w.lasted / 8
}

// gather adds what waits in the queue.
func (w *writer) gather(jobs []*job) []*job {
	for len(jobs) < w.batch {
		select {
		case j := <-w.queue:
			jobs = append(jobs, j)
		default:
			return jobs
		}
	}
	return jobs
}

// commit carries out jobs in one transaction and answers each. Where the
// transaction as a whole is lost, everybody gets that error, those too whose own
// plan had missed: it may have missed because of a neighbour that is now undone.
func (w *writer) commit(jobs []*job) {
	lost := w.begin()
	for _, j := range jobs {
		if !j.state.CompareAndSwap(waiting, taken) {
			continue
		}
		if lost == nil {
			j.err, lost = w.carryOut(j.plan)
		}
	}
	if lost == nil {
		lost = w.conn.run("COMMIT")
	}
	if lost != nil {
		lost = fmt.Errorf("write records: %w", lost)
		if !w.conn.GetAutocommit() {
			lost = errors.Join(lost, w.conn.run("ROLLBACK"))
		}
	}
	for _, j := range jobs {
		if j.state.Load() != taken {
			continue
		}
		if lost != nil {
			j.err = lost
		}
		j.done <- j.err
	}
}

// begin starts a transaction, and first ends one that a failing disk left open.
func (w *writer) begin() error {
	if !w.conn.GetAutocommit() {
		if err := w.conn.run("ROLLBACK"); err != nil {
			return err
		}
	}
	return w.conn.run("BEGIN IMMEDIATE")
}

// carryOut runs one plan within the transaction. The first error is the plan's
// own and the plan is undone; the second says that the transaction is lost.
func (w *writer) carryOut(p plan) (own, lost error) {
	if err := w.conn.run("SAVEPOINT plan"); err != nil {
		return nil, err
	}
	if own = w.steps(p); own != nil {
		if w.conn.GetAutocommit() {
			return nil, own // SQLite has rolled everything back: disk full, I/O, memory
		}
		if err := w.conn.run("ROLLBACK TO plan"); err != nil {
			return nil, errors.Join(own, err)
		}
	}
	return own, w.conn.run("RELEASE plan")
}

func (w *writer) steps(p plan) error {
	for i := range p {
		s := &p[i]
		rows, err := w.conn.apply(s)
		if err != nil {
			return s.fail(err)
		}
		if err := s.verdict(rows); err != nil {
			return err
		}
	}
	return nil
}

// close ends the writer after the plans that wait, then its connection.
func (w *writer) close() error {
	err := ErrClosed
	w.once.Do(func() {
		close(w.quit)
		<-w.gone
		err = w.conn.close()
	})
	return err
}
