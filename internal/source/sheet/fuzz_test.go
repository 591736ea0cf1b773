package sheet

import (
	"testing"

	"telltale/internal/source"
	"telltale/internal/source/sourcetest"
)

// FuzzCSV and FuzzWorkbook hold the promises of a source on damaged tables.
func FuzzCSV(f *testing.F) {
	f.Add([]byte("Name,Make,Model\na,b,c\n\"x\n"))
	f.Add([]byte("\xff\xfeN\x00a\x00m\x00e\x00\n\x00"))
	f.Add([]byte("Serial;MAC\n1;00:11:22:33:44:55\nTotal;;\n"))
	f.Fuzz(func(t *testing.T, data []byte) { promises(t, data) })
}

func FuzzWorkbook(f *testing.F) {
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("PK\x05\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) { promises(t, data) })
}

func promises(t *testing.T, data []byte) {
	for _, s := range Sources() {
		sourcetest.Promises(t, s.(source.Source), data)
	}
}
