package shield

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var (
	testKey  = bytes.Repeat([]byte{7}, 32)
	otherKey = bytes.Repeat([]byte{8}, 32)
)

func testTokens(t testing.TB, key []byte) *tokens {
	t.Helper()
	made, err := newTokens(key)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestTokenTellsWhatWasSigned(t *testing.T) {
	ours := testTokens(t, testKey)
	rapid.Check(t, func(rt *rapid.T) {
		note := rapid.SliceOfN(rapid.Byte(), 1, longestNote).Draw(rt, "note")
		text := ours.sign(forVisitor, note)
		got := make([]byte, len(note))
		if !ours.open(forVisitor, text, got) || !bytes.Equal(got, note) {
			rt.Fatalf("a visitor loses what they earned: %x was read as %x", note, got)
		}
		i := rapid.IntRange(0, len(text)-1).Draw(rt, "at")
		letter := rapid.SampledFrom([]byte("ABCXYZabcxyz0189-_=+/ ")).Draw(rt, "letter")
		if forged := text[:i] + string(letter) + text[i+1:]; forged != text && ours.open(forVisitor, forged, got) {
			rt.Fatalf("a forged token %q was believed", forged)
		}
	})
}

func TestTokenIsReadOnlyForItsPurposeAndByItsKeys(t *testing.T) {
	note := []byte("twelve bytes")
	text := testTokens(t, testKey).sign(forVisitor, note)
	for _, c := range []struct {
		name    string
		reader  *tokens
		purpose purpose
		text    string
		size    int
		want    bool
	}{
		{"by the key that signed it", testTokens(t, testKey), forVisitor, text, 12, true},
		{"after the key was changed", testTokens(t, otherKey), forVisitor, text, 12, false},
		{"as a standing", testTokens(t, testKey), forStanding, text, 12, false},
		{"with letters behind it", testTokens(t, testKey), forVisitor, text + "A", 12, false},
		{"cut short", testTokens(t, testKey), forVisitor, text[:len(text)-1], 12, false},
		{"as a longer note", testTokens(t, testKey), forVisitor, text, 13, false},
		{"as nothing", testTokens(t, testKey), forVisitor, "", 12, false},
	} {
		if got := c.reader.open(c.purpose, c.text, make([]byte, c.size)); got != c.want {
			t.Errorf("read %s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestTokenIsReadWithoutAllocating(t *testing.T) {
	ours := testTokens(t, testKey)
	text := ours.visitor(newVisitor(1, 1_000))
	bad := text[:8] + "AAAA" + text[12:]
	if n := testing.AllocsPerRun(1_000, func() {
		ours.readVisitor(2_000, text)
		ours.readVisitor(2_000, bad)
	}); n > 0 && !underRace {
		t.Errorf("reading a cookie allocates %.1f times; a flood of them would be paid for in collection", n)
	}
}

func FuzzToken(f *testing.F) {
	ours := testTokens(f, testKey)
	f.Add(ours.visitor(newVisitor(1, 2)))
	f.Add(ours.standing(standing{class: Member, account: 9, until: 1 << 40}))
	f.Add(strings.Repeat("A", 200))
	f.Fuzz(func(t *testing.T, text string) {
		var note [visitorSize]byte
		if ours.open(forVisitor, text, note[:]) {
			raw, err := base64.RawURLEncoding.DecodeString(text)
			if err != nil || len(raw) != 1+visitorSize+macSize {
				t.Fatalf("%q was believed", text)
			}
			if again := ours.sign(forVisitor, note[:]); again != text && raw[0] == ours.keys[forVisitor].id {
				t.Fatalf("%q was believed, and %q is what we sign", text, again)
			}
		}
		if s, ok := ours.readStanding(0, text); ok && (s.class < Passed || s.class > Paying) {
			t.Fatalf("%q gives class %v", text, s.class)
		}
	})
}

func BenchmarkReadVisitor(b *testing.B) {
	ours := testTokens(b, testKey)
	text := ours.visitor(newVisitor(1, 1_000))
	b.ReportAllocs()
	for b.Loop() {
		ours.readVisitor(2_000, text)
	}
}
