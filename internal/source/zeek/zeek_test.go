package zeek

import (
	"testing"

	"telltale/internal/source/sourcetest"
)

func TestGolden(t *testing.T) { sourcetest.Golden(t, Source{}, "log") }

func FuzzRead(f *testing.F) { sourcetest.Fuzz(f, Source{}, "log") }
