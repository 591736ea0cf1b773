package pipeline

import (
	"encoding/json"
	"errors"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/finding"
	"telltale/internal/law"
)

// judged is one asset with all that belongs to it, ready to be written.
type judged struct {
	asset        *asset.Asset
	findings     []finding.Finding
	permitted    int // outcomes that are counted and not shown
	notBound     int
	claims       []evidence.Claim
	observations []*evidence.Observation
	extra        bool // observations are kept for explain only

	asked []Asked

	assetJSON    []byte
	findingJSON  [][]byte
	claimIDs     []evidence.ClaimID
	claimJSON    [][]byte
	observeIDs   []evidence.ObservationID
	observedJSON [][]byte
}

// quiet counts an outcome that is not shown.
func (d *judged) quiet(v law.Verdict) {
	if v == law.Permitted {
		d.permitted++
	} else {
		d.notBound++
	}
}

// render makes the JSON of everything; it runs in the worker.
func (d *judged) render() error {
	var err error
	if d.assetJSON, err = json.Marshal(d.asset); err != nil {
		return err
	}
	d.findingJSON = make([][]byte, len(d.findings))
	for i := range d.findings {
		if d.findingJSON[i], err = json.Marshal(&d.findings[i]); err != nil {
			return err
		}
	}
	for i := range d.claims {
		b, err := json.Marshal(&d.claims[i])
		if err != nil {
			return err
		}
		d.claimIDs = append(d.claimIDs, d.claims[i].ID())
		d.claimJSON = append(d.claimJSON, b)
	}
	for _, o := range d.observations {
		x := finding.Observation{Source: o.Source, Attr: o.Attr, Value: o.Value, Place: o.Place}
		if o.At != "" {
			x.At = &o.At
		}
		b, err := json.Marshal(&x)
		if err != nil {
			return err
		}
		d.observeIDs = append(d.observeIDs, o.ID())
		d.observedJSON = append(d.observedJSON, b)
	}
	return nil
}

// writer writes the lists of a result folder in one pass.
type writer struct {
	assets, findings, claims, observations, questions *indexed
	digest                                            digest
}

// newWriter begins a result in dir.
func newWriter(dir string, d digest) (*writer, error) {
	w := &writer{digest: d}
	for _, x := range []struct {
		to   **indexed
		name string
	}{{&w.assets, "assets"}, {&w.findings, "findings"}, {&w.claims, "claims"}, {&w.observations, "observations"}, {&w.questions, "questions"}} {
		var err error
		if *x.to, err = createIndexed(dir, x.name); err != nil {
			return nil, err
		}
	}
	w.assets.random = true // CSV and XLSX look up the asset of each finding
	return w, nil
}

func (w *writer) add(d *judged) error {
	w.digest.add(d)
	if err := w.assets.add(d.asset.ID, d.assetJSON, false); err != nil {
		return err
	}
	for i := range d.findings {
		if err := w.findings.add(d.findings[i].ID, d.findingJSON[i], false); err != nil {
			return err
		}
	}
	for i := range d.asked {
		b, err := json.Marshal(&d.asked[i])
		if err != nil {
			return err
		}
		if err := w.questions.add(d.asked[i].ID, b, false); err != nil {
			return err
		}
	}
	for i, id := range d.claimIDs {
		if err := w.claims.add(string(id), d.claimJSON[i], false); err != nil {
			return err
		}
	}
	for i, id := range d.observeIDs {
		if err := w.observations.add(string(id), d.observedJSON[i], d.extra); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) close() error {
	return errors.Join(w.assets.close(), w.findings.close(), w.claims.close(), w.observations.close(), w.questions.close())
}
