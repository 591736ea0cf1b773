package monitor

import (
	"testing"

	"telltale/internal/source/sourcetest"
)

func TestGolden(t *testing.T) { sourcetest.Golden(t, Source{}, "json") }

func FuzzRead(f *testing.F) { sourcetest.Fuzz(f, Source{}, "json") }
