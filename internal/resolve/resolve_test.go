package resolve

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"telltale/internal/asset"
	"telltale/internal/calendar"
)

// sig reads a signature from words: "name maker=acme net=n list=sheet day=3
// kind=contract serial:X ~ip:10.0.0.1", where ~ marks a weak key.
func sig(line string) Signature {
	s := Signature{Content: hashOf(line), Network: "n", Day: calendar.NoDate, Seen: asset.Direct, Kind: asset.Device}
	for _, w := range strings.Fields(line) {
		if name, v, ok := strings.Cut(w, "="); ok {
			switch name {
			case "maker":
				s.Maker = v
			case "net":
				s.Network = v
			case "list":
				s.Seen, s.Input = asset.Listed, v
			case "kind":
				s.Kind = asset.Kind(v)
			case "seen":
				s.Seen = asset.Seen(v)
			case "day":
				fmt.Sscan(v, &s.Day)
			}
		} else if t, v, ok := strings.Cut(w, ":"); ok {
			weak := strings.HasPrefix(t, "~")
			s.Keys = append(s.Keys, asset.Key{Type: asset.KeyType(strings.TrimPrefix(t, "~")), Value: v, Strong: !weak})
		}
	}
	return s
}

func sigs(lines []string) []Signature {
	out := make([]Signature, len(lines))
	for i, l := range lines {
		out[i] = sig(l)
	}
	return out
}

// partition returns the clusters as sorted lists of ordinals.
func partition(c *Clusters) [][]int {
	var out [][]int
	for _, ms := range c.All() {
		slices.Sort(ms)
		out = append(out, ms)
	}
	slices.SortFunc(out, slices.Compare)
	return out
}

func resolveAll(opt Options, all []Signature) *Clusters {
	r := New(opt)
	for _, s := range all {
		r.Add(s)
	}
	return r.Clusters()
}

