package ordertest

import (
	"sync"
	"testing"

	"kontor/market"
	"kontor/market/order"
)

// Stage is a supplier with plenty of stock, and a buying business, both on record.
type Stage struct {
	f     *floor
	buyer market.BusinessID
}

// NewStage sets one up.
func NewStage(t testing.TB, r Records) *Stage {
	return &Stage{newFloor(t, r, 1<<40, 1<<40, 1<<40), newFloor(t, r, 1).supplier}
}

// Storm lets clients trade until the records fail them, and returns the version
// that each order was acknowledged to have.
func (s *Stage) Storm(t testing.TB, r Records, clients int) map[order.ID]int64 {
	var (
		mu    sync.Mutex
		acked = map[order.ID]int64{}
		all   sync.WaitGroup
	)
	for range clients {
		all.Go(func() {
			own := *s.f
			own.TB, own.Records = t, r
			for {
				buyer := market.Actor{Person: market.NewID[market.PersonID](), Business: s.buyer, Buys: true}
				id, version := own.trade(buyer)
				if version > 0 {
					mu.Lock()
					acked[id] = version
					mu.Unlock()
				}
				if version < 6 {
					return
				}
			}
		})
	}
	all.Wait()
	return acked
}

// trade plays one order to its end, and returns the version last acknowledged.
func (f *floor) trade(buyer market.Actor) (id order.ID, version int64) {
	p := f.placement(buyer, "k", 1, 2, 3)
	id = p.Group.Orders[0].ID
	if f.Book.Place(f.Context(), p) != nil {
		return id, 0
	}
	o := p.Group.Orders[0]
	for _, step := range []order.Step{order.StepPay, order.StepAccept, order.StepShip, order.StepReceive, order.StepRelease} {
		by := buyer
		if step == order.StepAccept || step == order.StepShip {
			by = f.seller()
		}
		c, err := order.Move(o, nil, by, step, order.Input{HoldFor: 30 * 24 * 3600e9}, f.now, order.Usual)
		if err != nil {
			f.Errorf("step %s: %v", step, err)
			return id, o.Version
		}
		if f.Book.Apply(f.Context(), c) != nil {
			return id, o.Version
		}
		o.Version++
		o.Status = c.Status
		if step == order.StepPay {
			o.PaidIn = o.Total
		}
	}
	return id, o.Version
}

// Survived checks that every order is at least at the version that was
// acknowledged.
func (s *Stage) Survived(t testing.TB, r Records, acked map[order.ID]int64) {
	t.Helper()
	for id, version := range acked {
		o, err := r.Book.Order(t.Context(), id)
		if err != nil || o.Version < version {
			t.Errorf("order %s was acknowledged at version %d and is at %d (%v)", id, version, o.Version, err)
		}
	}
}
