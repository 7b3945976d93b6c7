package shield

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

func BenchmarkNetworksOfCSV(b *testing.B) {
	var text strings.Builder
	for i := range 60_000 {
		fmt.Fprintf(&text, "%d.%d.0.0/16,DE,%d,network %d\n", 1+i/256%220, i%256, 64500+i%3000, i%3000)
	}
	l, err := readNetworks(strings.NewReader(text.String()))
	if err != nil {
		b.Fatal(err)
	}
	n := &networks{books: []networkBook{l}}
	b.ReportAllocs()
	reportCPU(b)
	for i := 0; b.Loop(); i++ {
		n.of(netip.AddrFrom4([4]byte{byte(1 + i%200), byte(i * 7), 1, 1}))
	}
}
