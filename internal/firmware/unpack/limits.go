package unpack

import (
	"errors"
	"fmt"
	"time"
)

// Limits bound what one Open may cost. A zero field takes the default.
type Limits struct {
	Depth   int           // nesting of containers
	Entries int           // nodes in the whole tree
	Bytes   int64         // unpacked bytes in the whole tree
	Growth  int64         // unpacked bytes per input byte, whole tree; the lower of Bytes and this counts
	Ratio   int64         // output per input byte of one stream, after the first RatioFree bytes; see LongRatio
	File    int64         // bytes of one unpacked file
	Time    time.Duration // wall time of the whole run
	Memory  int64         // bytes of content kept in memory before it goes to the spool file
	Spool   string        // folder of the spool file; empty: the system's temporary folder
	Workers int           // parallel workers
}

// RatioFree is how much a stream may yield before its ratio is looked at.
const RatioFree = 16 << 20

// LongRatio is the Ratio of streams that have yielded LongStream bytes: images
// that are mostly empty are packed better than a hundredfold, but not such long ones.
const (
	LongRatio  = 100
	LongStream = 256 << 20
)

// minGrowth is what even a tiny input may unpack to.
const minGrowth = 256 << 20

// DefaultLimits are fit for a 2 GB image on a small machine.
func DefaultLimits() Limits {
	return Limits{
		Depth: 12, Entries: 500_000, Bytes: 8 << 30, Growth: 200, Ratio: 1000, File: 2 << 30,
		Time: 10 * time.Minute, Memory: 160 << 20, Workers: 2,
	}
}

func (l Limits) withDefaults(size int64) Limits {
	d := DefaultLimits()
	set := func(v *int64, def int64) {
		if *v <= 0 {
			*v = def
		}
	}
	set(&l.Bytes, d.Bytes)
	set(&l.Growth, d.Growth)
	set(&l.Ratio, d.Ratio)
	set(&l.File, d.File)
	set(&l.Memory, d.Memory)
	if l.Depth <= 0 {
		l.Depth = d.Depth
	}
	if l.Entries <= 0 {
		l.Entries = d.Entries
	}
	if l.Time <= 0 {
		l.Time = d.Time
	}
	if l.Workers <= 0 {
		l.Workers = d.Workers
	}
	if grown := max(size, 1) * l.Growth; size < 1<<40 && grown < l.Bytes {
		l.Bytes = min(l.Bytes, max(grown, minGrowth))
	}
	return l
}

// limitError is a bound that was hit. It ends the region it arose in.
type limitError struct{ what string }

func (e *limitError) Error() string { return "limit hit: " + e.what }

func limitf(format string, args ...any) error { return &limitError{fmt.Sprintf(format, args...)} }

func isLimit(err error) bool {
	var l *limitError
	return errors.As(err, &l)
}
