package unpack

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
)

// The table of what is proven: a row for each format, a column for each
// property, in each cell the cases that show it or why there can be none.

var update = flag.Bool("update", false, "write the table of docs/format/unpacked.md anew")

// property is a column of the table.
type property string

const (
	whole  property = "round trip"
	sizes  property = "odd sizes"     // unusual block, page, cluster or window sizes
	tails  property = "tails"         // fragments, inline data, packed ends
	xattrs property = "xattrs"        // extended attributes come back
	holes  property = "holes"         // sparse files
	orders property = "byte orders"   // big- and little-endian
	cut    property = "cut"           // a truncated image gives no wrong bytes and is said to be cut
	climb  property = "climbing name" // a name with ../ stays inside
)

var properties = []property{whole, sizes, tails, xattrs, holes, orders, cut, climb}

// packing is one image of the table and what it must give.
type packing struct {
	format string
	name   string
	by     string // the packer; "" : the writer of the tests
	tools  []string
	shows  []property
	// script packs $D into $I; make returns the image instead.
	script string
	make   func(t testing.TB) []byte
	// alter changes the packed image, which must give the same and what alter put in.
	alter func(t testing.TB, image []byte, attrs map[string]map[string]string) []byte
	// want adapts the list of the sample tree; parts are wanted instead of a tree.
	want  func(all []string) []string
	parts map[string][]byte
	// facts are wanted of the region.
	facts map[string]string
	// inner is the format whose tree is compared when that is not format itself.
	inner string
	// tail says how many bytes behind the format's own end are the packer's padding or
	// another's, so that the image is not one region; many: the image is several regions.
	many bool
	// lossy: a cut of this image cannot always be seen; it must still give no wrong bytes.
	lossy string
}

// reason says why a cell can have no case; gap why it has none yet.
type reason struct {
	text string
	gap  bool
}

func applies(text string) reason { return reason{text: text} }

func allPackings() []packing {
	return slices.Concat(fileSystemPackings(), archivePackings(), streamPackings(), ownPackings(), imagePackings(), upxPackings())
}

// TestCoverage runs every case of the table, and holds the page's table against it.
func TestCoverage(t *testing.T) {
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	dir := sampleTree(t)
	attrs := putXattrs(t, dir)
	for _, p := range allPackings() {
		t.Run(p.format+"/"+p.name, func(t *testing.T) {
			need(t, p.tools...)
			img, want := p.pack(t, dir, attrs)
			tree := openFile(t, img)
			p.check(t, tree, want)
			if slices.Contains(p.shows, xattrs) {
				sameXattrs(t, attrs, findRegion(t, tree, p.format))
			}
			p.checkCut(t, img, want)
		})
	}
}

// pack makes the image and lists what must come out of it.
func (p *packing) pack(t *testing.T, dir string, attrs map[string]map[string]string) (img string, want []string) {
	t.Helper()
	img = filepath.Join(t.TempDir(), "img")
	if p.make != nil {
		writeFile(t, img, p.make(t))
	} else {
		t.Setenv("D", dir)
		t.Setenv("I", img)
		run(t, "sh", "-ec", "umask 022\n"+p.script)
	}
	if p.alter != nil {
		b, err := os.ReadFile(img)
		if err != nil {
			t.Fatal(err)
		}
		writeFile(t, img, p.alter(t, b, attrs))
	}
	if p.parts != nil || p.facts != nil {
		for name, b := range p.parts {
			want = append(want, name+" file "+sumOf(b).String())
		}
		sort.Strings(want)
		return img, want
	}
	want = onDisk(t, dir)
	if p.want != nil {
		want = p.want(want)
	}
	return img, want
}

