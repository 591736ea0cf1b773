// Package browse finds, sorts and counts the assets and findings of one
// result, a million of them in milliseconds, for pages and API.
//
// It holds what lists are filtered, sorted and counted by, as columns: a code
// a value, four bytes an asset or finding. It is not the result: what is shown
// of a row is read from the result itself (pipeline.View joins the two).
//
// Flow: Builder takes every asset and finding once → Index → Write; later Read
// → Assets, Findings (a Query, an order and a cursor give a page of row
// numbers), Facets, Timeline, Inbox. An Index never changes; all methods are
// safe for concurrent use.
package browse

import (
	"bytes"
	"encoding/hex"
	"sort"
	"sync"

	"telltale/internal/calendar"
	"telltale/internal/law"
)

// idLen is the length of an ID in bytes: 20 hex digits.
const idLen = 10

// Verdicts in the order in which they are shown and sorted; the position is the code kept.
var Verdicts = []law.Verdict{law.Prohibited, law.Restricted, law.Undetermined, law.Permitted, law.NotBound}

// noVerdict is the code of an asset without a finding.
const noVerdict = 5

// Names of columns of assets and of findings, as used in queries, facets and orders.
const (
	Kind, Seen, Category, Function, Maker, Brand, Model, Site, Test   = "kind", "seen", "category", "function", "maker", "brand", "model", "site", "test"
	Act, Regime, Provision, Jurisdiction, Profile, Entry, FindingPart = "act", "regime", "provision", "jurisdiction", "profile", "entry", "part"
)

var (
	assetColumns   = []string{Kind, Seen, Category, Function, Maker, Brand, Model, Site, Test}
	findingColumns = []string{Act, Regime, Provision, Jurisdiction, Profile, Entry, FindingPart}
)

// Index holds the columns of one result.
type Index struct {
	assets   assets
	findings findings
	asked    asked
	sieve    sieve
	// organisations maps an organisation's ID to its name, so that words find makers by name.
	organisations map[string]string

	mu     sync.Mutex
	recent map[string]*selection
	oldest []string
	orders map[string][]uint32
}

// assets are the columns of assets; a row number is the position in the order of IDs.
type assets struct {
	n          int
	ids        []byte // idLen each, sorted
	columns    map[string]*column
	mask       []uint8 // bit v: has a finding of verdict v
	relabelled set
	inputs     *lists
	text       []byte   // lower case: name, then keys, 0x1f between, '\n' behind each asset
	textAt     []uint32 // start of the text of each row
	byName     []uint32 // rows in the order of names
	first      []uint32 // findings of row i are first[i] <= f < first[i+1]
}

// findings are the columns of findings, in the order of their assets.
type findings struct {
	n       int
	ids     []byte
	byID    []uint32 // finding numbers in the order of IDs
	asset   []uint32 // row, noRow for the estate as a whole
	verdict []uint8
	due     []int32 // calendar.Date, calendar.NoDate for none
	columns map[string]*column
	at      []uint64 // offset in the list of the result
	length  []uint32
}

// noRow is the asset of a finding about no asset.
const noRow = ^uint32(0)

// Place says where a finding stands in the list of the result: offset and length in bytes.
type Place struct {
	Offset int64
	Length int
}

// column is a value a row, from a sorted dictionary. Code 0 is the empty value.
type column struct {
	values []string
	codes  []uint32
}

// lists is several values a row.
type lists struct {
	values []string
	first  []uint32
	codes  []uint32
}

// Len returns the number of assets and of findings.
func (x *Index) Len() (assets, findings int) { return x.assets.n, x.findings.n }

// AssetID returns the ID of the asset in a row.
func (x *Index) AssetID(row int) string {
	return hex.EncodeToString(x.assets.ids[row*idLen : row*idLen+idLen])
}

