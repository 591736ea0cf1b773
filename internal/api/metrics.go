package api

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// metrics counts requests and writes them in Prometheus' text form. A library
// for five counters would be larger than this door.
type metrics struct {
	mu sync.Mutex
	of map[route]*served
}

type route struct {
	id   string
	code int
}

type served struct {
	n       int
	seconds float64
	within  [len(limits)]int
}

// limits of the durations counted, in seconds.
var limits = [...]float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 10}

func newMetrics() *metrics { return &metrics{of: map[route]*served{}} }

func (m *metrics) count(id string, code int, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.of[route{id, code}]
	if s == nil {
		s = &served{}
		m.of[route{id, code}] = s
	}
	s.n++
	s.seconds += took.Seconds()
	for i, l := range limits {
		if took.Seconds() <= l {
			s.within[i]++
		}
	}
}

func (m *metrics) write(w io.Writer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var rs []route
	for r := range m.of {
		rs = append(rs, r)
	}
	slices.SortFunc(rs, func(a, b route) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	fmt.Fprint(w, "# HELP telltale_request_seconds Time to answer requests.\n# TYPE telltale_request_seconds histogram\n")
	for _, r := range rs {
		s := m.of[r]
		for i, l := range limits {
			fmt.Fprintf(w, "telltale_request_seconds_bucket{operation=%q,code=\"%d\",le=\"%g\"} %d\n", r.id, r.code, l, s.within[i])
		}
		fmt.Fprintf(w, "telltale_request_seconds_bucket{operation=%q,code=\"%d\",le=\"+Inf\"} %d\n", r.id, r.code, s.n)
		fmt.Fprintf(w, "telltale_request_seconds_sum{operation=%q,code=\"%d\"} %g\ntelltale_request_seconds_count{operation=%q,code=\"%d\"} %d\n", r.id, r.code, s.seconds, r.id, r.code, s.n)
	}
}

// gauge writes one number with its labels, "" for none.
func gauge(w io.Writer, name, help string, values map[string]int, label string) {
	fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name)
	var keys []string
	for k := range values {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		if label == "" {
			fmt.Fprintf(w, "%s %d\n", name, values[k])
		} else {
			fmt.Fprintf(w, "%s{%s=%q} %d\n", name, label, k, values[k])
		}
	}
}
