//go:build unix

package files

import (
	"bytes"
	"context"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"kontor/market"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("KONTOR_FILES_FULL"); dir != "" {
		fullDisk(dir)
		return
	}
	os.Exit(m.Run())
}

// fullDisk is a process that may write files of 8 KB and no more.
func fullDisk(dir string) {
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 8 << 10, Max: 8 << 10}); err != nil {
		os.Exit(3)
	}
	f, err := Open(dir)
	if err != nil {
		os.Exit(4)
	}
	data, err := os.ReadFile(os.Getenv("KONTOR_FILES_PICTURE"))
	if err != nil {
		os.Exit(5)
	}
	if _, err := f.Add(context.Background(), bytes.NewReader(data)); err == nil || market.KindOf(err) != 0 {
		os.Exit(6)
	}
}

func TestAFullDiskLeavesNothingHalfDone(t *testing.T) {
	_, dir := open(t)
	noisy := image.NewRGBA(image.Rect(0, 0, 900, 900))
	for i := range noisy.Pix {
		noisy.Pix[i] = byte(i * i >> 7)
	}
	picture := filepath.Join(t.TempDir(), "noisy.jpg")
	if err := os.WriteFile(picture, encode(t, "jpeg", noisy), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "KONTOR_FILES_FULL="+dir, "KONTOR_FILES_PICTURE="+picture)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("a picture on a full disk: %v %s", err, out)
	}
	if names := list(t, dir); len(names) != 0 {
		t.Errorf("a full disk left %v", names)
	}
}
