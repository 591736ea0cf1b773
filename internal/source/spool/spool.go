// Package spool keeps a stream so that it can be read at any offset and any
// number of times: in memory while it is small, else in a temporary file that
// is gone after Close.
//
// It is not for deciding how much is too much: the caller states the bound.
package spool

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// memory is the greatest size kept in memory.
const memory = 4 << 20

// ErrTooLarge means that a stream holds more than was allowed.
var ErrTooLarge = errors.New("too large")

// Data is a kept stream. It is safe for concurrent reading until Close.
type Data struct {
	io.ReaderAt
	// Size is the length in bytes.
	Size int64
	file *os.File
}

// Close frees what the data occupy. It is right to call it twice.
func (d *Data) Close() error {
	if d.file == nil {
		return nil
	}
	f := d.file
	d.file = nil
	err := f.Close()
	return errors.Join(err, os.Remove(f.Name()))
}

// Keep reads r to its end, at most max bytes; more is ErrTooLarge.
func Keep(r io.Reader, max int64) (*Data, error) {
	var buf bytes.Buffer
	n, err := io.Copy(&buf, io.LimitReader(r, min(memory, max)+1))
	if err != nil {
		return nil, err
	}
	if n > max {
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, max)
	}
	if n <= memory {
		return &Data{ReaderAt: bytes.NewReader(buf.Bytes()), Size: n}, nil
	}
	f, err := os.CreateTemp("", "telltale-*")
	if err != nil {
		return nil, fmt.Errorf("create a temporary file: %w", err)
	}
	d := &Data{ReaderAt: f, file: f}
	d.Size, err = io.Copy(f, io.MultiReader(&buf, io.LimitReader(r, max-n+1)))
	if err == nil && d.Size > max {
		err = fmt.Errorf("%w: more than %d bytes", ErrTooLarge, max)
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}
