package tr069

import (
	"testing"

	"telltale/internal/source/sourcetest"
)

func TestGolden(t *testing.T) { sourcetest.Golden(t, Source{}, "xml", "csv", "json") }

func FuzzRead(f *testing.F) { sourcetest.Fuzz(f, Source{}, "xml", "csv", "json") }
