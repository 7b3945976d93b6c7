package shield

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestAPoolForgetsThatItWasPressed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStall(t, Settings{Pools: map[string]int{"search": 4}}, 1, time.Millisecond)
		p := s.pools["search"]
		p.mu.Lock()
		p.pressed = true // somebody better than a suspect had to wait
		p.mu.Unlock()
		time.Sleep(time.Duration(pressedFor+2) * time.Duration(windowLength))
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.pressed {
			t.Error("after one wait suspects keep to a quarter of the search for good")
		}
		if got := p.tuner.places(); got != 4 {
			t.Errorf("the pool has %d places, was given 4", got)
		}
	})
}
