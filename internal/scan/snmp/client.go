package snmp

import (
	"context"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// Client asks one agent by version 1 or 2c. It is not safe for concurrent use.
type Client struct {
	// Conn is connected to the agent.
	Conn      net.Conn
	Version   int
	Community string
	// Timeout is for one try; Tries is how often a question is asked.
	Timeout time.Duration
	Tries   int
	// Pace is called before each packet.
	Pace func(ctx context.Context, packets int) error

	id  int32
	buf []byte
}

var lastID atomic.Int32

// Get returns the values of single variables.
func (c *Client) Get(ctx context.Context, oids []OID) ([]Var, error) {
	r, err := c.ask(ctx, &Request{Kind: Get, OIDs: oids})
	if err != nil {
		return nil, err
	}
	if r.ErrorStatus == NoSuchName {
		return nil, ErrEnd
	}
	return r.Vars, nil
}

// Next returns the variables after one, by GetBulk where the version has it.
func (c *Client) Next(ctx context.Context, after OID, limit int) ([]Var, error) {
	q := &Request{Kind: GetNext, OIDs: []OID{after}}
	if c.Version == Version2c && limit > 1 {
		q.Kind, q.Limit = GetBulk, limit
	}
	r, err := c.ask(ctx, q)
	switch {
	case err != nil:
		return nil, err
	case r.ErrorStatus == NoSuchName:
		return nil, ErrEnd
	case r.ErrorStatus == TooBig:
		return nil, ErrTooBig
	case r.ErrorStatus != 0:
		return nil, errMessage
	}
	return r.Vars, nil
}

// maxMessage is the greatest UDP payload.
const maxMessage = 65507

// maxStrays is how many packets that answer something else one try looks at.
const maxStrays = 16

func (c *Client) ask(ctx context.Context, q *Request) (*Response, error) {
	if c.buf == nil {
		c.buf = make([]byte, maxMessage)
	}
	q.Version, q.Community = c.Version, c.Community
	err := ErrSilent
	for range max(c.Tries, 1) {
		if e := c.Pace(ctx, 1); e != nil {
			return nil, e
		}
		q.ID = 0x40000000 | lastID.Add(1)&0x3fffffff
		if _, e := c.Conn.Write(q.Append(nil)); e != nil {
			err = e
			continue
		}
		r, e := c.await(ctx, q.ID)
		if e == nil {
			return r, nil
		}
		if err = e; !errors.Is(err, ErrSilent) {
			return nil, err
		}
	}
	return nil, err
}

// await reads until the answer with that number, the timeout or the end of ctx.
func (c *Client) await(ctx context.Context, id int32) (*Response, error) {
	end := time.Now().Add(c.Timeout)
	if d, ok := ctx.Deadline(); ok && d.Before(end) {
		end = d
	}
	stop := context.AfterFunc(ctx, func() { _ = c.Conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := c.Conn.SetReadDeadline(end); err != nil {
		return nil, err
	}
	var bad error
	for range maxStrays {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		n, err := c.Conn.Read(c.buf)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			if bad != nil {
				return nil, bad
			}
			return nil, ErrSilent
		}
		if err != nil {
			return nil, err
		}
		r, err := Parse(c.buf[:n])
		if err != nil {
			bad = err
			continue
		}
		if r.ID == id {
			return r, nil
		}
	}
	return nil, errMessage
}