func TestClusters(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  string
		notes string
	}{
		{"a sheet, a scan and a walk are one switch",
			[]string{"a list=s maker=acme serial:AB12345678", "b ~ip:10.0.0.1 mac:00:1b:00:00:00:01", "c maker=acme serial:AB12345678 mac:00:1b:00:00:00:01"}, "[[0 1 2]]", ""},
		{"one serial of two makers is two things",
			[]string{"a maker=acme serial:1001", "b maker=bolt serial:1001"}, "[[0] [1]]", "two-makers"},
		{"the texts of one maker differ in words",
			[]string{"a maker=acme serial:1001", "b serial:1001 maker=acme", "c maker=acme serial:1001"}, "[[0 1 2]]", ""},
		{"no maker text goes with the only maker",
			[]string{"a maker=acme serial:AB12345678", "b serial:AB12345678"}, "[[0 1]]", ""},
		{"no maker text between two makers joins nobody",
			[]string{"a maker=acme serial:AB12345678", "b serial:AB12345678", "c maker=bolt serial:AB12345678"}, "[[0] [1] [2]]", "two-makers"},
		{"... unless another key agrees",
			[]string{"a maker=acme serial:AB12345678 mac:00:1b:00:00:00:01", "b serial:AB12345678 mac:00:1b:00:00:00:01", "c maker=bolt serial:AB12345678"}, "[[0 1] [2]]", "two-makers"},
		{"a MAC of two serials is shared and joins nobody",
			[]string{"a maker=acme serial:S1 mac:m", "b maker=acme serial:S2 mac:m", "c mac:m"}, "[[0] [1] [2]]", "shared"},
		{"a host key of two serials is shared",
			[]string{"a maker=acme serial:S1 sshKey:k", "b maker=acme serial:S2 sshKey:k", "c sshKey:k", "d sshKey:k"}, "[[0] [1] [2] [3]]", "shared"},
		{"serials of two makers on one MAC are one relabelled thing",
			[]string{"a maker=acme serial:S1 mac:m", "b maker=bolt serial:S2 mac:m"}, "[[0 1]]", ""},
		{"a chain between two serials: what lies between joins neither",
			[]string{"a maker=acme serial:S1 mac:m1", "b mac:m1 mac:m2", "c maker=acme serial:S2 mac:m2"}, "[[0] [1] [2]]", "chain"},
		{"... what touches one only still joins it",
			[]string{"a maker=acme serial:S1 mac:m1", "b mac:m1 mac:m2", "c maker=acme serial:S2 mac:m2", "d maker=acme serial:S1 mac:m9", "e mac:m9"}, "[[0 3 4] [1] [2]]", "chain"},
		{"a stack: one walk with two serials holds both rows",
			[]string{"a maker=acme serial:S1 serial:S2", "b list=s maker=acme serial:S1", "c list=s maker=acme serial:S2"}, "[[0 1 2]]", ""},
		{"two rows with one serial are a duplicate",
			[]string{"a list=s maker=acme serial:S1", "b list=s maker=acme serial:S1"}, "[[0 1]]", "duplicate"},
		{"equal tag and different serials stay apart",
			[]string{"a list=s maker=acme serial:S1 ~assetTag:T1", "b list=s maker=acme serial:S2 ~assetTag:T1"}, "[[0] [1]]", "ambiguous"},
		{"two rows of one sheet are not united by a tag",
			[]string{"a list=s ~assetTag:T1", "b list=s ~assetTag:T1"}, "[[0] [1]]", "ambiguous"},
		{"... nor through a row of another",
			[]string{"a list=s ~assetTag:T1", "b list=t ~assetTag:T1 ~hostname:h", "c list=s ~hostname:h"}, "[[0 1] [2]]", "ambiguous"},
		{"a tag unites two lists",
			[]string{"a list=s ~assetTag:T1", "b list=t ~assetTag:T1"}, "[[0 1]]", ""},
		{"an address unites in one network and time",
			[]string{"a list=s maker=acme serial:S1 ~ip:10.0.0.1", "b day=1 ~ip:10.0.0.1 mac:m"}, "[[0 1]]", ""},
		{"... not in two networks", []string{"a net=x ~ip:10.0.0.1 ", "b net=y ~ip:10.0.0.1"}, "[[0] [1]]", ""},
		{"... not in two times", []string{"a day=1 ~ip:10.0.0.1", "b day=9 ~ip:10.0.0.1"}, "[[0] [1]]", ""},
		{"... in steps within the window", []string{"a day=1 ~ip:10.0.0.1", "b day=15 ~ip:10.0.0.1", "c day=8 ~ip:10.0.0.1"}, "[[0 1 2]]", ""},
		{"an address two MACs claim joins nobody",
			[]string{"a day=1 ~ip:10.0.0.1 mac:m1", "b day=2 ~ip:10.0.0.1 mac:m2", "c day=2 ~ip:10.0.0.1"}, "[[0] [1] [2]]", "ambiguous"},
		{"undated goes with the only time", []string{"a day=1 ~ip:10.0.0.1", "b ~ip:10.0.0.1"}, "[[0 1]]", ""},
		{"undated between two times joins nobody",
			[]string{"a day=1 ~ip:10.0.0.1", "b ~ip:10.0.0.1", "c day=100 ~ip:10.0.0.1"}, "[[0] [1] [2]]", ""},
		{"one name at two addresses is two things",
			[]string{"a ~hostname:h ~ip:10.0.0.1", "b ~hostname:h ~ip:10.0.0.2"}, "[[0] [1]]", "ambiguous"},
		{"a factory key on many hosts joins none",
			[]string{"a tlsKey:k ~ip:10.0.0.1", "b tlsKey:k ~ip:10.0.0.2", "c tlsKey:k ~ip:10.0.0.3"}, "[[0] [1] [2]]", "shared"},
		{"a host that moved keeps its key",
			[]string{"a day=1 sshKey:k ~ip:10.0.0.1", "b day=60 sshKey:k ~ip:10.0.0.2"}, "[[0 1]]", ""},
		{"a renewed TLS key at one address is one host",
			[]string{"a day=1 tlsKey:k1 ~ip:10.0.0.1", "b day=3 tlsKey:k2 ~ip:10.0.0.1"}, "[[0 1]]", ""},
		{"a cloned engine ID on two MACs is shared",
			[]string{"a engineID:e mac:m1", "b engineID:e mac:m2"}, "[[0] [1]]", "shared"},
		{"a neighbour is the device itself",
			[]string{"a seen=neighbour mac:m", "b mac:m maker=acme serial:S1"}, "[[0 1]]", ""},
		{"a purchase line with the serial is the device",
			[]string{"a kind=purchase-line list=po maker=acme serial:S1", "b maker=acme serial:S1"}, "[[0 1]]", ""},
		{"a purchase line is no device by a weak key",
			[]string{"a kind=purchase-line list=po ~assetTag:T1", "b list=s ~assetTag:T1"}, "[[0] [1]]", ""},
		{"a contract is no device", []string{"a kind=contract serial:AB12345678", "b serial:AB12345678"}, "[[0] [1]]", ""},
		{"a PON serial does not contradict the chassis's",
			[]string{"a gponSerial:ABCD12345678", "b maker=acme serial:S1 gponSerial:ABCD12345678"}, "[[0 1]]", ""},
		{"two PON serials do",
			[]string{"a gponSerial:ABCD12345678 mac:m", "b gponSerial:ABCD12345679 mac:m"}, "[[0] [1]]", "shared"},
		{"things without keys stay alone", []string{"a", "b"}, "[[0] [1]]", ""},
		{"the same sighting twice is one", []string{"a", "a"}, "[[0 1]]", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := resolveAll(Options{}, sigs(c.lines))
			if diff := cmp.Diff(c.want, fmt.Sprint(partition(got))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			var kinds []string
			for _, n := range got.Notes() {
				if k := string(n.Kind); !slices.Contains(kinds, k) {
					kinds = append(kinds, k)
				}
			}
			if notes := strings.Join(kinds, " "); notes != c.notes {
				t.Errorf("notes %q, want %q", notes, c.notes)
			}
		})
	}
}

