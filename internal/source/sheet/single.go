package sheet

import (
	"strconv"
	"strings"

	"telltale/internal/evidence"
)

// Value brings one labelled value to the form its attribute wants, as a cell
// of a column of that meaning would be; false when it cannot be read.
func Value(a evidence.Attr, value string) (string, bool) {
	b := clean([]byte(value))
	if isEmpty(b) {
		return "", false
	}
	var buf [32]byte
	switch a {
	case evidence.IfMAC, evidence.BaseMAC:
		v, ok := parseMAC(buf[:0], b)
		return string(v), ok
	case evidence.IP:
		return parseIP(b)
	case evidence.IMEI:
		return parseIMEI(b)
	case evidence.UUID:
		return parseUUID(b)
	case evidence.GPONSerial:
		return parseGPON(b)
	case evidence.Acquired, evidence.Installed, evidence.Removed, evidence.AuthorisedOn, evidence.ApplicationFiled:
		v, k := parseDate(b, orderUnknown, false)
		return v, k == isDate
	case evidence.Quantity:
		n, ok := parseQuantity(b)
		return strconv.Itoa(n), ok
	case evidence.Latitude:
		return parseCoordinate(b, 90)
	case evidence.Longitude:
		return parseCoordinate(b, 180)
	case evidence.FundedBy:
		v := longestWords(fundingTable(), string(b))
		return v, v != ""
	case evidence.Purpose:
		v := longestWords(purposeTable(), string(b))
		return v, v != ""
	case evidence.ProducedIn:
		v := countryCode(string(b))
		return "manufacture:" + v, v != ""
	case evidence.Serial:
		return cut(string(b)), !rounded(b)
	case evidence.FCCID:
		return strings.ToUpper(strings.ReplaceAll(string(b), " ", "")), true
	}
	return cut(string(b)), true
}
