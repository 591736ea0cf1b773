package pace

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Window is a time of day in local time, as offsets from midnight. It may run over midnight.
type Window struct{ From, To time.Duration }

// ParseWindow reads "22:00-05:30".
func ParseWindow(s string) (Window, error) {
	lo, hi, ok := strings.Cut(s, "-")
	from, err1 := time.Parse("15:04", strings.TrimSpace(lo))
	to, err2 := time.Parse("15:04", strings.TrimSpace(hi))
	if !ok || err1 != nil || err2 != nil || from.Equal(to) {
		return Window{}, fmt.Errorf("time window %q is not of the form 22:00-05:30", s)
	}
	day := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	return Window{from.Sub(day), to.Sub(day)}, nil
}

// until returns how long it is until the window opens, 0 when it is open.
func (w Window) until(now time.Time) time.Duration {
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	at := now.Sub(day)
	if inside := w.From <= at && at < w.To; inside || w.From > w.To && (at >= w.From || at < w.To) {
		return 0
	}
	d := w.From - at
	if d < 0 {
		d += 24 * time.Hour
	}
	return d
}

// open waits until one of the windows is open.
func (p *Pacer) open(ctx context.Context) error {
	for len(p.opt.Windows) > 0 {
		now := time.Now()
		d := p.opt.Windows[0].until(now)
		for _, w := range p.opt.Windows[1:] {
			d = min(d, w.until(now))
		}
		if d == 0 {
			break
		}
		if err := wait(ctx, now.Add(min(d, time.Minute))); err != nil { // the clock may be set meanwhile
			return err
		}
	}
	return ctx.Err()
}

// String is the form ParseWindow reads.
func (w Window) String() string {
	clock := func(d time.Duration) string { return fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60) }
	return clock(w.From) + "-" + clock(w.To)
}
