package main

import (
	"context"
	"runtime/debug"

	"kontor/market"
	"kontor/web"
)

// letters shows the letters that were kept instead of sent.
type letters struct{ h *house }

func (l letters) Kept(ctx context.Context, a market.Actor, limit int) ([]web.KeptLetter, error) {
	role := market.Guest
	if a.Operator {
		role = market.Operator
	}
	kept, err := l.h.keep.Letters(ctx, a, role, limit)
	out := make([]web.KeptLetter, len(kept))
	for i, k := range kept {
		out[i] = web.KeptLetter{ID: k.ID, To: k.Address, Subject: k.Subject, Text: k.Text, At: k.At}
	}
	return out, err
}

// version is the module's, as the build knows it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "0.1"
}
