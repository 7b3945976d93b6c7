package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"kontor/market"
	"kontor/shield"
	"kontor/watch"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// What is served to Prometheus, by the words of the shield.
var (
	describeRequests    = prometheus.NewDesc("kontor_requests_total", "Requests, by class of visitor and what became of them.", []string{"class", "result"}, nil)
	describeWould       = prometheus.NewDesc("kontor_shadow_refused_total", "Requests that would have been refused, had their rule not been in shadow.", []string{"class"}, nil)
	describeRefused     = prometheus.NewDesc("kontor_refused_total", "Refused requests, by reason.", []string{"reason"}, nil)
	describeTook        = prometheus.NewDesc("kontor_site_seconds_total", "Time that the house took for the requests which it answered, in seconds.", nil, nil)
	describeDoor        = prometheus.NewDesc("kontor_door_closed_total", "Connections closed at the door, by why.", []string{"why"}, nil)
	describePlaces      = prometheus.NewDesc("kontor_places", "Places for requests: how many there are now, how many are busy, how many requests wait for one.", []string{"kind"}, nil)
	describePressure    = prometheus.NewDesc("kontor_pressure", "How hard the house is pressed: 0 calm, 1 strained, 2 siege.", nil, nil)
	describeConnections = prometheus.NewDesc("kontor_connections", "Open connections.", nil, nil)
	describeBans        = prometheus.NewDesc("kontor_bans", "Bans that hold.", nil, nil)
	describeShapes      = prometheus.NewDesc("kontor_shapes", "Floods that many sources make together, being cut now.", nil, nil)
	describeIncidents   = prometheus.NewDesc("kontor_incidents_open", "Incidents that nobody has closed.", nil, nil)
)

// tallies sums the shield's seconds since the start, for Prometheus.
type tallies struct {
	incidents *watch.Desk

	mu      sync.Mutex
	classes map[shield.Class]shield.Tally
	reasons map[shield.Reason]int64
	door    map[string]int64
	took    time.Duration
	last    shield.Second
}

func newTallies(incidents *watch.Desk) *tallies {
	t := &tallies{incidents: incidents, classes: map[shield.Class]shield.Tally{}, reasons: map[shield.Reason]int64{}, door: map[string]int64{}}
	t.add(shield.Second{}) // a series that is there from the beginning shows its first rise
	return t
}

// add counts one second.
func (t *tallies) add(x shield.Second) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for c, n := range x.Classes {
		sum := t.classes[shield.Class(c)]
		sum.Served, sum.Cached, sum.Refused, sum.Would = sum.Served+n.Served, sum.Cached+n.Cached, sum.Refused+n.Refused, sum.Would+n.Would
		t.classes[shield.Class(c)] = sum
	}
	for r, n := range x.Reasons {
		if shield.Reason(r) != shield.ReasonNone {
			t.reasons[shield.Reason(r)] += n
		}
	}
	for why, n := range x.Door {
		t.door[why] += n
	}
	t.took += x.Took
	t.last = x
}

// Describe tells what Collect gives.
func (t *tallies) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{describeRequests, describeWould, describeRefused, describeTook, describeDoor, describePlaces, describePressure, describeConnections, describeBans, describeShapes, describeIncidents} {
		to <- d
	}
}

// Collect gives the sums, and the last second's levels.
func (t *tallies) Collect(to chan<- prometheus.Metric) {
	t.mu.Lock()
	defer t.mu.Unlock()
	count := func(d *prometheus.Desc, n float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, n, labels...)
	}
	level := func(d *prometheus.Desc, n int, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(n), labels...)
	}
	for c, n := range t.classes {
		count(describeRequests, float64(n.Served), c.String(), "served")
		count(describeRequests, float64(n.Cached), c.String(), "cached")
		count(describeRequests, float64(n.Refused), c.String(), "refused")
		count(describeWould, float64(n.Would), c.String())
	}
	for r, n := range t.reasons {
		count(describeRefused, float64(n), r.String())
	}
	for why, n := range t.door {
		count(describeDoor, float64(n), why)
	}
	count(describeTook, t.took.Seconds())
	level(describePlaces, t.last.Limit, "limit")
	level(describePlaces, t.last.Busy, "busy")
	level(describePlaces, t.last.Waiting, "waiting")
	level(describePressure, int(t.last.Pressure))
	level(describeConnections, t.last.Conns)
	level(describeBans, t.last.Bans)
	level(describeShapes, len(t.last.Hot))
	open := 0
	for _, i := range t.incidents.List() {
		if i.Open() {
			open++
		}
	}
	level(describeIncidents, open)
}

// Bounds of the port for Prometheus.
const (
	scrapesAtOnce = 4
	scrapeTime    = 10 * time.Second
	scrapeHeader  = 8 << 10 // bytes
)

// measure serves figures for Prometheus until ctx ends, where the settings give
// an address. It has a port of its own: who trades has no business there.
func (h *house) measure(ctx context.Context) error {
	if h.settings.Metrics == "" {
		return nil
	}
	t := newTallies(h.watch)
	all := prometheus.NewRegistry()
	all.MustRegister(t, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	seconds := make(chan shield.Second, 60)
	stop, err := h.shield.Watch(seconds)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", h.settings.Metrics)
	if err != nil {
		stop()
		return &market.Fault{Kind: market.Invalid, Field: "metrics.listen", Msg: "Can't serve figures on " + h.settings.Metrics + ".", Fix: "Give an address of this machine and a free port, such as 127.0.0.1:9090.", Err: err}
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(all, promhttp.HandlerOpts{MaxRequestsInFlight: scrapesAtOnce, Timeout: scrapeTime}))
	server := &http.Server{Handler: mux, ReadHeaderTimeout: scrapeTime, WriteTimeout: 2 * scrapeTime, IdleTimeout: time.Minute, MaxHeaderBytes: scrapeHeader, BaseContext: func(net.Listener) context.Context { return ctx }}
	h.running.Go(func() {
		defer stop()
		for {
			select {
			case <-ctx.Done():
				if err := server.Close(); err != nil {
					h.log.Error("close the port for figures", "cause", err)
				}
				return
			case x := <-seconds:
				t.add(x)
			}
		}
	})
	h.running.Go(func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			h.log.Error("figures for Prometheus", "cause", fmt.Errorf("serve: %w", err))
		}
	})
	h.log.Info("figures for Prometheus", "url", "http://"+l.Addr().String()+"/metrics")
	return nil
}
