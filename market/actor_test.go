package market_test

import (
	"testing"
	"time"

	"kontor/market"
)

func TestAnIdentityTellsWhenItWasMade(t *testing.T) {
	for name, at := range map[string]time.Time{
		"years ago":    time.Date(2019, 3, 1, 12, 30, 5, 250_000_000, time.UTC),
		"the epoch":    time.Unix(0, 0),
		"in the far":   time.Date(2400, 1, 1, 0, 0, 0, 0, time.UTC),
		"just now, ms": time.Now().Truncate(time.Millisecond),
	} {
		t.Run(name, func(t *testing.T) {
			id, other := market.NewIDAt[market.PersonID](at), market.NewIDAt[market.PersonID](at)
			if made, ok := market.MadeAt(id); !ok || !made.Equal(at) || !market.IsID(id) || id == other {
				t.Errorf("identity %s (beside %s) says it was made at %v, want %v: the age of an account decides its standing", id, other, made, at)
			}
		})
	}
	if made, ok := market.MadeAt(market.NewIDAt[market.PersonID](time.Time{})); !ok || !made.Equal(time.Unix(0, 0)) {
		t.Errorf("the zero time gave %v, want 1970", made)
	}
	if _, ok := market.MadeAt(market.PersonID("warnow-laden")); ok {
		t.Error("what is no identity has no age")
	}
}
