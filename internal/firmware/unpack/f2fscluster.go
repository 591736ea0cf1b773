package unpack

import (
	"fmt"
	"io"
)

// Compressed clusters of F2FS: the first address of a cluster is a mark, those
// that follow hold a header of 24 bytes and the packed data.

const (
	f2fsPacked        = 0x4 // bit of an inode's flags
	f2fsClusterHeader = 24
)

// unpack writes one cluster whose blocks are at the addresses of b.
func (c *f2fsContent) unpack(b []byte) error {
	var in []byte
	for ; len(b) >= 4; b = b[4:] {
		block := le.Uint32(b)
		if block == 0 || block == f2fsNewAddr {
			break
		}
		raw := c.f.d.at(int64(block)*f2fsBlock, f2fsBlock)
		if raw == nil {
			return fmt.Errorf("block %d of a cluster: %w", block, io.ErrUnexpectedEOF)
		}
		in = append(in, raw...)
	}
	out, err := f2fsCluster(in, c.packing, c.cluster*f2fsBlock)
	if err != nil {
		return err
	}
	n := min(c.left, int64(len(out)))
	c.left -= n
	_, err = c.w.Write(out[:n])
	return err
}

// f2fsCluster decodes the blocks of a cluster of size bytes.
func f2fsCluster(in []byte, packing byte, size int) (out []byte, err error) {
	if len(in) < f2fsClusterHeader {
		return nil, fmt.Errorf("cluster without blocks")
	}
	n := int64(le.Uint32(in))
	if n > int64(len(in)-f2fsClusterHeader) {
		return nil, fmt.Errorf("cluster of %d packed bytes in %d: %w", n, len(in), io.ErrUnexpectedEOF)
	}
	in = in[f2fsClusterHeader : f2fsClusterHeader+n]
	switch packing {
	case 0:
		out, err = lzoDecode(in, size, false)
	case 1:
		out, err = lz4Block(in, size)
	case 2:
		out, err = zstdBlock(in, size)
	case 3:
		out, err = lzoDecode(in, size, true)
	default:
		return nil, fmt.Errorf("cluster packed by method %d, which is not known", packing)
	}
	if err == nil && len(out) != size {
		err = fmt.Errorf("gives %d bytes, not %d", len(out), size)
	}
	if err != nil {
		return nil, fmt.Errorf("cluster: %w", err)
	}
	return out, nil
}
