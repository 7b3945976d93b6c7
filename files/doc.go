// Package files keeps pictures: it checks what comes in, makes small clean JPEGs
// of it in a few widths, and hands them out by identity and width.
//
// # What it promises
//
//   - Nothing that somebody sent is ever handed out: every picture is decoded and
//     encoded anew, without names, places, thumbnails or anything else that a
//     camera wrote into it, and turned the way the camera was held.
//   - Bounds before work: bytes, sides and pixels are checked before a picture is
//     decoded; at most as many pictures are at work as there are cores, and
//     together they take at most MostMemory.
//   - Whole or not at all: a picture appears with all its widths, on disk, or
//     not at all, also when the disk is full or the power fails.
//   - The same bytes give the same identity, so that adding a picture twice
//     keeps it once.
//   - What nobody refers to any more goes: Sweep is told what to keep.
//
// What it does not: orientation is read from JPEG only (phones write others
// upright), moving pictures give their first frame, colour profiles are not
// applied. Pictures are public; papers that must be sealed do not belong here.
//
// # On disk
//
//	<folder>/ab/ab12…ef/320.jpg     one folder a picture, one file a width
//	<folder>/new-…                  under way, or left by a crash: swept after a day
//
// A *Folder is safe for concurrent use, by several processes too, except that
// only one of them may sweep and add.
package files
