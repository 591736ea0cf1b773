package pipeline

import (
	"context"
	"fmt"
	"os"

	"telltale/internal/calendar"
)

// AskResult answers one text like Ask, in a folder that is gone when the Folder is closed.
func (k *Knowledge) AskResult(ctx context.Context, text string, opt *Options) (*Folder, error) {
	dir, err := os.MkdirTemp("", "telltale-ask-*")
	if err != nil {
		return nil, fmt.Errorf("make a result folder: %w", err)
	}
	f, err := Ask(ctx, k, dir, text, opt)
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	f.temporary = true
	return f, nil
}

// AskFor answers one text for a profile, all built-in ones for "", on a day.
func (w *Workspace) AskFor(ctx context.Context, text, profile string, asOf calendar.Date) (*Folder, error) {
	k := w.Knowledge()
	o, err := w.options(k, &CheckRequest{Profile: profile, AsOf: asOf, All: true})
	if err != nil {
		return nil, err
	}
	o.DB = ""
	return k.AskResult(ctx, text, o)
}
