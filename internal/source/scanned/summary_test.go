package scanned

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"telltale/internal/answer"
	"telltale/internal/asset"
)

// A scan states what it asked only when it ran to its end and left nothing out.
func TestLooked(t *testing.T) {
	at := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name    string
		targets []string
		tried   int
		ended   bool
		want    []string
	}{
		{"whole", []string{"10.1.0.0/30", "10.1.1.1"}, 5, true, []string{"10.1.0.0/30", "10.1.1.1"}},
		{"with exclusions", []string{"10.1.0.0/30"}, 3, true, nil},
		{"cut short", []string{"10.1.0.0/30"}, 4, false, nil},
		{"of a list in a file", []string{"hosts.txt"}, 4, true, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var s summary
			s.add(&answer.Record{Begin: &answer.Begin{Targets: c.targets, At: at}})
			s.add(&answer.Record{Block: &answer.Block{Tried: c.tried}})
			if c.ended {
				s.add(&answer.Record{End: true})
			}
			cov := &asset.Coverage{}
			s.cover(cov)
			if d := cmp.Diff(c.want, cov.Looked); d != "" {
				t.Errorf("looked at (-want +got):\n%s", d)
			}
		})
	}
}
