package pipeline

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"telltale/internal/asset"
	"telltale/internal/browse"
	"telltale/internal/evidence"
	"telltale/internal/finding"
	"telltale/internal/law"
	"telltale/internal/report"
)

// View is a result that can be browsed: lists narrowed by a query, sorted, cut
// into pages and counted; one asset or finding with everything behind it. It
// is safe for concurrent use and never changes: another result is another View.
//
//	v, err := folder.View(nil)
//	q, err := browse.Parse(`maker:huawei verdict:prohibited`)
//	page, err := v.Assets(q, browse.Page{Order: "name", Limit: 50}) // page.Next is the cursor of the next
//	v.AssetFacets(q), v.Findings(q, ...), v.Asset(id), v.Finding(id), v.Timeline(), v.Inbox()
type View struct {
	*browse.Index
	folder *Folder
	id     string
}

const browseName = "browse.bin"

// View opens the index of the result, and makes and keeps it when there is
// none: once a result, 33 s for a million assets (BenchmarkView on two cores). Progress may be nil.
func (f *Folder) View(progress func(Progress)) (*View, error) {
	v := &View{folder: f}
	var err error
	if v.id, err = f.resultID(); err != nil {
		return nil, err
	}
	path := filepath.Join(f.dir, browseName)
	if v.Index, err = readBrowse(path); err == nil {
		v.Warm()
		return v, nil
	}
	if progress == nil {
		progress = func(Progress) {}
	}
	if v.Index, err = f.index(progress); err != nil {
		return nil, err
	}
	for _, name := range []string{"findings", "claims", "observations", "questions"} {
		if err := f.writeRows(name); err != nil {
			return nil, err
		}
	}
	v.Warm()
	return v, writeBrowse(path, v.Index)
}

// resultID names a result by its head.
func (f *Folder) resultID() (string, error) {
	head, err := os.ReadFile(filepath.Join(f.dir, "head.json"))
	if err != nil {
		return "", fmt.Errorf("open result: %w", err)
	}
	return evidence.Hash("result", string(head)), nil
}

func readBrowse(path string) (*browse.Index, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	st, err := file.Stat()
	if err != nil {
		return nil, err
	}
	return browse.Read(file, st.Size())
}

func writeBrowse(path string, x *browse.Index) error {
	file, err := os.CreateTemp(filepath.Dir(path), browseName+"-*")
	if err != nil {
		return fmt.Errorf("index result: %w", err)
	}
	defer os.Remove(file.Name())
	if err := errors.Join(x.Write(file), file.Close()); err != nil {
		return fmt.Errorf("index result: %w", err)
	}
	return os.Rename(file.Name(), path)
}

// index reads all assets and findings once.
func (f *Folder) index(progress func(Progress)) (*browse.Index, error) {
	b := browse.NewBuilder()
	n, total := 0, f.head.Summary.Assets
	step := func() {
		if n++; n%8192 == 0 {
			progress(Progress{Stage: "index", Done: min(n, total), Total: total})
		}
	}
	err := decoded(f.located("assets"), func(a *asset.Asset, _ browse.Place) error {
		step()
		return b.Asset(a)
	})
	if err != nil {
		return nil, err
	}
	if err := decoded(f.located("findings"), b.Finding); err != nil {
		return nil, err
	}
	names := map[string]string{}
	for id, name := range f.head.Names {
		names[string(id)] = name
	}
	return b.Finish(names), nil
}

// ID names the result: equal results have equal IDs.
func (v *View) ID() string { return v.id }

// Head returns the small part of the result: summary, groups, next tests, coverage, names.
func (v *View) Head() *report.Head { return v.folder.Head() }

// Folder is the whole result, for exports.
func (v *View) Folder() *Folder { return v.folder }

// Judgeable reports whether what was read lies beside the result, so that
// answers can judge it anew. It does not for a result opened from a file.
func (v *View) Judgeable() bool {
	_, err := os.Stat(filepath.Join(v.folder.dir, "sightings.bin"))
	return err == nil
}

// Close closes the result.
func (v *View) Close() error { return v.folder.Close() }

// AssetItem is an asset in a list.
type AssetItem struct {
	*asset.Asset
	// Verdicts counts its findings.
	Verdicts map[law.Verdict]int `json:"verdicts"`
}

// FindingItem is a finding in a list, with the name of its asset.
type FindingItem struct {
	*finding.Finding
	AssetName string `json:"asset_name"`
	AssetID   string `json:"asset_id"`
	// Asset is what it is about, nil for the estate as a whole.
	Asset *asset.Asset `json:"-"`
}

