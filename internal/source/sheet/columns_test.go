package sheet

import (
	"context"
	"slices"
	"strings"
	"testing"

	"telltale/internal/asset"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/sourcetest"
)

// TestOddHeadingsAreRead reads registers whose headings are those of people, not of programs.
func TestOddHeadingsAreRead(t *testing.T) {
	maker := func(name string) bool {
		return slices.Contains([]string{"acme", "bolt", "cirrus"}, strings.ToLower(name))
	}
	for _, c := range []struct {
		name, text string
		want       []evidence.Attr // the attributes of the first thing, sorted
	}{
		{"questions", "Tag #,Where it lives,What is it,Who makes it,S/No\n1,Barn,switch,Acme,A1\n2,Barn,router,Bolt,A2\n",
			[]evidence.Attr{evidence.AssetTag, evidence.CategoryText, evidence.Location, evidence.ManufacturerText, evidence.Serial}},
		{"makers told by their names", "Tag #,By,S/No\n1,Acme,A1\n2,Bolt,A2\n3,Elm,A3\n", []evidence.Attr{evidence.AssetTag, evidence.ManufacturerText, evidence.Serial}},
		{"people are no makers", "Tag #,By,S/No\n1,Anna,A1\n2,Bolt,A2\n3,Carl,A3\n", []evidence.Attr{evidence.AssetTag, evidence.Serial}},
		{"one name alone says nothing", "Tag #,By,S/No\n1,Acme,A1\n2,Acme,A2\n", []evidence.Attr{evidence.AssetTag, evidence.Serial}},
		{"makers of parts and neighbours are not the thing's", "Tag #,PSU manufacturer,Neighbour model,S/No\n1,Acme,X2,A1\n2,Bolt,X3,A2\n", []evidence.Attr{evidence.AssetTag, evidence.Serial}},
		{"a type beside a model is its kind", "Model,Device type,S/No\nX2,switch,A1\n", []evidence.Attr{evidence.CategoryText, evidence.ModelText, evidence.Serial}},
		{"installers are no makers", "Tag #,Installed by,Company,S/No\n1,Acme,Bolt,A1\n2,Bolt,Acme,A2\n", []evidence.Attr{evidence.AssetTag, evidence.Serial}},
		{"customers are no makers", "Tag #,Customer,S/No\n1,Acme,A1\n2,Bolt,A2\n", []evidence.Attr{evidence.AssetTag, evidence.Serial}},
		{"customers by other words", "Tag #,Customer's company,S/No\n1,Acme,A1\n2,Bolt,A2\n", []evidence.Attr{evidence.AssetTag, evidence.Serial}},
		{"vendors beside models with makers sell", "Make/Model,Vendor,S/No\nAcme X2,Acme Road Shop,A1\nBolt 7,Elm,A2\n", []evidence.Attr{evidence.ModelText, evidence.Serial, evidence.SupplierText}},
		{"vendors that are no makers sell", "Model,Vendor,S/No\nX2,Oak,A1\n7,Elm,A2\n", []evidence.Attr{evidence.ModelText, evidence.Serial, evidence.SupplierText}},
		{"vendors that are makers make", "Model,Vendor,S/No\nX2,Acme,A1\n7,Elm,A2\n", []evidence.Attr{evidence.ManufacturerText, evidence.ModelText, evidence.Serial}},
		{"devices that begin with makers", "Tag #,Device,S/No\n1,Acme X2,A1\n2,Bolt 7,A2\n", []evidence.Attr{evidence.AssetTag, evidence.Description, evidence.Serial}},
		{"devices that are names", "Tag #,Device,S/No\n1,core 1,A1\n2,Bolt 7,A2\n3,core 2,A3\n", []evidence.Attr{evidence.AssetTag, evidence.Name, evidence.Serial}},
		{"a column already names the maker", "Tag #,Make,By,S/No\n1,Elm,Acme,A1\n2,Elm,Bolt,A2\n", []evidence.Attr{evidence.AssetTag, evidence.ManufacturerText, evidence.Serial}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := sourcetest.Input("a.csv", []byte(c.text))
			in.Options = &source.Options{IsMaker: maker}
			var first *asset.Sighting
			cov := &asset.Coverage{}
			if err := (CSV{}).Read(context.Background(), in, cov, func(s *asset.Sighting) error {
				if first == nil {
					first = s
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			var got []evidence.Attr
			for _, o := range first.Observations {
				got = append(got, o.Attr)
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v\n%s", got, c.want, strings.Join(cov.Notes, "\n"))
			}
		})
	}
}
