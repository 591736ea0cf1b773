//go:build !linux

package pcap

import (
	"context"
	"errors"
)

type listener struct{ packets }

func (l *listener) close() int { return 0 }

func listen(context.Context, string, bool) (*listener, error) {
	return nil, errors.New("reading an interface directly is possible on Linux only; use tcpdump -U -w - -i INTERFACE | telltale watch -")
}
