package data

import (
	"telltale/internal/firmware/inspect"
	"telltale/internal/org"
)

// loadFirmware reads the facts of firmware inspection and gives them the names of organisations.
func (t *Tree) loadFirmware() (*inspect.Facts, error) {
	f, err := inspect.Load(t.Files, "firmware")
	if err == nil {
		f.OrgName = t.orgName
	}
	return f, err
}

// orgName is an organisation's name, its ID when the data has none.
func (t *Tree) orgName(id string) string {
	if ix, err := t.OrgIndex(); err == nil {
		if o, ok := ix.Get(org.ID(id)); ok {
			return o.Name
		}
	}
	return id
}
