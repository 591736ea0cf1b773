package answer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
)

// Magic is the first line of a file of answers.
const Magic = "telltale-answers 1\n"

// MaxLine bounds one line in bytes, and so what one host may say.
const MaxLine = 64 << 20

// ErrTorn is the error of a line that is cut or whose checksum is wrong: what follows was never finished.
var ErrTorn = errors.New("the line is torn or changed")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Append adds the line of r to b: eight hex digits of CRC-32C, a blank, JSON, a line end.
func Append(b []byte, r *Record) ([]byte, error) {
	j, err := json.Marshal(r)
	if err != nil {
		return b, fmt.Errorf("write answers: %w", err)
	}
	if len(j)+10 > MaxLine {
		return b, fmt.Errorf("write answers: %d bytes of one host are over the limit of %d", len(j), MaxLine)
	}
	b = fmt.Appendf(b, "%08x ", crc32.Checksum(j, castagnoli))
	return append(append(b, j...), '\n'), nil
}

// Reader reads the lines of a file of answers.
type Reader struct {
	r *bufio.Reader
	// Good is the offset behind the last whole line, in bytes.
	Good int64
}

// NewReader checks the first line.
func NewReader(r io.Reader) (*Reader, error) {
	x := &Reader{r: bufio.NewReaderSize(r, 1<<20)}
	head := make([]byte, len(Magic))
	if _, err := io.ReadFull(x.r, head); err != nil || string(head) != Magic {
		return nil, fmt.Errorf("read answers: the first line is not %q", Magic[:len(Magic)-1])
	}
	x.Good = int64(len(Magic))
	return x, nil
}

// Next returns the next record, io.EOF at the end, ErrTorn where the file breaks off.
func (x *Reader) Next() (*Record, error) {
	line, err := x.line()
	if err == io.EOF && len(line) == 0 {
		return nil, io.EOF
	}
	if err != nil && err != io.EOF {
		return nil, err
	}
	n := int64(len(line))
	if err == io.EOF || len(line) < 11 || line[8] != ' ' {
		return nil, ErrTorn
	}
	j := bytes.TrimSuffix(line[9:], []byte("\n"))
	sum, perr := strconv.ParseUint(string(line[:8]), 16, 32)
	if perr != nil || uint32(sum) != crc32.Checksum(j, castagnoli) {
		return nil, ErrTorn
	}
	var r Record
	if err := json.Unmarshal(j, &r); err != nil {
		return nil, ErrTorn
	}
	x.Good += n
	return &r, nil
}

// line reads up to a line end, bounded.
func (x *Reader) line() ([]byte, error) {
	var out []byte
	for {
		part, err := x.r.ReadSlice('\n')
		out = append(out, part...)
		if len(out) > MaxLine {
			return nil, ErrTorn
		}
		if err != bufio.ErrBufferFull {
			return out, err
		}
	}
}
