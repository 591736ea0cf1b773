package pipeline

import (
	"telltale/internal/asset"
	"telltale/internal/reconcile"
)

// paperSources are the sources that read what somebody wrote down. All others
// read what devices sent, answered or told: the wire. A file of firmware is
// held by somebody, as a purchase is.
var paperSources = map[string]bool{
	"sheet": true, "csv": true, "xlsx": true, "ods": true, "html-table": true, "pdf": true, "docx": true, "mail": true, "text-list": true, "text": true, "cyclonedx": true, "spdx": true,
	"netbox": true, "register": true, "firmware": true, "ask": true, "simulated": true,
}

// supposed are the sources of things nobody has: a question, an example.
var supposed = map[string]bool{"ask": true, "simulated": true}

// laneOf says whether a sighting is from paper or from the wire; format is what read its input.
func laneOf(s *asset.Sighting, format string) reconcile.Lane {
	if len(s.Observations) > 0 {
		format = s.Observations[0].Source
	}
	if paperSources[format] {
		return reconcile.Paper
	}
	return reconcile.Wire
}

// recordOf says in which lanes the sightings of one thing lie, "" for what is only supposed.
func recordOf(ss []*asset.Sighting, formats map[string]string) reconcile.Record {
	paper, wire := false, false
	for _, s := range ss {
		if len(s.Observations) > 0 && supposed[s.Observations[0].Source] {
			return ""
		}
		if laneOf(s, formats[s.Place.Input]) == reconcile.Paper {
			paper = true
		} else {
			wire = true
		}
	}
	switch {
	case paper && wire:
		return reconcile.Matched
	case paper:
		return reconcile.PaperOnly
	}
	return reconcile.WireOnly
}

// formats are which source read each input.
func formats(cov []*asset.Coverage) map[string]string {
	m := make(map[string]string, len(cov))
	for _, c := range cov {
		m[c.Input] = c.Format
	}
	return m
}
