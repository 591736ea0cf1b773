package pipeline

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSupplierNamesAreReadFromAnyForm(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"lines", "Acme Radio\n\n  Orbit Ltd \n", "1:Acme Radio 3:Orbit Ltd"},
		{"byte order mark", "\ufeffAcme Radio\n", "1:Acme Radio"},
		{"comma", "id,Supplier,sum\n1,\"Acme Radio, Inc.\",5\n2,,4\n3,Orbit,1\n", "2:Acme Radio, Inc. 4:Orbit"},
		{"semicolon and other heading", "Vendor name;sum\nAcme Radio;5\n", "2:Acme Radio"},
		{"tab", "sum\tcompany\n5\tAcme Radio\n", "2:Acme Radio"},
		{"short rows", "id,supplier\n1\n2,Acme Radio\n", "3:Acme Radio"},
		{"a line with commas is a name", "Acme Radio Co., Ltd., Hangzhou\n", "1:Acme Radio Co., Ltd., Hangzhou"},
		{"bad bytes later", "Acme Radio\n" + strings.Repeat("x", 5000) + "\xff\n", "1:Acme Radio 2:" + strings.Repeat("x", 5000)},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			err := supplierNames(strings.NewReader(c.text), func(row int, name string) error {
				got = append(got, string(rune('0'+row))+":"+name)
				return nil
			})
			if d := cmp.Diff(c.want, strings.Join(got, " ")); err != nil || d != "" {
				t.Errorf("%v (-want +got)\n%s", err, d)
			}
		})
	}
	err := supplierNames(strings.NewReader("\xff\xfeA\x00c\x00m\x00e\x00"), func(int, string) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "UTF-8") {
		t.Errorf("UTF-16: %v", err)
	}
}

func TestScreenNames(t *testing.T) {
	k, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	in := "supplier\nHangzou Hikvision Digital Tecnology\nEricsson AB\nHuawei Technologies Deutschland GmbH\nEricsson AB\nDahua Supermarket\n"
	s, err := k.ScreenNames(t.Context(), strings.NewReader(in), orgDay(t, "2026-11-22"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, n := range s.Names {
		x := n.Band + " " + n.Text
		if n.Band != "none" {
			x += " = " + string(n.Hits[0].Org)
		}
		if n.Times > 1 {
			x += " twice"
		}
		got = append(got, x)
	}
	want := []string{"sure Hangzou Hikvision Digital Tecnology = hikvision", "none Ericsson AB twice",
		"sure Huawei Technologies Deutschland GmbH = huawei", "none Dahua Supermarket"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
	var b strings.Builder
	if err := s.WriteText(&b); err != nil || !strings.Contains(b.String(), "4 names screened as of 2026-11-22, 2 to look at") {
		t.Errorf("%v\n%s", err, b.String())
	}
	if _, err := k.ScreenNames(t.Context(), strings.NewReader("\n\n"), 0); err == nil {
		t.Error("an empty input is no error")
	}
}
