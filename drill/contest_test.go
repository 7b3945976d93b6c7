package drill

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"kontor/drill/browser"
)

func TestTheBestSettingServesMostWithinASecond(t *testing.T) {
	for name, c := range map[string]struct{ one, other Trial }{
		"a larger share":                     {Trial{SoonShare: 0.99, Soon: 90, P50: 80}, Trial{SoonShare: 0.98, Soon: 95, P50: 40}},
		"the same share of more":             {Trial{SoonShare: 1, Soon: 91, P50: 80}, Trial{SoonShare: 1, Soon: 90, P50: 40}},
		"as many, and half of them faster":   {Trial{SoonShare: 1, Soon: 90, P50: 40}, Trial{SoonShare: 1, Soon: 90, P50: 80}},
		"some against none that was counted": {Trial{SoonShare: 0.1, Soon: 1}, Trial{}},
	} {
		t.Run(name, func(t *testing.T) {
			if !c.one.better(c.other) || c.other.better(c.one) {
				t.Errorf("%+v is not better than %+v: another setting would stand for the rival than its best", c.one, c.other)
			}
		})
	}
}

func TestVerdictsBesideRivals(t *testing.T) {
	result := func(share, p50, p99 float64) Result {
		return Result{All: ClassScore{Offered: 100, Soon: int(100 * share), SoonShare: share, P50: p50, P99: p99}}
	}
	for name, c := range map[string]struct {
		attack       string
		ours, theirs Result
		want         []bool
	}{
		"as many in a narrow attack":            {"flood addresses=1 rate=9/s", result(1, 50, 90), result(1, 44, 50), []bool{true}},
		"fewer":                                 {"flood addresses=1 rate=9/s", result(0.98, 44, 90), result(1, 44, 50), []bool{false}},
		"as many in a flood from everywhere":    {"wide-flood total=9/s", result(1, 44, 90), result(1, 44, 50), []bool{false}},
		"more in a flood from everywhere":       {"wide-flood total=9/s", result(1, 44, 90), result(0.9, 44, 50), []bool{true}},
		"mixed, four times as fast":             {"mixed", result(1, 44, 100), result(1, 44, 400), []bool{true, true}},
		"mixed, not four times as fast":         {"mixed", result(1, 44, 101), result(1, 44, 400), []bool{true, false}},
		"mixed, and nobody served by the other": {"mixed", result(1, 44, 101), result(0, 0, 0), []bool{true, false}},
	} {
		t.Run(name, func(t *testing.T) {
			script, err := Parse("verdicts", "title = T\ncalm = 5s\nattack = 5s\ngood paying 1/s\nattack "+c.attack+"\n")
			if err != nil {
				t.Fatal(err)
			}
			card := &Scorecard{script: script, Result: c.ours, Rivals: []RivalScore{{Name: expert, Result: &c.theirs}}}
			var got []bool
			for _, j := range card.beside() {
				got = append(got, j.Passed)
			}
			if len(got) != len(c.want) {
				t.Fatalf("judged %+v, want %d verdicts", card.beside(), len(c.want))
			}
			for i, j := range card.beside() {
				if j.Passed != c.want[i] {
					t.Errorf("%+v, want reached: %v", j, c.want[i])
				}
			}
		})
	}
}

func TestASiteThatIsDownIsSilentBehindAProxyToo(t *testing.T) {
	for name, c := range map[string]struct {
		behind bool
		status int
		err    error
		want   bool
	}{
		"no connection":                           {false, 0, errors.New("refused"), true},
		"the site turns somebody away":            {false, http.StatusServiceUnavailable, nil, false},
		"a proxy says that the site is down":      {true, http.StatusBadGateway, nil, true},
		"a proxy has nowhere to send it":          {true, http.StatusServiceUnavailable, nil, true},
		"a page through a proxy":                  {true, http.StatusOK, nil, false},
		"a proxy says that it was asked too much": {true, http.StatusTooManyRequests, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := &stage{behind: c.behind, began: time.Now()}
			if got := s.silent(&browser.Page{Status: c.status}, c.err); got != c.want {
				t.Errorf("asked again: %v, want %v", got, c.want)
			}
		})
	}
}

func TestPlacesAreThoseOfTheStatedCost(t *testing.T) {
	for cost, want := range map[string]int{StatedCost: 8, "slots=64,cpu=1ms,wait=1ms": 64, "": freePlaces} {
		if got := places(cost); got != want {
			t.Errorf("behind %q an expert lets %d requests through at once, want %d", cost, got, want)
		}
	}
}
