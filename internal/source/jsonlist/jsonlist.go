// Package jsonlist reads long JSON lists one element at a time, in bounded
// memory, for the sources that read exports of inventory systems.
//
// It understands a bare list ([{...},...]), an answer that wraps lists
// ({"count":2,"results":[...]}), several such answers one after the other
// (pages of an API put in one file) and one object a line (JSON Lines). It is
// not a validator: it finds where an element begins and ends by strings and
// brackets, and leaves the rest to encoding/json, so that one broken element
// does not spoil those after it. Source of truth: RFC 8259.
package jsonlist

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
)

// MaxElement bounds one element in bytes. A longer one is passed over and reported.
const MaxElement = 4 << 20

// maxNesting bounds brackets inside an element.
const maxNesting = 256

// Element is one element of a list, or a member of a wrapping object that is no list.
type Element struct {
	// Key is the name of the list in the wrapping object, empty for a bare list or line.
	Key string
	// Index counts the elements of the list from 0, or the lines; -1 for a member that is no list.
	Index int
	// Offset is where the element begins, in bytes from the start of the input.
	Offset int64
	// Raw is the element's JSON, good until visit returns; nil when it was over MaxElement.
	Raw []byte
}

// ErrSyntax means that the brackets of the document do not fit: the rest cannot be used.
var ErrSyntax = errors.New("the JSON is damaged here")

// Each calls visit for each element in order. With lines true each object at
// the top is an element itself (JSON Lines). It returns what visit returned, or
// an error with the byte offset where the document broke off.
func Each(ctx context.Context, r io.Reader, lines bool, visit func(*Element) error) error {
	s := &scanner{r: bufio.NewReaderSize(r, 256<<10), visit: visit, ctx: ctx}
	for line := 0; ; line++ {
		c, err := s.token()
		if err == io.EOF && line > 0 {
			return nil
		}
		if err != nil {
			return s.fail(err)
		}
		switch {
		case c == '{' && lines:
			err = s.element("", line, c)
		case c == '[':
			err = s.list("")
		case c == '{':
			err = s.object()
		default:
			err = ErrSyntax
		}
		if err != nil {
			return s.fail(err)
		}
	}
}

type scanner struct {
	ctx   context.Context
	r     *bufio.Reader
	off   int64
	buf   []byte
	visit func(*Element) error
	n     int
}

// visitError marks an error of visit, to be passed on as it is.
type visitError struct{ error }

func (s *scanner) fail(err error) error {
	var v visitError
	if errors.As(err, &v) {
		return v.error
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("the JSON ends at byte %d in the middle: what stood before was read; export it again: %w", s.off, err)
	}
	return fmt.Errorf("at byte %d: %w", s.off, err)
}

func (s *scanner) byte() (byte, error) {
	c, err := s.r.ReadByte()
	if err == nil {
		s.off++
	}
	return c, err
}

// token returns the next byte that is no white space, comma or mark of UTF-8.
func (s *scanner) token() (byte, error) {
	for {
		c, err := s.byte()
		if err != nil {
			return 0, err
		}
		switch c {
		case ' ', '\t', '\r', '\n', ',', 0xEF, 0xBB, 0xBF, 0x1E:
		default:
			return c, nil
		}
	}
}

// list reads the elements after '['.
func (s *scanner) list(key string) error {
	for i := 0; ; i++ {
		c, err := s.token()
		if err != nil {
			return err
		}
		if c == ']' {
			return nil
		}
		if err := s.element(key, i, c); err != nil {
			return err
		}
	}
}

// object reads the members after '{': lists are gone into, the rest is visited whole.
func (s *scanner) object() error {
	for {
		c, err := s.token()
		if err != nil {
			return err
		}
		if c == '}' {
			return nil
		}
		if c != '"' {
			return ErrSyntax
		}
		if err := s.value(c); err != nil {
			return err
		}
		key := ""
		if n := len(s.buf); n >= 2 && n < 200 {
			key = string(s.buf[1 : n-1])
		}
		if c, err = s.token(); err != nil {
			return err
		}
		if c != ':' {
			return ErrSyntax
		}
		if c, err = s.token(); err != nil {
			return err
		}
		if c == '[' {
			err = s.list(key)
		} else {
			err = s.element(key, -1, c)
		}
		if err != nil {
			return err
		}
	}
}

func (s *scanner) element(key string, index int, first byte) error {
	if s.n++; s.n&255 == 0 && s.ctx.Err() != nil {
		return visitError{s.ctx.Err()}
	}
	start := s.off - 1
	if err := s.value(first); err != nil {
		return err
	}
	e := Element{Key: key, Index: index, Offset: start, Raw: s.buf}
	if len(s.buf) > MaxElement {
		e.Raw = nil
	}
	if err := s.visit(&e); err != nil {
		return visitError{err}
	}
	return nil
}

// value reads one value that begins with first into buf, which holds at most
// one byte over MaxElement.
func (s *scanner) value(first byte) error {
	s.buf = append(s.buf[:0], first)
	depth, quoted := 0, first == '"'
	switch first {
	case '{', '[':
		depth = 1
	case '}', ']', ':':
		return ErrSyntax
	}
	for depth > 0 || quoted || !bracket(first) {
		c, err := s.byte()
		if err == io.EOF && depth == 0 && !quoted && first != '"' {
			return nil // a bare number at the very end
		}
		if err != nil {
			return err
		}
		switch {
		case quoted && c == '\\':
			s.keep(c)
			if c, err = s.byte(); err != nil {
				return err
			}
		case c == '"':
			quoted = !quoted
			if !quoted && depth == 0 {
				s.keep(c)
				return nil
			}
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > maxNesting {
				return fmt.Errorf("%w: brackets are nested over %d deep", ErrSyntax, maxNesting)
			}
		case depth == 0 && (c == ',' || c == '}' || c == ']' || c <= ' '): // end of a bare word
			s.r.UnreadByte()
			s.off--
			return nil
		case c == '}' || c == ']':
			depth--
		}
		s.keep(c)
	}
	return nil
}

func bracket(c byte) bool { return c == '{' || c == '[' }

func (s *scanner) keep(c byte) {
	if len(s.buf) <= MaxElement {
		s.buf = append(s.buf, c)
	}
}
