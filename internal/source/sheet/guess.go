package sheet

import (
	"fmt"
	"strings"

	"telltale/internal/evidence"
)

// profile counts what the values of a column look like.
type profile struct {
	filled                                            int
	mac, sureMAC, ip, gpon, imei, uuid, date, coord   int
	quantity, money, letters, spaces, url, excelDates int
	distinct                                          map[string]bool
}

func (p *profile) add(b []byte) {
	if b = clean(b); isEmpty(b) {
		return
	}
	p.filled++
	if p.distinct == nil {
		p.distinct = map[string]bool{}
	}
	if len(p.distinct) < 64 {
		p.distinct[strings.ToLower(string(b))] = true
	}
	var buf [32]byte
	if _, ok := parseMAC(buf[:0], firstValue(b)); ok {
		p.mac++
		if distinctMAC(firstValue(b)) {
			p.sureMAC++
		}
	}
	if _, ok := parseIP(firstValue(b)); ok {
		p.ip++
	}
	if _, ok := parseGPON(b); ok {
		p.gpon++
	}
	if _, ok := parseIMEI(b); ok {
		p.imei++
	}
	if _, ok := parseUUID(b); ok {
		p.uuid++
	}
	if _, k := parseDate(b, monthFirst, false); k != noDate {
		p.date++
	} else if _, k := parseDate(b, monthFirst, true); k != noDate {
		p.excelDates++
	}
	if _, ok := parseCoordinate(b, 180); ok {
		p.coord++
	}
	if _, ok := parseQuantity(b); ok {
		p.quantity++
	}
	if isMoney(b) {
		p.money++
	}
	for _, c := range b {
		if isLetter(c) || c >= 0x80 {
			p.letters++
			break
		}
	}
	for _, c := range b {
		if c == ' ' {
			p.spaces++
			break
		}
	}
	if s := string(b); strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "www.") {
		p.url++
	}
}

func (p *profile) share(n int) float64 {
	if p.filled == 0 {
		return 0
	}
	return float64(n) / float64(p.filled)
}

// fits says how many of the values can be what attr wants, 0 to 1. An empty column fits everything.
func (p *profile) fits(attr evidence.Attr) float64 {
	if p.filled == 0 {
		return 1
	}
	switch attr {
	case evidence.IfMAC, evidence.BaseMAC:
		return p.share(p.mac)
	case evidence.IP:
		return p.share(p.ip)
	case evidence.GPONSerial:
		return p.share(p.gpon)
	case evidence.IMEI:
		return p.share(p.imei)
	case evidence.UUID:
		return p.share(p.uuid)
	case evidence.Installed, evidence.Acquired, evidence.Removed, evidence.AuthorisedOn, evidence.ApplicationFiled, lastSeen, genericDate:
		return p.share(p.date + p.excelDates)
	case evidence.Latitude, evidence.Longitude:
		return p.share(p.coord)
	case evidence.Quantity:
		return p.share(p.quantity)
	case evidence.Price, lineTotal:
		return p.share(p.money)
	case evidence.ManufacturerText, evidence.BrandText, evidence.SupplierText, vendor, evidence.OperatorText, evidence.Description, evidence.CategoryText, evidence.FundedBy, evidence.ProducedIn:
		return p.share(p.letters)
	case evidence.URL:
		return p.share(p.url)
	}
	return 1
}

// byValues returns what the values alone say beyond doubt.
func (p *profile) byValues() evidence.Attr {
	const most = 0.8
	switch {
	case p.filled == 0:
		return ""
	case p.share(p.sureMAC) >= most:
		return evidence.IfMAC
	case p.share(p.ip) >= most:
		return evidence.IP
	case p.filled >= 2 && p.share(p.gpon) >= 0.9 && p.share(p.letters) >= 0.9:
		return evidence.GPONSerial
	case p.share(p.uuid) >= most:
		return evidence.UUID
	case p.filled >= 3 && p.share(p.imei) >= 0.9:
		return evidence.IMEI
	}
	return ""
}

// plainText are the meanings that give way when all values are addresses.
var plainText = map[evidence.Attr]bool{
	evidence.Hostname: true, evidence.Name: true, evidence.Location: true, evidence.Site: true, evidence.Description: true, evidence.URL: true,
	evidence.AssetTag: true, evidence.IP: true, evidence.IfMAC: true, evidence.BaseMAC: true, evidence.UUID: true, evidence.IMEI: true,
}

// many are the attributes more than one column may give.
var many = map[evidence.Attr]bool{
	evidence.IfMAC: true, evidence.IP: true, evidence.Description: true, evidence.Order: true, evidence.Location: true, evidence.Fact: true, evidence.ProducedIn: true,
	evidence.Purpose: true, evidence.PartNumber: true, evidence.IMEI: true, ignored: true, lineTotal: true, contractEnd: true, partyID: true, linkPeer: true,
}

