package text

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"telltale/internal/source/sourcetest"
)

// TestListsAreRead compares with the listings in testdata; text is recognised weakly, so that any other source wins.
func TestListsAreRead(t *testing.T) {
	for _, name := range []string{"quote.txt", "label.txt", "macs.txt", "fcc.txt", "plate.txt"} {
		t.Run(name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			if (Source{}).Recognise(data, name) == 0 {
				t.Error("not recognised")
			}
			want, err := os.ReadFile(filepath.Join("testdata", name+".golden"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), sourcetest.List(Source{}, name, data)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestOtherTextIsNotTakenForAList(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"a letter", "Dear Sam,\nthe switch AX-100 is broken again.\nCan you come by?\n"},
		{"a table of addresses", "IP ADDRESS   MAC            PORT\n10.0.0.1  0011-2233-4455  GE0/0/1\n10.0.0.2  0011-2233-4456  GE0/0/2\n"},
		{"YAML", "---\n- mac: \"00:11:22:33:44:55\"\n  serial: \"A1\"\n"},
		{"a program's keys", "serial_number: A1\nmac_address: 00:11:22:33:44:55\n"},
		{"a letter on an approval to come", "Dear Sam,\nthe FCC ID: pending as of today.\nRegards\n"},
		{"a letter that says where something is made", "Dear Sam,\nthe switch AX-100 is made in China.\nRegards\n"},
		{"a log", "2026-01-01 10:00:00 10.0.0.1 login ok\n2026-01-01 10:00:01 10.0.0.2 login ok\n"},
		{"a configuration", "interface Vlan1\n ip address 10.0.0.1 255.255.255.0\n no shutdown\n"},
	} {
		if n := (Source{}).Recognise([]byte(c.text), "a.txt"); n != 0 {
			t.Errorf("%s: Recognise = %d, want 0", c.name, n)
		}
	}
}

func FuzzRead(f *testing.F) { sourcetest.Fuzz(f, Source{}, "txt") }
