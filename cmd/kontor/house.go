package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"kontor/bus"
	"kontor/files"
	"kontor/mail"
	"kontor/market"
	"kontor/market/catalog"
	"kontor/market/ledger"
	"kontor/market/order"
	"kontor/market/party"
	"kontor/pay"
	"kontor/search"
	"kontor/shield"
	"kontor/store"
	"kontor/vault"
	"kontor/watch"
	"kontor/web"
)

// house is all rooms tied together over one data folder.
type house struct {
	settings Settings
	data     string
	log      *slog.Logger
	now      func() time.Time

	db    *store.DB
	bus   *bus.Bus
	index *search.Index
	files *files.Folder
	vault sealing
	keep  *mail.Keep // nil where letters are sent

	shield *shield.Shield // nil until the house is served
	watch  *watch.Desk
	face   *web.Site

	parties *party.Desk
	catalog *catalog.Desk
	orders  *order.Desk
	money   *ledger.Desk

	lock    *os.File
	working bool // what runs beside requests was started
	running sync.WaitGroup
	stop    context.CancelFunc
}

// mostKeys bounds the opened data keys that are remembered: about 10 MiB.
const mostKeys = 8_192

// openHouse opens everything under the data folder. Only one process may hold
// a folder; close gives it back.
func openHouse(ctx context.Context, s Settings, data string, log *slog.Logger) (h *house, err error) {
	h = &house{settings: s, data: data, log: log, now: time.Now, stop: func() {}}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.close(context.WithoutCancel(ctx)))
			h = nil
		}
	}()
	if err := os.MkdirAll(data, 0o700); err != nil {
		return h, noFolder(data, err)
	}
	if h.lock, err = lockFolder(data); err != nil {
		return h, err
	}
	key, made, err := vault.OpenHouse(filepath.Join(data, "keys", "house.json"))
	if err != nil {
		return h, err
	}
	if made {
		log.Info("made the house key: keep a copy somewhere safe, apart from the backups", "file", filepath.Join(data, "keys", "house.json"))
	}
	url := s.Database
	if url == "" {
		url = "sqlite:" + filepath.Join(data, "kontor.db")
	}
	if err := sameEngine(data, url); err != nil {
		return h, err
	}
	if h.db, err = store.Open(ctx, store.Settings{URL: url, VFS: s.vfs}, h.now, log); err != nil {
		return h, err
	}
	if h.index, err = search.Open(filepath.Join(data, "search")); err != nil {
		return h, err
	}
	if h.files, err = files.Open(filepath.Join(data, "files")); err != nil {
		return h, err
	}
	if h.bus, err = bus.Open(bus.Settings{Dir: filepath.Join(data, "bus")}, log); err != nil {
		return h, err
	}
	h.vault = sealing{vault.New(key, h.db, mostKeys, h.now)}
	if err := h.opens(ctx, made); err != nil {
		return h, err
	}
	if err := h.desks(); err != nil {
		return h, err
	}
	if err := h.furnish(ctx); err != nil {
		return h, err
	}
	if h.index.Empty() {
		if err := h.catalog.ReindexAll(ctx, catalog.Filter{State: catalog.Published}); err != nil {
			return h, fmt.Errorf("build the search index: %w", err)
		}
		if err := h.index.Filled(ctx); err != nil {
			return h, fmt.Errorf("complete the search index: %w", err)
		}
	}
	return h, nil
}

// sameEngine notes in the folder which database holds its records, and refuses
// another: a house on PostgreSQL that was opened without saying so would look
// empty, and well.
func sameEngine(data, url string) error {
	engine, _, _ := strings.Cut(url, ":")
	engine = strings.Replace(engine, "postgresql", "postgres", 1)
	file := filepath.Join(data, "engine")
	was, err := os.ReadFile(file)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return os.WriteFile(file, []byte(engine+"\n"), 0o600)
	case err != nil:
		return err
	case strings.TrimSpace(string(was)) != engine:
		return &market.Fault{Kind: market.Invalid, Field: "database", Msg: fmt.Sprintf("The records of this folder are in %s, and the setting leads to %s.", strings.TrimSpace(string(was)), engine), Fix: "Give the database that belongs to it, by --database, KONTOR_DATABASE or in the folder's kontor.conf."}
	}
	return nil
}

