package draw

import (
	"bufio"
	"fmt"
	"image"
	idraw "image/draw"
	"image/png"
	"os"
	"testing"
	"time"

	xdraw "golang.org/x/image/draw"
)

func TestSheet(t *testing.T) {
	f, _ := os.Open("/tmp/k/refs.txt")
	sc := bufio.NewScanner(f)
	var refs []string
	for sc.Scan() {
		refs = append(refs, sc.Text())
	}
	const cols, cell = 14, 130
	start := time.Now()
	for s := 0; s*154 < len(refs); s++ {
		part := refs[s*154 : min(len(refs), (s+1)*154)]
		out := image.NewRGBA(image.Rect(0, 0, cols*cell, (len(part)+cols-1)/cols*cell))
		for i, r := range part {
			k, seed, ok := Parse(r)
			if !ok {
				t.Error("bad", r)
			}
			im := Picture(k, seed)
			at := image.Rect(i%cols*cell, i/cols*cell, i%cols*cell+cell-4, i/cols*cell+cell-4)
			xdraw.ApproxBiLinear.Scale(out, at, im, im.Bounds(), idraw.Src, nil)
		}
		w, _ := os.Create(fmt.Sprintf("/tmp/k/sheet%d.png", s))
		png.Encode(w, out)
		w.Close()
	}
	t.Log(time.Since(start), len(refs))
}

