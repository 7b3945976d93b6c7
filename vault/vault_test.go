package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// shelf keeps wrapped keys in memory and counts how often it was asked.
type shelf struct {
	mu    sync.Mutex
	keys  map[Subject][]byte
	asked int
}

func (s *shelf) Key(_ context.Context, kind, id string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	return s.keys[Subject{kind, id}], nil
}

func (s *shelf) put(of Subject, wrapped []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[of] = wrapped
}

// clock is a time that tests move by hand.
type clock struct{ now time.Time }

func (c *clock) time() time.Time { return c.now }

func testHouse(t testing.TB) *House {
	t.Helper()
	h, _, err := OpenHouse(filepath.Join(t.TempDir(), "keys", "house.json"))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func testVault(t testing.TB, most int) (*Vault, *shelf, *clock) {
	t.Helper()
	s, c := &shelf{keys: map[Subject][]byte{}}, &clock{time.Unix(1_800_000_000, 0)}
	return New(testHouse(t), s, most, c.time), s, c
}

var (
	ada   = Subject{"person", "ada"}
	email = Place{"person", "email", "ada"}
)

func open(v *Vault, of Subject, at Place, sealed []byte) ([]byte, error) {
	plain, err := v.Open(context.Background(), Look{Subject: of, Purpose: "own_data"}, Field{at, sealed})
	if err != nil {
		return nil, err
	}
	return plain[0], nil
}

// seal makes ada's key, stores it, and seals text in its place.
func seal(t testing.TB, v *Vault, s *shelf, text string) []byte {
	t.Helper()
	wrapped, err := v.NewKey(ada)
	if err != nil {
		t.Fatal(err)
	}
	s.put(ada, wrapped)
	sealed, err := v.Seal(context.Background(), ada, email, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestWhatIsSealedComesBackAfterARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "house.json")
	house, made, err := OpenHouse(path)
	if err != nil || !made {
		t.Fatalf("first run: made %v, %v", made, err)
	}
	s := &shelf{keys: map[Subject][]byte{}}
	sealed := seal(t, New(house, s, 0, time.Now), s, "ada@example.org")

	again, made, err := OpenHouse(path)
	if err != nil || made {
		t.Fatalf("second run: made %v, %v", made, err)
	}
	got, err := open(New(again, s, 0, time.Now), ada, email, sealed)
	if err != nil || string(got) != "ada@example.org" {
		t.Errorf("got %q, %v; a restart lost the customer's data", got, err)
	}
	if !bytes.Equal(house.EmailIndex("ada@example.org"), again.EmailIndex("ada@example.org")) {
		t.Error("after a restart nobody is found by e-mail address")
	}
}

func TestAValueOpensOnlyWhereItWasSealed(t *testing.T) {
	v, s, _ := testVault(t, 0)
	sealed := seal(t, v, s, "ada@example.org")
	bob := Subject{"person", "bob"}
	if _, err := v.NewKey(bob); err != nil {
		t.Fatal(err)
	}
	flip := func(i int) []byte {
		b := bytes.Clone(sealed)
		b[i] ^= 1
		return b
	}
	for name, c := range map[string]struct {
		of     Subject
		at     Place
		sealed []byte
	}{
		"another row":            {ada, Place{"person", "email", "bob"}, sealed},
		"another column":         {ada, Place{"person", "name", "ada"}, sealed},
		"another table":          {ada, Place{"session", "email", "ada"}, sealed},
		"another subject":        {bob, email, sealed},
		"parts moved over a gap": {ada, Place{"person", "emailada", ""}, sealed},
		"the form changed":       {ada, email, flip(0)},
		"the key id changed":     {ada, email, flip(3)},
		"the text changed":       {ada, email, flip(25)},
		"the tag changed":        {ada, email, flip(len(sealed) - 1)},
		"cut":                    {ada, email, sealed[:len(sealed)-1]},
		"only the form":          {ada, email, sealed[:1]},
	} {
		t.Run(name, func(t *testing.T) {
			if plain, err := open(v, c.of, c.at, c.sealed); !errors.Is(err, ErrAltered) {
				t.Errorf("got %q, %v; want ErrAltered: somebody could pass one record's data off as another's", plain, err)
			}
		})
	}
}

func TestNothingOpensByHalves(t *testing.T) {
	v, s, _ := testVault(t, 0)
	sealed := seal(t, v, s, "ada@example.org")
	plain, err := v.Open(context.Background(), Look{Subject: ada},
		Field{email, sealed}, Field{Place{"person", "name", "ada"}, sealed})
	if plain != nil || !errors.Is(err, ErrAltered) {
		t.Errorf("got %q, %v; one bad field must withhold all", plain, err)
	}
	plain, err = v.Open(context.Background(), Look{Subject: ada}, Field{email, sealed}, Field{At: email})
	if err != nil || string(plain[0]) != "ada@example.org" || len(plain[1]) != 0 {
		t.Errorf("got %q, %v; an empty field opens to nothing", plain, err)
	}
}

func TestAnErasedKeyOpensNothing(t *testing.T) {
	v, s, c := testVault(t, 0)
	sealed := seal(t, v, s, "ada@example.org")
	s.put(ada, nil)
	c.now = c.now.Add(keyAge + time.Second)
	if _, err := open(v, ada, email, sealed); !errors.Is(err, ErrNoKey) {
		t.Errorf("got %v; want ErrNoKey: erased data would still be shown", err)
	}
	if _, err := v.Seal(context.Background(), ada, email, nil); !errors.Is(err, ErrNoKey) {
		t.Errorf("got %v; want ErrNoKey: new data would be sealed for nobody", err)
	}
}

func TestAnotherHouseKeyOpensNothing(t *testing.T) {
	v, s, c := testVault(t, 0)
	sealed := seal(t, v, s, "ada@example.org")
	thief := New(testHouse(t), s, 0, c.time)
	if plain, err := open(thief, ada, email, sealed); !errors.Is(err, ErrAltered) {
		t.Errorf("got %q, %v; a stolen database must open nothing without its house key", plain, err)
	}
	wrapped, _ := s.Key(context.Background(), ada.Kind, ada.ID)
	s.put(Subject{"person", "bob"}, wrapped)
	if _, err := New(v.house, s, 0, c.time).Seal(context.Background(), Subject{"person", "bob"}, email, nil); !errors.Is(err, ErrAltered) {
		t.Errorf("got %v; a data key copied to another subject must not work there", err)
	}
}

func TestRememberedKeysAreBounded(t *testing.T) {
	v, s, _ := testVault(t, 10)
	for i := range 100 {
		of := Subject{"order", fmt.Sprint(i)}
		wrapped, err := v.NewKey(of)
		if err != nil {
			t.Fatal(err)
		}
		s.put(of, wrapped)
		if _, err := v.Seal(context.Background(), of, email, nil); err != nil {
			t.Fatal(err)
		}
	}
	if n, m := v.keys.recent.Len(), len(v.keys.opened); n != 10 || m != 10 {
		t.Errorf("%d and %d keys remembered; want 10: visitors could fill the memory", n, m)
	}
	if s.asked != 0 {
		t.Errorf("the store was asked %d times for keys just made", s.asked)
	}
	for _, id := range []string{"0", "0", "0"} {
		if _, err := v.Seal(context.Background(), Subject{"order", id}, email, nil); err != nil {
			t.Fatal(err)
		}
	}
	if s.asked != 1 {
		t.Errorf("the store was asked %d times for one forgotten key, want 1", s.asked)
	}
}

func TestManyAtOnce(t *testing.T) {
	v, s, _ := testVault(t, 4)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			ctx := context.Background()
			for j := range 50 {
				of := Subject{"order", fmt.Sprint((i + j) % 6)}
				at := Place{"orders", "address", of.ID}
				s.mu.Lock()
				if s.keys[of] == nil {
					s.keys[of], _ = v.NewKey(of)
				}
				s.mu.Unlock()
				sealed, err := v.Seal(ctx, of, at, []byte("x"))
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := open(v, of, at, sealed); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

func TestSealedTextsComeBackAsTheyWere(t *testing.T) {
	v, s, _ := testVault(t, 0)
	seal(t, v, s, "")
	rapid.Check(t, func(t *rapid.T) {
		at := Place{rapid.String().Draw(t, "table"), rapid.String().Draw(t, "column"), rapid.String().Draw(t, "row")}
		text := rapid.SliceOf(rapid.Byte()).Draw(t, "text")
		sealed, err := v.Seal(context.Background(), ada, at, text)
		if err != nil {
			t.Fatal(err)
		}
		if want := len(text) + 34; len(sealed) != want {
			t.Errorf("sealed to %d bytes, want %d", len(sealed), want)
		}
		if got, err := open(v, ada, at, sealed); err != nil || !bytes.Equal(got, text) {
			t.Errorf("got %q, %v; want %q", got, err, text)
		}
	})
}

func FuzzOpenRandomBytes(f *testing.F) {
	v, s, _ := testVault(f, 0)
	sealed := seal(f, v, s, "ada@example.org")
	f.Add(sealed[:10], false)
	f.Add([]byte{formVersion}, true)
	f.Add(s.keys[ada], true)
	f.Fuzz(func(t *testing.T, b []byte, asKey bool) {
		if asKey && len(b) > 0 {
			if _, err := v.keys.unwrap(ada, b); err == nil && !bytes.Equal(b, s.keys[ada]) {
				t.Error("a forged data key was accepted")
			}
			return
		}
		if plain, err := open(v, ada, email, b); err == nil && len(b) > 0 && !bytes.Equal(b, sealed) {
			t.Errorf("forged bytes opened to %q", plain)
		}
	})
}

func TestALooseHouseKeyIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		loosen func(t *testing.T, path string) error
		want   string
	}{
		"a file that the group can read":      {func(t *testing.T, p string) error { return os.Chmod(p, 0o640) }, "chmod 600"},
		"a directory that others can look in": {func(t *testing.T, p string) error { return os.Chmod(filepath.Dir(p), 0o755) }, "chmod 700"},
		"a file cut short":                    {func(t *testing.T, p string) error { return os.Truncate(p, 40) }, "restore it"},
		"an empty file":                       {func(t *testing.T, p string) error { return os.Truncate(p, 0) }, "restore it"},
		"a file of a later release":           {func(t *testing.T, p string) error { return os.WriteFile(p, []byte(`{"version":2}`), 0o600) }, "version 2"},
		"a file with an unknown word":         {func(t *testing.T, p string) error { return os.WriteFile(p, []byte(`{"versoin":1}`), 0o600) }, "versoin"},
		"a file without an index secret":      {func(t *testing.T, p string) error { return os.WriteFile(p, []byte(`{"version":1}`), 0o600) }, "index secret"},
		"a file much too large":               {func(t *testing.T, p string) error { return os.Truncate(p, houseFileBytes+1) }, "no house key"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "keys", "house.json")
			if _, _, err := OpenHouse(path); err != nil {
				t.Fatal(err)
			}
			if err := c.loosen(t, path); err != nil {
				t.Fatal(err)
			}
			_, made, err := OpenHouse(path)
			if err == nil || made || !bytes.Contains([]byte(err.Error()), []byte(c.want)) {
				t.Errorf("made %v, %v; want a refusal that says %q", made, err, c.want)
			}
		})
	}
}

