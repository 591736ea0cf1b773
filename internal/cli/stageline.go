package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// stageLine shows in one line of a terminal what a run is at and for how long,
// once it takes over two seconds, also while the run tells nothing new.
type stageLine struct {
	w     io.Writer
	stop  chan struct{}
	ended sync.WaitGroup

	mu    sync.Mutex
	text  string
	shown bool
}

// lineOn begins a line on a terminal, nil where w is none.
func lineOn(w any) *stageLine {
	if !isTerminal(w) {
		return nil
	}
	tick := time.NewTicker(250 * time.Millisecond) // stops with the line: nobody reads it then
	return newStageLine(w.(*os.File), time.Now(), tick.C)
}

// newStageLine begins a line on w; tick comes as often as it is drawn again.
func newStageLine(w io.Writer, start time.Time, tick <-chan time.Time) *stageLine {
	stop := make(chan struct{})
	l := &stageLine{w: w, stop: stop}
	l.ended.Go(func() {
		for {
			select {
			case <-stop:
				return
			case now := <-tick:
				l.draw(now.Sub(start))
			}
		}
	})
	return l
}

func (l *stageLine) draw(after time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if after < 2*time.Second || l.text == "" {
		return
	}
	l.shown = true
	fmt.Fprintf(l.w, "\r\x1b[K%s (%d s)", l.text, int(after.Seconds()))
}

// tell changes what is shown.
func (l *stageLine) tell(format string, args ...any) {
	l.mu.Lock()
	l.text = fmt.Sprintf(format, args...)
	l.mu.Unlock()
}

// close takes the line away; further calls do nothing.
func (l *stageLine) close() {
	l.mu.Lock()
	over := l.stop == nil
	stop := l.stop
	l.stop = nil
	l.mu.Unlock()
	if over {
		return
	}
	close(stop)
	l.ended.Wait()
	if l.shown {
		fmt.Fprint(l.w, "\r\x1b[K")
	}
}

// before returns w, with the line taken away before the first byte is written to it.
func (l *stageLine) before(w io.Writer) io.Writer { return &afterLine{l, w} }

type afterLine struct {
	l *stageLine
	w io.Writer
}

func (a *afterLine) Write(p []byte) (int, error) {
	a.l.close()
	return a.w.Write(p)
}