// Paged is one page of a list.
type Paged[T any] struct {
	Total int    `json:"total"`
	Items []T    `json:"items"`
	Next  string `json:"next,omitempty"`
}

// Assets returns one page of the assets that meet a query.
func (v *View) Assets(q browse.Query, p browse.Page) (Paged[AssetItem], error) {
	rows, err := v.Index.Assets(q, p)
	if err != nil {
		return Paged[AssetItem]{}, err
	}
	return fill(rows, v.assetItem)
}

// Findings returns one page of the findings that meet a query.
func (v *View) Findings(q browse.Query, p browse.Page) (Paged[FindingItem], error) {
	rows, err := v.Index.Findings(q, p)
	if err != nil {
		return Paged[FindingItem]{}, err
	}
	return fill(rows, v.findingItem)
}

func fill[T any](rows browse.Rows, item func(int) (T, error)) (Paged[T], error) {
	out := Paged[T]{Total: rows.Total, Next: rows.Next, Items: make([]T, 0, len(rows.Rows))}
	for _, r := range rows.Rows {
		x, err := item(r)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, x)
	}
	return out, nil
}

func (v *View) assetItem(row int) (AssetItem, error) {
	a, err := v.folder.asset(v.AssetID(row))
	if err != nil {
		return AssetItem{}, err
	}
	return AssetItem{a, v.verdicts(row)}, nil
}

func (v *View) verdicts(row int) map[law.Verdict]int {
	out := map[law.Verdict]int{}
	for i, n := range v.VerdictsOf(row) {
		if n > 0 {
			out[browse.Verdicts[i]] = n
		}
	}
	return out
}

func (v *View) findingItem(n int) (FindingItem, error) {
	f, err := v.finding(n)
	if err != nil {
		return FindingItem{}, err
	}
	x := FindingItem{Finding: f}
	if row, ok := v.FindingAsset(n); ok {
		a, err := v.folder.asset(v.AssetID(row))
		if err != nil {
			return x, err
		}
		x.AssetID, x.AssetName, x.Asset = a.ID, a.Name, a
	}
	return x, nil
}

// finding reads finding n.
func (v *View) finding(n int) (*finding.Finding, error) {
	id := v.FindingID(n)
	b, err := v.folder.at("findings", id, v.FindingPlace(n))
	if err != nil {
		return nil, err
	}
	f := &finding.Finding{}
	if err := json.Unmarshal(b, f); err != nil || f.ID != id {
		return nil, fmt.Errorf("read finding %s: the result is damaged; check again: %w", id, errors.Join(err))
	}
	return f, nil
}

// ErrNotFound means that the result has nothing of that ID.
var ErrNotFound = fs.ErrNotExist

// Asset returns an asset with its findings (Others), claims and observations.
func (v *View) Asset(id string) (*report.Explanation, error) {
	row, ok := v.AssetRow(id)
	if !ok {
		return nil, fmt.Errorf("no asset %q in this result: %w", id, ErrNotFound)
	}
	x, err := v.explanation(row)
	if err != nil {
		return nil, err
	}
	from, to := v.FindingsOf(row)
	for n := from; n < min(to, from+maxFindings); n++ {
		f, err := v.finding(n)
		if err != nil {
			return nil, err
		}
		x.Others = append(x.Others, *f)
	}
	return x, v.folder.gather(x)
}

// maxFindings bounds the findings shown with one asset.
const maxFindings = 500

// Finding returns a finding with its asset, claims and observations.
func (v *View) Finding(id string) (*report.Explanation, error) {
	n, ok := v.FindingNumber(id)
	if !ok {
		return nil, fmt.Errorf("no finding %q in this result: %w", id, ErrNotFound)
	}
	f, err := v.finding(n)
	if err != nil {
		return nil, err
	}
	row, ok := v.FindingAsset(n)
	if !ok {
		x := v.blank()
		x.Finding = f
		return x, nil
	}
	x, err := v.explanation(row)
	if err != nil {
		return nil, err
	}
	x.Finding = f
	return x, v.folder.gather(x)
}

func (v *View) blank() *report.Explanation {
	h := v.Head()
	return &report.Explanation{Others: []finding.Finding{}, AsOf: h.AsOf.String(), Profile: h.Profile, Names: h.Names,
		Claims: map[evidence.ClaimID]evidence.Claim{}, Observations: map[evidence.ObservationID]finding.Observation{}}
}

func (v *View) explanation(row int) (*report.Explanation, error) {
	x := v.blank()
	var err error
	x.Asset, err = v.folder.asset(v.AssetID(row))
	return x, err
}
