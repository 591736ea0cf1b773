package browse

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"telltale/internal/asset"
	"telltale/internal/calendar"
	"telltale/internal/evidence"
	"telltale/internal/finding"
	"telltale/internal/law"
	"telltale/internal/org"
)

// sample is an index of n assets of four makers and sites, every third with two findings.
func sample(tb testing.TB, n int) *Index {
	tb.Helper()
	b := NewBuilder()
	makers := []org.ID{"acme_one", "acme_two", ""}
	var fs []finding.Finding
	day := calendar.Day(2027, 1, 1)
	for i := range n {
		id := fmt.Sprintf("%020x", i)
		model := fmt.Sprintf("M-%d", i%7)
		a := &asset.Asset{ID: id, Kind: asset.Device, Seen: asset.Listed, Name: fmt.Sprintf("dev-%d", (i*7919)%n), Keys: []string{fmt.Sprintf("serial:SN%04d", i), fmt.Sprintf("mac:00:1b:54:00:%02x:%02x", i>>8&255, i&255)},
			Model: &model, Facts: map[string]string{"site": fmt.Sprintf("Site %d", i%4)}, Where: []evidence.Place{{Input: fmt.Sprintf("in%d.csv", i%2), At: "row 1"}}, Relabelled: i%10 == 0}
		if m := makers[i%3]; m != "" {
			a.Manufacturer = &asset.Attribution{Org: m}
		}
		if err := b.Asset(a); err != nil {
			tb.Fatal(err)
		}
		if i%3 == 0 {
			q := finding.Question{ID: id, Fact: "funded_by", Text: "What pays?", Values: []string{"usf", "own"}}
			for k, v := range []law.Verdict{law.Prohibited, law.Undetermined} {
				f := finding.Finding{ID: fmt.Sprintf("%019x%x", i, k), Subject: finding.Subject{Kind: finding.OnAsset, ID: id}, Regime: "xx", Provision: law.ProvisionID(fmt.Sprintf("xx/s%d", k)), Jurisdiction: "US", Act: law.Use, Verdict: v}
				if k == 0 {
					d := day + calendar.Date(i%5)
					f.Due = &d
				} else {
					f.Questions = []finding.Question{q}
				}
				fs = append(fs, f)
			}
		}
	}
	slices.Reverse(fs)
	for i := range fs {
		if err := b.Finding(&fs[i], Place{int64(i), 7}); err != nil {
			tb.Fatal(err)
		}
	}
	if len(fs) > 0 {
		if err := b.Finding(&fs[0], Place{0, 7}); err != nil { // told twice, counted once
			tb.Fatal(err)
		}
	}
	return b.Finish(map[string]string{"acme_one": "Acme One Ltd", "acme_two": "Second Acme"})
}

func TestQueryCountsWhatItSays(t *testing.T) {
	x := sample(t, 300)
	for _, c := range []struct {
		query            string
		assets, findings int
	}{
		{"", 300, 200},
		{"maker:acme_one", 100, 200},
		{"maker:second", 100, 0},
		{"-maker:acme_one", 200, 0},
		{"unknown:maker", 100, 0},
		{"verdict:prohibited", 100, 100},
		{"verdict:prohibited,undetermined", 100, 200},
		{"verdict:none", 200, 0},
		{"verdict:prohibited provision:xx/s1", 0, 0},
		{"verdict:undetermined provision:xx/s1", 100, 100},
		{`site:"Site 1"`, 75, 50},
		{"input:in0", 150, 100},
		{"relabelled:yes", 30, 20},
		{"relabelled:no", 270, 180},
		{"due:<2027-01-02", 20, 20},
		{"due:any", 100, 100},
		{"due:none verdict:prohibited", 0, 0},
		{"sn0042", 1, 2},
		{"001b.5400.0003", 1, 2},
		{"00:1b:54:00:00:03", 1, 2},
		{"model:m-6 maker:acme_two", 14, 0},
		{"id:000000000000000000ff", 1, 2},
		{"nothing-of-that-name", 0, 0},
	} {
		q, err := Parse(c.query)
		if err != nil {
			t.Fatalf("%s: %v", c.query, err)
		}
		a, err := x.Assets(q, Page{})
		if err != nil {
			t.Fatal(err)
		}
		f, err := x.Findings(q, Page{})
		if err != nil {
			t.Fatal(err)
		}
		if want := c.findings; a.Total != c.assets || f.Total != want && !strings.HasPrefix(c.query, "verdict:none") {
			t.Errorf("%s: %d assets, %d findings; want %d, %d", c.query, a.Total, f.Total, c.assets, c.findings)
		}
	}
}

