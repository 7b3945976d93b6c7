package storetest

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// Disk is a file layer under SQLite that behaves like a disk on a bad day. It
// lies over the operating system's files, whose locks and shared memory it uses,
// and remembers beside them what a power cut would leave.
//
// Only what was synced is sure to survive. A new file is on disk once it was
// synced; a removed one is gone for sure once its folder was, as the first sync
// of a new journal or log does. Whatever else is written may
// survive or not, each write by itself, in any order, as disks do.
type Disk struct {
	Name string // for store.Settings.VFS

	os    vfs.VFSFilename
	delay atomic.Int64
	room  atomic.Int64

	mu    sync.RWMutex
	off   bool
	since int // power cuts so far; a handle from before one is dead
	files map[string]*platter
}

// platter is what one file would be after a power cut.
type platter struct {
	mu      sync.Mutex
	exists  bool
	removed bool // but the folder was not synced since
	content []byte
	pending []change
}

// change is a write that was not synced, or a new length.
type change struct {
	offset int64
	data   []byte // nil: offset is the new length
}

var disks atomic.Int64

// NewDisk registers a healthy disk for the test's time.
func NewDisk(t testing.TB) *Disk {
	d := &Disk{
		Name:  fmt.Sprintf("storetest-%d", disks.Add(1)),
		os:    vfs.Find("").(vfs.VFSFilename),
		files: make(map[string]*platter),
	}
	d.room.Store(-1)
	vfs.Register(d.Name, d)
	t.Cleanup(func() { vfs.Unregister(d.Name) })
	return d
}

// Slow makes every sync last longer by delay.
func (d *Disk) Slow(delay time.Duration) { d.delay.Store(int64(delay)) }

// Fill leaves room for so many bytes more; files that would grow beyond get
// "disk full". Below zero there is room for all.
func (d *Disk) Fill(room int64) { d.room.Store(room) }

// PowerOff fails everything from now on, in the middle of whatever runs. Close
// the store before PowerOn.
func (d *Disk) PowerOff() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.off = true
	d.since++
}

// PowerOn leaves in each file what was synced, and of the other changes those
// for which survives says so; nil lets none survive.
func (d *Disk) PowerOn(survives func() bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var faults []error
	for name, p := range d.files {
		for _, c := range p.pending {
			if survives != nil && survives() {
				p.apply(c)
			}
		}
		p.pending = nil
		faults = append(faults, os.RemoveAll(name+"-shm"))
		if p.exists {
			faults = append(faults, os.WriteFile(name, p.content, 0o600))
		} else {
			faults = append(faults, os.RemoveAll(name))
		}
	}
	d.off = false
	return errors.Join(faults...)
}

func (p *platter) apply(c change) {
	p.exists = true
	end := c.offset + int64(len(c.data))
	if grow := end - int64(len(p.content)); grow > 0 {
		p.content = append(p.content, make([]byte, grow)...)
	}
	if c.data == nil {
		p.content = p.content[:c.offset]
		return
	}
	copy(p.content[c.offset:], c.data)
}

func (p *platter) note(c change) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pending = append(p.pending, c)
}

func (p *platter) sync() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.exists = true
	for _, c := range p.pending {
		p.apply(c)
	}
	p.pending = nil
}

// Open is never called: SQLite has OpenFilename.
func (d *Disk) Open(string, vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	return nil, 0, sqlite3.CANTOPEN
}

// OpenFilename opens or makes a file. A file that was there before the disk first
// saw it counts as synced.
func (d *Disk) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return nil, flags, sqlite3.CANTOPEN
	}
	p := &platter{}
	if path := name.String(); path != "" {
		if d.files[path] == nil {
			content, err := os.ReadFile(path)
			d.files[path] = &platter{exists: err == nil, content: content}
		}
		p = d.files[path]
	}
	file, flags, err := d.os.OpenFilename(name, flags)
	if err != nil {
		return nil, flags, err
	}
	const logs = vfs.OPEN_MAIN_JOURNAL | vfs.OPEN_SUPER_JOURNAL | vfs.OPEN_WAL
	p.removed = false
	return &handle{
		File:    file,
		disk:    d,
		platter: p,
		since:   d.since,
		folder:  flags&vfs.OPEN_CREATE != 0 && flags&logs != 0,
	}, flags, nil
}

// Delete removes a file; until its folder is synced it may come back.
func (d *Disk) Delete(name string, syncDir bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.off {
		return sqlite3.IOERR_DELETE
	}
	if p := d.files[name]; p != nil {
		p.note(change{})
		p.removed = true
		if syncDir {
			d.syncFolder()
		}
	}
	return d.os.Delete(name, false)
}

// syncFolder makes removals final. A test has one folder.
func (d *Disk) syncFolder() {
	for _, p := range d.files {
		p.mu.Lock()
		if p.removed {
			p.exists, p.removed, p.content, p.pending = false, false, nil, nil
		}
		p.mu.Unlock()
	}
}

// Access asks the operating system.
func (d *Disk) Access(name string, flags vfs.AccessFlag) (bool, error) {
	return d.os.Access(name, flags)
}

// FullPathname asks the operating system.
func (d *Disk) FullPathname(name string) (string, error) { return d.os.FullPathname(name) }
