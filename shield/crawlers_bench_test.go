package shield

import (
	"net/netip"
	"testing"
)

// What every guest's request costs: an agent that names no crawler.
func BenchmarkCrawlersOfABrowser(b *testing.B) {
	c := newCrawlers(fictionalZone(), nil)
	defer c.close()
	const chrome = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
	a := netip.MustParseAddr("192.0.2.7")
	b.ReportAllocs()
	reportCPU(b)
	for b.Loop() {
		c.check(0, chrome, a)
	}
}
