package storetest

import (
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// handle is an open file on a Disk. Locks and shared memory are the operating
// system's; there is no memory map, so that every byte passes here.
type handle struct {
	vfs.File
	disk    *Disk
	platter *platter
	since   int
	folder  bool // the next sync includes the folder
}

// live runs do while the power can't go off; without power it fails.
func (h *handle) live(do func() error) error {
	h.disk.mu.RLock()
	defer h.disk.mu.RUnlock()
	if h.disk.off || h.since != h.disk.since {
		return sqlite3.IOERR
	}
	return do()
}

func (h *handle) ReadAt(p []byte, offset int64) (n int, err error) {
	dead := true
	if off := h.live(func() error { dead = false; n, err = h.File.ReadAt(p, offset); return nil }); dead {
		return 0, off
	}
	return n, err // io.EOF as it is
}

func (h *handle) WriteAt(p []byte, offset int64) (n int, err error) {
	err = h.live(func() error {
		if err := h.grow(offset + int64(len(p))); err != nil {
			return err
		}
		h.platter.note(change{offset, append([]byte{}, p...)})
		n, err = h.File.WriteAt(p, offset)
		return err
	})
	return n, err
}

// grow takes room for a file that is to have at least this size.
func (h *handle) grow(size int64) error {
	room := h.disk.room.Load()
	if room < 0 {
		return nil
	}
	have, err := h.File.Size()
	if err != nil {
		return err
	}
	more := size - have
	if more <= 0 {
		return nil
	}
	if more > room {
		return sqlite3.FULL
	}
	h.disk.room.CompareAndSwap(room, room-more)
	return nil
}

func (h *handle) Truncate(size int64) error {
	return h.live(func() error {
		h.platter.note(change{offset: size})
		return h.File.Truncate(size)
	})
}

// Sync makes what was written so far survive, unless the power goes off while the
// disk is still at it.
func (h *handle) Sync(flags vfs.SyncFlag) error {
	if err := h.live(func() error { return h.File.Sync(flags) }); err != nil {
		return err
	}
	if delay := h.disk.delay.Load(); delay > 0 {
		time.Sleep(time.Duration(delay))
	}
	return h.live(func() error {
		h.platter.sync()
		if h.folder {
			h.folder = false
			h.disk.syncFolder()
		}
		return nil
	})
}

func (h *handle) Size() (size int64, err error) {
	err = h.live(func() error { size, err = h.File.Size(); return err })
	return size, err
}

func (h *handle) LockState() vfs.LockLevel { return h.File.(vfs.FileLockState).LockState() }

func (h *handle) SharedMemory() vfs.SharedMemory {
	if file, ok := h.File.(vfs.FileSharedMemory); ok {
		return file.SharedMemory()
	}
	return nil
}
