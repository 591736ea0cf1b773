package sheet

import (
	"testing"

	"telltale/internal/source/sourcetest"
)

// TestLastRow reads the last row of a text whether or not a newline ends it.
func TestLastRow(t *testing.T) {
	for _, c := range []struct {
		name, text   string
		read, failed int
	}{
		{"newline", "Name,Make\na,Acme\nb,Bolt\n", 2, 0},
		{"no newline", "Name,Make\na,Acme\nb,Bolt", 2, 0},
		{"empty last cell", "Name,Make,Model\na,Acme,1\nb,Bolt,", 2, 0},
		{"quoted last cell", "Name,Make\na,Acme\nb,\"Bolt\"", 2, 0},
		{"carriage return", "Name,Make\r\na,Acme\r\nb,Bolt\r", 2, 0},
		{"open quote", "Name,Make\na,Acme\nb,\"Bolt", 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, cov, err := sourcetest.Read(CSV{}, "a.csv", []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != c.read || cov.Failed != c.failed {
				t.Errorf("read %d, failed %d %v; want %d, %d", len(got), cov.Failed, cov.Reasons, c.read, c.failed)
			}
		})
	}
}
