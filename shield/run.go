package shield

import (
	"context"
	"slices"
	"time"
)

// run does what is done beside requests, until ctx ends: it ends windows and
// tells of seconds.
func (s *Shield) run(ctx context.Context) {
	windows, each := time.NewTicker(time.Duration(windowLength)), time.NewTicker(time.Second)
	defer windows.Stop()
	defer each.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-windows.C:
			s.places.turn(s.tick())
			for _, pool := range s.pools {
				pool.turn(s.tick())
			}
		case <-each.C:
			s.second()
		}
	}
}

// keep writes the state down now and then, apart from run: a slow disk must not
// make seconds longer.
func (s *Shield) keep(ctx context.Context) {
	saves := time.NewTicker(saveEvery)
	defer saves.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-saves.C:
			if err := s.save(); err != nil {
				s.log.Error("the shield's state", "cause", err)
			}
		}
	}
}

// sketchEmpty is after how many seconds without a request nothing is left in the
// sketch of busy sources, whose counts are halved in each.
const sketchEmpty = 32

// rest counts the seconds in a row without a request.
func (s *Shield) rest(x *Second) {
	s.idle++
	for _, t := range x.Classes {
		if t.Offered > 0 {
			s.idle = 0
		}
	}
}

// busiest adds the sources that ask most to those that were refused most. A
// source that sends r requests a second stands at r to 2r.
func (s *Shield) busiest(list []Source) []Source {
	for _, h := range s.sources.top(mostTop) {
		at := slices.IndexFunc(list, func(x Source) bool { return x.Prefix == h.label })
		switch {
		case at >= 0:
			list[at].Asked = int64(h.count)
		case h.label.IsValid():
			list = append(list, Source{Prefix: h.label, Network: s.networks.of(h.label.Addr()), Asked: int64(h.count)})
		}
	}
	return list
}

// How the pressure is judged.
const (
	strainedFor = 5  // seconds since somebody last waited for long or was turned away
	siegeFor    = 30 // seconds since the siege last looked like one
	siegeShare  = 2  // one in so many requests turned away makes a siege
	siegeLeast  = 20 // requests turned away in a second, at least
)

// second ends a second: it counts, judges the pressure, finds shapes, and tells
// whoever watches.
func (s *Shield) second() {
	x := Second{At: s.clock().Truncate(time.Second)}
	s.counts.close(&x)
	full := s.places.look()
	x.Limit, x.Busy, x.Waiting = full.Limit, full.Busy, full.Waiting
	parked, seated := s.door.crowd.numbers()
	x.Conns = parked + seated
	x.Bans = s.bans.count(s.clock())
	x.Pressure = s.judgePressure(&x)
	s.pressure.Store(uint32(x.Pressure))
	s.shapes.turn(s.tick(), x.Pressure >= Strained, full.Rate)
	x.Hot = s.shapes.list()
	x.Sources, x.Routes = s.decisions.top()
	s.rest(&x)
	if s.idle < sketchEmpty {
		x.Sources = s.busiest(x.Sources)
		s.sources.turn()
	}
	s.seconds.add(x)
}

// judgePressure is the pressure after a second like this one.
func (s *Shield) judgePressure(x *Second) Pressure {
	refused, offered := int64(0), int64(0)
	for _, t := range x.Classes {
		refused, offered = refused+t.Refused+t.Would, offered+t.Offered
	}
	s.level.strained--
	s.level.siege--
	if refused > 0 || x.Waiting > x.Limit/2 {
		s.level.strained = strainedFor
	}
	if refused >= siegeLeast && refused >= offered/siegeShare {
		s.level.siege = siegeFor
	}
	switch {
	case s.level.siege > 0:
		return Siege
	case s.level.strained > 0:
		return Strained
	}
	return Calm
}

// level is how many seconds the pressure holds on. It belongs to run alone.
type level struct{ strained, siege int }

// turned counts a connection that was closed at the door, and tells whether it
// passes all the same because its rule is in shadow.
func (s *Shield) turned(why turned) (pass bool) {
	s.counts.door[why].Add(1)
	switch why {
	case turnedBanned:
		return s.set.inShadow(RuleBans)
	case turnedRate, turnedCrowd:
		return s.set.inShadow(RuleLimits)
	}
	return false
}
