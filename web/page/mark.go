package page

import "hash/fnv"

// A house mark is the sign that a merchant branded on his bales: a stem with a
// head, a belly and a foot. Each stroke is drawn in a field of 40 × 49.
var (
	markHeads = [...]string{
		"M11 5L20 14L29 5", "M12 13H28", "M20 5L31 11L20 17", "M12 15L20 5L28 15", "M14 6L26 18M26 6L14 18",
		"M20 5L9 19H29", "M20 5L10 10L20 15", "M13 10H27M15 16H25", "M12 5H28", "M20 4L13 10L20 16L27 10Z",
		"M11 16Q11 6 20 6Q29 6 29 16", "M12 5V13H28V5",
	}
	markBellies = [...]string{
		"M20 23L10 31M20 23L30 31", "M13 21L27 32M27 21L13 32", "M13 26H27", "M10 24L20 30L30 24", "M20 24L30 32",
		"M20 24L10 32", "M20 20L27 27L20 34L13 27Z", "", "M13 22H27M13 30H27", "M20 31L10 23M20 31L30 23",
		"M10 22V29H20", "M30 22V29H20",
	}
	markFeet = [...]string{
		"M10 36Q11 45 20 45Q29 45 30 36", "M20 45L29 38M20 45L11 38", "M20 36L11 45M20 36L29 45", "M20 35L11 45H29Z",
		"M12 39H28M12 45H28", "M11 44H29", "M12 45V37H28V45", "M10 45L20 39L30 45", "M20 44H29V38", "M20 44H11V38",
	}
)

// markPath is the house mark of a business, as the path data of one stroke. It
// depends on the number alone and never changes: 1,440 different marks.
func markPath(business string) string {
	h := fnv.New64a()
	h.Write([]byte(business))
	// Identities that follow each other differ in few bits: spread them (the
	// finalizer of MurmurHash3).
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	x ^= x >> 33
	pick := func(n uint64) uint64 { i := x % n; x /= n; return i }
	return "M20 4V45" + markHeads[pick(uint64(len(markHeads)))] + markBellies[pick(uint64(len(markBellies)))] + markFeet[pick(uint64(len(markFeet)))]
}