func TestTwoFirstRunsAgreeOnOneHouseKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "house.json")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	indexes := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range indexes {
		wg.Go(func() {
			h, _, err := OpenHouse(path)
			if err != nil {
				t.Error(err)
				return
			}
			indexes[i] = h.EmailIndex("ada@example.org")
		})
	}
	wg.Wait()
	for _, x := range indexes[1:] {
		if !bytes.Equal(x, indexes[0]) {
			t.Fatal("two processes hold two house keys: what one seals, the other can't open")
		}
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".house-*")); len(left) > 0 {
		t.Errorf("drafts of keys were left behind: %v", left)
	}
}

func TestEmailIndexIsShortAndKeyed(t *testing.T) {
	a, b := testHouse(t), testHouse(t)
	if n := len(a.EmailIndex("ada@example.org")); n != indexLength {
		t.Errorf("%d bytes", n)
	}
	if bytes.Equal(a.EmailIndex("ada@example.org"), b.EmailIndex("ada@example.org")) {
		t.Error("two houses share an index: one could look for the other's members")
	}
}

func TestADigestIsKeyedAndOfItsDomain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "house.json")
	house, _, err := OpenHouse(path)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := OpenHouse(path)
	if err != nil {
		t.Fatal(err)
	}
	first := house.Digest("request", "4242 4242 4242 4242")
	if again.Digest("request", "4242 4242 4242 4242") != first || len(first) != 2*digestLength {
		t.Errorf("%q before a restart and another after it: a repeated order would be placed twice", first)
	}
	for name, other := range map[string]string{
		"another text": house.Digest("request", "4242 4242 4242 4243"), "another domain": house.Digest("letter", "4242 4242 4242 4242"),
		"another house": testHouse(t).Digest("request", "4242 4242 4242 4242"),
	} {
		if other == first {
			t.Errorf("%s has the same digest", name)
		}
	}
}

func BenchmarkNewKey(b *testing.B) {
	v, _, _ := testVault(b, 0)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := v.NewKey(Subject{"order", fmt.Sprint(i)}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOrder is what placing an order asks of the vault: a key, four seals,
// and the buyer's address opened.
func BenchmarkOrder(b *testing.B) {
	v, s, _ := testVault(b, 0)
	sealed := seal(b, v, s, "ada@example.org")
	address := bytes.Repeat([]byte("a"), 200)
	ctx := context.Background()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		of := Subject{"order", fmt.Sprint(i)}
		if _, err := v.NewKey(of); err != nil {
			b.Fatal(err)
		}
		for range 4 {
			if _, err := v.Seal(ctx, of, Place{"orders", "address", of.ID}, address); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := open(v, ada, email, sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnwrap(b *testing.B) {
	v, s, _ := testVault(b, 0)
	seal(b, v, s, "ada@example.org")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.keys.unwrap(ada, s.keys[ada]); err != nil {
			b.Fatal(err)
		}
	}
}
