package vault

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestPasswords(t *testing.T) {
	p, ctx := NewPasswords(0), context.Background()
	stored, err := p.Hash(ctx, "correct horse battery")
	if err != nil || !strings.HasPrefix(stored, "$argon2id$v=19$m=7168,t=5,p=1$") {
		t.Fatalf("got %q, %v", stored, err)
	}
	if again, _ := p.Hash(ctx, "correct horse battery"); again == stored {
		t.Error("equal passwords have equal hashes: a thief finds them at a glance")
	}
	// libargon2's own command gives this for: echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1
	foreign := "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for _, c := range []struct {
		name, stored, password string
		right, stale           bool
	}{
		{"the right password signs in", stored, "correct horse battery", true, false},
		{"a wrong one does not", stored, "correct horse batter", false, false},
		{"nobody is never right", "", "correct horse battery", false, false},
		{"an empty password is not nobody's", "", "", false, false},
		{"a hash of another price is right and stale", foreign, "password", true, true},
		{"a wrong password is never stale", foreign, "passwords", false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			right, stale, err := p.Check(ctx, c.stored, c.password)
			if right != c.right || stale != c.stale || err != nil {
				t.Errorf("right %v, stale %v, %v; want %v, %v", right, stale, err, c.right, c.stale)
			}
		})
	}
}

func TestUnknownPeopleTakeAsLong(t *testing.T) {
	p, ctx := NewPasswords(0), context.Background()
	stored, _ := p.Hash(ctx, "correct horse battery")
	fastest := func(stored string) time.Duration { // of several: noise only ever adds
		best := time.Hour
		for range 5 {
			start := time.Now()
			_, _, _ = p.Check(ctx, stored, "guess")
			best = min(best, time.Since(start))
		}
		return best
	}
	known, unknown := fastest(stored), fastest("")
	if unknown < known/2 || known < unknown/2 {
		t.Errorf("known %s, unknown %s: the time tells who is a member", known, unknown)
	}
}

func TestPasswordsWaitInABoundedLine(t *testing.T) {
	p := NewPasswords(1)
	cores := runtime.GOMAXPROCS(0)
	for range cores { // every core is taken
		p.running <- struct{}{}
		p.line <- struct{}{}
	}
	ctx, cancel := context.WithCancel(context.Background())
	waits := make(chan error)
	go func() {
		_, err := p.Hash(ctx, "x")
		waits <- err
	}()
	for len(p.line) <= cores { // until it stands in line
		time.Sleep(time.Millisecond)
	}
	if _, err := p.Hash(context.Background(), "x"); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v, want ErrBusy: a flood of sign-ins would take all memory", err)
	}
	cancel()
	if err := <-waits; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v: who left must leave the line", err)
	}
	for range cores {
		<-p.running
		<-p.line
	}
	var wg sync.WaitGroup
	for range cores + 1 {
		wg.Go(func() {
			if _, err := p.Hash(context.Background(), "x"); err != nil {
				t.Errorf("with room again: %v", err)
			}
		})
	}
	wg.Wait()
}

func FuzzParseHash(f *testing.F) {
	f.Add("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
	f.Add("$$$$$")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := parseHash(s)
		if err != nil {
			return
		}
		if h.String() != s || h.cost.memoryKiB > dearest.memoryKiB || h.cost.passes > dearest.passes {
			t.Errorf("%q was read as %+v", s, h)
		}
	})
}