func (p *packing) check(t *testing.T, tree *Tree, want []string) {
	t.Helper()
	r := largestRegion(t, tree, nonEmpty(p.inner, p.format))
	if p.parts == nil && p.facts == nil {
		sameTree(t, want, r)
	} else {
		for name, b := range p.parts {
			if got := partsOf(r)[name]; got != sumOf(b).String() {
				t.Errorf("%s differs; have %v, %q %v", name, partsOf(r), r.State, r.Reasons)
			}
		}
		if r.State != OK {
			t.Errorf("state %q: %v", r.State, r.Reasons)
		}
	}
	for name, want := range p.facts {
		if got := r.Fact(name); got != want {
			t.Errorf("%s is %q, not %q", name, got, want)
		}
	}
	list := tree.Root.Regions
	if !p.many && (len(list) == 0 || list[0].Offset != 0 || len(list) > 1 && list[len(list)-1].Format != "padding" || len(list) > 2) {
		t.Errorf("not one region: %s", dump(tree))
	}
	if len(list) > 0 && p.inner == "" && !p.many && list[0].Format != p.format && r.State == OK {
		t.Logf("outermost is %s", list[0].Format)
	}
}

// checkCut opens the image with its tail missing: what is said to be whole is
// byte-exact, and when something is missing something says so.
func (p *packing) checkCut(t *testing.T, img string, want []string) {
	t.Helper()
	b, err := os.ReadFile(img)
	if err != nil {
		t.Fatal(err)
	}
	places := []int{len(b) * 3 / 4, len(b) / 3, len(b) - 1 - len(b)/50}
	if len(p.shows) == 0 {
		places = places[:1] // one more image of a form that is cut elsewhere at each
	}
	for _, n := range places {
		tree := openBytes(t, b[:n])
		sound(t, tree)
		missing := p.wrongWhenCut(t, tree, want, n)
		said := false
		tree.EachRegion(func(_ string, _ *Object, r *Region) { said = said || r.State != OK })
		if tree.Root.Type != "" && len(tree.Root.Regions) == 0 {
			said = true // nothing is claimed of it but what kind of file it is
		}
		if p.facts != nil {
			missing = 1
		}
		if missing > 0 && !said && p.lossy == "" {
			t.Errorf("cut to %d of %d bytes: %d of %d files are missing, and all is said to be whole:\n%s", n, len(b), missing, len(want), dump(tree))
		}
		tree.Close()
	}
}

// wrongWhenCut counts what is missing and fails on what is wrong and said to be right.
func (p *packing) wrongWhenCut(t *testing.T, tree *Tree, want []string, n int) (missing int) {
	t.Helper()
	known := map[string]string{}
	for _, w := range want {
		name, _, _ := strings.Cut(w, " file ")
		known[name] = w
	}
	missing = len(want)
	tree.EachRegion(func(_ string, _ *Object, r *Region) {
		if r.Format != nonEmpty(p.inner, p.format) {
			return
		}
		for _, node := range r.Nodes {
			w := known[node.Path]
			if node.Superseded || node.Object == nil {
				if node.Kind == Symlink && slices.Contains(want, node.Path+" link "+node.Link) {
					missing--
				}
				continue
			}
			switch right := strings.HasSuffix(w, node.Object.Sum().String()); {
			case w == "":
			case right:
				missing--
			case node.State == OK && r.State == OK:
				t.Errorf("cut to %d bytes: %s has %d wrong bytes and is said to be whole", n, node.Path, node.Size)
			case node.State == OK && node.Kind != Part:
				t.Errorf("cut to %d bytes: %s has %d wrong bytes and only its region says so", n, node.Path, node.Size)
			}
		}
	})
	return missing
}

// largestRegion is the region of a format with the most entries.
func largestRegion(t testing.TB, tree *Tree, format string) *Region {
	t.Helper()
	best := findRegion(t, tree, format)
	tree.EachRegion(func(_ string, _ *Object, r *Region) {
		if r.Format == format && len(r.Nodes) > len(best.Nodes) {
			best = r
		}
	})
	return best
}

// formatsOfTable are all formats a report can name, in order.
func formatsOfTable() []string {
	var list []string
	for _, s := range signatures() {
		list = append(list, s.name)
	}
	list = append(list, "fit")
	sort.Strings(list)
	return slices.Compact(list)
}

