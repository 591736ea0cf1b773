// Package source says what a reader of foreign data is: it recognises one
// format by content and turns it into sightings, each observation with its place.
//
// It is not for walking folders and archives (source/all does), nor for
// deciding who made a thing. Sub-packages each read one format or protocol;
// they are listed by hand in source/all.
package source

import (
	"context"
	"io"
	"strconv"

	"telltale/internal/asset"
)

// Head is how much of an input a source may look at to recognise it, in bytes.
const Head = 64 << 10

// Input is one stream of foreign data, readable any number of times and at any offset.
type Input struct {
	// Name is what the user named, "outer.zip!inner.csv" for a part of a container.
	Name string
	// Data and Size give the bytes; the opener spools what cannot seek.
	Data io.ReaderAt
	Size int64
	// Options are the user's wishes.
	Options *Options
}

// Reader returns a reader over the whole input.
func (in *Input) Reader() *io.SectionReader { return io.NewSectionReader(in.Data, 0, in.Size) }

// Options are the wishes a user may state for reading.
type Options struct {
	// Map assigns headings of sheets to attributes: attribute name → heading text (--map model="Part No.").
	Map map[string]string
	// Maps are saved assignments: fingerprint of a heading row → attribute name → heading text.
	Maps map[string]map[string]string
	// Learned, when set, is told which set of headings Map was applied to, so that it can be saved in Maps.
	Learned func(headingSet string)
	// IsMaker reports whether a name is that of a known maker of equipment. It
	// decides what a column "Vendor" holds; nil means that nobody can tell.
	IsMaker func(name string) bool
	// CloudOf returns the listed domain of an equipment maker's cloud that a host
	// name stands in, "" for none; nil means that no list is at hand.
	CloudOf func(host string) string
}

// Yield takes one sighting. An error stops the reading and is returned as it is.
type Yield func(*asset.Sighting) error

// Source reads one format. Implementations are stateless and safe for concurrent use.
//
// Read never panics on foreign data, bounds its memory, and goes on after a
// bad row or packet, which it counts with cov.Fail. It returns an error only
// when the rest of the input cannot be used, with what it was doing; what it
// yielded before stays. Sightings it yields belong to the receiver.
type Source interface {
	// Name is the format's name as shown to users: "nmap-xml", "snmprec".
	Name() string
	// Recognise says from the first Head bytes how sure it is that the input
	// is of this format: 0 no, 100 certain. name is a hint among equals only.
	Recognise(head []byte, name string) int
	Read(ctx context.Context, in *Input, cov *asset.Coverage, yield Yield) error
}

// Container is a source that holds other inputs (archive, mail): Walk calls
// visit for each part in order; Read of a container yields nothing.
type Container interface {
	Source
	// Walk bounds depth, count and size; a part that breaks a bound is counted with cov.Fail.
	Walk(ctx context.Context, in *Input, cov *asset.Coverage, visit func(*Input) error) error
}

// Count writes a number with its noun: "1 packet", "3 packets".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
