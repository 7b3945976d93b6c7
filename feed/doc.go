// Package feed reads and writes catalogues as tables: Kontor's own CSV in both
// directions, and the lists of a wholesaler's sales that become tiers.
//
// It promises that a file is read in bounded memory, row by row; that every row
// it refuses is named by line and column with what is wrong and how to mend it,
// while the good rows go in; that the same file twice changes nothing, and that
// what Export wrote, Import takes back unchanged. It holds no rule of trade:
// those are the catalogue's.
//
// # Kontor's CSV
//
// One row a variant, the first row names the columns, in any order and case:
//
//	article          code of the listing; rows with the same code belong together
//	sku              code of the variant; empty: the article code
//	title            in the language of the next column
//	language         BCP 47; without it the supplier's own
//	description
//	title.de …       in further languages, as description.de …
//	category         path in the tree, such as home/kitchen/mugs
//	variant          what sets it apart: "Blue, M"
//	unit             UN/ECE Recommendation 20, default H87 (piece)
//	moq, multiple    smallest order over all variants; every line a multiple
//	lead_days        until it ships
//	origin           ISO 3166-1 alpha-2
//	hs_code          6 to 10 digits
//	weight_g, length_mm, width_mm, height_mm
//	stock            on hand, what orders reserve included
//	currency         of price_1 …, ISO 4217
//	qty_1, price_1 … the price of one unit from that quantity on
//	price_1.USD …    explicit prices in a further currency at the same quantities
//	attr.material …  an attribute; attr.width:number:cm, attr.colour:choice and
//	                 attr.washable:yes_no are typed
//	pictures         names of files beside the table, with | between
//	state            draft, proposed, published or suspended
//
// article, title, category and price_1 must be there. A column that is missing
// leaves what is stored as it is; so does an empty cell of a code, a number or
// the state. An empty cell of a text, an attribute or a further currency takes
// it out. A listing's own columns may be empty from its second row on; where two
// rows differ the first counts, except that different values of an attribute are
// listed together. A row never takes off a variant that the file does not name.
//
// A cell that begins with = + - @ gets an apostrophe before it in what Export
// writes, so that a spreadsheet shows it instead of computing it; Import takes
// the apostrophe away.
//
// All functions are safe for concurrent use; one import runs in one goroutine.
package feed
