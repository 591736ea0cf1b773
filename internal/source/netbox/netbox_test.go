package netbox

import (
	"testing"

	"telltale/internal/source/sourcetest"
)

func TestGolden(t *testing.T) { sourcetest.Golden(t, Source{}, "json", "csv") }

func FuzzRead(f *testing.F) { sourcetest.Fuzz(f, Source{}, "json", "csv") }

func TestRecogniseOthers(t *testing.T) {
	for name, head := range map[string]string{
		"a register":       "Device,Serial,Model\nx,1,2\n",
		"LibreNMS":         `{"devices":[{"device_id":1,"hostname":"a","sysName":"a"}]}`,
		"a bill of goods":  `{"bomFormat":"CycloneDX","components":[]}`,
		"text":             "hello",
		"nothing":          "",
		"devices with CSV": "name,status,role,manufacturer,device_type,serial\n",
	} {
		if n := (Source{}).Recognise([]byte(head), "x"); n != 0 {
			t.Errorf("%s: Recognise = %d, want 0", name, n)
		}
	}
}
