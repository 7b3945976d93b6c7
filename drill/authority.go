package drill

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// authority is a certificate authority for one drill: its key is never stored,
// and its certificates are for this machine's own names.
type authority struct {
	pool *x509.CertPool
	pem  []byte // its certificate
}

// certificateDays is how long its certificates hold.
const certificateDays = 2

// newAuthority makes an authority and, in a folder, a certificate and key of a
// site on loopback (site.crt and site.key, PEM).
func newAuthority(folder string, now time.Time) (*authority, error) {
	root, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the test authority's key: %w", err)
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Kontor rehearsal, trusted by nobody"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 0, certificateDays),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, ca, ca, root.Public(), root)
	if err != nil {
		return nil, fmt.Errorf("make the test authority: %w", err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the site's key: %w", err)
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	site, err := x509.CreateCertificate(rand.Reader, leaf, ca, key.Public(), root)
	if err != nil {
		return nil, fmt.Errorf("make the site's certificate: %w", err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("write the site's key: %w", err)
	}
	if err := writePEM(filepath.Join(folder, "site.crt"), "CERTIFICATE", site); err != nil {
		return nil, err
	}
	if err := writePEM(filepath.Join(folder, "site.key"), "PRIVATE KEY", raw); err != nil {
		return nil, err
	}
	return trusting(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// trusting reads an authority's certificate.
func trusting(text []byte) (*authority, error) {
	a := &authority{pool: x509.NewCertPool(), pem: text}
	if !a.pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("the authority's certificate can't be read")
	}
	return a, nil
}

// client is a TLS configuration that trusts this authority alone.
func (a *authority) client(host string) *tls.Config {
	return &tls.Config{RootCAs: a.pool, ServerName: host, MinVersion: tls.VersionTLS12}
}

func writePEM(path, kind string, raw []byte) error {
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw}), 0o600); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}
