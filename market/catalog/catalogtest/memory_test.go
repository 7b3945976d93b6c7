package catalogtest

import (
	"testing"

	"kontor/market"
)

func openMemory(testing.TB) House {
	h := House{Suppliers: [2]market.BusinessID{market.NewID[market.BusinessID](), market.NewID[market.BusinessID]()}}
	m := NewMemory(h.Suppliers[:]...)
	h.Records, h.Hold = m, m.Hold
	return h
}

func TestMemory(t *testing.T) {
	Records(t, openMemory)
	Desk(t, openMemory)
}
