package radius

import (
	"testing"

	"telltale/internal/source/sourcetest"
)

func TestGolden(t *testing.T) { sourcetest.Golden(t, Source{}, "detail") }

func FuzzRead(f *testing.F) { sourcetest.Fuzz(f, Source{}, "detail") }
