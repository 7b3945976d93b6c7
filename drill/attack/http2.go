package attack

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// What a browser's connection says first: the settings and window of net/http's
// own client, which the good clients are.
var greeting = []http2.Setting{
	{ID: http2.SettingEnablePush, Val: 0},
	{ID: http2.SettingInitialWindowSize, Val: 4 << 20},
	{ID: http2.SettingMaxFrameSize, Val: 16 << 10},
	{ID: http2.SettingMaxHeaderListSize, Val: 10 << 20},
}

const (
	greetWindow   = 1 << 30   // opened for the connection beside the 64 KiB that it has
	windowStep    = 4 << 10   // body bytes after which the window is renewed
	mostHeaders   = 256 << 10 // bytes of an answer's headers; more breaks the connection
	streamsAtMost = 100       // until the site says how many (RFC 9113 §6.5.2 gives no number)
)

// two is a connection of HTTP/2. Memory: about 30 KB with its TLS.
type two struct {
	conn    net.Conn
	reading sync.WaitGroup

	mu      sync.Mutex // all below, and writing
	out     bytes.Buffer
	fr      *http2.Framer // writes to out
	block   bytes.Buffer
	enc     *hpack.Encoder
	waiting map[uint32]*stream
	next    uint32
	places  int // that were taken
	most    int // places that the site gives
	unsent  uint32
	err     error // why no further request is taken
}

// stream is one request's. answer and err are final once done is closed.
type stream struct {
	done   chan struct{}
	whole  bool // its body is kept
	answer answer
	err    error
}

// openTwo greets the site. It owns conn from now on.
func openTwo(conn net.Conn) (*two, error) {
	w := &two{conn: conn, next: 1, most: streamsAtMost, waiting: map[uint32]*stream{}}
	w.fr = http2.NewFramer(&w.out, nil)
	w.enc = hpack.NewEncoder(&w.block)
	w.out.WriteString(http2.ClientPreface)
	if err := errors.Join(w.fr.WriteSettings(greeting...), w.fr.WriteWindowUpdate(0, greetWindow), w.flush()); err != nil {
		conn.Close()
		return nil, fmt.Errorf("greet the site: %w", err)
	}
	w.reading.Go(func() { w.end(w.read(bufio.NewReaderSize(conn, 2<<10))) })
	return w, nil
}

// flush writes what the framer made.
func (w *two) flush() error {
	w.conn.SetWriteDeadline(time.Now().Add(patience))
	_, err := w.conn.Write(w.out.Bytes())
	w.out.Reset()
	return err
}

func (w *two) take() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil || w.places >= w.most || w.next > 1<<30 {
		return false
	}
	w.places++
	return true
}

func (w *two) idle() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.places == 0
}

func (w *two) gone() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err != nil && len(w.waiting) == 0 || w.next > 1<<30 && w.places == 0
}

func (w *two) close() {
	w.conn.Close()
	w.reading.Wait()
}

// end breaks all that waits.
func (w *two) end(err error) {
	w.conn.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
	for id, s := range w.waiting {
		s.err = err
		close(s.done)
		delete(w.waiting, id)
	}
}