// AssetRow returns the row of an asset, false when there is none of that ID.
func (x *Index) AssetRow(id string) (int, bool) {
	return findID(x.assets.ids, id, func(i int) int { return i }, x.assets.n)
}

// FindingID returns the ID of finding n.
func (x *Index) FindingID(n int) string {
	return hex.EncodeToString(x.findings.ids[n*idLen : n*idLen+idLen])
}

// FindingNumber returns the number of a finding, false when there is none of that ID.
func (x *Index) FindingNumber(id string) (int, bool) {
	return findID(x.findings.ids, id, func(i int) int { return int(x.findings.byID[i]) }, x.findings.n)
}

// FindingPlace says where finding n stands in the result.
func (x *Index) FindingPlace(n int) Place {
	return Place{int64(x.findings.at[n]), int(x.findings.length[n])}
}

// FindingAsset returns the row of the asset finding n is about, false when it is about none.
func (x *Index) FindingAsset(n int) (int, bool) {
	r := x.findings.asset[n]
	return int(r), r != noRow
}

// FindingsOf returns the numbers of the findings of an asset: from <= n < to.
func (x *Index) FindingsOf(row int) (from, to int) {
	return int(x.assets.first[row]), int(x.assets.first[row+1])
}

// VerdictsOf counts the findings of an asset by verdict, in the order of Verdicts.
func (x *Index) VerdictsOf(row int) [5]int {
	var out [5]int
	from, to := x.FindingsOf(row)
	for _, v := range x.findings.verdict[from:to] {
		out[v]++
	}
	return out
}

func findID(ids []byte, id string, at func(int) int, n int) (int, bool) {
	want, err := hex.DecodeString(id)
	if err != nil || len(want) != idLen {
		return 0, false
	}
	get := func(i int) []byte { k := at(i) * idLen; return ids[k : k+idLen] }
	i := sort.Search(n, func(i int) bool { return bytes.Compare(get(i), want) >= 0 })
	if i == n || !bytes.Equal(get(i), want) {
		return 0, false
	}
	return at(i), true
}

// Deadline counts findings of one provision that fall due on one day.
type Deadline struct {
	Due       calendar.Date `json:"due"`
	Regime    string        `json:"regime"`
	Provision string        `json:"provision"`
	Verdict   law.Verdict   `json:"verdict"`
	Profile   string        `json:"profile,omitempty"`
	Findings  int           `json:"findings"`
	Assets    int           `json:"assets"`
}

// maxDeadlines bounds a time line.
const maxDeadlines = 1000

// Timeline returns the deadlines of a result, nearest first.
func (x *Index) Timeline() []Deadline {
	type key struct {
		due                        int32
		regime, provision, profile uint32
		verdict                    uint8
	}
	f := &x.findings
	regime, provision, profile := f.columns[Regime], f.columns[Provision], f.columns[Profile]
	at, last := map[key]int{}, map[key]uint32{}
	out := []Deadline{}
	for i := range f.n {
		if f.due[i] == int32(calendar.NoDate) {
			continue
		}
		k := key{f.due[i], regime.codes[i], provision.codes[i], profile.codes[i], f.verdict[i]}
		n, ok := at[k]
		if !ok {
			if len(out) == maxDeadlines {
				continue
			}
			n = len(out)
			at[k] = n
			out = append(out, Deadline{Due: calendar.Date(k.due), Regime: regime.values[k.regime], Provision: provision.values[k.provision], Profile: profile.values[k.profile], Verdict: Verdicts[k.verdict]})
		}
		out[n].Findings++
		if a, seen := last[k]; !seen || a != f.asset[i] { // findings come in the order of assets
			out[n].Assets++
			last[k] = f.asset[i]
		}
	}
	sort.SliceStable(out, func(i, j int) bool {
		if out[i].Due != out[j].Due {
			return out[i].Due < out[j].Due
		}
		return out[i].Provision+out[i].Profile < out[j].Provision+out[j].Profile
	})
	return out
}
