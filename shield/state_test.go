package shield

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// raise is the standing cookie of a member of some days.
func (s *stall) raise(account string) *http.Cookie {
	w := httptest.NewRecorder()
	s.Raise(w, httptest.NewRequest("GET", "/own", nil), Standing{Class: Member, Account: account, For: longestStanding})
	return raised(w)
}

func TestWhatWasTakenAwayStaysSoOverAKill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := Settings{State: t.TempDir()}
		s := openStall(t, set, 1, 0)
		stolen, second, other := s.raise("buyer"), s.raise("clerk"), s.raise("shop")
		time.Sleep(time.Millisecond)
		s.Revoke("buyer")
		time.Sleep(time.Millisecond) // long before all is saved
		synctest.Wait()
		again := openStall(t, set, 1, 0) // the first never came to close: it was killed
		if got := again.rank(stolen, ""); got != Guest {
			t.Errorf("after a restart a cookie that was taken away is a %v: its thief is served first for days", got)
		}
		if got := again.rank(other, ""); got != Member {
			t.Errorf("after a restart a member is a %v: they are shed with the flood", got)
		}
		s.Revoke("clerk") // within the pause after the first
		time.Sleep(revokedPause)
		synctest.Wait()
		again = openStall(t, set, 1, 0)
		if got := again.rank(second, ""); got != Guest {
			t.Errorf("of two revocations at once the second is lost: its cookie is a %v", got)
		}
		time.Sleep(time.Millisecond)
		if got := again.rank(again.raise("buyer"), ""); got != Member {
			t.Errorf("whoever signs in anew is a %v", got)
		}
	})
}

func TestClosingWritesTheLastRevocationDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set := Settings{State: t.TempDir()}
		s := openStall(t, set, 1, 0)
		c := s.raise("buyer")
		s.Revoke("shop")
		time.Sleep(time.Millisecond)
		s.Revoke("buyer") // waits for the pause to end
		if err := s.save(); err != nil {
			t.Fatal(err)
		}
		if got := openStall(t, set, 1, 0).rank(c, ""); got != Guest {
			t.Errorf("a revocation just before an orderly restart is lost: its cookie is a %v", got)
		}
	})
}

func TestTheFileOfRevocationsHoldsWhatStillMatters(t *testing.T) {
	file := filepath.Join(t.TempDir(), "revoked.json")
	week, start := longestStanding.Milliseconds(), time.UnixMilli(0)
	r := newRevoked()
	r.add(0, 1)
	r.add(week, 2)
	if err := r.save(start.Add(longestStanding+time.Millisecond), file); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of revocations is %v, %v: it is for its owner alone", info, err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimSpace(string(text)), fmt.Sprintf(`{"version":1,"accounts":{"2":%d}}`, week); got != want {
		t.Errorf("the file says %s, want %s: it grows with every revocation there ever was", got, want)
	}
	later := newRevoked()
	if err := later.load(start.Add(3*longestStanding), file); err != nil || len(later.accounts) != 0 {
		t.Errorf("after weeks without power %d revocations are held, %v: they take the room of new ones", len(later.accounts), err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := r.save(start.Add(longestStanding+time.Millisecond), file); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a file without news is written again every few seconds")
	}
}

func TestADamagedFileOfRevocations(t *testing.T) {
	now := noon.UnixMilli()
	many := new(bytes.Buffer)
	for a := range mostRevoked + 1 {
		fmt.Fprintf(many, `"%d":%d,`, a, now)
	}
	for name, c := range map[string]struct {
		text string
		held int
		ok   bool
	}{
		"it broke off":                        {`{"version":1,"accounts":{"2":1`, 0, false},
		"it is of another version":            {`{"version":2,"accounts":{"2":1}}`, 0, false},
		"it is longer than we write":          {`{"version":1,"accounts":{}}` + strings.Repeat(" ", mostRevokedFile), 0, false},
		"it names more accounts than we hold": {`{"version":1,"accounts":{` + strings.TrimSuffix(many.String(), ",") + `}}`, 0, false},
		"it has a time of years ahead":        {fmt.Sprintf(`{"version":1,"accounts":{"2":%d,"3":%d}}`, now*2, now), 1, true},
		"the clock was set back an hour":      {fmt.Sprintf(`{"version":1,"accounts":{"2":%d}}`, now+time.Hour.Milliseconds()), 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "revoked.json")
			if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			r := newRevoked()
			if err := r.load(noon, file); (err == nil) != c.ok || len(r.accounts) != c.held {
				t.Errorf("%d accounts are held, %v; want %d, read: %v", len(r.accounts), err, c.held, c.ok)
			}
			set := Settings{State: filepath.Dir(file)}
			openStall(t, set, 1, 0) // the shield starts under all conditions
		})
	}
}

func TestAWantOfRoomForRevocationsIsToldOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := openStall(t, Settings{}, 1, 0)
		var said bytes.Buffer
		s.log = slog.New(slog.NewTextHandler(&said, nil))
		for a := range uint64(mostRevoked) {
			s.revoked.add(s.clock().UnixMilli(), a)
		}
		for range 50 {
			s.Revoke("one too many")
		}
		if n := strings.Count(said.String(), "\n"); n != 1 {
			t.Errorf("50 revocations without room are told of %d times, want once", n)
		}
		if strings.Contains(said.String(), "one too many") {
			t.Error("the log names the account")
		}
		time.Sleep(time.Minute)
		s.Revoke("one too many")
		if n := strings.Count(said.String(), "\n"); n != 2 {
			t.Errorf("a minute later it is told %d times in all, want twice", n)
		}
	})
}
