package web

import (
	"encoding/json"
	"slices"
)

// openedImage is what the page of a job tells at once of an image that was opened; the report has all.
type openedImage struct {
	Image struct {
		Name string
	}
	Summary  string
	Findings []openedFinding
}

type openedFinding struct{ Level, Title, Where string }

// maxOpenedFindings bounds the findings told of one image.
const maxOpenedFindings = 8

// levels of the findings of an image, the gravest first; a note is left to the report.
var openedLevels = []string{"confirmed", "probable", "suspicious"}

// openedImages reads the images of a report: one, or a list.
func openedImages(report []byte) []openedImage {
	var all []openedImage
	if json.Unmarshal(report, &all) != nil {
		var one openedImage
		if json.Unmarshal(report, &one) != nil {
			return nil // the report itself is a link away
		}
		all = []openedImage{one}
	}
	for i := range all {
		all[i].Findings = slices.DeleteFunc(all[i].Findings, func(f openedFinding) bool { return !slices.Contains(openedLevels, f.Level) })
		slices.SortStableFunc(all[i].Findings, func(a, b openedFinding) int {
			return slices.Index(openedLevels, a.Level) - slices.Index(openedLevels, b.Level)
		})
	}
	return all
}

// First are the findings told, Rest counts the others.
func (o openedImage) First() []openedFinding { return firstOf(o.Findings, maxOpenedFindings) }

func (o openedImage) Rest() int { return len(o.Findings) - len(o.First()) }