// opens makes sure that the house key is the one that the records were sealed
// under: with another, everything would be served and nothing could be read.
func (h *house) opens(ctx context.Context, made bool) error {
	kind, id, err := h.db.SomeKey(ctx)
	if err != nil || id == "" {
		return err
	}
	file := filepath.Join(h.data, "keys", "house.json")
	_, err = h.vault.Seal(ctx, party.Subject{Kind: party.SubjectKind(kind), ID: id}, party.Place{Table: "key", Column: "wrapped", Row: id}, nil)
	if err == nil {
		return nil
	}
	if made {
		err = errors.Join(err, os.Remove(file))
	}
	return &market.Fault{Kind: market.Invalid, Field: file, Msg: "The house key does not open these records.", Fix: "Put back the key file that belongs to them; without it nothing sealed can be read.", Err: err}
}

// sealSeats ends what the migration to sealed seats could not do in SQL. A seat
// that can't be sealed is shown to nobody and told by verify, so that the house
// opens all the same.
func (h *house) sealSeats(ctx context.Context) {
	sealed, err := h.parties.SealSeats(ctx)
	if err != nil {
		h.log.Error("seal where businesses are that do not sell", "sealed", sealed, "cause", err)
	} else if sealed > 0 {
		h.log.Info("sealed where businesses are that do not sell", "businesses", sealed)
	}
}

// desks ties the rooms to what they declared.
func (h *house) desks() error {
	rates, err := taxRates(h.settings.TaxRates)
	if err != nil {
		return err
	}
	h.parties = party.New(h.db, h.vault, vault.NewPasswords(64), h.now, party.Settings{ConfirmFor: confirmKept})
	h.catalog = catalog.NewDesk(h.db, h.index, h.files, h.now)
	h.orders = &order.Desk{Book: h.db, Carts: h.db, Shelf: h.db, Threads: h.db, Parties: h.db, Vault: h.vault, Times: order.Usual, Now: h.now, CommissionBps: h.settings.Bps, Rates: rates}
	if h.settings.DemoCard {
		h.orders.Providers = append(h.orders.Providers, pay.Card{})
	}
	if h.settings.BankIBAN != "" {
		h.orders.Providers = append(h.orders.Providers, pay.Transfer{Hold: h.settings.BankHold})
	}
	h.money = &ledger.Desk{Journal: h.db, Businesses: h.db, Vault: h.vault, Now: h.now}
	for _, p := range h.orders.Providers {
		if p.ByOperator() {
			h.money.ByHand = append(h.money.ByHand, p.Name())
		}
	}
	return nil
}

// work starts what runs beside requests: delivery of events, the index, the
// letters, the payments and the clocks. close stops it and waits.
func (h *house) work(ctx context.Context, url string) error {
	h.working = true
	ctx, h.stop = context.WithCancel(context.WithoutCancel(ctx))
	post, err := h.post(ctx)
	if err != nil {
		return err
	}
	clerk := &mail.Clerk{
		House: mail.House{Name: h.settings.House, URL: url, Account: h.account()}, People: h.parties, Records: h.db, Opener: h.vault, Post: post, Now: h.now,
		ConfirmFor: confirmKept, ResetFor: time.Hour,
	}
	if err := h.bus.ConsumeBatch(ctx, "index", []string{"listing.>", "business.>"}, h.reindex, bus.Options{Batch: 500}); err != nil {
		return err
	}
	if err := h.bus.Consume(ctx, "letters", mail.Subjects, clerk.Handle, bus.Options{Tries: 30, Rest: 3}); err != nil {
		return err
	}
	if err := h.bus.Consume(ctx, "payments", order.Moved, h.orders.Bank, bus.Options{Tries: 30}); err != nil {
		return err
	}
	if err := h.bus.Relay(outbox{h.db}); err != nil {
		return err
	}
	h.running.Go(func() { h.forget(ctx) })
	h.running.Go(func() {
		h.orders.RunClocks(ctx, time.Second, func(err error) { h.log.Error("clocks", "cause", err) })
	})
	return nil
}

// url is where the house is reached, as far as the settings say.
func (h *house) url() string {
	if h.settings.URL != "" {
		return h.settings.URL
	}
	_, port, _ := net.SplitHostPort(h.settings.Listen)
	return "http://localhost:" + port
}

