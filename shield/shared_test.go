package shield

import (
	"math"
	"testing"
)

func TestSharedAddressOfAnOffice(t *testing.T) {
	s := newShared(1 << 16)
	for visit := range 400 {
		s.saw(int64(visit)*second, 7, scatter(uint64(visit%40)))
	}
	if got := s.visitors(7); got < 28 || got > 52 {
		t.Errorf("forty people behind one address are told as %d: their office would be limited like one person", got)
	}
	s.saw(0, 8, scatter(1))
	if got := s.visitors(8); got != 1 {
		t.Errorf("one person is told as %d", got)
	}
	if got := s.visitors(9); got != 0 {
		t.Errorf("an unknown address has %d visitors", got)
	}
}

func TestSharedAddressIsForgottenWithinTwoWindows(t *testing.T) {
	s := newShared(1 << 16)
	for i := range uint64(30) {
		s.saw(0, 7, scatter(i))
	}
	s.saw(sharedWindow, 8, 1)
	if got := s.visitors(7); got < 20 {
		t.Errorf("half an hour later an office of thirty is told as %d: it loses its limit over lunch", got)
	}
	s.saw(2*sharedWindow, 8, 1)
	if got := s.visitors(7); got != 0 {
		t.Errorf("an hour later an empty office still has %d visitors", got)
	}
	s.saw(5*sharedWindow, 7, 1)
	if got := s.visitors(7); got != 1 {
		t.Errorf("the first to come back is told as %d people", got)
	}
}

// Addresses with one visitor each do not push out one with many.
func TestSharedAddressKeepsItsPlace(t *testing.T) {
	s := newShared(sharedSetBytes)
	for i := range uint64(20) {
		s.saw(0, 7, scatter(i))
	}
	for k := key(100); k < 10_000; k++ {
		s.saw(0, k, uint64(k))
	}
	if got := s.visitors(7); got < 12 {
		t.Errorf("after a flood of lone visitors an office of twenty is told as %d", got)
	}
}

func TestSharedEstimateGrows(t *testing.T) {
	for n := 1; n < len(visitorsOf); n++ {
		if visitorsOf[n] < visitorsOf[n-1] {
			t.Errorf("with %d marks fewer visitors are told than with %d", n, n-1)
		}
	}
	if got := visitorsOf[64]; got != int(math.Round(64*math.Log(64))) {
		t.Errorf("the most that is told is %d", got)
	}
}

func TestSharedFromManyGoroutines(t *testing.T) {
	s := newShared(1 << 12)
	done := make(chan struct{})
	for w := range 4 {
		go func() {
			defer func() { done <- struct{}{} }()
			for i := range 10_000 {
				s.saw(int64(i)*second, key(scatter(uint64(i%300))), scatter(uint64(i*w)))
				s.visitors(key(scatter(uint64(i % 300))))
			}
		}()
	}
	for range 4 {
		<-done
	}
	if s.bytes() > 1<<12 {
		t.Errorf("the table holds %d bytes, and was given %d", s.bytes(), 1<<12)
	}
}
