package shield

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// site is a model of a site that always has enough to do: work done per second
// and how much slower its requests are, by how many it works on at once.
type modelSite func(at float64) (work, slower float64)

// workers is a site of n workers: more requests wait inside it.
func workers(n float64) modelSite {
	return func(at float64) (float64, float64) { return math.Min(at, n), math.Max(1, at/n) }
}

// sharedDisk is a site whose writers share each wait for the disk: the more come
// together, the more each wait brings, up to a bound.
func sharedDisk(together float64) modelSite {
	return func(at float64) (float64, float64) {
		done := together * at / (at + together/4)
		return done, math.Max(1, at/done)
	}
}

func settle(s modelSite, start int, noise func() float64) (t tuner, atMost, atLeast float64) {
	t = newTuner(4, 1024, start)
	atLeast = math.Inf(1)
	for i := range 2_000 {
		work, slower := s(float64(t.places()))
		t.window(true, work*noise(), slower)
		if i > 1_000 {
			atMost, atLeast = math.Max(atMost, t.limit), math.Min(atLeast, t.limit)
		}
	}
	return t, atMost, atLeast
}

func exact() float64 { return 1 }

func TestTunerFindsTheSitesWorkers(t *testing.T) {
	for _, n := range []float64{8, 20, 64} {
		for _, start := range []int{4, 16, 200} {
			_, most, least := settle(workers(n), start, exact)
			if least < n-1 || most > n*1.35+2 {
				t.Errorf("a site of %v workers was given between %v and %v requests from a start of %d: pages wait inside it, or workers stand idle", n, least, most, start)
			}
		}
	}
}

func TestTunerStaysHighWhereWritersShareTheDisk(t *testing.T) {
	site := sharedDisk(64)
	_, _, least := settle(site, 16, exact)
	got, _ := site(least)
	best, _ := site(1024)
	if got < best*0.7 {
		t.Errorf("the site did %.0f%% of what it can: orders per second lost to a limit of %v", 100*got/best, least)
	}
}

func TestTunerBearsNoise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Float64Range(5, 100).Draw(t, "workers")
		share := rapid.Float64Range(0, 0.03).Draw(t, "noise")
		seed := rapid.Uint64().Draw(t, "seed")
		noise := func() float64 {
			seed = seed*6364136223846793005 + 1442695040888963407
			return 1 + share*(float64(seed>>40)/float64(1<<23)-1)
		}
		tuned, _, _ := settle(workers(n), 16, noise)
		if tuned.limit < n*0.6 || tuned.limit > n*2+4 {
			t.Fatalf("a noisy site of %v workers was given %v requests at once", n, tuned.limit)
		}
	})
}

func TestTunerRestsOnACalmSite(t *testing.T) {
	tn := newTuner(4, 1024, 16)
	for range 100 {
		tn.window(false, 1, 5)
	}
	if tn.limit != 16 {
		t.Errorf("a calm site's limit moved to %v without anything to learn from", tn.limit)
	}
}
