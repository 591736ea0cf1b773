package pipeline

import (
	"errors"

	"telltale/internal/asset"
	"telltale/internal/law"
)

// Moment is an asset as one result of a workspace had it.
type Moment struct {
	ResultInfo
	// Asset is nil where the result has nothing of that ID.
	Asset    *asset.Asset
	Verdicts map[law.Verdict]int
}

// History is an asset in every result kept, the newest first.
func (w *Workspace) History(id string) ([]Moment, error) {
	var out []Moment
	for _, r := range w.Results() {
		m, err := w.moment(r, id)
		if errors.Is(err, ErrNotFound) {
			continue // dropped meanwhile
		}
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func (w *Workspace) moment(r ResultInfo, id string) (Moment, error) {
	m := Moment{ResultInfo: r}
	v, done, err := w.Result(r.N)
	if err != nil {
		return m, err
	}
	defer done()
	row, ok := v.AssetRow(id)
	if !ok {
		return m, nil
	}
	m.Verdicts = v.verdicts(row)
	m.Asset, err = v.folder.asset(id)
	return m, err
}
