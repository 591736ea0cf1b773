package sheet

import (
	"maps"
	"slices"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// purchaseScore weighs whether a table lists purchases: money, orders, sellers
// and numbers of pieces speak for it, identities of single things against it.
func purchaseScore(cols []column, context string) int {
	score := 0
	seen := map[evidence.Attr]bool{}
	for _, c := range cols {
		if seen[c.attr] || c.profile.filled == 0 && c.strength < 100 {
			continue
		}
		seen[c.attr] = true
		switch c.attr {
		case evidence.Price, lineTotal:
			score += 2
		case evidence.Quantity, evidence.Order, evidence.SupplierText, vendor, genericDate:
			score++
		case evidence.Serial, evidence.GPONSerial, evidence.IMEI, evidence.UUID, evidence.IfMAC, evidence.BaseMAC, evidence.IP, evidence.Hostname, evidence.AssetTag:
			score -= 3
		case evidence.Site, evidence.Installed, evidence.Status, evidence.Latitude, evidence.Removed:
			score--
		}
	}
	if hasWords(context, "quote|quotation|purchase|purchases|purchase order|invoice|invoices|order|orders|bid|proposal|procurement|po|ledger|accounts payable|purchase card|pro forma") {
		score += 2
	}
	if hasWords(context, "inventory|register|asset|assets|installed base|device list|devices|cmdb") {
		score -= 2
	}
	return score
}

// kindOf says what the rows of a table are.
func kindOf(cols []column, context string) asset.Kind {
	has := map[evidence.Attr]bool{}
	for _, c := range cols {
		if c.attr != "" {
			has[c.attr] = true
		}
	}
	hardware := has[evidence.Serial] || has[evidence.IfMAC] || has[evidence.BaseMAC] || has[evidence.IP] || has[evidence.GPONSerial] || has[evidence.IMEI]
	goods := hardware || has[evidence.ModelText] || has[evidence.PartNumber] || has[evidence.FCCID]
	switch {
	case has[contractEnd] && !goods:
		return asset.Contract
	case has[partyID] && !goods && !has[evidence.Description] && (has[evidence.SupplierText] || has[evidence.Name] || has[evidence.OperatorText] || has[evidence.ManufacturerText]):
		return asset.Party
	case purchaseScore(cols, context) >= 2:
		return asset.PurchaseLine
	case has[evidence.SupplierText] && len(emitting(cols)) == 1:
		return asset.Party
	case has[evidence.SoftwareText] && !goods && !has[evidence.Hostname]:
		return asset.Software
	case has[evidence.OperatorText] && !goods:
		return asset.Service
	}
	return asset.Device
}

func emitting(cols []column) []evidence.Attr {
	var out []evidence.Attr
	for _, c := range cols {
		if c.emits() {
			out = append(out, c.attr)
		}
	}
	return out
}

// rowKind lets the category of a row of a register say that it is software or a service.
func (it *interpreter) rowKind(obs []evidence.Observation) asset.Kind {
	if it.kind != asset.Device {
		return it.kind
	}
	for i := range obs {
		switch obs[i].Attr {
		case evidence.Serial, evidence.IfMAC, evidence.BaseMAC, evidence.GPONSerial, evidence.IMEI:
			return asset.Device
		case evidence.CategoryText:
			return it.intern.kind(obs[i].Value)
		}
	}
	return asset.Device
}

// categoryKind reads the kind from the text of a category cell.
func categoryKind(text string) asset.Kind {
	n := normalise(text)
	switch {
	case hasWords(n, softwareWords):
		return asset.Software
	case hasWords(n, serviceWords):
		return asset.Service
	}
	return asset.Device
}

// hasWords reports whether one of the phrases (between bars) stands in text as whole words.
func hasWords(text, phrases string) bool {
	padded := " " + text + " "
	for p := range strings.SplitSeq(phrases, "|") {
		if strings.Contains(padded, " "+p+" ") {
			return true
		}
	}
	return false
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// isTotal reports whether the first filled cell, or the label before the first
// number, is a word for a sum.
func isTotal(cells [][]byte) bool {
	looked := 0
	for _, c := range cells {
		if len(c) == 0 {
			continue
		}
		if looked++; looked > 2 || len(c) > 40 {
			return false
		}
		if totalWord(string(c)) {
			return true
		}
	}
	return false
}

// totalWord reports whether a cell is a word for a sum, with or without its number ("Total: 9 items").
func totalWord(s string) bool {
	if len(s) > 40 {
		return false
	}
	n := normalise(s)
	if strings.ContainsAny(n, "0123456789") {
		w := slices.DeleteFunc(strings.Fields(n), func(w string) bool { return number([]byte(w)) >= 0 })
		n = strings.Join(w, " ")
	}
	return n != "" && strings.Contains("|"+totalWords+"|", "|"+n+"|")
}
