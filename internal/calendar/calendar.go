// Package calendar holds days without clock or zone, as law counts them.
//
// It imports the standard library only.
package calendar

import (
	"fmt"
	"time"
)

// Date is a calendar day: days since 1970-01-01. NoDate means that no day is known.
type Date int32

// NoDate means that no day is known.
const NoDate Date = -1 << 31

// Parse reads YYYY-MM-DD.
func Parse(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return NoDate, fmt.Errorf("date %q: want YYYY-MM-DD", s)
	}
	return Of(t), nil
}

// Of returns the UTC day of t.
func Of(t time.Time) Date {
	u := t.Unix()
	if u < 0 {
		return Date((u - 86399) / 86400)
	}
	return Date(u / 86400)
}

// Time returns midnight UTC of d.
func (d Date) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String returns YYYY-MM-DD, empty for NoDate.
func (d Date) String() string {
	if d == NoDate {
		return ""
	}
	return d.Time().Format(time.DateOnly)
}

// MarshalText writes YYYY-MM-DD, nothing for NoDate.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads YYYY-MM-DD; empty is NoDate.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = NoDate
		return nil
	}
	v, err := Parse(string(b))
	*d = v
	return err
}
