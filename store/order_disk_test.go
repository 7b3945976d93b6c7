package store

import (
	"math/rand/v2"
	"testing"
	"time"

	"kontor/market/order"
	"kontor/market/order/ordertest"
	"kontor/store/storetest"
)

// TestTradeSurvivesPowerCuts cuts the power under clients that trade: every step
// that they were told of is there afterwards, and every rule holds.
func TestTradeSurvivesPowerCuts(t *testing.T) {
	disk := storetest.NewDisk(t)
	s := Settings{URL: storetest.SQLite(t), VFS: disk.Name, Connections: 2, Batch: 16}
	db := whole(t, s)
	stage := ordertest.NewStage(t, tradingOn(db))
	db.Close()
	chance := rand.New(rand.NewPCG(7, 7))
	acked := map[order.ID]int64{}
	for cut := range 6 {
		db := whole(t, s)
		time.AfterFunc(time.Duration(20+chance.IntN(60))*time.Millisecond, disk.PowerOff)
		for id, version := range stage.Storm(t, tradingOn(db), 8) {
			acked[id] = version
		}
		db.Close() // its disk is gone: whatever it says
		if err := disk.PowerOn(func() bool { return chance.IntN(2) == 0 }); err != nil {
			t.Fatal(err)
		}
		again := whole(t, s)
		stage.Survived(t, tradingOn(again), acked)
		checks, err := again.Verify(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range checks {
			if c.Failed > 0 {
				t.Errorf("power cut %d: it no longer holds that %s: %v", cut, c.Name, c.Examples)
			}
		}
		again.Close()
	}
	if len(acked) < 20 {
		t.Errorf("only %d orders were acknowledged: the test cuts too early to show anything", len(acked))
	}
}
