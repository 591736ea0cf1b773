package sheet

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"telltale/internal/asset"
	"telltale/internal/source"
	"testing"
)

func TestTmp(t *testing.T) {
	f := os.Getenv("F")
	if f == "" {
		t.Skip()
	}
	b, _ := os.ReadFile(f)
	in := &source.Input{Name: f, Data: bytes.NewReader(b), Size: int64(len(b))}
	cov := &asset.Coverage{Input: f}
	for _, s := range Sources() {
		fmt.Println(s.Name(), s.Recognise(b[:min(len(b), source.Head)], f))
	}
	err := CSV{}.Read(context.Background(), in, cov, func(s *asset.Sighting) error {
		fmt.Println(s.Kind, s.Place.At)
		for _, o := range s.Observations {
			fmt.Println("   ", o.Attr, o.Value, o.Place.At)
		}
		return nil
	})
	fmt.Println(err, cov.Read, cov.Failed)
	for _, n := range cov.Notes {
		fmt.Println("note:", n)
	}
	for _, n := range cov.Reasons {
		fmt.Println("fail:", n)
	}
}