func (w *two) ask(ctx context.Context, r *request) (answer, error) {
	id, s, err := w.send(r)
	defer func() {
		w.mu.Lock()
		w.places--
		w.mu.Unlock()
	}()
	if err != nil {
		return answer{}, err
	}
	select {
	case <-s.done:
		return s.answer, s.err
	case <-ctx.Done():
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting[id] == s {
		delete(w.waiting, id)
		if w.fr.WriteRSTStream(id, http2.ErrCodeCancel) == nil {
			w.flush()
		}
	}
	return answer{}, ctx.Err()
}

// send opens a stream.
func (w *two) send(r *request) (uint32, *stream, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil {
		return 0, nil, errStale
	}
	w.block.Reset()
	id, s := w.next, &stream{done: make(chan struct{}), whole: r.whole}
	err := r.block(w.enc, 0)
	if err == nil {
		err = w.fr.WriteHeaders(http2.HeadersFrameParam{StreamID: id, BlockFragment: w.block.Bytes(), EndStream: true, EndHeaders: true})
	}
	if err != nil {
		return 0, nil, fmt.Errorf("write a request: %w", err)
	}
	w.next += 2
	w.waiting[id] = s
	if err := w.flush(); err != nil {
		delete(w.waiting, id)
		w.err = err
		w.conn.Close()
		if id > 1 {
			err = errStale
		}
		return 0, nil, err
	}
	return id, s, nil
}

// read takes frames until the connection ends, and returns why it did.
func (w *two) read(br *bufio.Reader) error {
	var (
		headers answer // of the block that is being read
		block   []byte
		dec     = hpack.NewDecoder(4096, func(f hpack.HeaderField) {
			if f.Name == ":status" {
				headers.status, _ = strconv.Atoi(f.Value) // 0 is refused below
				return
			}
			headers.header(f.Name, f.Value)
		})
		ends bool // the block's stream ends with it
	)
	dec.SetMaxStringLength(mostHeaders)
	for {
		h, err := http2.ReadFrameHeader(br)
		if err != nil {
			return err
		}
		switch h.Type {
		case http2.FrameData:
			if err := w.body(br, h); err != nil {
				return err
			}
			continue
		case http2.FrameHeaders, http2.FrameContinuation:
			if int(h.Length)+len(block) > mostHeaders {
				return fmt.Errorf("an answer has more than %d bytes of headers", mostHeaders)
			}
			at := len(block)
			block = append(block, make([]byte, h.Length)...)
			if _, err := io.ReadFull(br, block[at:]); err != nil {
				return err
			}
			if h.Type == http2.FrameHeaders {
				ends = h.Flags.Has(http2.FlagHeadersEndStream)
				if block, err = unpadded(h, block); err != nil {
					return err
				}
			}
			if !h.Flags.Has(http2.FlagHeadersEndHeaders) { // the same bit in a continuation
				continue
			}
			if _, err := dec.Write(block); err != nil {
				return fmt.Errorf("read an answer's headers: %w", err)
			}
			if err := dec.Close(); err != nil {
				return fmt.Errorf("read an answer's headers: %w", err)
			}
			w.answered(h.StreamID, headers, ends)
			headers, block = answer{}, block[:0]
			continue
		}
		payload, err := take(br, h, 4<<10)
		if err != nil {
			return err
		}
		if err := w.control(h, payload); err != nil {
			return err
		}
	}
}

// unpadded is a HEADERS frame's block without padding and priority (RFC 9113
// §6.2).
func unpadded(h http2.FrameHeader, b []byte) ([]byte, error) {
	pad := 0
	if h.Flags.Has(http2.FlagHeadersPadded) && len(b) > 0 {
		pad, b = int(b[0]), b[1:]
	}
	if h.Flags.Has(http2.FlagHeadersPriority) {
		if len(b) < 5 {
			return nil, errors.New("a frame of headers is too short")
		}
		b = b[5:]
	}
	if pad > len(b) {
		return nil, errors.New("a frame of headers is too short")
	}
	return b[:len(b)-pad], nil
}

// take reads a short frame's payload.
func take(br *bufio.Reader, h http2.FrameHeader, most uint32) ([]byte, error) {
	if h.Length > most {
		return nil, fmt.Errorf("a frame %v has %d bytes", h.Type, h.Length)
	}
	b := make([]byte, h.Length)
	_, err := io.ReadFull(br, b)
	return b, err
}

// answered takes an answer's headers, or its trailers.
func (w *two) answered(id uint32, a answer, ends bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.waiting[id]
	if s == nil {
		return
	}
	if s.answer.status < 200 { // not trailers
		s.answer = a
	}
	if ends {
		w.finish(id, nil)
	}
}

// finish ends a stream that waits. The caller holds mu.
func (w *two) finish(id uint32, err error) {
	s := w.waiting[id]
	if s == nil {
		return
	}
	if err == nil && s.answer.status < 200 {
		err = errors.New("an answer has no status")
	}
	s.err = err
	close(s.done)
	delete(w.waiting, id)
}

// body reads a piece of a body, keeps it where it is wanted, and renews the
// windows with the next frames that are written, or now if much was read.
func (w *two) body(br *bufio.Reader, h http2.FrameHeader) error {
	w.mu.Lock()
	s := w.waiting[h.StreamID]
	w.mu.Unlock()
	var piece []byte
	if s != nil && s.whole && h.Length <= mostBody && !h.Flags.Has(http2.FlagDataPadded) {
		var err error
		if piece, err = take(br, h, mostBody); err != nil {
			return err
		}
	} else if _, err := br.Discard(int(h.Length)); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if s = w.waiting[h.StreamID]; s != nil && len(s.answer.body)+len(piece) <= mostBody {
		s.answer.body = append(s.answer.body, piece...)
	}
	w.unsent += h.Length
	if h.Flags.Has(http2.FlagDataEndStream) {
		w.finish(h.StreamID, nil)
	} else if w.waiting[h.StreamID] != nil && h.Length > 0 {
		if err := w.fr.WriteWindowUpdate(h.StreamID, h.Length); err != nil {
			return err
		}
	}
	if w.unsent >= windowStep {
		if err := w.fr.WriteWindowUpdate(0, w.unsent); err != nil {
			return err
		}
		w.unsent = 0
	}
	if w.out.Len() > 1<<10 {
		return w.flush()
	}
	return nil
}

// control obeys the other frames.
func (w *two) control(h http2.FrameHeader, b []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch h.Type {
	case http2.FrameSettings:
		if h.Flags.Has(http2.FlagSettingsAck) {
			return nil
		}
		for ; len(b) >= 6; b = b[6:] {
			value := binary.BigEndian.Uint32(b[2:])
			switch http2.SettingID(binary.BigEndian.Uint16(b)) {
			case http2.SettingMaxConcurrentStreams:
				w.most = int(min(value, 1_000))
			case http2.SettingHeaderTableSize:
				w.enc.SetMaxDynamicTableSize(min(value, 4096))
			}
		}
		return errors.Join(w.fr.WriteSettingsAck(), w.flush())
	case http2.FramePing:
		if h.Flags.Has(http2.FlagPingAck) || len(b) != 8 {
			return nil
		}
		return errors.Join(w.fr.WritePing(true, [8]byte(b)), w.flush())
	case http2.FrameRSTStream:
		err := errors.New("the site reset the stream")
		if len(b) == 4 && http2.ErrCode(binary.BigEndian.Uint32(b)) == http2.ErrCodeRefusedStream {
			err = errStale
		}
		if s := w.waiting[h.StreamID]; s != nil && s.answer.status >= 400 {
			err = nil // refused, and the rest not sent
		}
		w.finish(h.StreamID, err)
	case http2.FrameGoAway:
		if len(b) < 8 {
			return errors.New("a farewell is too short")
		}
		w.err = errStale
		last := binary.BigEndian.Uint32(b) & (1<<31 - 1)
		for id := range w.waiting {
			if id > last {
				w.finish(id, errStale)
			}
		}
		if len(w.waiting) == 0 {
			return errStale
		}
	}
	return nil
}
