package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"kontor/market"
	"kontor/market/party"
)

// slowVault takes its time to seal, which is done for members alone.
type slowVault struct{ testVault }

func (v slowVault) Seal(ctx context.Context, of party.Subject, at party.Place, plain []byte) (market.Sealed, error) {
	time.Sleep(7 * time.Millisecond)
	return v.testVault.Seal(ctx, of, at, plain)
}

// slowLine hashes at once what has stood in line for so long.
type slowLine struct{ wait time.Duration }

func (l slowLine) Hash(context.Context, string) (string, error) {
	time.Sleep(l.wait)
	return "stored", nil
}

func (l slowLine) Check(context.Context, string, string) (right, stale bool, err error) {
	time.Sleep(l.wait)
	return false, false, nil
}

func TestTheClockTellsNobodyWhoIsAMember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := openTestHouse(t, "")
		known, fresh := &browser{h, map[string]string{}}, &browser{h, map[string]string{}}
		known.ask(t, "POST", "/sign-up", h.newcomer("other.buyer@firm.example"))
		fresh.ask(t, "POST", "/sign-up", h.newcomer("older.buyer@firm.example"))
		later := h.Now().Add(party.LetterEvery)
		desk := func(line time.Duration) *party.Desk {
			return party.New(h.db, slowVault{h.Orders.Vault.(testVault)}, slowLine{line}, func() time.Time { return later }, party.Settings{})
		}
		h.Parties = desk(0)
		waited := func(b *browser, path string, form url.Values) time.Duration {
			t.Helper()
			began := time.Now()
			if w := b.ask(t, "POST", path, form); w.Code >= http.StatusBadRequest {
				t.Errorf("%s: got %d", path, w.Code)
			}
			return time.Since(began)
		}
		member := waited(known, "/reset", url.Values{"email": {"buyer@firm.example"}})
		stranger := waited(fresh, "/reset", url.Values{"email": {"nobody@firm.example"}})
		if member != stranger {
			t.Errorf("a new password: a member waits %s, a stranger %s", member, stranger)
		}
		member, stranger = waited(known, "/confirm/again", nil), waited(fresh, "/confirm/again", nil)
		if member != stranger {
			t.Errorf("another letter: a member waits %s, a stranger %s", member, stranger)
		}
		for _, each := range []struct {
			what string
			line time.Duration // what the others' passwords take
		}{{"an empty line", 0}, {"a line that leaves a beat half over", 13 * time.Millisecond}, {"a line that leaves a beat nearly over", 18 * time.Millisecond}} {
			h.Parties = desk(each.line)
			member = waited(known, "/sign-up", h.newcomer("buyer@firm.example")) - each.line
			stranger = waited(fresh, "/sign-up", h.newcomer("new.buyer."+strconv.Itoa(int(each.line))+"@firm.example")) - each.line
			if member != beat || stranger != beat {
				t.Errorf("signing up behind %s: a member waits %s after it, a newcomer %s, want a beat", each.what, member, stranger)
			}
		}
	})
}

func TestWhoLeavesIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, leave := context.WithCancel(t.Context())
		began := time.Now()
		if err := onBeat(ctx, func(context.Context) error { leave(); return ctx.Err() }); err != context.Canceled {
			t.Errorf("got %v", err)
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("a request whose visitor left keeps its place for %s more", waited)
		}
	})
}
