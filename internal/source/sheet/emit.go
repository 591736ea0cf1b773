package sheet

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// emission collects the observations of one row.
type emission struct {
	it    *interpreter
	row   *Row
	place evidence.Place
	obs   []evidence.Observation
}

// add appends an observation of column c.
func (e *emission) add(c *column, attr evidence.Attr, value string) {
	p := e.place
	if e.it.table.Name() != "" {
		p.At = e.it.table.Place(e.row.Num, c.index)
	}
	e.obs = append(e.obs, evidence.Observation{Source: "sheet", Attr: attr, Value: value, Place: p})
}

// fail counts a cell that could not be read; the row goes on without it.
func (e *emission) fail(c *column, reason, hint string) {
	e.it.cov.Fail(e.it.table.Place(e.row.Num, c.index), reason, hint)
}

// sure reports whether the row has an identity that no row of totals has.
func (e *emission) sure() bool {
	for i := range e.obs {
		switch e.obs[i].Attr {
		case evidence.Serial, evidence.GPONSerial, evidence.IfMAC, evidence.BaseMAC, evidence.IP, evidence.IMEI, evidence.UUID:
			return true
		case evidence.AssetTag, evidence.Hostname:
			if !totalWord(e.obs[i].Value) {
				return true
			}
		}
	}
	return false
}

// cell turns one filled cell into observations as its column says.
func (e *emission) cell(c *column, b []byte) {
	switch c.attr {
	case evidence.IfMAC, evidence.BaseMAC:
		e.each(c, b, "MAC address", func(v []byte) (string, bool) {
			out, ok := parseMAC(e.it.buf[:0], v)
			e.it.buf = out
			return string(out), ok && !bytes.Equal(out, zeroMAC)
		})
	case evidence.IP:
		e.each(c, b, "IP address", parseIP)
	case evidence.IMEI:
		e.each(c, b, "IMEI", parseIMEI)
	case evidence.UUID:
		e.each(c, b, "UUID", parseUUID)
	case evidence.GPONSerial:
		if v, ok := parseGPON(b); ok {
			e.add(c, evidence.GPONSerial, v)
		} else {
			e.serial(c, b)
		}
	case evidence.Serial:
		e.serial(c, b)
	case evidence.Acquired, evidence.Installed, evidence.Removed, evidence.AuthorisedOn, evidence.ApplicationFiled, lastSeen:
		e.date(c, b)
	case evidence.Quantity:
		if n, ok := parseQuantity(b); ok {
			e.add(c, c.attr, e.it.intern.get(c, strconv.AppendInt(e.it.buf[:0], int64(n), 10)))
		} else {
			e.fail(c, fmt.Sprintf("quantity %q is not a whole number", short(b)), "write the number of pieces")
		}
	case evidence.Latitude:
		e.coordinate(c, b, 90)
	case evidence.Longitude:
		e.coordinate(c, b, 180)
	case evidence.FundedBy:
		if v := longestWords(fundingTable(), string(b)); v != "" {
			e.add(c, c.attr, v)
		} else {
			e.it.skip("cell of funding not understood ("+quoteHeading(string(short(b)))+")", e.row)
		}
	case evidence.Purpose:
		e.purpose(c, b)
	case evidence.ProducedIn:
		e.country(c, b)
	case evidence.FCCID:
		v := strings.ToUpper(strings.ReplaceAll(string(b), " ", ""))
		e.add(c, c.attr, cut(strings.TrimPrefix(strings.TrimPrefix(v, "FCCID"), ":")))
	case evidence.Fact:
		e.add(c, c.attr, cut(c.fact+"="+factValue(string(b))))
	default:
		e.add(c, c.attr, cut(e.it.intern.get(c, b)))
	}
}

var zeroMAC = []byte("00:00:00:00:00:00")

// each reads a cell that may hold several values between commas, semicolons, bars or spaces.
func (e *emission) each(c *column, b []byte, what string, parse func([]byte) (string, bool)) {
	if v, ok := parse(b); ok {
		e.add(c, c.attr, v)
		return
	}
	found := false
	for _, sep := range []string{",;|/", ",;| "} {
		for _, part := range bytes.FieldsFunc(b, func(r rune) bool { return strings.ContainsRune(sep, r) }) {
			if v, ok := parse(bytes.TrimSpace(part)); ok {
				e.add(c, c.attr, v)
				found = true
			}
		}
		if found {
			return
		}
	}
	if !zeros(b) {
		e.fail(c, fmt.Sprintf("%q is no %s", short(b), what), "correct the cell or choose the column with --map")
	}
}

