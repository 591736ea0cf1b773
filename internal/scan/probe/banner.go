package probe

import (
	"bytes"
	"context"
	"fmt"
	"net"

	"telltale/internal/answer"
)

func one(name, proto string, port uint16, r Reply) []answer.Answer {
	if len(r.Data) == 0 {
		return nil
	}
	return []answer.Answer{{Probe: name, Proto: proto, Port: port, Data: r.Data, Cut: r.Cut}}
}

// askConnect only learns whether the port is open.
func askConnect(ctx context.Context, h *Host, port uint16) ([]answer.Answer, error) {
	c, err := h.Dial(ctx, port)
	if err != nil {
		return nil, err
	}
	return []answer.Answer{{Probe: "connect", Proto: "tcp", Port: port, Data: []byte{}}}, c.Close()
}

func lineSeen(b []byte) bool { return bytes.IndexByte(b, '\n') >= 0 }

// telnetGreeted reports whether the host waits for a name: that is the end of its greeting.
func telnetGreeted(b []byte) bool {
	low := bytes.ToLower(bytes.TrimRight(b, " \x00"))
	return len(low) > 0 && low[len(low)-1] == ':' || bytes.HasSuffix(low, []byte(">")) || bytes.HasSuffix(low, []byte("login"))
}

// banner returns a probe that reads what a host says first.
func banner(name string, enough func([]byte) bool) Func {
	return func(ctx context.Context, h *Host, port uint16) ([]answer.Answer, error) {
		c, err := h.Dial(ctx, port)
		if err != nil {
			return nil, err
		}
		defer c.Close()
		r, err := readSome(c, maxBanner, enough)
		return one(name, "tcp", port, r), err
	}
}

// ask opens the port, sends a text and reads the answer up to the empty line.
func (h *Host) ask(ctx context.Context, port uint16, text string) (Reply, error) {
	c, err := h.Dial(ctx, port)
	if err != nil {
		return Reply{}, err
	}
	defer c.Close()
	if _, err := c.Write([]byte(text)); err != nil {
		return Reply{}, err
	}
	return readSome(c, maxBanner, func(b []byte) bool { return bytes.Contains(b, []byte("\r\n\r\n")) })
}

func askRTSP(ctx context.Context, h *Host, port uint16) ([]answer.Answer, error) {
	host := net.JoinHostPort(h.Addr.WithZone("").String(), fmt.Sprint(port))
	r, err := h.ask(ctx, port, "OPTIONS rtsp://"+host+"/ RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: telltale\r\n\r\n")
	if err == nil && !bytes.HasPrefix(r.Data, []byte("RTSP/")) {
		err = ErrRubbish
	}
	return one("rtsp", "tcp", port, r), err
}

// RTSPOpen reports whether an answer is of an RTSP server.
func RTSPOpen(a *answer.Answer) bool {
	return a.Probe == "rtsp" && bytes.HasPrefix(a.Data, []byte("RTSP/"))
}
