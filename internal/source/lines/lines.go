// Package lines reads text a line at a time, in bounded memory, for the sources
// that read logs and lists. It knows no format.
package lines

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
)

// Each calls visit with every line, counted from 1, without its line end. Of a
// line longer than limit bytes the rest is left out. The line is good until
// visit returns. It returns what visit returned, or why the reading ended.
func Each(ctx context.Context, r io.Reader, limit int, visit func(n int, line []byte) error) error {
	br := bufio.NewReaderSize(r, 64<<10)
	var buf []byte
	for n := 1; ; n++ {
		if n&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		line, err := next(br, &buf, limit)
		if len(line) > 0 || err == nil {
			if verr := visit(n, bytes.TrimRight(line, "\r\n")); verr != nil {
				return verr
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read line %d: %w", n, err)
		}
	}
}

func next(br *bufio.Reader, buf *[]byte, limit int) ([]byte, error) {
	*buf = (*buf)[:0]
	for {
		chunk, err := br.ReadSlice('\n')
		if room := limit - len(*buf); room > 0 {
			*buf = append(*buf, chunk[:min(room, len(chunk))]...)
		}
		if err != bufio.ErrBufferFull {
			return *buf, err
		}
	}
}
