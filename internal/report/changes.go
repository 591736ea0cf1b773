package report

import (
	"bufio"
	"fmt"
	"io"

	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/law"
)

// Change is one finding whose verdict differs between two judgements.
type Change struct {
	Finding   string          `json:"finding"`
	Asset     string          `json:"asset"`
	Name      string          `json:"name"`
	Provision law.ProvisionID `json:"provision"`
	Act       law.Act         `json:"act"`
	Profile   string          `json:"profile,omitempty"`
	// From and To are empty where the finding did not exist.
	From law.Verdict `json:"from"`
	To   law.Verdict `json:"to"`
	Why  string      `json:"why"`

	// What Impact adds: what the thing is, where the law stands, and which
	// claims, legal elements and days differ between the two sides.
	Kind     asset.Kind     `json:"kind,omitempty"`
	Model    *string        `json:"model,omitempty"`
	Entry    *law.EntryID   `json:"entry,omitempty"`
	Due      *calendar.Date `json:"due,omitempty"`
	Citation string         `json:"citation,omitempty"`
	Causes   []string       `json:"causes,omitempty"`
}

// Changes writes what changed its verdict, from what to what and why.
func Changes(w io.Writer, cs []Change) error {
	out := bufio.NewWriter(w)
	if len(cs) == 0 {
		fmt.Fprintln(out, "noted; no verdict changed")
	} else {
		fmt.Fprintf(out, "noted; %s changed\n", count(len(cs), "verdict"))
	}
	for i, c := range cs {
		if i == 50 {
			fmt.Fprintf(out, "  ... and %d more\n", len(cs)-i)
			break
		}
		fmt.Fprintf(out, "  %s → %s  %s, %s, %s  [%s]\n      %s\n", or(c.From, "none"), or(c.To, "none"), Plain(c.Name), c.Provision, c.Act, short(c.Finding), c.Why)
	}
	return out.Flush()
}

func or(v law.Verdict, s string) string {
	if v == "" {
		return s
	}
	return string(v)
}

// Plain makes foreign text harmless on a terminal: control characters become spaces.
func Plain(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] < 0x20 || s[i] == 0x7f || s[i] >= 0xc2 {
			b := []rune(s)
			for j, r := range b {
				if r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
					b[j] = ' '
				}
			}
			return string(b)
		}
	}
	return s
}
