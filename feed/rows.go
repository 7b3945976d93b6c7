package feed

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"kontor/market"
)

// Bounds of a file.
const (
	MostBytes = 200 << 20   // of the whole file
	MostRow   = 64 << 10    // bytes of a row, its line ends included
	MostRows  = 1_000_000   // rows of data
	mostCells = 400         // columns
	mostAgain = 100         // times MostRow, see rows.skip
	window    = 4 * MostRow // bytes read at a time
)

// rows reads a table row by row, in memory bounded by window. Rows may end in
// LF or CRLF; cells may be quoted, and then hold separators, line ends and
// doubled quotation marks (RFC 4180 §2). A quotation mark inside a cell that
// does not begin with one stands for itself. Text that is not UTF-8 is read as
// Windows-1252.
type rows struct {
	src       io.Reader
	buf       []byte // what was read and not yet given out is buf[pos:]
	pos       int
	ended     bool
	line      int   // of buf[pos]
	read      int64 // bytes given out
	separator byte
	foreign   int // first line that was not UTF-8, 0 for none
	again     int // bytes looked at in rows that could not be read
}

// row is one record; line is where it begins.
type row struct {
	line  int
	cells []string
}

// newRows looks at the beginning: a byte order mark, and which of comma,
// semicolon and tabulator sets the cells of the first line apart.
func newRows(src io.Reader) (*rows, error) {
	r := &rows{src: src, line: 1}
	if err := r.fill(); err != nil {
		return nil, err
	}
	if bytes.HasPrefix(r.buf, []byte{0xFF, 0xFE}) || bytes.HasPrefix(r.buf, []byte{0xFE, 0xFF}) {
		return nil, &market.Fault{Kind: market.Invalid, Row: 1, Msg: "The file is in UTF-16.", Fix: "Save it as “CSV UTF-8” and send it again."}
	}
	if err := noTable(r.buf); err != nil {
		return nil, err
	}
	if bytes.HasPrefix(r.buf, []byte("\xEF\xBB\xBF")) {
		r.give(3)
	}
	first, _, _ := bytes.Cut(r.buf[r.pos:], []byte{'\n'})
	if len(first) > MostRow {
		first = first[:MostRow]
	}
	r.separator = separatorOf(first)
	return r, nil
}

// noTable is a fault where a file begins like a spreadsheet (a ZIP file, as
// Office Open XML and OpenDocument are, or an OLE 2 one) or holds bytes that no
// text has.
func noTable(start []byte) error {
	spreadsheet := bytes.HasPrefix(start, []byte("PK\x03\x04")) || bytes.HasPrefix(start, []byte("\xD0\xCF\x11\xE0"))
	switch {
	case spreadsheet:
		return &market.Fault{Kind: market.Invalid, Row: 1, Msg: "The file is a spreadsheet, not a CSV file.", Fix: "Open it and save it as “CSV UTF-8”, then send that."}
	case bytes.IndexByte(start, 0) >= 0:
		return &market.Fault{Kind: market.Invalid, Row: 1, Msg: "The file is not text.", Fix: "Send the table as a CSV file."}
	}
	return nil
}

func separatorOf(line []byte) byte {
	best, most := byte(','), 0
	for _, s := range [...]byte{',', ';', '\t'} {
		n, quoted := 0, false
		for _, c := range line {
			switch {
			case c == '"':
				quoted = !quoted
			case c == s && !quoted:
				n++
			}
		}
		if n > most {
			best, most = s, n
		}
	}
	return best
}

// next is the next row that is not empty, io.EOF after the last, or a fault of
// the row it names, after which reading goes on. Any other error ends the table.
func (r *rows) next() (row, error) {
	for {
		if err := r.fill(); err != nil {
			return row{}, err
		}
		if r.pos == len(r.buf) {
			return row{}, io.EOF
		}
		line := r.line
		cells, n, err := r.split(r.buf[r.pos:])
		if err != nil {
			return row{line: line}, r.skip(err, n)
		}
		r.give(n)
		if !blank(cells) {
			return row{line, r.decode(cells, line)}, nil
		}
	}
}

// fill reads on until a whole row of the largest size is there or the end.
func (r *rows) fill() error {
	if r.ended || len(r.buf)-r.pos > MostRow {
		return nil
	}
	kept := append(make([]byte, 0, window), r.buf[r.pos:]...)
	r.pos = 0
	for empty := 0; len(kept) <= MostRow && !r.ended; {
		n, err := r.src.Read(kept[len(kept):cap(kept)])
		if n > 0 {
			empty = 0
		} else if empty++; empty == 100 && err == nil {
			err = io.ErrNoProgress
		}
		kept = kept[:len(kept)+n]
		if err == io.EOF {
			r.ended = true
		} else if err != nil {
			return fmt.Errorf("read the file: %w", err)
		}
	}
	r.buf = kept
	return nil
}

