package pipeline

import (
	"bytes"
	"cmp"
	"os"
	"regexp"
	"slices"
	"strings"

	"telltale/internal/evidence"
	"telltale/internal/org"
)

// StratumFigure says how the recordings of one stratum came out.
type StratumFigure struct {
	Stratum string `json:"stratum"`
	// Score is what the labels say counts: "yes", or "list-only" where the brand alone is known.
	Score      string `json:"score"`
	Recordings int    `json:"recordings"`
	Right      int    `json:"right"`
	Unknown    int    `json:"unknown"`
	// Listed counts those that name a maker whom some label calls restricted.
	Listed int `json:"listed"`
	// Clear is the share that names none, with its 95 % interval (Wilson); nothing for the restricted themselves.
	Clear *Figure `json:"clear,omitempty"`
}

// Miss is something labelled that was not found.
type Miss struct {
	What string `json:"what"` // maker, brand, neighbour or part
	File string `json:"file"`
	Want org.ID `json:"want"`
	// InFile is true when the file holds a name of it: evidence that was there to be read.
	InFile bool `json:"in_file"`
}

// labelNames connects the words of labels and recordings with organisations.
type labelNames struct {
	whom func(string) org.ID
	// of are the words by which a maker's goods name it.
	of map[org.ID][]string
}

func namesOf(fps []evidence.Fingerprint) map[org.ID][]string {
	m := map[org.ID][]string{}
	for i := range fps {
		fp := &fps[i]
		for _, a := range fp.Asserts {
			if a.Aspect == evidence.Manufacturer && fp.Word && (fp.Kind == "name" || fp.Kind == "part") {
				m[org.ID(a.Value)] = append(m[org.ID(a.Value)], fp.Pattern)
			}
		}
	}
	return m
}

func (r *AccuracyReport) miss(what string, row *Labelled, want org.ID, known labelNames) {
	r.Misses = append(r.Misses, Miss{What: what, File: row.File, Want: want, InFile: row.holds(known.of[want])})
}

// configured are lines in which people write names of anything: host names, contacts, places, port descriptions.
var configured = regexp.MustCompile(`(?mi)^(?:sysname|hostname|1\.3\.6\.1\.2\.1\.1\.[456]\.0\|).*$`)

// holds reports whether the recording's text holds one of the names as a word, outside what people configured.
func (r *Labelled) holds(names []string) bool {
	if len(names) == 0 || r.path == "" {
		return false
	}
	b, err := os.ReadFile(r.path)
	if err != nil {
		return false
	}
	b = configured.ReplaceAll(b, nil)
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = regexp.QuoteMeta(n)
	}
	re := regexp.MustCompile(`(?i)(?:^|[^0-9A-Za-z])(?:` + strings.Join(quoted, "|") + `)(?:$|[^0-9A-Za-z])`)
	return re.Match(bytes.ToValidUTF8(b, nil))
}

// strata counts by stratum; captures of several devices are called restricted when any thing in them is.
func (r *AccuracyReport) strata(as []CorpusAnswer, listed map[org.ID]bool) {
	at := map[string]*StratumFigure{}
	for i := range as {
		row := as[i].Row
		if row.Score == "no" {
			continue
		}
		key := row.Stratum + "|" + row.Score
		f := at[key]
		if f == nil {
			f = &StratumFigure{Stratum: row.Stratum, Score: row.Score}
			at[key] = f
		}
		f.Recordings++
		switch as[i].Who {
		case row.Maker:
			f.Right++
		case "":
			f.Unknown++
		}
		if slices.ContainsFunc(as[i].All, func(o org.ID) bool { return listed[o] }) {
			f.Listed++
		}
	}
	for _, f := range at {
		if f.Stratum != "restricted" {
			c := wilson(float64(f.Recordings-f.Listed), float64(f.Recordings))
			f.Clear = &c
		}
		r.Strata = append(r.Strata, *f)
	}
	slices.SortFunc(r.Strata, func(a, b StratumFigure) int {
		return cmp.Or(cmp.Compare(a.Stratum, b.Stratum), cmp.Compare(b.Score, a.Score))
	})
}