func TestDecisionsStick(t *testing.T) {
	twins := []string{"a maker=acme serial:S1 mac:m1", "b maker=acme serial:S1 mac:m2", "c mac:m2", "d mac:m3"}
	for _, c := range []struct {
		name string
		all  []Decision
		want string
	}{
		{"none", nil, "[[0 1 2] [3]]"},
		{"one sighting apart", []Decision{{Apart: []Handle{SightingHandle(hashOf(twins[1]))}}}, "[[0] [1] [2] [3]]"},
		{"what bears a key apart", []Decision{{Apart: []Handle{"mac:m2"}}}, "[[0] [1 2] [3]]"},
		{"joined against the keys", []Decision{{Join: []Handle{"mac:m3", "serial:S1"}}}, "[[0 1 2 3]]"},
		{"joined though taken apart", []Decision{{Apart: []Handle{"mac:m2"}}, {Join: []Handle{"mac:m3", "mac:m2"}}}, "[[0] [1 2 3]]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := resolveAll(Options{Decisions: c.all}, sigs(twins))
			if diff := cmp.Diff(c.want, fmt.Sprint(partition(got))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestIDIsThatOfTheSmallestStrongKey(t *testing.T) {
	s := sig("a maker=acme serial:AB12345678 mac:00:1b:00:00:00:01")
	want := KeyHash(asset.Device, asset.Key{Type: asset.KeySerial, Value: "AB12345678", Strong: true}).String()
	if got := resolveAll(Options{}, []Signature{s}).ID(0); got != want {
		t.Errorf("ID = %s, want %s", got, want)
	}
	bare := sig("b ~ip:10.0.0.1")
	if got := resolveAll(Options{}, []Signature{bare}).ID(0); got != bare.Content.String() {
		t.Errorf("ID without strong key = %s, want the content's %s", got, bare.Content)
	}
}

func TestNotesNameTheKey(t *testing.T) {
	all := sigs([]string{"a maker=acme serial:S1 mac:m", "b maker=acme serial:S2 mac:m"})
	notes := resolveAll(Options{}, all).Notes()
	if len(notes) != 1 {
		t.Fatalf("%d notes, want 1", len(notes))
	}
	k, ok := notes[0].KeyIn(&all[notes[0].Sightings[0]])
	if !ok || k.String() != "mac:m" || notes[0].Count != 2 {
		t.Errorf("note %+v names key %v", notes[0], k)
	}
}

func TestForwards(t *testing.T) {
	before := map[string]string{"t1": "A", "t2": "B", "t3": "C", "t4": "D", "t5": "D", "t6": "D", "t7": "E"}
	after := map[string]string{"t1": "A", "t2": "A", "t3": "C", "t4": "F", "t5": "G", "t6": "G"}
	want := []Forward{{"B", "A"}, {"D", "G"}}
	if diff := cmp.Diff(want, Forwards(before, after)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Inputs made to be slow: what grows with the square of them would not end.
func TestHostileInputs(t *testing.T) {
	const n = 60000
	for _, c := range []struct {
		name string
		line func(i int) string
		want int
	}{
		{"one MAC of all", func(i int) string { return fmt.Sprintf("x%d mac:m", i) }, 1},
		{"one MAC of as many serials", func(i int) string { return fmt.Sprintf("x%d maker=acme serial:S%d mac:m", i, i) }, n},
		{"two serials of all rows, one MAC a row", func(i int) string { return fmt.Sprintf("x%d list=l maker=acme serial:S%d mac:m%d", i, i%2, i/2) }, 2},
		{"a chain of stacks", func(i int) string { return fmt.Sprintf("x%d maker=acme serial:S%d serial:S%d mac:m%d", i, i, i+1, i/2) }, 1},
		{"one name of all, an address each", func(i int) string { return fmt.Sprintf("x%d ~hostname:h ~ip:10.0.%d.%d", i, i>>8, i&255) }, n},
		{"as many makers as rows", func(i int) string { return fmt.Sprintf("x%d maker=m%d serial:S", i, i) }, n},
		{"a list each, one tag", func(i int) string { return fmt.Sprintf("x%d list=l%d ~assetTag:T", i, i) }, 1},
		{"a day each", func(i int) string { return fmt.Sprintf("x%d day=%d ~ip:10.0.0.1", i, i*10) }, n},
		{"a long chain of MACs between two serials", func(i int) string {
			if i == 0 || i == n-1 {
				return fmt.Sprintf("x%d maker=acme serial:S%d mac:m%d", i, i, max(i-1, 0))
			}
			return fmt.Sprintf("x%d mac:m%d mac:m%d", i, i-1, i)
		}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := New(Options{})
			for i := range n {
				r.Add(sig(c.line(i)))
			}
			if got := r.Clusters().Len(); got != c.want {
				t.Errorf("%d clusters, want %d", got, c.want)
			}
		})
	}
}
