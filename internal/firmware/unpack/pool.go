package unpack

import "sync"

// pool runs tasks on a fixed number of goroutines, in the order they were
// added. A task may add further ones. What the tasks find must not depend on
// the order in which they end.
type pool struct {
	mu    sync.Mutex
	cond  *sync.Cond
	tasks []func()
	first int // of tasks not yet taken
	busy  int
}

// poolRoom is how many tasks wait at most: they hold what they will read.
const poolRoom = 4096

func newPool() *pool {
	p := &pool{}
	p.cond = sync.NewCond(&p.mu)
	return p
}

// add leaves f to a worker, or runs it at once when many wait already.
func (p *pool) add(f func()) {
	p.mu.Lock()
	if len(p.tasks)-p.first >= poolRoom {
		p.mu.Unlock()
		f()
		return
	}
	p.tasks = append(p.tasks, f)
	p.mu.Unlock()
	p.cond.Signal()
}

// work runs the tasks, and those they add, with n goroutines until none is left.
func (p *pool) work(n int) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			for f := p.take(); f != nil; f = p.take() {
				f()
				p.done()
			}
		})
	}
	wg.Wait()
}

// take waits for a task; nil when none is left and none runs that could add one.
func (p *pool) take() func() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.first == len(p.tasks) {
		if p.busy == 0 {
			return nil
		}
		p.cond.Wait()
	}
	f := p.tasks[p.first]
	p.tasks[p.first] = nil
	if p.first++; p.first == len(p.tasks) {
		p.tasks, p.first = p.tasks[:0], 0
	}
	p.busy++
	return f
}

func (p *pool) done() {
	p.mu.Lock()
	if p.busy--; p.busy == 0 {
		p.cond.Broadcast()
	}
	p.mu.Unlock()
}
