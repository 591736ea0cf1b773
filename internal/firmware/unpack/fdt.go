package unpack

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash/crc32"
	"strings"
)

// Flattened device trees, and U-Boot FIT images, which are trees whose /images
// nodes carry data with hashes. After the Devicetree Specification 0.4.
type fdtNode struct {
	path  string
	props map[string][]byte
	// dataAt gives for a property where its value lies in the blob.
	dataAt map[string]int64
}

// readFDT lists all nodes; it stops at the first inconsistency.
func readFDT(d *data, off int64) []fdtNode {
	size := int64(d.u32(be, off+4))
	st, sb, sn := int64(d.u32(be, off+8)), d.u32(be, off+12), int64(d.u32(be, off+32))
	if sn > 16<<20 {
		return nil
	}
	names := d.at(off+int64(sb), int(sn))
	if names == nil {
		return nil
	}
	var out []fdtNode
	var path []string
	var open []int
	for pos := off + st; pos < off+size && len(out) < 100_000; {
		tok := d.u32(be, pos)
		pos += 4
		switch tok {
		case 1:
			name := cstr(d.upto(pos, 256))
			pos += alignUp(int64(len(name))+1, 4)
			path = append(path, name)
			if len(path) > 64 {
				return out
			}
			open = append(open, len(out))
			out = append(out, fdtNode{path: "/" + strings.TrimPrefix(strings.Join(path, "/"), "/"), props: map[string][]byte{}, dataAt: map[string]int64{}})
		case 2:
			if len(path) == 0 {
				return out
			}
			path, open = path[:len(path)-1], open[:len(open)-1]
		case 3:
			n, no := int64(d.u32(be, pos)), d.u32(be, pos+4)
			pos += 8
			if len(open) == 0 || n > size || int64(no) >= sn {
				return out
			}
			name := cstr(names[no:])
			cur := &out[open[len(open)-1]]
			cur.props[name] = d.upto(pos, int(min(n, 4096)))
			cur.dataAt[name] = pos
			cur.dataAt[name+"#"] = n
			pos += alignUp(n, 4)
		case 4:
		default:
			return out
		}
	}
	return out
}

func probeFDT(d *data, off int64) *claim {
	h := d.at(off, 40)
	if h == nil {
		return nil
	}
	size, st, sb, version := int64(be.Uint32(h[4:])), int64(be.Uint32(h[8:])), int64(be.Uint32(h[12:])), be.Uint32(h[20:])
	if version < 16 || version > 17 || size < 72 || st < 40 || st >= size || sb < 40 || sb >= size || d.u32(be, off+st) != 1 && off+st+4 <= d.size {
		return nil
	}
	c := &claim{off: off, length: size, format: "dtb", conf: Structural}
	nodes := readFDT(d, off)
	if len(nodes) == 0 {
		if names := sb + int64(be.Uint32(h[32:])); names <= size && names > d.size-off && be.Uint32(h[24:]) <= version {
			c.state, c.reason = Truncated, fmt.Sprintf("the names of its properties lie at %#x, behind the end", sb)
			return c
		}
		return nil
	}
	root := nodes[0].props
	for _, p := range []string{"model", "compatible", "description"} {
		v := strings.TrimRight(string(root[p]), "\x00")
		c.fact(p, "%s", strings.ReplaceAll(v, "\x00", ", "))
	}
	images := false
	for _, n := range nodes {
		if n.path == "/images" {
			images = true
		}
		if n.path == "/chosen" {
			c.fact("bootargs", "%s", cstr(n.props["bootargs"]))
		}
	}
	if !images {
		return c
	}
	c.format = "fit"
	end, parts := fitParts(d, off, size, nodes, c)
	c.length = end - off
	c.extract = func(x *xtr) error {
		for _, p := range parts {
			node, err := x.part(Node{Path: p.name, Facts: p.facts}, p.off, p.n)
			if err != nil {
				return err
			}
			p.verify(x, node)
		}
		return nil
	}
	return c
}

type fitPart struct {
	name  string
	off   int64
	n     int64
	facts []Fact
	sums  []fitSum
}

type fitSum struct {
	algo string
	want []byte
}

// fitParts lists the images: data inside, at data-offset behind the tree, or at data-position.
func fitParts(d *data, off, size int64, nodes []fdtNode, c *claim) (int64, []fitPart) {
	end := off + size
	byPath := map[string]int{}
	var parts []fitPart
	for _, n := range nodes {
		rest, ok := strings.CutPrefix(n.path, "/images/")
		if !ok {
			if strings.HasPrefix(n.path, "/configurations/") && strings.Contains(n.path, "/signature") {
				c.fact("signature", "%s key %s", cstr(n.props["algo"]), cstr(n.props["key-name-hint"]))
			}
			continue
		}
		name, sub, nested := strings.Cut(rest, "/")
		if nested && strings.HasPrefix(name, ".") { // a name of a node holds no slash
			c.state, c.reason = Partial, fmt.Sprintf("an image has the impossible name %q", rest)
			continue
		}
		if nested {
			if i, ok := byPath[name]; ok {
				if strings.HasPrefix(sub, "hash") {
					parts[i].sums = append(parts[i].sums, fitSum{cstr(n.props["algo"]), n.props["value"]})
				} else if strings.HasPrefix(sub, "signature") {
					c.fact("signature", "%s key %s", cstr(n.props["algo"]), cstr(n.props["key-name-hint"]))
				}
			}
			continue
		}
		p := fitPart{name: name}
		num := func(k string) int64 {
			if b := n.props[k]; len(b) == 4 {
				return int64(be.Uint32(b))
			}
			return -1
		}
		switch {
		case n.props["data"] != nil:
			p.off, p.n = n.dataAt["data"], n.dataAt["data#"]
		case num("data-offset") >= 0:
			p.off, p.n = off+alignUp(size, 4)+num("data-offset"), num("data-size")
		case num("data-position") >= 0:
			p.off, p.n = off+num("data-position"), num("data-size")
		default:
			continue
		}
		for _, k := range []string{"description", "type", "arch", "os", "compression"} {
			if v := cstr(n.props[k]); v != "" {
				p.facts = append(p.facts, Fact{k, v})
			}
		}
		end = max(end, min(p.off+max(p.n, 0), d.size))
		byPath[name] = len(parts)
		parts = append(parts, p)
	}
	return end, parts
}

// verify checks the hash nodes of a part.
func (p *fitPart) verify(x *xtr, node *Node) {
	if node.Object == nil {
		return
	}
	for _, s := range p.sums {
		b := x.d.at(p.off, int(min(p.n, maxAt)))
		var got []byte
		switch s.algo {
		case "crc32":
			got = be.AppendUint32(nil, crc32.ChecksumIEEE(b))
		case "md5":
			h := md5.Sum(b)
			got = h[:]
		case "sha1":
			h := sha1.Sum(b)
			got = h[:]
		case "sha256":
			h := sha256.Sum256(b)
			got = h[:]
		case "sha384":
			h := sha512.Sum384(b)
			got = h[:]
		case "sha512":
			h := sha512.Sum512(b)
			got = h[:]
		default:
			continue
		}
		if bytes.Equal(got, s.want) {
			node.Facts = append(node.Facts, Fact{"hash", s.algo + " holds"})
			x.r.Confidence = Checked
		} else {
			node.State, node.Reason = Partial, fmt.Sprintf("%s of the data does not hold", s.algo)
			node.Facts = append(node.Facts, Fact{"bad checksum", s.algo})
			x.warn(Partial, "%s: %s", p.name, node.Reason)
		}
	}
}
