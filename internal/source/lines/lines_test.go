package lines

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEach(t *testing.T) {
	text := "one\r\ntwo\n\n" + strings.Repeat("x", 200<<10) + "\nlast"
	var got []string
	err := Each(t.Context(), strings.NewReader(text), 5, func(n int, line []byte) error {
		got = append(got, fmt.Sprintf("%d %s", n, line))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"1 one", "2 two", "3 ", "4 xxxxx", "5 last"}, got); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
}

func TestEachStops(t *testing.T) {
	stop := errors.New("stop")
	if err := Each(t.Context(), strings.NewReader("a\nb\n"), 9, func(int, []byte) error { return stop }); err != stop {
		t.Errorf("error %v, want that of visit", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Each(ctx, strings.NewReader(strings.Repeat("a\n", 5000)), 9, func(int, []byte) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}
