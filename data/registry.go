package data

import (
	"embed"
	"io/fs"
	"sync"

	"telltale/internal/registry"
)

//go:generate go run ./registry/gen -join

//go:embed registry/*.bin
var registryFiles embed.FS

// Registry returns the embedded number registries, joined to the embedded
// organisations. Tables are decoded when first asked.
var Registry = sync.OnceValues(func() (*registry.Tables, error) {
	ix, err := OrgIndex()
	if err != nil {
		return nil, err
	}
	folder, err := fs.Sub(registryFiles, "registry")
	if err != nil {
		return nil, err
	}
	return registry.Load(folder, ix)
})
