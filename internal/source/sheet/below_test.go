package sheet

import (
	"fmt"
	"strings"
	"testing"

	"telltale/internal/source/sourcetest"
)

// TestTablesBelowEachOther reads every table of a sheet by its own headings.
func TestTablesBelowEachOther(t *testing.T) {
	long := "Name,Make,Model\n" + strings.Repeat("sw,Acme,X2\n", sampleRows+10) + "\nCameras,,\nModel,Location,Maker\nP1,Gate,Bolt\n"
	for _, c := range []struct {
		name, text, last string
		read, failed     int
	}{
		{"after a blank row", "Name,Make,Model\nsw,Acme,X2\n,,\nModel,Location,Maker\nP1,Gate,Bolt\n", "location=Gate manufacturer=Bolt model=P1", 2, 0},
		{"after a title", "Name,Make,Model\nsw,Acme,X2\nCameras,,\nModel,Location,Maker\nP1,Gate,Bolt\n", "location=Gate manufacturer=Bolt model=P1", 2, 0},
		{"after totals", "Name,Make,Model,Qty\nsw,Acme,X2,1\nTotal,,,1\nModel,Location,Maker\nP1,Gate,Bolt\n", "location=Gate manufacturer=Bolt model=P1", 2, 0},
		{"wider", "Name,Make\nsw,Acme\nModel,Location,Maker,Serial\nP1,Gate,Bolt,S77\n", "location=Gate manufacturer=Bolt model=P1 serial=S77", 2, 0},
		{"richer", "Name,Make\nsw,Acme\n\nModel,Location,Maker,Serial No,MAC address,Quantity\nP1,Gate,Bolt,S77,,2\n", "location=Gate manufacturer=Bolt model=P1 quantity=2 serial=S77", 2, 0},
		{"beyond the sample", long, "location=Gate manufacturer=Bolt model=P1", sampleRows + 11, 0},
		{"values that are words of headings", "Name,Make,Model\nsw,Acme,X2\n,,\nlabel,Acme,X3\n", "manufacturer=Acme model=X3 name=label", 2, 0},
		{"headings again", "Name,Make,Model\nsw,Acme,X2\n,,\nName,Make,Model\nsw2,Acme,X3\n", "manufacturer=Acme model=X3 name=sw2", 2, 0},
		{"beside each other", "Name,Make,Model,,Name,Maker,Serial\nsw,Acme,X2,,cam,Bolt,S77\nsw2,Acme,X3,,,,\n", "manufacturer=Acme model=X3 name=sw2", 3, 0},
		{"a column without a heading", "Name,Make,,Model,Serial\nsw,Acme,old,X2,S1\n", "manufacturer=Acme model=X2 name=sw serial=S1", 1, 0},
		{"totals in a column of tags", "Tag,Make,Model,Qty\nT1,Acme,X2,1\nTotal: 1 item,,,1\n", "assetTag=T1 manufacturer=Acme model=X2 quantity=1", 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, cov, err := sourcetest.Read(CSV{}, "a.csv", []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != c.read || cov.Failed != c.failed {
				t.Fatalf("read %d, failed %d %v; want %d, %d\n%s", len(got), cov.Failed, cov.Reasons, c.read, c.failed, strings.Join(cov.Notes, "\n"))
			}
			said := map[string]string{}
			for _, o := range got[len(got)-1].Observations {
				said[string(o.Attr)] = o.Value
			}
			var b []string
			for _, k := range sortedKeys(said) {
				b = append(b, fmt.Sprintf("%s=%s", k, said[k]))
			}
			if s := strings.Join(b, " "); s != c.last {
				t.Errorf("the last row says %q, want %q", s, c.last)
			}
		})
	}
}
