package main

import (
	"bytes"
	"fmt"
	"strings"
)

// quote is the text of a supplier's quote, column and line.
var quote = []line{
	{50, 760, 14, "Big Sky Security Systems"},
	{50, 740, 10, "Quote 2211 for Valley Telecom Cooperative, 12 October 2026"},
	{50, 700, 10, "Qty"}, {90, 700, 10, "Manufacturer"}, {200, 700, 10, "Model"}, {340, 700, 10, "Description"}, {500, 700, 10, "Unit price"},
	{50, 680, 10, "6"}, {90, 680, 10, "SentryVue"}, {200, 680, 10, "IPC-HFW2841S-S"}, {340, 680, 10, "8MP bullet camera"}, {500, 680, 10, "118.00"},
	{50, 664, 10, "1"}, {90, 664, 10, "Hanwha Vision"}, {200, 664, 10, "XRN-820S"}, {340, 664, 10, "8-channel recorder"}, {500, 664, 10, "540.00"},
}

type line struct {
	x, y, size int
	text       string
}

// pdf writes one page of text in the simplest form the standard allows (ISO 32000-1, 7.5).
func pdf(lines []line) []byte {
	var page strings.Builder
	esc := strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`)
	for _, l := range lines {
		fmt.Fprintf(&page, "BT /F1 %d Tf %d %d Td (%s) Tj ET\n", l.size, l.x, l.y, esc.Replace(l.text))
	}
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%sendstream", page.Len(), page.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}
