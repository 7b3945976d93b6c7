package catalog

import "slices"

// Unit is a unit in which goods are traded: a code of UN/ECE Recommendation 20
// and the English word for one of it, which is also the key of its translations.
// Codes of three letters that begin with X are packages: X and the code of
// Recommendation 21, as Recommendation 20 (annex, note 2) has them written.
type Unit struct{ Code, Word string }

// units are those that small trade uses, not all 2,100 of the recommendation:
// a code that is missing here is refused.
var units = []Unit{
	{"H87", "piece"}, {"EA", "each"}, {"C62", "unit"}, {"PR", "pair"}, {"SET", "set"}, {"KT", "kit"},
	{"DZN", "dozen"}, {"DPR", "dozen pairs"}, {"TPR", "ten pairs"}, {"DZP", "dozen packs"}, {"GRO", "gross"}, {"CEN", "hundred"}, {"MIL", "thousand"},
	{"AA", "ball"}, {"SR", "strip"}, {"NMP", "pack"},
	{"MGM", "milligram"}, {"GRM", "gram"}, {"HGM", "hundred grams"}, {"KGM", "kilogram"}, {"DTN", "decitonne"}, {"TNE", "tonne"}, {"ONZ", "ounce"}, {"LBR", "pound"},
	{"MMT", "millimetre"}, {"CMT", "centimetre"}, {"MTR", "metre"}, {"LM", "running metre"}, {"KMT", "kilometre"}, {"INH", "inch"}, {"FOT", "foot"}, {"YRD", "yard"},
	{"CMK", "square centimetre"}, {"MTK", "square metre"}, {"FTK", "square foot"}, {"YDK", "square yard"}, {"HAR", "hectare"},
	{"MLT", "millilitre"}, {"CLT", "centilitre"}, {"DLT", "decilitre"}, {"LTR", "litre"}, {"HLT", "hectolitre"}, {"MTQ", "cubic metre"}, {"GLL", "US gallon"}, {"GLI", "imperial gallon"},
	{"KWH", "kilowatt hour"}, {"HUR", "hour"}, {"DAY", "day"},
	{"XAE", "aerosol"}, {"XBA", "barrel"}, {"XBE", "bundle"}, {"XBG", "bag"}, {"XBJ", "bucket"}, {"XBK", "basket"}, {"XBO", "bottle"}, {"XBX", "box"},
	{"XCA", "can"}, {"XCR", "crate"}, {"XCS", "case"}, {"XCT", "carton"}, {"XDR", "drum"}, {"XJR", "jar"}, {"XPA", "packet"}, {"XPK", "package"},
	{"XPX", "pallet"}, {"XRL", "reel"}, {"XRO", "roll"}, {"XSA", "sack"}, {"XSH", "sachet"}, {"XST", "sheet"}, {"XTN", "tin"}, {"XTU", "tube"}, {"XTY", "tank"},
}

var wordOf = func() map[string]string {
	words := make(map[string]string, len(units))
	for _, u := range units {
		words[u.Code] = u.Word
	}
	return words
}()

// Units lists the units that a listing may be traded in, pieces first.
func Units() []Unit { return slices.Clone(units) }

// UnitWord is the English word for one of the unit, or "" for an unknown code.
func UnitWord(code string) string { return wordOf[code] }
