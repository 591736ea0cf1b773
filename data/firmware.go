package data

import (
	"embed"
	"sync"

	"telltale/internal/firmware/inspect"
)

//go:embed firmware/*.yaml
var firmwareFiles embed.FS

// Firmware returns the facts firmware inspection rests on: known cases, marks,
// components, daemons, hosts, passwords and test keys. Read once.
var Firmware = sync.OnceValues(func() (*inspect.Facts, error) { return inspect.Load(firmwareFiles, "firmware") })
