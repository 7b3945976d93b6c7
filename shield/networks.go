package shield

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gaissmai/bart"
	"github.com/oschwald/maxminddb-golang/v2"
)

// Network is who announces an address: an autonomous system.
type Network struct {
	ASN     uint32 `json:"asn,omitempty"`     // 0 if unknown
	Country string `json:"country,omitempty"` // ISO 3166-1 alpha-2 in capitals, "" if unknown
	Name    string `json:"name,omitempty"`    // as the file gives it, at most 80 bytes
}

// String is the network for people, such as "AS64500 Example DE".
func (n Network) String() string {
	asn := ""
	if n.ASN != 0 {
		asn = fmt.Sprintf("AS%d", n.ASN)
	}
	return strings.Join(slices.DeleteFunc([]string{asn, n.Name, n.Country}, func(s string) bool { return s == "" }), " ")
}

// networks knows the network of addresses from the operator's files. A nil one
// knows none.
//
// Memory is that of the files, not of the traffic: a CSV file takes about 90
// bytes a line, an MMDB file is mapped and read where it lies.
type networks struct{ books []networkBook }

// networkBook is one file.
type networkBook interface {
	of(a netip.Addr) Network
	Close() error
}

// Bounds of a file of networks.
const (
	networkFile  = 512 << 20 // bytes of a CSV file
	networkLines = 4 << 20
	networkName  = 80 // bytes
	networkTold  = 10 // faults told at once
)

// openNetworks opens a file, or several with the operating system's list
// separator between them: what the first does not know of an address is asked of
// the next. A name ending in .mmdb is a MaxMind DB with any of the fields
// autonomous_system_number, autonomous_system_organization, asn, as_name, name,
// country_code, country; any other file is CSV of the columns prefix, country,
// asn, name. No file gives nil.
func openNetworks(file string) (*networks, error) {
	if file == "" {
		return nil, nil
	}
	n := new(networks)
	for _, one := range filepath.SplitList(file) {
		book, err := openNetworkBook(one)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", one, err), n.close())
		}
		n.books = append(n.books, book)
	}
	return n, nil
}

