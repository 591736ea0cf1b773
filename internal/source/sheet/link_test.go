package sheet

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"telltale/internal/source/sourcetest"
)

func TestLinks(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string // thing seen port -> peer port
	}{
		{"a register with an uplink column", "Name,Make,Model,Serial No.,Uplink\nap-1,Ubiquiti,U6-LR,ABC12345678,sw-1 Gi1/0/3\nap-2,Ubiquiti,U6-LR,ABC12345679,sw-1:Gi1/0/4\nap-3,Ubiquiti,U6-LR,ABC12345670,\n", []string{
			`ap-1 listed "" -> sw-1 "Gi1/0/3"`, `ap-2 listed "" -> sw-1 "Gi1/0/4"`}},
		{"a cable list", "From device,From port,To device,To port,Cable\nsw-1,Gi1/0/1,rtr-1,Te0/0/1,C-1\nsw-1,Gi1/0/2,10.1.0.9,,C-2\n", []string{
			`sw-1 neighbour "Gi1/0/1" -> rtr-1 "Te0/0/1"`, `sw-1 neighbour "Gi1/0/2" -> 10.1.0.9 ""`}},
		{"cables as NetBox exports them", "Label,Device A,Termination A,Device B,Termination B,Status\n,sw-1,xe-0/0/1,sw-2,xe-0/0/2,Connected\n", []string{`sw-1 neighbour "xe-0/0/1" -> sw-2 "xe-0/0/2"`}},
		{"a rate is no peer", "Name,Model,Serial,Uplink\nsw-1,X-100,ABC12345678,10G\nsw-2,X-100,ABC12345679,1 Gbps\n", nil},
		{"several peers", "Name,Model,Serial,Connected to\nsw-1,X-100,ABC12345678,\"sw-2 Gi0/1; sw-3 port 7\"\n", []string{`sw-1 listed "" -> sw-2 "Gi0/1"`, `sw-1 listed "" -> sw-3 "7"`}},
		{"a port alone says nothing", "Name,Model,Serial,Port\nsw-1,X-100,ABC12345678,Gi0/1\n", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := sourcetest.Read(CSV{}, "list.csv", []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, s := range got {
				for _, l := range s.Links {
					lines = append(lines, fmt.Sprintf("%s %s %q -> %s %q", s.Observations[0].Value, s.Seen, l.LocalPort, l.Remote.Observations[0].Value, l.RemotePort))
				}
			}
			if d := cmp.Diff(c.want, lines); d != "" {
				t.Errorf("links (-want +got):\n%s", d)
			}
		})
	}
}

// A cross in a column is a mark, not the name of a place.
func TestCrossIsNoSite(t *testing.T) {
	for _, x := range []string{"X", "x", " X "} {
		got, _, err := sourcetest.Read(CSV{}, "list.csv", []byte("Name,Model,Serial,Site\nsw-1,X-100,ABC12345678,"+x+"\nsw-2,X-100,ABC12345679,Mill\n"))
		if err != nil || len(got) != 2 {
			t.Fatalf("%d rows, error %v", len(got), err)
		}
		for _, o := range got[0].Observations {
			if o.Attr == "site" {
				t.Errorf("%q was read as the site %q", x, o.Value)
			}
		}
	}
}
