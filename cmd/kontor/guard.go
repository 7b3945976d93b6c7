package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"

	"kontor/bus"
	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/party"
	"kontor/shield"
	"kontor/watch"
	"kontor/web"
)

// guarded is the house's pages as the shield sees them.
type guarded struct {
	http.Handler
	site *web.Site
}

func (g guarded) Route(method, path string) shield.Route { return g.site.Route(method, path) }

// guard puts the shield before the house's pages and the watch beside it.
func (h *house) guard(site *web.Site, url string) error {
	set, err := h.shieldSettings(url)
	if err != nil {
		return err
	}
	price, err := readCost(h.settings.Cost)
	if err != nil {
		return err
	}
	if h.shield, err = shield.New(set, guarded{price.before(site.Handler()), site}, h.now, h.log); err != nil {
		return fmt.Errorf("shield: %w", err)
	}
	site.Gate, site.Shadow, h.face = h.shield, set.Shadow, site
	if h.watch, err = watch.Open(filepath.Join(h.data, "watch", "incidents"), h.log); err != nil {
		return err
	}
	site.Incidents = h.watch
	return nil
}

// shieldSettings are the shield's, from the house's.
func (h *house) shieldSettings(url string) (set shield.Settings, err error) {
	s := h.settings
	set = shield.Settings{
		Mode: shield.Mode(s.Shield), Key: []byte(h.vault.v.Digest("shield", "cookies")), Memory: s.ShieldMiB << 20, CacheBytes: s.CacheMiB << 20, Stale: s.Stale,
		Networks: s.Networks, State: filepath.Join(h.data, "shield"), Pools: web.GatePools(), Secure: strings.HasPrefix(url, "https://"),
		ThemeCookie: web.ThemeCookie, Themes: web.Themes(), StatusPath: web.StatusPath,
	}
	if s.TLSCert != "" {
		set.Door.Certificates = []shield.Certificate{{CertFile: s.TLSCert, KeyFile: s.TLSKey}}
	}
	for _, p := range []struct {
		list *[]netip.Prefix
		text string
	}{{&set.Allow, s.Allow}, {&set.Proxies, s.Proxies}, {&set.Door.ProxyProtocol, s.ProxyWire}} {
		if *p.list, err = prefixes(p.text); err != nil {
			return set, err
		}
	}
	if set.Crawlers, err = crawlers(s.Crawlers); err != nil {
		return set, err
	}
	set.Shadow, err = shadowRules(s.Shadow)
	return set, err
}

// look starts what watches the shield, and tells it of pages that changed. close
// stops it with the rest.
func (h *house) look(ctx context.Context) error {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	work := h.stop
	h.stop = func() { stop(); work() }
	if err := h.measure(ctx); err != nil {
		return err
	}
	for _, follow := range []func(context.Context, <-chan shield.Second){h.watch.Follow, h.face.Follow} {
		seconds := make(chan shield.Second, 60)
		unwatch, err := h.shield.Watch(seconds)
		if err != nil {
			return err
		}
		h.running.Go(func() {
			defer unwatch()
			follow(ctx, seconds)
		})
	}
	if err := h.bus.ConsumeBatch(ctx, "standings", []string{party.BusinessSuspended, party.PasswordChanged}, h.revoke, bus.Options{Batch: 500}); err != nil {
		return err
	}
	return h.bus.ConsumeBatch(ctx, "pages", []string{"listing.>", "business.>"}, h.drop, bus.Options{Batch: 500})
}

// revoke has the shield forget what it thought of people: of all of a business
// that was suspended, and of whoever has a new password, for the old one may have
// been in wrong hands.
func (h *house) revoke(ctx context.Context, events []market.Event) error {
	for _, e := range events {
		var told party.Told
		if err := json.Unmarshal(e.Body, &told); err != nil {
			h.log.Error("an event can't be read; going on without it", "event", e.ID, "cause", err)
			continue
		}
		if e.Subject == party.PasswordChanged {
			h.shield.Revoke(string(told.Person))
			continue
		}
		people, err := h.db.PeopleOf(ctx, told.Business)
		if err != nil {
			return fmt.Errorf("list the people of business %s: %w", told.Business, err)
		}
		for _, p := range people {
			h.shield.Revoke(string(p.ID))
		}
	}
	return nil
}

// drop has the shield forget the pages that events changed. An event that can't
// be read changes none: it must not keep the others from being heeded.
func (h *house) drop(_ context.Context, events []market.Event) error {
	var tags []string
	for _, e := range events {
		var told struct {
			Listing  catalog.ListingID `json:"listing"`
			Business market.BusinessID `json:"business"`
		}
		if err := json.Unmarshal(e.Body, &told); err != nil {
			h.log.Error("an event can't be read; going on without it", "event", e.ID, "cause", err)
			continue
		}
		if told.Listing != "" {
			tags = append(tags, web.ListingTag(told.Listing))
		}
		if told.Business != "" {
			tags = append(tags, web.BusinessTag(told.Business))
		}
	}
	h.shield.Drop(tags...)
	return nil
}