// give counts n bytes of the buffer as given out.
func (r *rows) give(n int) {
	r.line += bytes.Count(r.buf[r.pos:r.pos+n], []byte{'\n'})
	r.pos += n
	r.read += int64(n)
}

var (
	errLong  = &market.Fault{Kind: market.Invalid, Msg: "The row is longer than 64 KB.", Fix: "Shorten its texts."}
	errOpen  = &market.Fault{Kind: market.Invalid, Msg: "A quotation mark opens a cell here and none closes it.", Fix: "Close it, or write a quotation mark inside a quoted cell twice."}
	errAfter = &market.Fault{Kind: market.Invalid, Msg: "Text follows the quotation mark that closes a cell.", Fix: "Write a quotation mark inside a quoted cell twice."}
	errWide  = &market.Fault{Kind: market.Invalid, Msg: "The row has more than 400 cells.", Fix: "Check the separators."}
)

// skip passes over a row that can't be read, after looking at some bytes of it.
// It ends with its first line, so that a mark left open costs one row and not
// the rest of the file. What was looked at is then looked at again, which a
// file made for it could ask for at every line: beyond mostAgain it is skipped.
func (r *rows) skip(fault error, looked int) error {
	f := *fault.(*market.Fault)
	f.Row = r.line
	rest := r.buf[r.pos:]
	n := bytes.IndexByte(rest, '\n') + 1
	if r.again += looked; looked > n && n > 0 && r.again > mostAgain*MostRow {
		n = looked + bytes.IndexByte(rest[looked:], '\n') + 1
	}
	for n == 0 && len(rest) > 0 { // a line longer than the buffer
		r.give(len(rest))
		if err := r.fill(); err != nil {
			return err
		}
		rest = r.buf[r.pos:]
		n = bytes.IndexByte(rest, '\n') + 1
	}
	r.give(n)
	return &f
}

// split takes one row off b: its cells, and how many bytes it has with its end;
// with an error, how many were looked at.
func (r *rows) split(b []byte) (cells [][]byte, n int, err error) {
	end := bytes.IndexByte(b, '\n')
	line := b
	if end >= 0 {
		line, n = b[:end], end+1
	} else {
		n = len(b)
	}
	if len(line) > MostRow {
		return nil, n, errLong
	}
	if bytes.IndexByte(line, '"') < 0 {
		line = bytes.TrimSuffix(line, []byte{'\r'})
		if cells = bytes.Split(line, []byte{r.separator}); len(cells) > mostCells {
			return nil, n, errWide
		}
		return cells, n, nil
	}
	return r.splitQuoted(b)
}

func (r *rows) splitQuoted(b []byte) (cells [][]byte, n int, err error) {
	for i := 0; ; {
		if len(cells) == mostCells {
			return nil, i, errWide
		}
		var cell []byte
		if i < len(b) && b[i] == '"' {
			if cell, i, err = quoted(b, i+1); err != nil {
				return nil, i, err
			}
		} else {
			from := i
			for i < len(b) && b[i] != r.separator && b[i] != '\n' {
				i++
			}
			if cell = b[from:i]; i == len(b) || b[i] == '\n' {
				cell = bytes.TrimSuffix(cell, []byte{'\r'})
			}
		}
		cells = append(cells, cell)
		if i < len(b) && b[i] == '\r' && (i+1 == len(b) || b[i+1] == '\n') {
			i++
		}
		switch {
		case i > MostRow:
			return nil, i, errLong
		case i == len(b):
			return cells, i, nil
		case b[i] == '\n':
			return cells, i + 1, nil
		case b[i] != r.separator:
			return nil, i, errAfter
		}
		i++
	}
}

// quoted reads a cell from after its opening mark to after its closing one.
func quoted(b []byte, i int) (cell []byte, after int, err error) {
	from, most, doubled := i, min(len(b), MostRow), false
	for {
		j := bytes.IndexByte(b[min(i, most):most], '"')
		if j < 0 {
			return nil, most, errOpen
		}
		if i += j; i+1 < len(b) && b[i+1] == '"' {
			i, doubled = i+2, true
			continue
		}
		if cell = b[from:i]; doubled {
			cell = bytes.ReplaceAll(cell, []byte(`""`), []byte{'"'})
		}
		return cell, i + 1, nil
	}
}

// isRowFault tells a fault of one row, after which reading goes on.
func isRowFault(err error) (*market.Fault, bool) { return errors.AsType[*market.Fault](err) }
