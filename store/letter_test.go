package store

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"kontor/market"
	"kontor/store/storetest"
)

func TestLettersAreKeptOnce(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := whole(t, Settings{URL: url})
		var want []Letter
		for i := range 3 {
			l := Letter{ID: fmt.Sprint("letter ", i), Sent: noon().Add(time.Duration(i) * time.Minute), Body: market.Sealed("sealed")}
			want = append([]Letter{l}, want...)
			for range 2 {
				if err := db.KeepLetter(t.Context(), l); err != nil {
					t.Fatal(err)
				}
			}
		}
		if got, err := db.Letters(t.Context(), 10); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, %v, want each letter once, newest first", got, err)
		}
		if got, err := db.Letters(t.Context(), 1); err != nil || len(got) != 1 {
			t.Errorf("got %d letters, %v, want the one asked for", len(got), err)
		}
	})
}

func TestOldLettersMakeRoom(t *testing.T) {
	db := whole(t, Settings{URL: storetest.SQLite(t)})
	for i := range mostLetters + roomEvery + 5 {
		l := Letter{ID: fmt.Sprint(i), Sent: noon().Add(time.Duration(i) * time.Second), Body: market.Sealed("sealed")}
		if err := db.KeepLetter(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	if n := number(t, db, `SELECT COUNT(*) FROM letter`); n < mostLetters || n >= mostLetters+roomEvery {
		t.Errorf("%d letters are kept, want %d and fewer than %d more: a demo fills its disk", n, mostLetters, roomEvery)
	}
	if got, err := db.Letters(t.Context(), 1); err != nil || got[0].ID != fmt.Sprint(mostLetters+roomEvery+4) {
		t.Errorf("got %v, %v: the newest letter made room for older ones", got, err)
	}
}

func TestALetterIsMarkedPosted(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, url string) {
		db := whole(t, Settings{URL: url})
		posted := func(want bool) {
			t.Helper()
			if got, err := db.Posted(t.Context(), "letter"); err != nil || got != want {
				t.Errorf("got %t, %v, want %t: a letter goes out twice or never", got, err, want)
			}
		}
		posted(false)
		for range 2 {
			if err := db.MarkPosted(t.Context(), "letter", noon()); err != nil {
				t.Fatal(err)
			}
		}
		posted(true)
		if err := db.ForgetPosted(t.Context(), noon().Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		posted(false)
	})
}
