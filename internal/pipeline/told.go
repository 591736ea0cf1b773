package pipeline

import (
	"path/filepath"

	"telltale/internal/evidence"
	"telltale/internal/resolve"
)

// Told is one thing a thing told of another: a neighbour by LLDP or CDP, an
// address in a table, a terminal on a port, a cell of a sheet. Both ends may
// have told of the same cable.
type Told struct {
	// Host told it, Remote is whom it told of: IDs of assets.
	Host   string `json:"host"`
	Remote string `json:"remote"`
	// Via is the protocol or table: lldp, cdp, fdb, arp, route, pon, sheet.
	Via        string         `json:"via"`
	LocalPort  string         `json:"local_port,omitempty"`
	RemotePort string         `json:"remote_port,omitempty"`
	Place      evidence.Place `json:"place"`
}

// Told returns what the things of the result told of each other, in the order
// in which it was read. Identities are resolved again, which takes as long as
// reading the sightings; a result imported from JSON has none and gives an error.
func (v *View) Told() ([]Told, error) {
	sp, links, err := openSpill(filepath.Join(v.folder.dir, "sightings.bin"))
	if err != nil {
		return nil, err
	}
	defer sp.Close()
	if len(links) == 0 {
		return nil, nil
	}
	in := &intake{spill: sp, resolver: resolve.New(resolve.Options{}), links: links}
	for i := range sp.Len() {
		s, err := sp.Get(i)
		if err != nil {
			return nil, err
		}
		in.register(s)
	}
	c := in.resolver.Clusters()
	out := make([]Told, 0, len(links))
	for _, l := range links {
		host, err := sp.Get(int(l.Host))
		if err != nil {
			return nil, err
		}
		x := &host.Links[l.Index]
		out = append(out, Told{
			Host: AssetID(c.ID(c.Of(int(l.Host)))), Remote: AssetID(c.ID(c.Of(int(l.Remote)))),
			Via: x.Via, LocalPort: x.LocalPort, RemotePort: x.RemotePort, Place: x.Remote.Place,
		})
	}
	return out, nil
}