// zeros reports whether a cell holds an address of zeros alone: no address was known.
func zeros(b []byte) bool { return len(bytes.Trim(b, "0:-. ")) == 0 }

// serial keeps a serial number as written, but not one that a spreadsheet has rounded.
func (e *emission) serial(c *column, b []byte) {
	if rounded(b) {
		e.fail(c, fmt.Sprintf("serial number %q was turned into a rounded number by a spreadsheet: its last digits are lost", short(b)),
			"export again with the column formatted as text")
		return
	}
	e.add(c, evidence.Serial, cut(e.it.intern.get(c, b)))
	if c.alsoGPON {
		if v, ok := parseGPON(b); ok {
			e.add(c, evidence.GPONSerial, v)
		}
	}
}

// rounded recognises 1.23457E+11.
func rounded(b []byte) bool {
	i := bytes.IndexAny(b, "eE")
	if i < 3 || i+2 >= len(b) || b[i+1] != '+' || b[1] != '.' && b[1] != ',' {
		return false
	}
	for _, c := range b[i+2:] {
		if !isDigit(c) {
			return false
		}
	}
	return isDigit(b[0])
}

func (e *emission) date(c *column, b []byte) {
	v, k := parseDate(b, c.order, c.excelDates())
	switch {
	case k == negative:
		e.fail(c, fmt.Sprintf("date %q is negative", short(b)), "write the day as YYYY-MM-DD")
	case k == ambiguous:
		e.it.skip("date in column "+e.it.letters(c)+" that may be day/month or month/day: say --map dates=dmy or dates=mdy", e.row)
	case k == noDate:
		e.it.skip("cell in column "+e.it.letters(c)+" that is no date", e.row)
	case c.attr == lastSeen:
		e.it.at = v
	default:
		e.add(c, c.attr, e.it.intern.get(c, []byte(v)))
	}
}

func (e *emission) coordinate(c *column, b []byte, limit float64) {
	if v, ok := parseCoordinate(b, limit); ok {
		e.add(c, c.attr, v)
		return
	}
	e.fail(c, fmt.Sprintf("%q is no %s", short(b), c.attr), "write decimal degrees")
}

func (e *emission) purpose(c *column, b []byte) {
	var seen []string
	for part := range strings.FieldsFuncSeq(string(b), func(r rune) bool { return r == ',' || r == ';' || r == '/' }) {
		v := longestWords(purposeTable(), part)
		if v == "" {
			e.it.skip("purpose that is none of the law's words", e.row)
		} else if !slices.Contains(seen, v) {
			seen = append(seen, v)
			e.add(c, c.attr, v)
		}
	}
}

func (e *emission) country(c *column, b []byte) {
	code := countryCode(string(b))
	if code == "" {
		e.it.skip("cell in column "+e.it.letters(c)+" that is no country", e.row)
		return
	}
	if c.stage != "" {
		code = c.stage + ":" + code
	}
	e.add(c, c.attr, code)
}

// factValue writes yes and no as the law's vocabulary does.
func factValue(s string) string {
	switch strings.ToLower(s) {
	case "yes", "y", "true", "1", "ja", "oui":
		return "true"
	case "no", "n", "false", "0":
		return "false"
	}
	return s
}

// short cuts a foreign text for a message.
func short(b []byte) []byte {
	if len(b) > 60 {
		return append(append([]byte{}, bytes.ToValidUTF8(b[:60], nil)...), "…"...)
	}
	return b
}

// emits reports whether the column gives observations.
func (c *column) emits() bool {
	switch c.attr {
	case "", ignored, vendor, lineTotal, genericDate, contractEnd, partyID, lastSeen, linkPeer, linkPort, linkPeerPort:
		return false
	}
	return true
}

// read reports whether the cells of the column are looked at.
func (c *column) read() bool { return c.attr == lastSeen || c.emits() }

// identifying reports whether a value of attr says which thing a row of this kind is about.
func identifying(a evidence.Attr, k asset.Kind) bool {
	switch a {
	case evidence.Serial, evidence.GPONSerial, evidence.IMEI, evidence.UUID, evidence.BaseMAC, evidence.IfMAC, evidence.IP, evidence.Hostname, evidence.AssetTag,
		evidence.Name, evidence.ModelText, evidence.PartNumber, evidence.ManufacturerText, evidence.BrandText, evidence.Description, evidence.FCCID,
		evidence.SoftwareText, evidence.CPE, evidence.PURL:
		return true
	case evidence.SupplierText:
		return k == asset.Party || k == asset.Contract || k == asset.PurchaseLine
	case evidence.OperatorText:
		return k == asset.Service || k == asset.Contract || k == asset.Party
	case evidence.Order:
		return k == asset.Contract
	}
	return false
}
