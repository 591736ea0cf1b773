package data

import (
	"io/fs"

	"telltale/internal/registry"
)

//go:generate go run ./registry/gen -join

// loadRegistry joins the number registries to the organisations. Tables are decoded when first asked.
func (t *Tree) loadRegistry() (*registry.Tables, error) {
	ix, err := t.OrgIndex()
	if err != nil {
		return nil, err
	}
	folder, err := fs.Sub(t.Files, "registry")
	if err != nil {
		return nil, err
	}
	return registry.Load(folder, ix)
}
