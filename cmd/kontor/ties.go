package main

import (
	"context"
	"os"
	"path/filepath"
	"syscall"

	"kontor/bus"
	"kontor/mail"
	"kontor/market"
	"kontor/market/party"
	"kontor/store"
	"kontor/vault"
)

// sealing makes the vault, which knows nothing of the house, fit what the
// market's rooms declare.
type sealing struct{ v *vault.Vault }

func (s sealing) NewKey(_ context.Context, of party.Subject) (party.Key, error) {
	wrapped, err := s.v.NewKey(vault.Subject{Kind: string(of.Kind), ID: of.ID})
	return party.Key{Subject: of, Wrapped: wrapped}, err
}

func (s sealing) Seal(ctx context.Context, of party.Subject, at party.Place, plain []byte) (market.Sealed, error) {
	return s.v.Seal(ctx, vault.Subject{Kind: string(of.Kind), ID: of.ID}, vault.Place(at), plain)
}

func (s sealing) EmailIndex(email string) []byte { return s.v.EmailIndex(email) }

func (s sealing) Open(ctx context.Context, look party.Look, values ...party.Value) ([][]byte, error) {
	fields := make([]vault.Field, len(values))
	for i, v := range values {
		fields[i] = vault.Field{At: vault.Place(v.At), Sealed: v.Sealed}
	}
	return s.v.Open(ctx, vault.Look{
		Reader: string(look.Reader), Role: string(look.Role), Subject: vault.Subject{Kind: string(look.Subject.Kind), ID: look.Subject.ID},
		Purpose: look.Purpose.Kind, PurposeID: look.Purpose.ID, Request: market.Request(ctx),
	}, fields...)
}

// outbox makes the store's outbox fit the bus.
type outbox struct{ db *store.DB }

func (o outbox) Pending(ctx context.Context, limit int) ([]bus.Pending, error) {
	events, err := o.db.Pending(ctx, limit)
	out := make([]bus.Pending, len(events))
	for i, e := range events {
		out[i] = bus.Pending{Seq: e.Seq, Event: market.Event{ID: e.ID, Subject: e.Subject, Body: e.Body, At: e.At}}
	}
	return out, err
}

func (o outbox) Sent(ctx context.Context, seqs []int64) error { return o.db.Sent(ctx, seqs...) }
func (o outbox) Wake() <-chan struct{}                        { return o.db.Wake() }

// shelf makes the store's letters fit the post that keeps them.
type shelf struct{ db *store.DB }

func (s shelf) Keep(ctx context.Context, l mail.KeptLetter) error {
	return s.db.KeepLetter(ctx, store.Letter{ID: l.ID, Sent: l.Sent, Body: l.Body})
}

func (s shelf) Kept(ctx context.Context, limit int) ([]mail.KeptLetter, error) {
	letters, err := s.db.Letters(ctx, limit)
	out := make([]mail.KeptLetter, len(letters))
	for i, l := range letters {
		out[i] = mail.KeptLetter{ID: l.ID, Sent: l.Sent, Body: l.Body}
	}
	return out, err
}

// noFolder is the fault of a data folder that can't be used.
func noFolder(data string, err error) *market.Fault {
	return &market.Fault{Kind: market.Invalid, Field: "--data", Msg: data + " can't be used as a data folder.", Fix: "Give a folder that you may write to, or a place where one can be made.", Err: err}
}

// lockFolder holds a data folder for this process alone, until the file is
// closed or the process ends.
func lockFolder(data string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(data, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, noFolder(data, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, &market.Fault{Kind: market.Conflict, Field: "--data", Msg: "Another kontor is using the folder " + data + ".",
			Fix: "Stop it first, or give another folder.", Err: errHeld}
	}
	return f, nil
}
