package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"kontor/store/storetest"
)

// bulky fills pages, so that logs wrap, checkpoints run and disks fill.
const bulky = 3000

func insertBulky(id int64) plan {
	return plan{
		{sql: `INSERT INTO mark (id, body) VALUES (?, ?)`, args: []any{id, make([]byte, bulky)}, want: 1},
		{sql: `UPDATE tally SET n = n + 1`, want: 1},
	}
}

func newBulky(t testing.TB, s Settings) *DB {
	db := opened(t, s)
	must(t, db, `CREATE TABLE mark (id BIGINT PRIMARY KEY, body BLOB)`, `CREATE TABLE tally (n BIGINT)`, `INSERT INTO tally VALUES (0)`)
	return db
}

// TestPowerCut cuts the power again and again under concurrent writers, with the
// un-synced writes forgotten wholly or in random parts.
func TestPowerCut(t *testing.T) {
	for name, share := range map[string]float64{
		"nothing un-synced survives":           0,
		"half of the un-synced writes survive": 0.5,
		"nearly all of them survive":           0.95,
	} {
		t.Run(name, func(t *testing.T) {
			disk := storetest.NewDisk(t)
			s := Settings{URL: storetest.SQLite(t), VFS: disk.Name, Connections: 2, Batch: 16}
			newBulky(t, s).Close()
			chance := rand.New(rand.NewPCG(1, uint64(share*100)))
			var acked sync.Map
			var next atomic.Int64
			for cut := range 12 {
				writeUntilCut(t, s, disk, time.Duration(1+chance.IntN(25))*time.Millisecond, &next, &acked)
				if err := disk.PowerOn(func() bool { return chance.Float64() < share }); err != nil {
					t.Fatal(err)
				}
				inspect(t, s, cut, &acked)
			}
			if next.Load() < 100 {
				t.Errorf("only %d orders were tried: the test cuts too early to show anything", next.Load())
			}
		})
	}
}

func writeUntilCut(t *testing.T, s Settings, disk *storetest.Disk, after time.Duration, next *atomic.Int64, acked *sync.Map) {
	db := opened(t, s)
	db.engine.(*sqlite).conn.Exec(`PRAGMA wal_autocheckpoint = 100`) // cuts within checkpoints too
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for {
				id := next.Add(1)
				if err := db.commit(t.Context(), insertBulky(id)); err != nil {
					return
				}
				acked.Store(id, true)
			}
		})
	}
	time.Sleep(after)
	disk.PowerOff()
	writers.Wait()
	db.Close() // its disk is gone: whatever it says
}

func inspect(t *testing.T, s Settings, cut int, acked *sync.Map) {
	t.Helper()
	db := opened(t, s)
	defer db.Close()
	if damage, err := db.Check(t.Context()); err != nil || len(damage) > 0 {
		t.Fatalf("power cut %d left damaged records: %q, %v", cut, damage, err)
	}
	ids, err := all(t.Context(), db, `SELECT id FROM mark`, itself[int64])
	if err != nil {
		t.Fatal(err)
	}
	there := map[int64]bool{}
	for _, id := range ids {
		there[id] = true
	}
	acked.Range(func(id, _ any) bool {
		if !there[id.(int64)] {
			t.Errorf("power cut %d: order %d was acknowledged and is lost", cut, id)
		}
		return true
	})
	if n := number(t, db, `SELECT n FROM tally`); n != int64(len(ids)) {
		t.Errorf("power cut %d: half of a plan survived, %d rows and a tally of %d", cut, len(ids), n)
	}
}

func TestFullDisk(t *testing.T) {
	disk := storetest.NewDisk(t)
	s := Settings{URL: storetest.SQLite(t), VFS: disk.Name, Connections: 2}
	db := newBulky(t, s)
	for _, room := range []int64{0, 5_000, 60_000} {
		t.Run(fmt.Sprintf("%d bytes of room", room), func(t *testing.T) {
			before := number(t, db, `SELECT count(*) FROM mark`)
			disk.Fill(room)
			var refused, acked atomic.Int64
			var writers sync.WaitGroup
			for w := range 32 {
				writers.Go(func() {
					for n := range 3 {
						err := db.commit(t.Context(), insertBulky(room*1000+int64(w*10+n)))
						switch {
						case err == nil:
							acked.Add(1)
						case errors.Is(err, sqlite3.FULL):
							refused.Add(1)
						default:
							t.Errorf("got %v, want disk full", err)
						}
					}
				})
			}
			writers.Wait()
			if refused.Load() == 0 {
				t.Error("nobody was told that the disk is full")
			}
			if got := number(t, db, `SELECT count(*) FROM mark`) - before; got != acked.Load() {
				t.Errorf("%d rows were written, %d acknowledged", got, acked.Load())
			}
			disk.Fill(-1)
			if err := db.commit(t.Context(), insertBulky(-room-1)); err != nil {
				t.Errorf("a write after space was made is refused: %v", err)
			}
			if damage, err := db.Check(t.Context()); err != nil || len(damage) > 0 {
				t.Errorf("a full disk left damage: %q, %v", damage, err)
			}
		})
	}
}

// TestTheDiskForgets makes sure that the power cut above is one: without synced
// commits the same history loses rows.
func TestTheDiskForgets(t *testing.T) {
	disk := storetest.NewDisk(t)
	s := Settings{URL: storetest.SQLite(t), VFS: disk.Name, Connections: 1}
	db := newBulky(t, s)
	must(t, db, `INSERT INTO mark (id) VALUES (1)`)
	db.engine.(*sqlite).conn.Exec(`PRAGMA synchronous = OFF`)
	must(t, db, `INSERT INTO mark (id) VALUES (2)`)
	disk.PowerOff()
	db.Close()
	if err := disk.PowerOn(nil); err != nil {
		t.Fatal(err)
	}
	if n := number(t, opened(t, s), `SELECT count(*) FROM mark`); n != 1 {
		t.Errorf("got %d rows, want the one that was synced", n)
	}
}
