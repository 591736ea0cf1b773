package leases

import (
	"testing"

	"telltale/internal/source/sourcetest"
)

func TestGolden(t *testing.T) { sourcetest.Golden(t, Source{}, "leases", "csv") }

func FuzzRead(f *testing.F) { sourcetest.Fuzz(f, Source{}, "leases", "csv") }