// second says what the losing column of two that claim the same meaning may be instead.
var second = map[evidence.Attr]evidence.Attr{
	evidence.BaseMAC: evidence.IfMAC, evidence.ModelText: evidence.Description, evidence.Site: evidence.Location, evidence.ManufacturerText: evidence.BrandText,
	evidence.Hostname: evidence.Name, evidence.Name: evidence.Description, evidence.SoftwareText: evidence.Description, evidence.FirmwareText: evidence.SoftwareText,
	evidence.AssetTag: ignored, evidence.CategoryText: evidence.Description,
}

// column is one column of a table and what it was taken for.
type column struct {
	index   int
	heading string
	attr    evidence.Attr
	// strength is 10 for a whole heading, less for a part of one, 3 when the values alone spoke; 100 when the user said so.
	strength, rank int
	tongue         tongue
	profile        profile
	note           string
	order          dateOrder
	stage          string // of a country: design, manufacture ...
	fact           string
	alsoGPON       bool
	// hits, misses and unique say whether values repeat, see interner.
	hits, misses int
	unique       bool
}

// guessColumns decides what each column of a table means.
func guessColumns(headings []string, rows [][]string, opt choices, context string) []column {
	cols := make([]column, len(headings))
	for i, h := range headings {
		c := &cols[i]
		c.index, c.heading = i, strings.TrimSpace(h)
		for _, r := range rows {
			if i < len(r) {
				c.profile.add([]byte(r[i]))
			}
		}
		c.guess()
	}
	opt.apply(cols)
	findMakers(cols, opt)
	settleVendors(cols, opt, context)
	settleConflicts(cols)
	settleNames(cols, opt)
	for i := range cols {
		cols[i].prepare()
	}
	return cols
}

// guess combines what the heading and the values say.
func (c *column) guess() {
	m := meaningOf(c.heading)
	c.attr, c.strength, c.rank, c.tongue = m.attr, m.strength, m.rank, m.tongue
	p := &c.profile
	if c.attr == evidence.Name && c.tongue == european && p.filled > 0 && p.share(p.quantity) > 0.8 && normalise(c.heading) == "nombre" {
		c.attr = evidence.Quantity // a name in Spanish, a number in French
	}
	switch v := p.byValues(); {
	case v == "":
	case m.attr == "":
		c.attr, c.strength, c.note = v, 3, "from its values"
	case plainText[m.attr] && p.fits(m.attr) < 0.3 || v != evidence.GPONSerial && plainText[m.attr] && !macOrIP(m.attr):
		if v != m.attr {
			c.attr, c.strength, c.note = v, 3, "from its values"
		}
	case v == evidence.GPONSerial && m.attr == evidence.Serial:
		c.alsoGPON = true
	}
	if c.attr == "" || c.attr == ignored || p.filled == 0 {
		return
	}
	if f := p.fits(c.attr); f < 0.3 {
		switch {
		case c.attr == evidence.GPONSerial:
			c.attr = evidence.Serial
		case c.attr == evidence.Quantity || c.attr == evidence.Price:
			c.attr = ignored
		default:
			c.note = fmt.Sprintf("its values do not look like %s", attrName(c.attr))
			c.attr = ""
		}
	}
}

func macOrIP(a evidence.Attr) bool {
	return a == evidence.IfMAC || a == evidence.BaseMAC || a == evidence.IP
}

// findMakers reads a column whose heading says nothing as the manufacturer when
// most of its values are names of known makers and no other column claims to be one.
func findMakers(cols []column, opt choices) {
	found := -1
	for i := range cols {
		c := &cols[i]
		if c.attr == evidence.ManufacturerText || c.attr == vendor {
			return
		}
		if c.attr != "" || len(c.profile.distinct) < 2 || namesOthers(c.heading) {
			continue
		}
		if share, known := opt.makers(c.profile.distinct); known && share >= 0.6 && found < 0 {
			found = i
		}
	}
	if found >= 0 {
		cols[found].attr, cols[found].strength, cols[found].note = evidence.ManufacturerText, 3, "its values are names of makers"
	}
}

// namesOthers reports whether a heading says that its names are of somebody else than the maker: it means
// something known, or who did or owns something ("installed by", "company").
func namesOthers(heading string) bool {
	n := normalise(heading)
	return meaningOf(heading).attr != "" || strings.HasSuffix(n, " by") || hasWords(n, otherThings) || hasWords(n, "company|companies|organisation|organization|firm|employer|partner|contractor|project")
}

