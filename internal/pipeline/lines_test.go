package pipeline

import (
	"slices"
	"testing"
)

func TestLinesFollowTheNumbersOfTheirPaper(t *testing.T) {
	want := []string{"", "line 9", "line 10", "line 010, cell 2", "page 1, line 4", "page 2, line 1", "page 10, line 1", "row", "row 6"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, naturally)
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
