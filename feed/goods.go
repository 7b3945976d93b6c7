package feed

import (
	"regexp"
	"strings"
	"unicode"

	"kontor/market/catalog"
)

// notGoodsWords mark lines of a shop's ledger that are no goods.
var notGoodsWords = regexp.MustCompile(`(?i)\b(postage|next day carriage|manual|samples?|bank charges|amazon fee|adjust(ment)?s?|bad debt|gift ?voucher|commission|discount|high resolution image|cruk|pads to match)\b`)

// oddText marks notes that somebody wrote in place of a description.
var oddText = regexp.MustCompile(`(?i)\?|^(damages?|damaged|faulty|lost|found|missing|check|wrong(ly)?|mixed up|thrown away|ebay|amazon|dotcom|smashed|wet|broken)\b`)

// goodsCode is what codes of goods look like: five digits and up to two letters,
// or a code of the shop's own label.
var goodsCode = regexp.MustCompile(`(?i)^([0-9]{5}[a-z]{0,2}|dcgs[a-z0-9]+)$`)

// notGoods is the reason why a line is no good that can be sold, or "".
func notGoods(code, text string) string {
	switch {
	case len(code) > catalog.MostCode || len(text) > catalog.MostTitle:
		return "code or text is too long"
	case !goodsCode.MatchString(code):
		return "the code is a ledger's, not of goods"
	case notGoodsWords.MatchString(text):
		return "the text names a fee, a voucher or a correction"
	case oddText.MatchString(text) || strings.TrimSpace(text) == "" || strings.ContainsFunc(text, unicode.IsControl):
		return "there is a note or nothing in place of a description"
	}
	return ""
}

// sort is a kind of goods and what is assumed of it. Weights are of one piece
// with its packing, HS codes those of the kind's commonest material.
type sort struct {
	category string
	hsCode   string
	grams    int64
	words    *regexp.Regexp
}

// sorts are tried in order; the last takes everything.
var sorts = []sort{
	{"stationery/paper-cards", "490900", 60, anyOf(`cards?`, `wrap`, `gift ?tags?`, `tags?`, `stickers?`, `tissue paper`, `paper chain`, `bunting`, `ribbons?`, `tape`, `garland`, `envelopes?`, `napkins?`, `doil(y|ies)`, `paper cups?`, `paper plates?`)},
	{"jewellery", "711719", 40, anyOf(`necklaces?`, `bracelets?`, `earrings?`, `rings?`, `pendants?`, `brooch`, `hair ?(clip|grip|slide|comb|band|tie)s?`, `bangles?`, `charms?`, `beads?`)},
	{"home/seasonal", "950510", 120, anyOf(`christmas`, `xmas`, `easter`, `wreath`, `baubles?`, `advent`, `halloween`, `snowflakes?`, `reindeer`, `fairy`)},
	{"home/lighting/candles", "340600", 150, anyOf(`candles?`, `incense`, `scented?`)},
	{"home/lighting/lanterns", "940550", 450, anyOf(`lanterns?`, `t-?light`, `tealight`, `candle ?holder`, `candlestick`, `candelabra`)},
	{"home/lighting/lamps", "940521", 700, anyOf(`lamps?`, `lights?`, `lampshade`, `chandelier`, `night ?light`)},
	{"home/kitchen/cake-stands", "691110", 1200, anyOf(`cake ?stands?`, `cakestand`, `cake plate`)},
	{"home/kitchen/mugs", "691110", 380, anyOf(`mugs?`, `cups?`, `teacups?`, `beakers?`)},
	{"home/kitchen/plates", "691200", 450, anyOf(`plates?`, `bowls?`, `dish(es)?`, `saucers?`, `egg ?cups?`)},
	{"home/kitchen/pots-jugs", "691110", 800, anyOf(`jugs?`, `teapots?`, `tea ?pot`, `coffee ?pot`, `kettle`)},
	{"home/kitchen/glassware", "701337", 350, anyOf(`glass(es)?`, `tumblers?`, `goblets?`, `bottles?`, `jars?`, `carafe`, `decanter`)},
	{"home/kitchen/linen", "630291", 200, anyOf(`tea ?towels?`, `aprons?`, `oven glove`, `table ?cloth`, `place ?mats?`, `tea ?cos(y|ies)`, `egg cosy`, `pot ?holder`)},
	{"home/kitchen/enamel", "732394", 500, anyOf(`enamel`, `tins?`, `bread ?bin`, `cutlery`, `baking`, `cutters?`, `tray`, `moulds?`, `spoons?`, `forks?`, `kitchen`, `cases`)},
	{"bags/totes", "420292", 180, anyOf(`bags?`, `shopper`, `jumbo bag`, `handbag`, `tote`, `luggage`)},
	{"bags/small-leather", "420232", 90, anyOf(`purses?`, `wallets?`, `key ?rings?`, `key ?fob`, `passport cover`, `coin`)},
	{"toys/soft", "950300", 250, anyOf(`dolls?`, `soft toy`, `teddy`, `rabbit toy`, `puppet`, `babushka`)},
	{"toys/games", "950490", 350, anyOf(`games?`, `jigsaw`, `puzzles?`, `playing`, `dominoes`, `toys?`, `skipping`, `magic`, `spinning`, `inflatable`)},
	{"stationery/notebooks", "482010", 200, anyOf(`notebooks?`, `note ?book`, `journal`, `diary`, `album`, `scrapbook`, `memo`)},
	{"stationery/pens", "960910", 80, anyOf(`pens?`, `pencils?`, `crayons?`, `chalk`, `erasers?`, `sharpeners?`, `rulers?`)},
	{"home/cushions-curtains", "940490", 450, anyOf(`cushions?`, `curtains?`, `cover`, `pillow`, `filler pad`)},
	{"home/bedding", "630140", 900, anyOf(`blankets?`, `throw`, `quilt`, `bed`, `hot water bottle`)},
	{"home/rugs", "570500", 1500, anyOf(`door ?mats?`, `mats?`, `rugs?`)},
	{"home/baskets", "460219", 500, anyOf(`baskets?`, `storage`, `box(es)?`, `hamper`, `crate`, `trunk`)},
	{"home/furniture/shelves", "940360", 2500, anyOf(`cabinets?`, `drawers?`, `shelf`, `shelves`, `rack`, `stool`, `chair`, `table`, `cupboard`)},
	{"home/walls", "830629", 400, anyOf(`signs?`, `clocks?`, `frames?`, `mirrors?`, `hooks?`, `knobs?`, `wall art`, `pictures?`, `hangers?`, `magnets?`, `tiles?`, `letters?`, `door ?stop`, `blackboard`)},
	{"tools/garden", "820190", 400, anyOf(`garden`, `plant(er)?s?`, `watering`, `seeds?`, `bird ?(house|table|feeder)`, `parasol`)},
	{"care/brushes-bath", "960390", 150, anyOf(`soap`, `bath`, `sponge`, `brush(es)?`, `lip`, `nail`)},
	{"home/decoration", "830629", 250, regexp.MustCompile(``)},
}