func openNetworkBook(file string) (networkBook, error) {
	if strings.EqualFold(filepath.Ext(file), ".mmdb") {
		db, err := maxminddb.Open(file)
		if err != nil {
			return nil, err
		}
		return mapped{db}, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readNetworks(f)
}

// of is the network of an address; unknown parts are zero.
func (n *networks) of(a netip.Addr) (of Network) {
	if n == nil || !a.IsValid() {
		return Network{}
	}
	a = a.Unmap().WithZone("")
	for _, book := range n.books {
		next := book.of(a)
		if of.ASN == 0 {
			of.ASN, of.Name = next.ASN, next.Name
		}
		if of.Country == "" {
			of.Country = next.Country
		}
		if of.Name == "" {
			of.Name = next.Name
		}
		if of.ASN != 0 && of.Country != "" {
			break
		}
	}
	return of
}

// close lets the files go; of must not be called any more.
func (n *networks) close() error {
	if n == nil {
		return nil
	}
	var errs []error
	for _, book := range n.books {
		errs = append(errs, book.Close())
	}
	return errors.Join(errs...)
}

// listed is a CSV file. Many prefixes share a network, so each is kept once.
type listed struct {
	table bart.Table[uint32]
	all   []Network
}

func (l *listed) of(a netip.Addr) Network {
	at, ok := l.table.Lookup(a)
	if !ok {
		return Network{}
	}
	return l.all[at]
}

func (l *listed) Close() error { return nil }

// readNetworks reads CSV (RFC 4180): prefix, country, asn, name. The last three
// may be empty or left out, an asn may begin with AS, lines may begin with #, and
// a first line that begins with the word prefix is a heading. All faults are
// told with their lines, up to ten.
func readNetworks(r io.Reader) (*listed, error) {
	bound := &io.LimitedReader{R: r, N: networkFile + 1}
	rows := csv.NewReader(bound)
	rows.FieldsPerRecord, rows.Comment, rows.ReuseRecord, rows.TrimLeadingSpace = -1, '#', true, true
	l, numbers := new(listed), map[Network]uint32{}
	var faults []error
	for n := 0; len(faults) < networkTold; n++ {
		row, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			faults = append(faults, err) // names its line
			break
		}
		if n == 0 && strings.EqualFold(strings.TrimSpace(row[0]), "prefix") {
			continue
		}
		line, _ := rows.FieldPos(0)
		if n > networkLines {
			faults = append(faults, fmt.Errorf("line %d: more than %d lines", line, networkLines))
			break
		}
		p, of, err := readNetwork(row)
		if err != nil {
			faults = append(faults, fmt.Errorf("line %d: %w", line, err))
			continue
		}
		number, known := numbers[of]
		if !known {
			number = uint32(len(l.all))
			l.all, numbers[of] = append(l.all, of), number
		}
		l.table.Insert(p, number)
	}
	if bound.N <= 0 {
		faults = append(faults, fmt.Errorf("more than %d bytes", networkFile))
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	l.all = slices.Clip(l.all)
	return l, nil
}

func readNetwork(row []string) (netip.Prefix, Network, error) {
	var of Network
	if len(row) > 4 {
		return netip.Prefix{}, of, fmt.Errorf("%d columns, and there are four: prefix, country, asn, name", len(row))
	}
	columns := [4]string{}
	for i, text := range row {
		columns[i] = strings.TrimSpace(text)
	}
	p, err := netip.ParsePrefix(columns[0])
	if err != nil {
		return p, of, fmt.Errorf("prefix %q is not an address, a slash and a length, such as 192.0.2.0/24", clip(columns[0], networkName))
	}
	if of.Country = strings.ToUpper(columns[1]); of.Country != "" && !isCountry(of.Country) {
		return p, of, fmt.Errorf("country %q is not two letters, such as DE", clip(columns[1], networkName))
	}
	if columns[2] != "" {
		asn, err := readASN(columns[2])
		if err != nil {
			return p, of, err
		}
		of.ASN = asn
	}
	of.Name = strings.Clone(clip(columns[3], networkName))
	of.Country = strings.Clone(of.Country)
	return unmapped(p), of, nil
}

func readASN(text string) (uint32, error) {
	digits := text
	if len(digits) > 2 && strings.EqualFold(digits[:2], "AS") {
		digits = digits[2:]
	}
	asn, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("asn %q is not a number below 4294967296, such as 64500 or AS64500", clip(text, networkName))
	}
	return uint32(asn), nil
}

func isCountry(c string) bool {
	return len(c) == 2 && c[0] >= 'A' && c[0] <= 'Z' && c[1] >= 'A' && c[1] <= 'Z'
}

// mapped is an MMDB file.
type mapped struct{ *maxminddb.Reader }

// of reads the fields of the file kinds in use; a damaged entry is an unknown
// one.
func (m mapped) of(a netip.Addr) (of Network) {
	found := m.Lookup(a)
	if !found.Found() {
		return of
	}
	var fields map[string]any
	if found.Decode(&fields) != nil {
		return of
	}
	for _, name := range []string{"autonomous_system_number", "asn"} {
		switch v := fields[name].(type) {
		case uint64:
			of.ASN = uint32(v)
		case string:
			of.ASN, _ = readASN(v)
		}
		if of.ASN != 0 {
			break
		}
	}
	for _, name := range []string{"autonomous_system_organization", "as_name", "name"} {
		if v, ok := fields[name].(string); ok && of.Name == "" {
			of.Name = clip(v, networkName)
		}
	}
	country, _ := fields["country_code"].(string)
	switch v := fields["country"].(type) {
	case string:
		country = v
	case map[string]any:
		country, _ = v["iso_code"].(string)
	}
	if country = strings.ToUpper(country); isCountry(country) {
		of.Country = country
	}
	return of
}
