package inspect

import "regexp"

// Lists of firms: a program that turns numbers into makers' names (network cards,
// Bluetooth, USB) holds the names of hundreds, and is from none of them for that.

// firmForm is how the name of a firm ends.
const firmForm = `\b(?:Inc|Ltd|LTD|LLC|GmbH|Corp|Corporation|S\.A|SA|S\.p\.A|B\.V|A/S|AB|Oy|Oyj|KG|AG|Limited|Co|Pty|PLC|plc|Srl|SAS)\b\.?`

// firmsAround is from how many other firms near a name on it stands in a list.
const firmsAround = 4

// inFirmList says that what stands at an offset is one of a list of firms.
func (c *content) inFirmList(off int64) bool {
	return distinctLines(c.window(off, 500, 1000)) > firmsAround
}

// distinctLines counts the strings of a window that end in the form of a firm's name.
func distinctLines(w string) int {
	seen := map[string]bool{}
	for _, m := range firmName.FindAllString(w, 64) {
		seen[m] = true
	}
	return len(seen)
}

// firmName is a name of at most six words that begin with a capital, and the form.
var firmName = regexp.MustCompile(`(?:[A-Z0-9][\w&.'+-]*,? ){1,6}` + firmForm)