func anyOf(words ...string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(` + strings.Join(words, "|") + `)\b`)
}

func sortOf(text string) sort {
	for _, s := range sorts {
		if s.words.MatchString(text) {
			return s
		}
	}
	return sorts[len(sorts)-1]
}

// WholesaleCategories is the part of a tree that the lists' goods are put in,
// for a house that has no tree of its own.
func WholesaleCategories() []catalog.Category {
	names := map[string]string{
		"stationery": "Stationery", "stationery/paper-cards": "Paper, cards and wrap", "stationery/notebooks": "Notebooks", "stationery/pens": "Pens and pencils",
		"home": "Home", "home/lighting": "Lighting", "home/lighting/candles": "Candles", "home/lighting/lanterns": "Lanterns", "home/lighting/lamps": "Lamps",
		"home/kitchen": "Table and kitchen", "home/kitchen/cake-stands": "Cake stands", "home/kitchen/mugs": "Mugs and cups", "home/kitchen/plates": "Plates and bowls",
		"home/kitchen/pots-jugs": "Pots and jugs", "home/kitchen/glassware": "Glassware", "home/kitchen/linen": "Kitchen and table linen", "home/kitchen/enamel": "Enamel and iron",
		"home/cushions-curtains": "Cushions and curtains", "home/bedding": "Bed linen and blankets", "home/rugs": "Rugs and mats", "home/baskets": "Baskets and storage",
		"home/furniture": "Furniture", "home/furniture/shelves": "Shelves and small furniture", "home/decoration": "Vases and decoration",
		"home/seasonal": "Seasonal decoration", "home/walls": "Signs, clocks and frames", "jewellery": "Jewellery",
		"bags": "Bags and leather goods", "bags/totes": "Shopping bags", "bags/small-leather": "Wallets and small leather",
		"toys": "Toys and games", "toys/soft": "Soft toys", "toys/games": "Games and puzzles", "tools": "Tools and workshop", "tools/garden": "Garden tools",
		"care": "Soap and care", "care/brushes-bath": "Brushes and bath goods",
	}
	tree := make([]catalog.Category, 0, len(names))
	for path, name := range names {
		tree = append(tree, catalog.Category{Path: path, Names: map[string]string{"en": name}})
	}
	return catalog.NewTree(tree).All()
}

var small = map[string]bool{"a": true, "and": true, "in": true, "of": true, "on": true, "the": true, "to": true, "with": true, "for": true, "by": true, "at": true, "or": true}
var capitals = map[string]bool{"USB": true, "LED": true, "CD": true, "UK": true, "TV": true, "I": true, "DIY": true, "XL": true, "A4": true, "A5": true, "A6": true}

// titled writes a text of capitals as a title: the same words in the same
// order, so that whoever searches for them finds them.
func titled(text string) string {
	words := strings.Fields(strings.Trim(text, "*. ,;"))
	for i, w := range words {
		lower := strings.ToLower(w)
		switch {
		case w != strings.ToUpper(w) || capitals[w]: // not in capitals, or rightly so
		case i > 0 && small[lower], strings.ContainsAny(w, "0123456789") && !strings.Contains(w, "/"):
			words[i] = lower
		default:
			words[i] = capitalised(lower)
		}
	}
	return strings.Join(words, " ")
}

// capitalised puts a capital first and after each hyphen and stroke.
func capitalised(w string) string {
	start := true
	return strings.Map(func(r rune) rune {
		up := start
		if start = r == '-' || r == '/' || r == '"' || r == '('; up {
			return unicode.ToUpper(r)
		}
		return r
	}, w)
}
