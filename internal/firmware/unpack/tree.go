package unpack

import (
	"fmt"
	"path"
	"sort"
	"strings"
)

// State says how far something could be read. The zero value means wholly.
type State string

const (
	OK        State = ""
	Encrypted State = "encrypted" // recognised or not, its bytes cannot be told from random ones
	Partial   State = "partial"   // some of it could not be decoded, or fails its checksum
	Truncated State = "truncated" // it says it is longer than what is there
	LimitHit  State = "limit-hit" // a bound of Limits ended it
	Unknown   State = "unknown"   // no format recognised
)

// Confidence says how a region was recognised.
type Confidence string

const (
	Checked    Confidence = "checksum"    // a checksum over header or data holds
	Structural Confidence = "structure"   // sizes, offsets and a trial decode hold together
	Magic      Confidence = "magic"       // the magic number and little else
	Leftover   Confidence = "unexplained" // no format; what lies between regions
)

// Fact is one named header field of a region, in the format's own words.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Region is a stretch of an object that one format explains.
type Region struct {
	Offset     int64
	Length     int64
	Format     string
	Confidence Confidence
	State      State
	Reasons    []string // why State is not OK, or what was odd, in plain words
	Facts      []Fact
	Entropy    float64 // bits a byte; 0 when not measured
	Nodes      []*Node
}

// Fact returns the value of the named header field, or "".
func (r *Region) Fact(name string) string {
	for _, f := range r.Facts {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// FileSystem says whether the region holds a file system or archive with paths of its own.
func (r *Region) FileSystem() bool { return fileSystems[r.Format] }

var fileSystems = map[string]bool{
	"squashfs": true, "cramfs": true, "romfs": true, "jffs2": true, "ubifs": true, "yaffs": true, "ext": true, "fat": true,
	"minix": true, "erofs": true, "f2fs": true, "iso9660": true, "tar": true, "cpio": true, "zip": true, "7z": true, "rar": true,
	"cab": true, "dhzip": true,
}

// Kind is the type of a node.
type Kind string

const (
	File     Kind = "file"
	Dir      Kind = "dir"
	Symlink  Kind = "link"
	Hardlink Kind = "hardlink"
	Char     Kind = "char"
	Block    Kind = "block"
	Fifo     Kind = "fifo"
	Socket   Kind = "socket"
	Part     Kind = "part" // a piece of a container, a partition, a decompressed stream
)

// Node is one entry of a region: a file, directory, link or device of a file
// system, or a part of a container. Links and devices exist as metadata only.
type Node struct {
	Path         string // slash-separated, relative, without . and ..
	Raw          string // the stored name when it differs from Path by more than a leading "/" or "./"
	Kind         Kind
	Mode         uint32 // permission bits with setuid, setgid, sticky: 07777
	UID, GID     uint32
	MTime        int64 // seconds since 1970; 0 unknown
	Size         int64
	Link         string // target of a link
	Major, Minor uint32
	Xattr        map[string]string
	Object       *Object // content of a file or part; nil when there is none
	State        State
	Reason       string
	Superseded   bool // a later entry of the same archive has the same path
	Facts        []Fact
}

// Object is an immutable content and what was recognised in it. Equal contents share one Object.
type Object struct {
	*Blob
	Regions []*Region
	Type    string // what it is as a whole when no region: "elf", "text", "script", "png", ...
	Entropy float64
	depth   int
	trial   bool
	xtrs    []*xtr // its extractions, until they are settled
	twins   []twinRegion
}

// Tree is the result of Open. Close frees its contents.
type Tree struct {
	Name  string
	Root  *Object
	Notes []string // bounds hit by the whole run
	// Objects counts distinct contents, Entries nodes, Bytes unpacked bytes.
	Objects, Entries int
	Bytes            int64
	store            *store
}

// Close frees the contents; blobs must not be read afterwards.
func (t *Tree) Close() error { return t.store.close() }

// Entry is a node with its place in the whole tree.
type Entry struct {
	Node *Node
	// Path is the node's path inside its volume: the nearest region with paths.
	Path string
	// Full names the whole chain: "flash.bin@0x700000:squashfs/bin/su".
	Full string
	// Region is the region the node stands in; Volume the same or the nearest one with paths, with its name.
	Region *Region
	Volume string
	Depth  int
	// Again is set when the content was already walked at another place; its inside is not walked twice.
	Again bool
	// Inside is the chain of regions from the root to Region.
	Inside []*Region
}

// Walk calls visit for every node, parents first, in order of offset and
// path. A content that occurs twice is descended into once. visit returns
// false to leave out what is inside the node.
func (t *Tree) Walk(visit func(*Entry) bool) {
	w := &walker{visit: visit, seen: map[*Object]bool{}}
	w.object(t.Root, t.Name, nil, 0)
}

// EachRegion calls visit for every region with the full name of its place.
func (t *Tree) EachRegion(visit func(full string, obj *Object, r *Region)) {
	w := &walker{visit: func(*Entry) bool { return true }, region: visit, seen: map[*Object]bool{}}
	w.object(t.Root, t.Name, nil, 0)
}

type walker struct {
	visit  func(*Entry) bool
	region func(string, *Object, *Region)
	seen   map[*Object]bool
}

func (w *walker) object(o *Object, full string, inside []*Region, depth int) {
	w.seen[o] = true
	if depth > 64 {
		return
	}
	for _, r := range o.Regions {
		name := full + RegionName(o, r)
		if w.region != nil {
			w.region(name, o, r)
		}
		chain := append(inside[:len(inside):len(inside)], r)
		for _, n := range r.Nodes {
			sep := "/"
			if !r.FileSystem() {
				sep = "!"
			}
			e := &Entry{Node: n, Path: n.Path, Full: name + sep + n.Path, Region: r, Volume: name, Depth: depth, Inside: chain}
			e.Again = n.Object != nil && w.seen[n.Object]
			if w.visit(e) && n.Object != nil && !e.Again {
				w.object(n.Object, e.Full, chain, depth+1)
			}
		}
	}
}

// RegionName is how a region is named behind its object: "@0x700000:squashfs",
// or ":gzip" when it starts at 0.
func RegionName(o *Object, r *Region) string {
	if r.Offset == 0 {
		return ":" + r.Format
	}
	return fmt.Sprintf("@%#x:%s", r.Offset, r.Format)
}

// clean makes a stored name a relative path that cannot leave its root.
// odd says that the name tried to, or held bytes no honest packer writes.
func clean(name string) (p string, odd bool) {
	odd = strings.HasPrefix(name, "/") || strings.Contains(name, "\x00") || len(name) > 4096
	if len(name) > 4096 {
		name = name[:4096]
	}
	for _, part := range strings.Split(name, "/") {
		if part == ".." {
			odd = true
		}
	}
	name = strings.ReplaceAll(name, "\x00", "?")
	p = strings.TrimPrefix(path.Clean("/"+name), "/")
	if p == "" {
		p = "."
	}
	return p, odd
}

// finish puts nodes in order and marks superseded duplicates. Only file
// systems whose entries may repeat (archives, logs) can have any.
func (r *Region) finish() {
	last := map[string]*Node{}
	for _, n := range r.Nodes {
		if old := last[n.Path]; old != nil && n.Kind != Dir {
			old.Superseded = true
		}
		last[n.Path] = n
	}
	if r.FileSystem() {
		sort.SliceStable(r.Nodes, func(i, j int) bool { return r.Nodes[i].Path < r.Nodes[j].Path })
	}
}
