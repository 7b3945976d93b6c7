package shield

import (
	"sync"
	"time"
)

// paying are the accounts that hold the class Paying. It has to be earned and is
// scarce: an account holds it once at a time, and only so many accounts do from
// one prefix, so that an army of accounts can't crowd into the class.
//
// Memory: mostPaying × about 100 bytes.
type paying struct {
	mu       sync.Mutex
	accounts map[uint64]payer
	narrow   map[key]int
	middle   map[key]int
	looked   time.Time // when those whose time is over were last looked for
}

type payer struct {
	until          time.Time
	narrow, middle key
}

// Bounds of the class.
const (
	mostPaying       = 65_536
	payingFor        = 30 * time.Minute // from the last step of a payment
	payingLooked     = time.Second      // between two walks through all who pay
	payingPerAddress = 48               // an office of forty may all be buying
	payingPerNetwork = 192              // an IPv4 /24, an IPv6 /56
)

// enter tells whether an account may be paying until a time.
func (p *paying) enter(now, until time.Time, account uint64, src source) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.accounts == nil {
		p.accounts, p.narrow, p.middle = map[uint64]payer{}, map[key]int{}, map[key]int{}
	}
	if was, ok := p.accounts[account]; ok {
		was.until = until // the same account goes on, wherever from
		p.accounts[account] = was
		return true
	}
	if p.full(src) {
		if now.Sub(p.looked) < payingLooked {
			return false
		}
		p.looked = now
		p.forget(now)
		if p.full(src) {
			return false
		}
	}
	p.accounts[account] = payer{until, src.narrow, src.middle}
	p.narrow[src.narrow]++
	p.middle[src.middle]++
	return true
}

func (p *paying) full(src source) bool {
	return len(p.accounts) >= mostPaying || p.narrow[src.narrow] >= payingPerAddress || p.middle[src.middle] >= payingPerNetwork
}

// leave ends an account's payment.
func (p *paying) leave(account uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop(account)
}

func (p *paying) drop(account uint64) {
	was, ok := p.accounts[account]
	if !ok {
		return
	}
	delete(p.accounts, account)
	less(p.narrow, was.narrow)
	less(p.middle, was.middle)
}

func less(counts map[key]int, k key) {
	if counts[k]--; counts[k] <= 0 {
		delete(counts, k)
	}
}

// forget drops those whose time is over.
func (p *paying) forget(now time.Time) {
	for account, x := range p.accounts {
		if now.After(x.until) {
			p.drop(account)
		}
	}
}
