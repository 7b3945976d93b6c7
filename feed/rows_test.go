package feed

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"kontor/market"
)

// table reads all of text; a refused row is its fault's message.
func readAll(t testing.TB, src io.Reader) (lines []int, cells [][]string) {
	t.Helper()
	r, err := newRows(src)
	if err != nil {
		t.Fatal(err)
	}
	for {
		row, err := r.next()
		if err == io.EOF {
			return lines, cells
		}
		if f, ok := isRowFault(err); ok {
			row.line, row.cells = f.Row, []string{"! " + f.Msg}
		} else if err != nil {
			t.Fatal(err)
		}
		lines, cells = append(lines, row.line), append(cells, row.cells)
	}
}

func TestRowsKeepTheirLines(t *testing.T) {
	big := strings.Repeat("x", MostRow+10)
	for _, c := range []struct {
		name, text string
		lines      []int
		cells      [][]string
	}{
		{"plain", "a,b\n1,2\n", []int{1, 2}, [][]string{{"a", "b"}, {"1", "2"}}},
		{"no line end at the end", "a,b\r\n1,2", []int{1, 2}, [][]string{{"a", "b"}, {"1", "2"}}},
		{"line ends in cells", "a,b\n\"1\r\n2\n3\",4\n5,6\n", []int{1, 2, 5}, [][]string{{"a", "b"}, {"1\r\n2\n3", "4"}, {"5", "6"}}},
		{"marks in cells", "a,\"b\"\"c\"\n\"\",2\"3\n", []int{1, 2}, [][]string{{"a", `b"c`}, {"", `2"3`}}},
		{"empty rows", "a,b\n\n , \n\r\n1,2\n", []int{1, 5}, [][]string{{"a", "b"}, {"1", "2"}}},
		{"a byte order mark and a quoted name", "\ufeff\"a\";b\n", []int{1}, [][]string{{"a", "b"}}},
		{"a separator in a quoted name", "\"a;b;c\",d,e\n1,2,3\n", []int{1, 2}, [][]string{{"a;b;c", "d", "e"}, {"1", "2", "3"}}},
		{"a mark that stays open costs its line", "a,b\n\"1,2\n3,4\n", []int{1, 2, 3}, [][]string{{"a", "b"}, {"! " + errOpen.Msg}, {"3", "4"}}},
		{"text after a closing mark costs its line", "a,b\n\"1\"x,2\n3,4\n", []int{1, 2, 3}, [][]string{{"a", "b"}, {"! " + errAfter.Msg}, {"3", "4"}}},
		{"doubled marks to the bound", "a,b\n\"" + strings.Repeat(`"`, 2*MostRow) + "\n3,4\n", []int{1, 2, 3}, [][]string{{"a", "b"}, {"! " + errLong.Msg}, {"3", "4"}}},
		{"doubled marks of an odd number to the bound", "a,b\n1,\"\n" + strings.Repeat(`""`, MostRow) + "\n3,4\n", []int{1, 2, 3, 4}, [][]string{{"a", "b"}, {"! " + errOpen.Msg}, {"! " + errLong.Msg}, {"3", "4"}}},
		{"a row that is too long costs itself", "a,b\n" + big + ",2\n3,4\n", []int{1, 2, 3}, [][]string{{"a", "b"}, {"! " + errLong.Msg}, {"3", "4"}}},
		{"the last row too long", "a,b\n" + strings.Repeat(big, 9), []int{1, 2}, [][]string{{"a", "b"}, {"! " + errLong.Msg}}},
		{"a guard before a formula", "'=1+1,'@x,'s,''\n", []int{1}, [][]string{{"=1+1", "@x", "'s", "'"}}},
	} {
		for way, src := range map[string]io.Reader{"at once": strings.NewReader(c.text), "byte by byte": iotest.OneByteReader(strings.NewReader(c.text))} {
			lines, cells := readAll(t, src)
			if !slices.Equal(lines, c.lines) || !slices.EqualFunc(cells, c.cells, slices.Equal[[]string]) {
				t.Errorf("%s, %s: got lines %v %.200q, want %v %.200q", c.name, way, lines, cells, c.lines, c.cells)
			}
		}
	}
}

func TestManySlipsCostNoMoreThanTheFile(t *testing.T) {
	text := strings.Repeat("a\",\"\"\"\n", 1<<18) // 1.8 MB, each line opening a mark anew
	lines, _ := readAll(t, strings.NewReader("a,b\n"+text))
	if len(lines) < mostAgain || len(lines) > 100_000 {
		t.Errorf("got %d rows of 262,144 lines, want the first by line and the rest by what was looked at", len(lines))
	}
}

func TestAReaderThatFailsIsNotTheFilesFault(t *testing.T) {
	r, err := newRows(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(many(2_000)))))
	if err == nil {
		_, err = r.next()
	}
	if err == nil || market.KindOf(err) != 0 {
		t.Errorf("got %v, want the reader's own error", err)
	}
}

func FuzzRows(f *testing.F) {
	f.Add("a,b\n\"1\n\",2\r\n'=x,\"\"\"\"\n")
	f.Add("\ufeffa;b\n\"x;1\n2;3\n")
	f.Add("a\tb\n\x80\t\xff\n")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := newRows(strings.NewReader(text))
		if err != nil {
			return
		}
		last := 0
		for {
			row, err := r.next()
			if err == io.EOF {
				break
			}
			if fault, ok := isRowFault(err); ok {
				row.line = fault.Row
			} else if err != nil {
				t.Fatal(err)
			}
			if row.line <= last {
				t.Fatalf("line %d comes after line %d", row.line, last)
			}
			last = row.line
		}
		if want := strings.Count(text, "\n") + 1; last > want {
			t.Fatalf("line %d of a file of %d", last, want)
		}
		if int(r.read) != len(text) {
			t.Fatalf("read %d of %d bytes", r.read, len(text))
		}
	})
}

func FuzzCellsSurviveWriting(f *testing.F) {
	f.Add("a", "=1\n\"x\"", "''-")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		cells := []string{"A", a, b, c}
		for i := range cells {
			cells[i] = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(cells[i], "?"), "\r", ""))
		}
		if len(a)+len(b)+len(c) > MostRow/2 {
			return
		}
		guardedCells := make([]string, len(cells))
		for i := range cells {
			guardedCells[i] = market.Cell(cells[i])
		}
		var out bytes.Buffer
		w := csv.NewWriter(&out)
		if w.Write([]string{"h", "i", "j", "k"}) != nil || w.Write(guardedCells) != nil {
			t.Fatal("not written")
		}
		w.Flush()
		_, rows := readAll(t, &out)
		if len(rows) != 2 || !slices.Equal(rows[1], cells) {
			t.Fatalf("got %q, want %q", rows, cells)
		}
	})
}

func BenchmarkRows(b *testing.B) {
	var text bytes.Buffer
	for i := range 10_000 {
		fmt.Fprintf(&text, "A-%d,\"Mug, number %d\",home/kitchen/mugs,EUR,3.95,12,691200,DE,400,%d\n", i, i, i)
	}
	b.SetBytes(int64(text.Len()))
	for b.Loop() {
		r, err := newRows(bytes.NewReader(text.Bytes()))
		for err == nil {
			_, err = r.next()
		}
	}
}