func TestPagesGiveEveryRowOnce(t *testing.T) {
	x := sample(t, 300)
	q, _ := Parse("-relabelled:yes")
	walk := func(order string, get func(Query, Page) (Rows, error)) []int {
		var all []int
		for p := (Page{Order: order, Limit: 17}); ; {
			r, err := get(q, p)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, r.Rows...)
			if p.After = r.Next; p.After == "" {
				if len(all) != r.Total {
					t.Errorf("%s: %d rows, total %d", order, len(all), r.Total)
				}
				return all
			}
		}
	}
	for _, o := range AssetOrders {
		up, down := walk(o, x.Assets), walk("-"+o, x.Assets)
		slices.Reverse(down)
		if !slices.Equal(up, down) {
			t.Errorf("%s: the contrary order is not the contrary", o)
		}
		slices.Sort(up)
		if len(slices.Compact(up)) != 270 {
			t.Errorf("%s: rows come twice", o)
		}
	}
	for _, o := range FindingOrders {
		all := walk(o, x.Findings)
		slices.Sort(all)
		if len(slices.Compact(all)) != 180 {
			t.Errorf("%s: findings come twice or are missing", o)
		}
	}
	names := walk("name", x.Assets)
	if !slices.IsSortedFunc(names, func(a, b int) int { return bytes.Compare(x.assets.name(a), x.assets.name(b)) }) {
		t.Error("not in the order of names")
	}
}

func TestWrittenIndexAnswersAlike(t *testing.T) {
	x := sample(t, 100)
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	y, err := Read(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	q, _ := Parse("acme verdict:prohibited")
	if d := cmp.Diff(x.FacetsOfAssets(q), y.FacetsOfAssets(q)); d != "" {
		t.Errorf("facets (-want +got):\n%s", d)
	}
	if d := cmp.Diff(x.FacetsOfFindings(q), y.FacetsOfFindings(q)); d != "" {
		t.Errorf("facets of findings (-want +got):\n%s", d)
	}
	if d := cmp.Diff(x.Inbox(), y.Inbox()); d != "" {
		t.Errorf("inbox (-want +got):\n%s", d)
	}
	if d := cmp.Diff(x.Timeline(), y.Timeline()); d != "" {
		t.Errorf("time line (-want +got):\n%s", d)
	}
	if n, ok := y.FindingNumber(x.FindingID(5)); !ok || n != 5 {
		t.Errorf("finding 5 is %d, %v", n, ok)
	}
}

func TestInboxGroupsQuestions(t *testing.T) {
	x := sample(t, 30)
	in := x.Inbox()
	want := []Questions{{Group: 1, Fact: "funded_by", Text: "What pays?", Values: []string{"usf", "own"}, Count: 10, Findings: 10}}
	if d := cmp.Diff(want, in); d != "" {
		t.Errorf("inbox (-want +got):\n%s", d)
	}
	qs, total := x.QuestionsIn(in[0].Group, 8, 5)
	if total != 10 || len(qs) != 2 || qs[0].Asset == "" || len(qs[0].Findings) != 1 {
		t.Errorf("questions: %d of %d: %+v", len(qs), total, qs)
	}
}

func TestParseNamesTheFault(t *testing.T) {
	for _, c := range []struct{ query, want string }{
		{"makr:huawei", "no field is called"},
		{"verdict:bad", "none of"},
		{"due:soon", "want a date"},
		{"maker:", "no value"},
		{strings.Repeat("x ", 30), "more than 20 terms"},
		{strings.Repeat("x", 3000), "longer than"},
	} {
		if _, err := Parse(c.query); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%.20s: error %v, want one that says %q", c.query, err, c.want)
		}
	}
	for _, c := range []string{"not-a-cursor", "AAAA", "____________"} {
		if _, err := sample(t, 10).Assets(Query{}, Page{After: c}); err == nil {
			t.Errorf("cursor %q was taken", c)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`maker:huawei verdict:prohibited,restricted -site:"North Hill" olt`, `due:<2027-01-01 "a:b"`, `-`, `""`, `id:ff unknown:maker`} {
		f.Add(s)
	}
	x := sample(f, 40)
	f.Fuzz(func(t *testing.T, s string) {
		q, err := Parse(s)
		if err != nil {
			return
		}
		again, err := Parse(q.String())
		if err != nil || again.String() != q.String() {
			t.Errorf("%q is written %q, which reads as %q, %v", s, q.String(), again.String(), err)
		}
		if a, _ := x.Assets(q, Page{}); a.Total > 40 {
			t.Errorf("%q finds %d of 40", s, a.Total)
		}
		x.Findings(q, Page{Order: "due"})
	})
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := sample(f, 12).Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := Read(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		q, _ := Parse("acme site:site verdict:prohibited")
		x.Assets(q, Page{Order: "name"})
		x.FacetsOfAssets(q)
		x.FacetsOfFindings(Query{})
		x.Inbox()
		x.Timeline()
	})
}
