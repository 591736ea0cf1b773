// Package inspect says what is in an unpacked firmware image: who wrote it,
// what it is made of, how somebody could get in, what it calls, and what could
// not be read.
//
// It is not for unpacking (unpack does) and names no maker in code: known
// cases, marks, components, hosts and passwords are data, given as Facts. It
// never calls an image clean: what was not explained is stated.
//
// Source of truth: the image's own bytes; for each known case the public
// report named in data/firmware.
//
// Flow: unpack.Tree → files and volumes → contents (one pass over all
// literals) → boot graph → findings → Report.
package inspect
