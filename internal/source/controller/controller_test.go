package controller

import (
	"testing"

	"telltale/internal/source/sourcetest"
)

func TestGolden(t *testing.T) { sourcetest.Golden(t, Source{}, "json") }

func FuzzRead(f *testing.F) { sourcetest.Fuzz(f, Source{}, "json") }

func TestRecogniseOthers(t *testing.T) {
	for name, head := range map[string]string{
		"NetBox":   `{"count":1,"results":[{"device_type":{"model":"x"},"serial":"1"}]}`,
		"LibreNMS": `{"devices":[{"device_id":1,"hostname":"a","sysName":"a","serial":"","version":""}]}`,
		"text":     "mac,model,adopted,version",
		"empty":    "",
	} {
		if n := (Source{}).Recognise([]byte(head), "x.json"); n != 0 {
			t.Errorf("%s: Recognise = %d, want 0", name, n)
		}
	}
}
