package pipeline

import (
	"telltale/data"
)

// DataSet is one set of facts the program carries.
type DataSet struct {
	Name   string `json:"name"`
	Rows   int    `json:"rows"`
	Date   string `json:"date"` // day of the data, as much of it as is known
	Source string `json:"source"`
}

// DataSets lists all data with their dates.
func (k *Knowledge) DataSets() ([]DataSet, error) {
	reg, err := k.edition.Registry()
	if err != nil {
		return nil, err
	}
	infos, err := reg.Info()
	if err != nil {
		return nil, err
	}
	var out []DataSet
	for _, i := range infos {
		out = append(out, DataSet{Name: i.Title, Rows: i.Rows, Date: i.Date, Source: i.Source + " (" + i.Licence + ")"})
	}
	facts, err := k.edition.AttributionFacts()
	if err != nil {
		return nil, err
	}
	day := k.Version[:len(data.Date)]
	provisions := 0
	for i := range k.Rules.Regimes {
		provisions += len(k.Rules.Regimes[i].Provisions)
	}
	return append(out,
		DataSet{Name: "organisations", Rows: len(k.Orgs.IDs()), Date: day, Source: "data/organisation, data/maker.yaml"},
		DataSet{Name: "fingerprints", Rows: len(facts.Fingerprints), Date: day, Source: "data/fingerprint"},
		DataSet{Name: "regimes of law", Rows: len(k.Rules.Regimes), Date: day, Source: "data/law"},
		DataSet{Name: "provisions of law", Rows: provisions, Date: day, Source: "data/law"},
	), nil
}
