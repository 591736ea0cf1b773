package resolve_test

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"telltale/internal/asset"
	"telltale/internal/resolve"
	"telltale/internal/source/all"
)

// Recordings of devices whose labels name different makers are never one
// asset, whatever shared numbers they carry.
func TestRecordingsOfTwoMakersStayApart(t *testing.T) {
	corpus := os.Getenv("TELLTALE_CORPUS")
	if corpus == "" {
		t.Skip("TELLTALE_CORPUS names no folder of recordings")
	}
	maker := labelled(t, filepath.Join(corpus, "labels.csv"))
	r := resolve.New(resolve.Options{})
	var direct []string // the file of each sighting read itself, empty for others
	add := func(s *asset.Sighting, file string) {
		s.Network = s.Place.Input
		r.Add(resolve.Of(s))
		direct = append(direct, file)
	}
	err := all.Walk(t.Context(), filepath.Join(corpus, "snmprec"), nil, all.Limits{}, func(l *all.Leaf) error {
		if l.Source == nil {
			return nil
		}
		return l.Source.Read(t.Context(), l.Input, l.Coverage, func(s *asset.Sighting) error {
			remotes := s.Links
			add(s, filepath.Base(l.Input.Name))
			for i := range remotes {
				add(&remotes[i].Remote, "")
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, ms := range r.Clusters().All() {
		first := ""
		for _, m := range ms {
			f := direct[m]
			if f == "" {
				continue
			}
			if a, b := maker[first], maker[f]; a != "" && b != "" && a != b {
				t.Errorf("recordings %s of %s and %s of %s are one asset", first, a, f, b)
			}
			first = f
		}
	}
}

// labelled reads file → maker.
func labelled(t *testing.T, path string) map[string]string {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	file, maker := -1, -1
	for i, h := range rows[0] {
		switch strings.ToLower(h) {
		case "file", "path":
			file = i
		case "maker_id":
			maker = i
		}
	}
	if file < 0 || maker < 0 {
		t.Fatalf("labels with headings %v", rows[0])
	}
	out := map[string]string{}
	for _, row := range rows[1:] {
		out[filepath.Base(row[file])] = row[maker]
	}
	return out
}
