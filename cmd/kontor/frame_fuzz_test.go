package main

import (
	"bytes"
	"errors"
	"io"
	"testing"
)

// FuzzFrames reads what comes over the console's socket. Nothing is read beyond
// a frame's bound, and what was read is written as the same bytes.
func FuzzFrames(f *testing.F) {
	var sent bytes.Buffer
	out := &frames{w: &sent}
	_, _ = out.as('o').Write(bytes.Repeat([]byte("line\n"), mostFrame/4)) // a buffer takes everything
	f.Add(sent.Bytes())
	f.Add([]byte{'o', 0xff, 0xff, 0xff, 0xff, 1})
	f.Add([]byte{'x', 0, 0, 0})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, wire []byte) {
		in, again := bytes.NewReader(wire), &bytes.Buffer{}
		for {
			kind, body, err := readFrame(in)
			if len(body) > mostFrame {
				t.Fatalf("a frame of %d bytes was read", len(body))
			}
			if err != nil {
				if len(wire) == 0 && !errors.Is(err, io.EOF) {
					t.Fatalf("an ended console is told %v", err)
				}
				break
			}
			if err := (&frames{w: again}).write(kind, body); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.HasPrefix(wire, again.Bytes()) {
			t.Fatal("what was read is written otherwise")
		}
	})
}
