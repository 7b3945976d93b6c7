package main

import (
	"context"
	"image"
	"log/slog"
	"testing"
	"time"

	"kontor/market"
)

func TestPicturesOfNoListingGoAfterADay(t *testing.T) {
	s, err := readSettings(nil, "", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	h, err := openHouse(t.Context(), s, t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	p, err := h.files.AddImage(t.Context(), image.NewRGBA(image.Rect(0, 0, 640, 480)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		since time.Time
		gone  bool
	}{
		{"just added, it may be written down in a moment", time.Now().Add(-pictureKept), false},
		{"a day later nobody shows it", time.Now().Add(time.Hour), true},
	} {
		if err := h.sweep(t.Context(), c.since); err != nil {
			t.Fatal(err)
		}
		file, _, err := h.files.Open(p.ID, p.Widths[0])
		if gone := market.KindOf(err) == market.NotFound; gone != c.gone {
			t.Errorf("%s: gone is %t (%v)", c.name, gone, err)
		}
		if err == nil {
			file.Close()
		}
	}
}
