package feed

// described is a column that Import reads.
type described struct {
	kind   kind
	column string // as a file names it
	holds  string
}

// all are the columns in the order in which Export writes them.
var all = []described{
	{"article", "article", "Your code of the listing; rows with the same code are its variants."},
	{"sku", "sku", "Your code of the variant; empty: the article code."},
	{title, "title", "Title in the language of the next column; title.de is the one in German."},
	{"language", "language", "Language of title and description, such as en."},
	{description, "description", "What a buyer wants to know; description.de is the one in German."},
	{"category", "category", "Its path in the list of categories."},
	{"variant", "variant", "What sets the variant apart, such as Blue, M."},
	{"unit", "unit", "Trade unit, UN/ECE Recommendation 20: H87 is a piece, PR a pair, KGM a kilogram."},
	{"moq", "moq", "Smallest order, over all variants."},
	{"multiple", "multiple", "Every line of an order is a multiple of it; 1 is any number."},
	{"lead_days", "lead_days", "Days until it ships, 0 to 365."},
	{"origin", "origin", "Where it was made, as a country code of two letters."},
	{"hs_code", "hs_code", "Customs code, 6 to 10 digits."},
	{"weight_g", "weight_g", "Weight of one trade unit, packed, in grams."},
	{"length_mm", "length_mm", "Its length in millimetres; may be empty."},
	{"width_mm", "width_mm", "Its width in millimetres; may be empty."},
	{"height_mm", "height_mm", "Its height in millimetres; may be empty."},
	{"stock", "stock", "All you have on hand, with what orders have reserved."},
	{"currency", "currency", "Currency of price_1 and on, such as EUR."},
	{quantity, "qty_1", "From how many on price_1 holds; qty_2 and on for lower prices of more, 10 at most."},
	{price, "price_1", "Price of one unit from qty_1 on; price_1.USD is an explicit price in dollars."},
	{attribute, "attr.material", "An attribute; attr.width:number:cm, attr.colour:choice and attr.washable:yes_no are typed."},
	{"pictures", "pictures", "Names of files beside the table, with | between; over the web leave it out."},
	{"state", "state", "draft, proposed, published or suspended; what you publish the house looks at first."},
}

// needed are the columns without which a file can't be read.
var needed = [...]string{"article", "title", "category", "price_1"}

// plainKinds are the columns whose name is all there is to them.
var plainKinds = plain()

func plain() (kinds []kind) {
	for _, d := range all {
		if d.column == string(d.kind) {
			kinds = append(kinds, d.kind)
		}
	}
	return kinds
}
