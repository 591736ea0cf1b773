package pipeline

import (
	"context"
	"errors"
	"testing"

	"telltale/internal/calendar"
)

// Questions wait for their turn, too many are refused, and one that was told makes room.
func TestQuestionsAreBounded(t *testing.T) {
	w := testWorkspace(t, WorkspaceOptions{})
	ask := func(ctx context.Context) (*Folder, error) { return w.AskFor(ctx, "MA5800-X7", "", calendar.NoDate) }
	f, err := ask(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.asking.open.Add(maxAsked - 1)
	if _, err := ask(t.Context()); !errors.Is(err, ErrBusy) {
		t.Errorf("one too many: %v", err)
	}
	if err := errors.Join(f.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	for range askedAtOnce {
		w.asking.turn <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ask(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("given up before its turn: %v", err)
	}
	if _, err := w.AskTurn(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a turn given up: %v", err)
	}
	<-w.asking.turn
	done, err := w.AskTurn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	done()
	done()
	f, err = ask(t.Context())
	if err != nil {
		t.Fatalf("when there is room: %v", err)
	}
	if err := f.Close(); err != nil || w.asking.open.Load() != maxAsked-1 {
		t.Errorf("%d are under way, %v", w.asking.open.Load(), err)
	}
}
