package spdx

import (
	"testing"

	"telltale/internal/source/sourcetest"
)

func TestGolden(t *testing.T) { sourcetest.Golden(t, Source{}, "json", "spdx", "jsonld") }

func FuzzRead(f *testing.F) { sourcetest.Fuzz(f, Source{}, "json", "spdx", "jsonld") }
