package vault

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// House is the house's own secrets, read from a file that lies outside the
// database and is never part of its backup. Whoever holds both holds everything.
type House struct {
	kek    tink.AEAD // key-encryption key: wraps the data keys
	index  []byte    // of EmailIndex
	digest []byte    // of Digest
}

// houseFile is the file's form. The index secret stands apart from the keyset,
// so that the key-encryption key can be changed without a new index for all.
type houseFile struct {
	Version int             `json:"version"` // 1
	Keyset  json.RawMessage `json:"keyset"`  // tink's JSON form, AES-256-GCM
	Index   []byte          `json:"index"`   // 32 random bytes, base64
}

const (
	houseVersion   = 1
	indexBytes     = 32
	houseFileBytes = 1 << 20 // more than any keyset; a larger file is not ours
)

// OpenHouse reads the house key file at path, such as DATA/keys/house.json, and
// makes it if there is none: then made is true and the operator should be told
// to keep a copy somewhere safe. The file must be readable by its owner alone
// (0600) and so must its directory (0700): a looser one is refused with the
// command that mends it.
func OpenHouse(path string) (h *House, made bool, err error) {
	b, err := readPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeHouse(path); err != nil {
			return nil, false, fmt.Errorf("make the house key: %w", err)
		}
		made = true
		b, err = readPrivate(path)
	}
	if err != nil {
		return nil, false, fmt.Errorf("read the house key: %w", err)
	}
	h, err = parseHouse(b)
	if err != nil {
		return nil, false, fmt.Errorf("house key %s: %w", path, err)
	}
	return h, made, nil
}

// readPrivate reads a file that nobody but its owner can have read or changed.
func readPrivate(path string) ([]byte, error) {
	for _, at := range []struct{ path, mode string }{{filepath.Dir(path), "700"}, {path, "600"}} {
		info, err := os.Stat(at.path)
		if err != nil {
			return nil, err
		}
		if loose := info.Mode().Perm() & 0o077; loose != 0 {
			return nil, fmt.Errorf("%s has mode %04o, so others on this machine can reach the key: run chmod %s %s",
				at.path, info.Mode().Perm(), at.mode, at.path)
		}
		if info.Size() > houseFileBytes {
			return nil, fmt.Errorf("%s has %d bytes: it is no house key file", at.path, info.Size())
		}
	}
	return os.ReadFile(path)
}

// makeHouse writes a new house key, whole or not at all, and never over an old
// one: two first runs at once agree on the one that was first.
func makeHouse(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return err
	}
	var keys bytes.Buffer
	if err := insecurecleartextkeyset.Write(handle, keyset.NewJSONWriter(&keys)); err != nil {
		return err
	}
	secret := make([]byte, indexBytes)
	rand.Read(secret) // never fails: crypto/rand ends the program instead
	text, err := json.MarshalIndent(houseFile{houseVersion, keys.Bytes(), secret}, "", "  ")
	if err != nil {
		return err
	}
	draft, err := os.CreateTemp(dir, ".house-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	_, err = draft.Write(append(text, '\n'))
	if err := errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

// syncDir makes a new name in dir survive power loss: without its house key the
// whole database is lost.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func parseHouse(b []byte) (*House, error) {
	var f houseFile
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("not a house key file; restore it from its copy: %w", err)
	}
	if f.Version != houseVersion {
		return nil, fmt.Errorf("version %d is not known to this release, which reads version %d", f.Version, houseVersion)
	}
	if len(f.Index) != indexBytes {
		return nil, fmt.Errorf("the index secret has %d bytes, not %d; restore the file from its copy", len(f.Index), indexBytes)
	}
	handle, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(f.Keyset)))
	if err != nil {
		return nil, fmt.Errorf("no keyset in it; restore the file from its copy: %w", err)
	}
	kek, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("its keyset can't seal: %w", err)
	}
	index, err := hkdf.Key(sha256.New, f.Index, nil, "kontor e-mail index 1", sha256.Size)
	if err != nil {
		return nil, err
	}
	digest, err := hkdf.Key(sha256.New, f.Index, nil, "kontor digest 1", sha256.Size)
	if err != nil {
		return nil, err
	}
	return &House{kek: kek, index: index, digest: digest}, nil
}

// indexLength is the bytes kept of an e-mail address's keyed hash. Four bytes
// find a person among a million with hardly ever a second candidate to open
// (1 in 4,300 looks), yet prove nothing: about one in 4,300 addresses that were
// never here has the hash of somebody who is, so that even with the index
// secret a list of addresses can't be turned into a list of members.
const indexLength = 4

// EmailIndex is HMAC-SHA256 (RFC 2104) of a normalised e-mail address under a
// key derived from the house's index secret (HKDF, RFC 5869), cut to 4 bytes.
// The caller normalises: two spellings of one address must arrive as one string.
func (h *House) EmailIndex(normalised string) []byte {
	mac := hmac.New(sha256.New, h.index)
	mac.Write([]byte(normalised))
	return mac.Sum(nil)[:indexLength:indexLength]
}

// digestLength is the bytes kept of a digest: enough that no two texts of one
// house share one.
const digestLength = 16

// Digest is HMAC-SHA256 (RFC 2104) of a text under a key derived from the
// house's index secret (HKDF, RFC 5869), cut to 16 bytes, in hexadecimal: equal
// texts of one domain have equal digests, and without the house key nobody can
// try out which text a digest is of. The domain names what the text is; it holds
// no zero byte.
func (h *House) Digest(domain, text string) string {
	mac := hmac.New(sha256.New, h.digest)
	mac.Write([]byte(domain + "\x00" + text))
	return hex.EncodeToString(mac.Sum(nil)[:digestLength])
}
