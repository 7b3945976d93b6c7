package web

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"kontor/market"
	"kontor/market/party"
	"kontor/vault"
)

// slowVault takes its time to seal, which is done for members alone.
type slowVault struct{ testVault }

func (v slowVault) Seal(ctx context.Context, of party.Subject, at party.Place, plain []byte) (market.Sealed, error) {
	time.Sleep(7 * time.Millisecond)
	return v.testVault.Seal(ctx, of, at, plain)
}

func TestTheClockTellsNobodyWhoIsAMember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := openTestHouse(t, "")
		known, fresh := &browser{h, map[string]string{}}, &browser{h, map[string]string{}}
		known.ask(t, "POST", "/sign-up", h.newcomer("other.buyer@firm.example"))
		fresh.ask(t, "POST", "/sign-up", h.newcomer("older.buyer@firm.example"))
		later := h.Now().Add(party.LetterEvery)
		h.Parties = party.New(h.db, slowVault{h.Orders.Vault.(testVault)}, vault.NewPasswords(64), func() time.Time { return later }, party.Settings{})
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
