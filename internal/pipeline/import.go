package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"telltale/internal/finding"
	"telltale/internal/org"
	"telltale/internal/report"
)

// ImportResult opens a result that was saved as JSON. It can be explained, not judged anew.
func (k *Knowledge) ImportResult(path string) (*Folder, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open result: %w", err)
	}
	defer f.Close()
	var r struct {
		finding.Report
		Assets       []json.RawMessage          `json:"assets"`
		Findings     []json.RawMessage          `json:"findings"`
		Claims       map[string]json.RawMessage `json:"claims"`
		Observations map[string]json.RawMessage `json:"observations"`
		Topology     json.RawMessage            `json:"topology"`
	}
	if err := json.NewDecoder(f).Decode(&r); err != nil {
		return nil, fmt.Errorf("open result %q: %w", path, err)
	}
	if r.Schema != finding.Schema {
		return nil, fmt.Errorf("open result %q: its schema is %q, want %q", path, r.Schema, finding.Schema)
	}
	dir, err := os.MkdirTemp("", "telltale-import-*")
	if err != nil {
		return nil, fmt.Errorf("open result: %w", err)
	}
	w, err := newWriter(dir, newDigest(true, nil, nil))
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		w.assets.addAll(r.Assets), w.findings.addAll(r.Findings), w.claims.addMap(r.Claims), w.observations.addMap(r.Observations), w.close())
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("open result %q: %w", path, err)
	}
	head := report.Head{Schema: r.Schema, AsOf: r.AsOf, KnownAt: r.KnownAt, Profile: r.Profile, DataVersion: r.DataVersion, Coverage: r.Coverage, Summary: r.Summary, Names: map[org.ID]string{}}
	for _, id := range k.Orgs.IDs() { // a saved result holds IDs only
		head.Names[id] = k.OrgName(id)
	}
	b, err := json.Marshal(&head)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "head.json"), b, 0o600)
	}
	if err == nil && len(r.Topology) > 0 {
		err = os.WriteFile(filepath.Join(dir, topologyName), r.Topology, 0o600)
	}
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	folder, err := OpenFolder(dir)
	if err == nil {
		folder.temporary = true
	}
	return folder, err
}

func (x *indexed) addAll(list []json.RawMessage) error {
	for _, b := range list {
		var id struct{ ID string }
		if err := json.Unmarshal(b, &id); err != nil {
			return err
		}
		if err := x.add(id.ID, b, false); err != nil {
			return err
		}
	}
	return nil
}

func (x *indexed) addMap(m map[string]json.RawMessage) error {
	for id, b := range m {
		if err := x.add(id, b, false); err != nil {
			return err
		}
	}
	return nil
}