// tableOf renders the table as it stands in the page.
func tableOf(list []packing) (page string, empty []string) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "| format | packed by |")
	for _, p := range properties {
		fmt.Fprintf(&b, " %s |", p)
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(properties)) + "\n")
	var why []string
	for _, f := range formatsOfTable() {
		var by []string
		count := map[property]int{}
		for _, p := range list {
			if p.format != f {
				continue
			}
			by = append(by, nonEmpty(p.by, "own writer"))
			count[whole]++
			count[cut]++
			for _, s := range p.shows {
				count[s]++
			}
		}
		for _, c := range climbers() {
			if c.format == f {
				count[climb]++
			}
		}
		sort.Strings(by)
		fmt.Fprintf(&b, "| `%s` | %s |", f, strings.Join(slices.Compact(by), ", "))
		for _, p := range properties {
			r, given := reasonOf(f, p)
			switch {
			case count[p] > 0:
				fmt.Fprintf(&b, " %d |", count[p])
			case given && r.gap:
				b.WriteString(" **open** |")
				why = append(why, fmt.Sprintf("- `%s`, %s: %s", f, p, r.text))
				empty = append(empty, f+": "+string(p))
			case given:
				b.WriteString(" – |")
			default:
				b.WriteString(" ? |")
				empty = append(empty, f+": "+string(p)+" without a reason")
			}
		}
		b.WriteString("\n")
	}
	sort.Strings(why)
	b.WriteString("\nOpen cells:\n\n" + nonEmpty(strings.Join(why, "\n"), "none.") + "\n\nWhy a dash:\n\n")
	for _, line := range dashes(list) {
		b.WriteString(line + "\n")
	}
	b.WriteString("\nCut, and what is missing cannot always be known (what is there is right all the same):\n\n" + lossy(list))
	return b.String(), empty
}

// dashes lists the reasons of the cells that cannot have a case, formats of one reason together.
func dashes(list []packing) []string {
	shown := map[string]bool{}
	for _, p := range list {
		for _, s := range p.shows {
			shown[p.format+string(s)] = true
		}
	}
	for _, c := range climbers() {
		shown[c.format+string(climb)] = true
	}
	by := map[string][]string{}
	for _, f := range formatsOfTable() {
		for _, p := range properties {
			if r, ok := reasonOf(f, p); ok && !r.gap && !shown[f+string(p)] {
				k := string(p) + ": " + r.text
				by[k] = append(by[k], "`"+f+"`")
			}
		}
	}
	var out []string
	for k, fs := range by {
		out = append(out, "- "+k+" ("+strings.Join(fs, ", ")+")")
	}
	sort.Strings(out)
	return out
}

// lossy lists the formats whose end an image does not state.
func lossy(list []packing) string {
	var out []string
	for _, p := range list {
		if p.lossy != "" {
			out = append(out, "- `"+p.format+"`: "+p.lossy+"\n")
		}
	}
	sort.Strings(out)
	return strings.Join(slices.Compact(out), "")
}

const (
	tableBegin = "<!-- table: written by go test ./internal/firmware/unpack -run TestCoverageTable -update -->\n"
	tableEnd   = "<!-- end of table -->\n"
)

// TestCoverageTable prints the table and holds the page against it.
func TestCoverageTable(t *testing.T) {
	table, empty := tableOf(allPackings())
	t.Log("\n" + table)
	for _, e := range empty {
		if strings.HasSuffix(e, "without a reason") {
			t.Error(e)
		}
	}
	name := filepath.Join("..", "..", "..", "docs", "format", "unpacked.md")
	page, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(page), tableBegin)
	old, tail, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table", name)
	}
	if *update {
		writeFile(t, name, []byte(head+tableBegin+table+tableEnd+tail))
	} else if old != table {
		t.Errorf("%s holds another table; write it anew with -update", name)
	}
}

// sameXattrs wants the extended attributes of the tree, and no others.
func sameXattrs(t *testing.T, want map[string]map[string]string, r *Region) {
	t.Helper()
	if len(want) == 0 {
		t.Log("this system keeps no extended attributes: not tried")
	}
	for _, n := range r.Nodes {
		if n.Kind == Hardlink {
			continue // the name it means has them
		}
		if got, want := fmt.Sprintf("%q", n.Xattr), fmt.Sprintf("%q", want[n.Path]); got != want && (len(n.Xattr) > 0 || want != "map[]") {
			t.Errorf("%s: extended attributes %s, want %s", n.Path, got, want)
		}
	}
}
