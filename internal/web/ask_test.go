package web

import (
	"net/url"
	"os"
	"strings"
	"testing"
)

// A quote is answered line by line, the worst first, and what was read as no goods is said.
func TestQuoteIsAnsweredLineByLine(t *testing.T) {
	quote, err := os.ReadFile("testdata/quote.txt")
	if err != nil {
		t.Fatal(err)
	}
	page := get(t, workSite(t, testWork(t)), "/ask?profile=e-rate-school&q="+url.QueryEscape(string(quote))).Body.String()
	_, table, ok := strings.Cut(page, "Line by line")
	table, left, ok2 := strings.Cut(table, "Not read as goods")
	if !ok || !ok2 {
		t.Fatalf("no table line by line, or nothing said of the line left out")
	}
	if !strings.Contains(table, "RAX50") {
		t.Errorf("a line that states no number of pieces is left out: %s", table)
	}
	zte, dahua := strings.Index(table, "F660"), strings.Index(table, "IPC-T5442T-ZE")
	if zte < 0 || dahua < zte || !strings.Contains(table, "Prohibited") {
		t.Errorf("the table does not begin with what is prohibited: %s", table)
	}
	if left, _, _ = strings.Cut(left, "</div>"); !strings.Contains(left, "Q-2211") || !strings.Contains(left, "30 days") || strings.Contains(left, "RAX50") {
		t.Errorf("the lines left out are not said: %s", left)
	}
}
