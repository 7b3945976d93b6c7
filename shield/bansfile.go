package shield

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// mostBanLine bounds one line of a file of bans, in bytes.
const mostBanLine = 4 << 10

var errBanLong = fmt.Errorf("longer than %d bytes", mostBanLine)

// save writes all bans to a file, ended ones that still count for a grade too:
// one JSON object a line. The file is replaced at once or not at all, and may be
// read by its owner alone: addresses are evidence.
func (b *bans) save(file string) error { return ReplaceFile(file, b.write) }

func (b *bans) write(w io.Writer) error {
	b.change.Lock()
	all := slices.Collect(maps.Values(b.known))
	b.change.Unlock()
	slices.SortFunc(all, func(x, y *Ban) int { return x.Prefix.Compare(y.Prefix) })
	enc := json.NewEncoder(w)
	for _, n := range all {
		if err := enc.Encode(n); err != nil {
			return fmt.Errorf("ban of %v: %w", n.Prefix, err)
		}
	}
	return nil
}

// load reads what save wrote. Lines that are no ban, or that the list has no
// room for, are left out and told together with their numbers (the first ten);
// all others hold. Bans in the file take the place of those on the list.
func (b *bans) load(file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := b.read(f); err != nil {
		return fmt.Errorf("bans in %s: %w", file, err)
	}
	return nil
}

func (b *bans) read(r io.Reader) (err error) {
	b.change.Lock()
	defer b.change.Unlock()
	b.bulk(func() { err = b.readLines(bufio.NewReaderSize(r, mostBanLine)) })
	return err
}

func (b *bans) readLines(lines *bufio.Reader) error {
	var faults []error
	for n := 1; ; n++ {
		line, long, err := lines.ReadLine()
		if err == io.EOF {
			return errors.Join(faults...)
		}
		if err != nil {
			return errors.Join(append(faults, fmt.Errorf("line %d: %w", n, err))...)
		}
		if err = errBanLong; !long {
			err = b.readLine(bytes.TrimSpace(line))
		}
		for long && err != nil {
			var end error
			if _, long, end = lines.ReadLine(); end != nil {
				break
			}
		}
		if err != nil && len(faults) < 10 {
			faults = append(faults, fmt.Errorf("line %d: %w", n, err))
		}
	}
}

func (b *bans) readLine(line []byte) error {
	if len(line) == 0 {
		return nil
	}
	var n Ban
	if err := json.Unmarshal(line, &n); err != nil {
		return err
	}
	if !n.Prefix.IsValid() || n.Since.IsZero() || n.Until.IsZero() || n.Grade < 1 || n.Grade > len(grades) {
		return errors.New("prefix, since, until or grade is missing or wrong")
	}
	n.Prefix = unmapped(n.Prefix)
	n.Reason, n.Evidence, n.By = clip(n.Reason, banText), clip(n.Evidence, banText), clip(n.By, banText)
	if longest := n.Since.Add(grades[len(grades)-1]); n.By == byShield && n.Until.After(longest) {
		n.Until = longest // the file was edited
	}
	old := b.known[n.Prefix]
	if err := b.room(n.Since, &n, old); err != nil {
		return err
	}
	b.forget(old)
	b.hold(&n)
	return nil
}

// ReplaceFile puts what write writes in place of a file's content, whole or not
// at all, also over a loss of power. The file is for its owner alone.
func ReplaceFile(file string, write func(io.Writer) error) error {
	folder, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	defer folder.Close()
	f, err := os.CreateTemp(folder.Name(), ".new-*")
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	if err = write(w); err == nil {
		err = errors.Join(w.Flush(), f.Sync())
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return folder.Sync()
}
