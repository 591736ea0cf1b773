package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// A screen: what an explanation is fitted to.
const (
	screenLines   = 45
	screenColumns = 100
)

// room is how much of an explanation is shown. Clues of both sides have their
// own room: no crowd of clues hides what contradicts.
type room struct {
	// clues for and against one conclusion.
	clues, against int
	// values are the raw values shown under one clue, cut after runes.
	values, runes int
	// places, keys, parts and findings of the asset.
	places, keys, parts, findings int
	// reasons are given under legal elements: 2 under each, 1 under those that are not met, 0 under none.
	reasons int
	// legal is the sentence for a lawyer, which repeats the elements.
	legal bool
}

// rooms lead from the usual to the tightest; an explanation takes the first in which it fits.
var rooms = []room{
	{7, 4, 2, 90, 5, 6, 8, 1 << 20, 2, true},
	{6, 4, 1, 70, 4, 6, 8, 12, 2, false},
	{5, 3, 1, 50, 3, 5, 6, 8, 1, false},
	{4, 3, 1, 40, 2, 4, 5, 6, 1, false},
	{3, 2, 1, 30, 2, 3, 4, 5, 0, false},
	{2, 2, 0, 0, 1, 3, 3, 4, 0, false},
}

// everything is the room without bounds.
var everything = room{1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 1 << 20, 2, true}

// fit writes what draw makes of the first room whose text fits a screen. What
// does not fit the tightest one is cut, and the last line says by how much.
func fit(w io.Writer, draw func(io.Writer, room) error) error {
	var b bytes.Buffer
	for _, r := range rooms {
		b.Reset()
		if err := draw(&b, r); err != nil {
			return err
		}
		if folded(b.String()) <= screenLines {
			break
		}
	}
	_, err := io.WriteString(w, cutToScreen(b.String()))
	return err
}

func cutToScreen(text string) string {
	if folded(text) <= screenLines {
		return text
	}
	lines := strings.SplitAfter(text, "\n")
	n, used := 0, 0
	for ; n < len(lines); n++ {
		if used += folded(lines[n]); used >= screenLines {
			break
		}
	}
	return strings.Join(lines[:n], "") + fmt.Sprintf("and %s: --all\n", count(folded(strings.Join(lines[n:], "")), "more line"))
}

// folded counts the lines a text takes on a screen.
func folded(text string) int {
	n := 0
	for line := range strings.Lines(text) {
		n += max(1, (breadth(strings.TrimRight(line, "\n"))+screenColumns-1)/screenColumns)
	}
	return n
}

// breadth is how wide a text stands on a terminal: letters of East Asian
// scripts take two (Unicode Standard Annex 11).
func breadth(s string) int {
	n := utf8.RuneCountInString(s)
	for _, r := range s {
		if r >= 0x1100 && (r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xfe6f || r >= 0xff00 && r <= 0xff60 || r >= 0x20000 && r <= 0x3fffd) {
			n++
		}
	}
	return n
}
