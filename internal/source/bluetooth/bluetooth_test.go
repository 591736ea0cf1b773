package bluetooth

import (
	"testing"

	"telltale/internal/source/sourcetest"
)

func TestGolden(t *testing.T) { sourcetest.Golden(t, Source{}, "txt") }

func FuzzRead(f *testing.F) { sourcetest.Fuzz(f, Source{}, "txt") }
