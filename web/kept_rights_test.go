package web

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kontor/mail"
	"kontor/market"
	"kontor/market/catalog"
	"kontor/store"
)

// photo is a picture as a camera would send it, with a text of its own inside
// that nobody is to read.
func photo(t *testing.T, shade uint8) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, 800, 600))
	for y := range 600 {
		for x := range 800 {
			m.Set(x, y, color.RGBA{uint8(x), uint8(y), shade, 255})
		}
	}
	var b bytes.Buffer
	must(t, png.Encode(&b, m))
	whole := b.Bytes()
	const head = 8 + 25 // signature and IHDR (PNG, third edition, 11.2.1)
	chunk := []byte("tEXtGPS\x00" + placeOfPhoto)
	comment := binary.BigEndian.AppendUint32(nil, uint32(len(chunk)-4))
	comment = append(comment, chunk...)
	comment = binary.BigEndian.AppendUint32(comment, crc32.ChecksumIEEE(chunk))
	return slices.Concat(whole[:head], comment, whole[head:])
}

const placeOfPhoto = "52.5163,13.3777" // where the photographer lives

// adds sends pictures for a listing as somebody, and returns the answer.
func (h *testHouse) adds(t *testing.T, who string, l catalog.ListingID, pictures ...[]byte) *httptest.ResponseRecorder {
	t.Helper()
	var b bytes.Buffer
	parts := multipart.NewWriter(&b)
	for i, p := range pictures {
		file, err := parts.CreateFormFile("pictures", "p"+strconv.Itoa(i)+".png")
		must(t, err)
		_, _ = file.Write(p) // a buffer takes everything
	}
	must(t, parts.Close())
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/desk/listings/"+string(l)+"/pictures", &b)
	r.Header.Set("Content-Type", parts.FormDataContentType())
	if session := h.people[who].session; session != "" {
		r.AddCookie(&http.Cookie{Name: sessionCookie, Value: session})
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

// pictureOf is the one picture that a listing has, in the records.
func (h *trade) pictureOf(t *testing.T, id catalog.ListingID) catalog.Picture {
	t.Helper()
	s, err := h.db.Listing(t.Context(), id)
	must(t, err)
	pictures := s.Wanted().Pictures
	if len(pictures) != 1 {
		t.Fatalf("listing %s has %d pictures, want 1", id, len(pictures))
	}
	return pictures[0]
}

func TestPicturesByEveryRole(t *testing.T) {
	h := openTrade(t, "")
	for _, who := range everyRole {
		want := map[string]int{aGuest: 303, aSupplier: 303}[who]
		if want == 0 {
			want = 404
		}
		if w := h.adds(t, who, h.draft.ID, photo(t, 40)); w.Code != want {
			t.Errorf("%s adds a picture to a supplier's draft: got %d, want %d", who, w.Code, want)
		}
	}
	if w := h.adds(t, aSupplier, h.listing.ID, photo(t, 200)); w.Code != 303 {
		t.Fatalf("a picture of a published listing: got %d", w.Code)
	}
	hidden, waiting := h.pictureOf(t, h.draft.ID), h.pictureOf(t, h.listing.ID)
	public := []string{"/", "/search", "/categories/home/mugs", "/listings/" + string(h.listing.ID), "/suppliers/" + h.people[aSupplier].firm.Slug, "/api/v1/listings", "/api/v1/listings/" + string(h.listing.ID)}
	shows := func(who, path string, p catalog.Picture) bool {
		return strings.Contains(h.open(t, who, "GET", path, nil).Body.String(), string(p.ID))
	}
	for _, who := range everyRole {
		for _, path := range public {
			if shows(who, path, hidden) || shows(who, path, waiting) {
				t.Errorf("%s shows %s a picture that nobody reviewed", path, who)
			}
		}
		for path, owner := range map[string]bool{
			"/desk/listings/" + string(h.draft.ID): who == aSupplier, "/desk/listings/" + string(h.draft.ID) + "/view": who == aSupplier || who == anOperator,
		} {
			if got := shows(who, path, hidden); got != owner {
				t.Errorf("%s tells %s of a draft's picture: %t, want %t", path, who, got, owner)
			}
		}
		if got, want := shows(who, "/desk/listings/"+string(h.listing.ID)+"/view", waiting), who == aSupplier || who == anOperator; got != want {
			t.Errorf("the page as it would be shows %s the new picture: %t, want %t", who, got, want)
		}
	}
	s, err := h.db.Listing(t.Context(), h.listing.ID)
	must(t, err)
	must(t, h.Catalog.Publish(t.Context(), h.people[anOperator].actor, s.ID, s.Version))
	must(t, h.Catalog.Reindex(t.Context(), s.ID))
	for _, who := range everyRole {
		if !shows(who, "/listings/"+string(h.listing.ID), waiting) {
			t.Errorf("%s does not see a reviewed picture", who)
		}
		for _, width := range waiting.Widths {
			w := h.open(t, who, "GET", "/pictures/"+string(waiting.ID)+"/"+strconv.Itoa(width), nil)
			shown, err := jpeg.DecodeConfig(bytes.NewReader(w.Body.Bytes()))
			if w.Code != 200 || err != nil || shown.Width != width || w.Header().Get("Content-Type") != "image/jpeg" || len(w.Result().Cookies()) > 0 {
				t.Errorf("%s gets %d, %d pixels of %d, %v, with %v", who, w.Code, shown.Width, width, err, w.Header())
			}
			if strings.Contains(w.Body.String(), placeOfPhoto) {
				t.Errorf("%s reads in the picture where it was taken", who)
			}
		}
		for _, path := range []string{"/" + strconv.Itoa(waiting.Widths[0]+1), "/0", "/-1", "/x", "/99999999999999999999", "/../" + string(waiting.ID), ""} {
			if w := h.open(t, who, "GET", "/pictures/"+string(waiting.ID)+path, nil); w.Code == 200 || w.Code >= 500 {
				t.Errorf("%s gets %d for a picture's %q, which is not kept", who, w.Code, path)
			}
		}
	}
}

// letterShelf makes the store's letters fit the post that keeps them, and what
// it keeps fit the page.
type letterShelf struct {
	db   *store.DB
	keep *mail.Keep
}

func (s letterShelf) Keep(ctx context.Context, l mail.KeptLetter) error {
	return s.db.KeepLetter(ctx, store.Letter{ID: l.ID, Sent: l.Sent, Body: l.Body})
}

func (s letterShelf) Letters(ctx context.Context, limit int) (out []mail.KeptLetter, err error) {
	letters, err := s.db.Letters(ctx, limit)
	for _, l := range letters {
		out = append(out, mail.KeptLetter{ID: l.ID, Sent: l.Sent, Body: l.Body})
	}
	return out, err
}

func (s letterShelf) Kept(ctx context.Context, a market.Actor, limit int) (out []KeptLetter, err error) {
	letters, err := s.keep.Letters(ctx, a, market.Operator, limit)
	for _, l := range letters {
		out = append(out, KeptLetter{ID: l.ID, To: l.Address, Subject: l.Subject, Text: l.Text, At: l.At})
	}
	return out, err
}

// post is letterShelf as mail.Shelf, whose Kept has other results.
type post struct{ letterShelf }

func (p post) Kept(ctx context.Context, limit int) ([]mail.KeptLetter, error) {
	return p.Letters(ctx, limit)
}

func TestKeptLettersByEveryRole(t *testing.T) {
	h := openTrade(t, "")
	of, err := h.Parties.HouseKey(t.Context(), "letters")
	must(t, err)
	shelf := letterShelf{db: h.db}
	shelf.keep = mail.NewKeep(post{shelf}, h.Orders.Vault, of)
	h.Letters = shelf
	const secret = "/reset?token=0123456789abcdef"
	must(t, shelf.keep.Send(t.Context(), mail.Letter{ID: "1", Address: "buyer@firm.example", Subject: "Set a new password", Text: "Follow http://localhost" + secret + ".\n\nKontor", At: time.Now()}))
	for _, who := range everyRole {
		w := h.open(t, who, "GET", "/letters", nil)
		body := w.Body.String()
		if who == anOperator {
			if w.Code != 200 || !strings.Contains(body, secret) || !strings.Contains(body, "buyer@firm.example") || !strings.Contains(w.Header().Get("Cache-Control"), "no-store") {
				t.Errorf("the operator, who passes letters on by hand, gets %d, %v: %.600s", w.Code, w.Header(), inMain(body))
			}
			continue
		}
		if w.Code != 404 || strings.Contains(body, "token=") || strings.Contains(body, "buyer@firm.example") {
			t.Errorf("%s reads somebody's letters, which open accounts: %d %.600s", who, w.Code, inMain(body))
		}
	}
	if log := h.log.String(); log != "" {
		t.Errorf("something of ours failed on the way: %s", log)
	}
}