// account is where a transfer goes, as letters write it.
func (h *house) account() []string {
	if h.settings.BankIBAN == "" {
		return nil
	}
	return []string{h.settings.BankName, h.settings.BankIBAN}
}

// What is kept for repeats and abandoned carts, and for how long.
const (
	requestsKept = 30 * 24 * time.Hour
	cartsKept    = 90 * 24 * time.Hour
	postedKept   = 30 * 24 * time.Hour
	confirmKept  = 72 * time.Hour // how long the link in the letter works
	pictureKept  = 24 * time.Hour // from adding it to writing down whose it is
)

// forget drops, once an hour, what has served its time.
func (h *house) forget(ctx context.Context) {
	t := time.NewTicker(time.Hour)
	defer t.Stop()
	for {
		now := h.now()
		err := errors.Join(h.db.ForgetRequests(ctx, now.Add(-requestsKept)), h.db.ForgetCarts(ctx, now.Add(-cartsKept)), h.db.ForgetPosted(ctx, now.Add(-postedKept)),
			h.db.ForgetUnconfirmed(ctx, now.Add(-confirmKept)), h.sweep(ctx, now.Add(-pictureKept)))
		if err != nil && ctx.Err() == nil {
			h.log.Error("forget what has served its time", "cause", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// sweep removes the pictures that no listing shows and that were not added
// since a time.
func (h *house) sweep(ctx context.Context, since time.Time) error {
	shown := map[catalog.PictureID]bool{}
	err := h.db.PictureIDs(ctx, func(id catalog.PictureID) error { shown[id] = true; return nil })
	if err != nil {
		return err
	}
	swept, err := h.files.Sweep(ctx, func(id catalog.PictureID) bool { return shown[id] }, since)
	if swept > 0 {
		h.log.Info("removed pictures that no listing shows", "pictures", swept)
	}
	return err
}

// post is the way that letters go: by SMTP, or kept, sealed, where no relay is
// set.
func (h *house) post(ctx context.Context) (mail.Post, error) {
	if h.settings.SMTPHost != "" {
		return mail.NewSMTP(mail.Settings{
			Host: h.settings.SMTPHost, Port: h.settings.SMTPPort, TLS: mail.TLS(h.settings.SMTPTLS), User: h.settings.SMTPUser, Password: h.settings.SMTPPass, From: h.settings.From,
		}, h.db, h.now)
	}
	of, err := h.parties.HouseKey(ctx, "letters")
	if err != nil {
		return nil, err
	}
	h.keep = mail.NewKeep(shelf{h.db}, h.vault, of)
	return h.keep, nil
}

// reindex brings the index up to date with a batch of events.
func (h *house) reindex(ctx context.Context, events []market.Event) error {
	var ids []catalog.ListingID
	seen := map[catalog.ListingID]bool{}
	for _, e := range events {
		var told struct {
			Listing  catalog.ListingID `json:"listing"`
			Business market.BusinessID `json:"business"`
		}
		if err := json.Unmarshal(e.Body, &told); err != nil {
			return fmt.Errorf("event %s can't be read: %w", e.ID, err)
		}
		if told.Listing != "" && !seen[told.Listing] {
			seen[told.Listing] = true
			ids = append(ids, told.Listing)
		}
		if told.Business != "" && strings.HasPrefix(e.Subject, "business.") {
			if err := h.catalog.ReindexAll(ctx, catalog.Filter{Supplier: told.Business}); err != nil {
				return err
			}
		}
	}
	return h.catalog.Reindex(ctx, ids...)
}

// close stops what runs and gives everything back, in the reverse order of
// opening.
func (h *house) close(ctx context.Context) error {
	h.stop()
	h.running.Wait()
	var errs []error
	if h.shield != nil {
		errs = append(errs, h.shield.Close())
	}
	if h.bus != nil {
		errs = append(errs, h.bus.Close(ctx))
	}
	if h.index != nil {
		errs = append(errs, h.index.Close())
	}
	if h.files != nil {
		errs = append(errs, h.files.Close())
	}
	if h.db != nil {
		errs = append(errs, h.db.Close())
	}
	if h.lock != nil {
		errs = append(errs, h.lock.Close())
	}
	return errors.Join(errs...)
}
