package snmp

import (
	"context"
	"errors"
	"fmt"
)

// Agent answers questions that only read. Implementations pace themselves.
type Agent interface {
	// Get returns the values of single variables.
	Get(ctx context.Context, oids []OID) ([]Var, error)
	// Next returns up to limit variables that follow after.
	Next(ctx context.Context, after OID, limit int) ([]Var, error)
}

// Errors of an agent that a walk acts upon.
var (
	ErrSilent  = errors.New("no answer in time")
	ErrTooBig  = errors.New("the answer would be too big")
	ErrEnd     = errors.New("end of what the agent shows")
	ErrCircles = errors.New("the agent goes in circles")
	ErrFull    = errors.New("more than is read of one host")
)

// Limits bound what one host may send in a walk.
type Limits struct {
	Vars  int
	Bytes int
	// Bulk is the most rows asked for at once; below 2 rows are asked one by one.
	Bulk int
}

// Walk hands every variable below root to take, in order. It never follows an
// agent backwards and never reads more than limits; what was taken stays taken.
// An agent that cannot answer in bulk is asked row by row.
func Walk(ctx context.Context, a Agent, root OID, l *Limits, take func(Var)) error {
	at, bulk := root, max(l.Bulk, 1)
	for {
		vars, err := a.Next(ctx, at, bulk)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, ErrEnd):
			return nil
		case (errors.Is(err, ErrTooBig) || errors.Is(err, ErrSilent) || errors.Is(err, errMessage)) && bulk > 1:
			bulk /= 4
			l.Bulk = max(bulk, 1) // the next subtree begins as carefully
			bulk = l.Bulk
			continue
		case err != nil:
			return err
		case len(vars) == 0:
			return nil
		}
		for _, v := range vars {
			if v.Tag == EndOfMibView || !v.OID.Under(root) {
				return nil
			}
			if v.OID.Compare(at) <= 0 {
				return fmt.Errorf("%w at %s", ErrCircles, v.OID)
			}
			if l.Vars--; l.Vars < 0 {
				return ErrFull
			}
			if l.Bytes -= len(v.Val) + 4*len(v.OID); l.Bytes < 0 {
				return ErrFull
			}
			at = v.OID
			take(v)
		}
	}
}