// settleVendors decides what "vendor" says: the maker or the seller. A second
// column for one of the two leaves the other; names of known makers speak for
// the maker; makers' names in front of the models leave the seller, and so do
// names of which hardly one is a maker's; else a purchase has sellers and a
// register has makers.
func settleVendors(cols []column, opt choices, context string) {
	has := map[evidence.Attr]bool{}
	for _, c := range cols {
		has[c.attr] = true
	}
	for i := range cols {
		c := &cols[i]
		if c.attr != vendor {
			continue
		}
		share, known := opt.makers(c.profile.distinct)
		switch {
		case has[evidence.ManufacturerText]:
			c.attr, c.note = evidence.SupplierText, "another column names the manufacturer"
		case has[evidence.SupplierText]:
			c.attr, c.note = evidence.ManufacturerText, "another column names the supplier"
		case known && share >= 0.5:
			c.attr, c.note = evidence.ManufacturerText, "its values are names of makers"
		case opt.modelsNameMakers(cols):
			c.attr, c.note = evidence.SupplierText, "the models begin with their makers; if it names makers: --map manufacturer="+quoteHeading(c.heading)
		case known && share < 0.2:
			c.attr, c.note = evidence.SupplierText, "hardly one of its values is a known maker; if it names makers: --map manufacturer="+quoteHeading(c.heading)
		case purchaseScore(cols, context) >= 2:
			c.attr, c.note = evidence.SupplierText, "the table lists purchases; if it names makers: --map manufacturer="+quoteHeading(c.heading)
		default:
			c.attr, c.note = evidence.ManufacturerText, "the table lists equipment; if it names sellers: --map supplier="+quoteHeading(c.heading)
		}
		has[c.attr] = true
	}
}

// settleNames reads names as descriptions where nothing else tells what a row
// is and most begin with a maker: a heading "Device" over "Acme X200".
func settleNames(cols []column, opt choices) {
	var names *column
	for i := range cols {
		switch c := &cols[i]; c.attr {
		case evidence.Name:
			names = c
		case evidence.ModelText, evidence.Description, evidence.PartNumber, evidence.ManufacturerText, evidence.BrandText:
			if c.profile.filled > 0 {
				return
			}
		}
	}
	if names != nil && names.strength < 100 && opt.beginWithMakers(names.profile.distinct) {
		names.attr, names.note = evidence.Description, "its values begin with makers"
	}
}

// settleConflicts leaves one column for each attribute that can have only one;
// the loser takes its second meaning, if it has one.
func settleConflicts(cols []column) {
	for again := true; again; {
		again = false
		best := map[evidence.Attr]*column{}
		for i := range cols {
			c := &cols[i]
			if c.attr == "" || many[c.attr] {
				continue
			}
			winner, loser := best[c.attr], c
			if winner == nil || c.better(winner) {
				winner, loser = c, winner
			}
			best[c.attr] = winner
			if loser != nil {
				loser.note = fmt.Sprintf("column %s is closer to %s", quoteHeading(winner.heading), attrName(loser.attr))
				loser.attr = loser.second()
				again = true
			}
		}
	}
}

// second is what a column may mean that lost its first meaning: a type beside a model is the kind of thing.
func (c *column) second() evidence.Attr {
	if c.attr == evidence.ModelText && hasWords(normalise(c.heading), "type|typ") {
		return evidence.CategoryText
	}
	return second[c.attr]
}

// better reports whether c has the better claim to a meaning both have; among equals the left column.
func (c *column) better(d *column) bool {
	if c.strength != d.strength {
		return c.strength > d.strength
	}
	if (c.profile.filled == 0) != (d.profile.filled == 0) {
		return c.profile.filled > 0
	}
	return c.rank < d.rank
}

// attrName is how an attribute is called in notes.
func attrName(a evidence.Attr) string {
	switch a {
	case evidence.IfMAC:
		return "MAC address"
	case evidence.BaseMAC:
		return "base MAC address"
	case evidence.IP:
		return "IP address"
	case evidence.GPONSerial:
		return "GPON serial"
	case evidence.PartNumber:
		return "part number"
	case evidence.AssetTag:
		return "asset tag"
	case evidence.FundedBy:
		return "funding"
	case evidence.ProducedIn:
		return "country of production"
	case evidence.FCCID:
		return "FCC ID"
	case evidence.OSText:
		return "operating system"
	}
	return string(a)
}

func quoteHeading(h string) string {
	if r := []rune(h); len(r) > 60 {
		h = string(r[:60]) + "…"
	}
	return "“" + h + "”"
}

// firstValue returns the first of several values in a cell.
func firstValue(b []byte) []byte {
	for i, c := range b {
		if c == ',' || c == ';' || c == '|' || c == ' ' {
			return b[:i]
		}
	}
	return b
}
