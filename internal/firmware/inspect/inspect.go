package inspect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"sync"

	"telltale/internal/evidence"
	"telltale/internal/firmware/unpack"
)

// inspector is one Inspect.
type inspector struct {
	ctx   context.Context
	tree  *unpack.Tree
	facts *Facts
	rep   *Report

	volumes  []*volume
	byName   map[string]*volume
	files    []*file
	contents map[contentKey]*content
	boots    map[*volume]*booter
	made     string // build date read from the image, YYYY-MM-DD
	traits   string // version files and names, for Cond.Image
	claims   map[string]*Maker
	hosts    map[string]*Host
	seen     map[string]bool
}

type contentKey struct {
	o   *unpack.Object
	off int64
}

// Inspect looks into an unpacked image. It returns an error only when ctx
// ends; what could not be read is in the report. progress is told how many
// bytes of the contents were looked at; it may be nil.
func Inspect(ctx context.Context, tree *unpack.Tree, facts *Facts, progress unpack.Progress) (*Report, error) {
	in := &inspector{ctx: ctx, tree: tree, facts: facts, byName: map[string]*volume{}, contents: map[contentKey]*content{}, boots: map[*volume]*booter{},
		claims: map[string]*Maker{}, hosts: map[string]*Host{}, seen: map[string]bool{}}
	in.rep = &Report{Schema: Schema, DataVersion: facts.Version, Image: Image{Name: tree.Name, Size: tree.Root.Size(), SHA256: tree.Root.Sum().String()}}
	in.collect()
	in.readAll(progress)
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("inspect %q: %w", tree.Name, err)
	}
	in.regions()
	in.buildDate()
	in.identity()
	in.containers()
	in.packageLists()
	in.components()
	in.accounts()
	in.boot()
	in.keys()
	in.services()
	in.authorizedKeys()
	in.adb()
	in.modes()
	in.modules()
	in.marks()
	in.boardTrees()
	in.labels()
	in.cases()
	in.web()
	in.remote()
	in.feeds()
	in.commandPrograms()
	in.kernelLines()
	in.packed()
	in.hostFindings()
	in.relays()
	in.integrity()
	in.makers()
	in.finish()
	return in.rep, nil
}

// collect walks the tree into volumes and leaves.
func (in *inspector) collect() {
	add := func(o *unpack.Object, full string) {
		// Stretches of a container that no format explains, and whole leaves.
		for _, r := range o.Regions {
			if r.Format == "padding" || r.Length < 64 || len(r.Nodes) > 0 || r.State == unpack.Encrypted {
				continue
			}
			if r.Confidence != unpack.Leftover && r.Format != "elf" && r.Format != "pe" && r.Format != "text" && r.Format != "arm64-image" {
				continue
			}
			name := full + unpack.RegionName(o, r)
			in.files = append(in.files, &file{where: name, region: name, obj: o, off: r.Offset, size: r.Length, kind: r.Format})
		}
	}
	add(in.tree.Root, in.tree.Name)
	if len(in.tree.Root.Regions) == 0 {
		in.files = append(in.files, &file{where: in.tree.Name, path: in.tree.Name, obj: in.tree.Root, size: in.tree.Root.Size(), kind: in.tree.Root.Type})
	}
	within := map[*unpack.Region]bool{} // of packed programs, which stand for themselves
	in.tree.Walk(func(e *unpack.Entry) bool {
		if within[e.Region] {
			return true
		}
		var v *volume
		if e.Region.FileSystem() {
			v = in.byName[e.Volume]
			if v == nil {
				v = newVolume(e.Volume, e.Region)
				in.byName[e.Volume] = v
				in.volumes = append(in.volumes, v)
			}
			v.add(e)
		}
		o := e.Node.Object
		if o == nil {
			return true
		}
		if p := unpackedProgram(o); p != nil {
			within[o.Regions[0]] = true
			o = p
		}
		if len(o.Regions) == 0 || v != nil {
			in.files = append(in.files, &file{where: e.Full, path: e.Path, region: e.Volume, node: e.Node, vol: v, obj: o, size: o.Size(), kind: o.Type})
		}
		if len(o.Regions) > 0 && !e.Again {
			add(o, e.Full)
		}
		return true
	})
	for _, v := range in.volumes {
		v.index()
	}
}

// readAll makes the one pass over every distinct content, in parallel.
func (in *inspector) readAll(progress unpack.Progress) {
	var jobs []*file
	var done, total int64
	for _, f := range in.files {
		k := contentKey{f.obj, f.off}
		if _, ok := in.contents[k]; ok {
			continue
		}
		// What a format explains is looked at by its parts; a compressed stream has no texts of its own.
		if f.node != nil && len(f.obj.Regions) > 0 && explained(f.obj) {
			in.contents[k] = &content{obj: f.obj, size: f.size, kind: f.kind, hits: map[string][]int64{}}
			continue
		}
		in.contents[k] = nil
		jobs = append(jobs, f)
		total += f.size
	}
	out := make([]*content, len(jobs))
	var wg sync.WaitGroup
	next := make(chan int)
	for range max(runtime.GOMAXPROCS(0), 1) {
		wg.Go(func() {
			for i := range next {
				f := jobs[i]
				func() {
					defer func() {
						if recover() != nil {
							out[i] = &content{obj: f.obj, off: f.off, size: f.size, kind: f.kind, hits: map[string][]int64{}}
						}
					}()
					out[i] = in.scanContent(f.obj, f.off, f.size, f.kind)
				}()
			}
		})
	}
	for i := range jobs {
		next <- i
		done += jobs[i].size
		if progress != nil {
			progress(done, total, "contents looked at")
		}
	}
	close(next)
	wg.Wait()
	for i, f := range jobs {
		in.contents[contentKey{f.obj, f.off}] = out[i]
	}
	for _, f := range in.files {
		f.c = in.contents[contentKey{f.obj, f.off}]
		if f.c == nil {
			f.c = &content{obj: f.obj, off: f.off, size: f.size, kind: f.kind, hits: map[string][]int64{}}
		}
	}
}

func explained(o *unpack.Object) bool {
	var n int64
	for _, r := range o.Regions {
		if r.Confidence != unpack.Leftover {
			n += r.Length
		}
	}
	return n*10 >= o.Size()*9
}

// add records a finding once, with the surest of its levels.
func (in *inspector) add(f Finding) {
	if len(f.Evidence) > 300 {
		f.Evidence = f.Evidence[:300] + "…"
	}
	f.Evidence = strings.ToValidUTF8(f.Evidence, "?")
	key := f.ID + "|" + f.Rule + "|" + f.Where + "|" + f.Value
	if in.seen[key] {
		in.raise(f)
		return
	}
	if len(in.rep.Findings) > 20_000 {
		return
	}
	in.seen[key] = true
	in.rep.Findings = append(in.rep.Findings, f)
}

// raise puts a finding in the place of the same one of a lower level: a loop comes to a command more than once.
func (in *inspector) raise(f Finding) {
	if f.Level == Note {
		return
	}
	for i := range in.rep.Findings {
		x := &in.rep.Findings[i]
		if x.ID == f.ID && x.Rule == f.Rule && x.Where == f.Where && x.Value == f.Value {
			if f.Level.Rank() > x.Level.Rank() {
				*x = f
			}
			return
		}
	}
}

// observe records evidence for the attribution engine.
func (in *inspector) observe(a evidence.Attr, value, where string, off int64) {
	if value == "" || len(in.rep.Observed) > 5000 {
		return
	}
	key := "obs|" + string(a) + "|" + value
	if in.seen[key] {
		return
	}
	in.seen[key] = true
	at := where
	if off >= 0 {
		at = fmt.Sprintf("%s offset %#x", where, off)
	}
	in.rep.Observed = append(in.rep.Observed, Observation{a, strings.ToValidUTF8(value[:min(len(value), 4096)], "?"), evidence.Place{Input: in.tree.Name, At: at}})
}

// regions reports what was recognised, what state it is in, and how much of the image is explained.
func (in *inspector) regions() {
	in.tree.EachRegion(func(full string, o *unpack.Object, r *unpack.Region) {
		if r.Format == "padding" && r.Length < 4096 {
			return
		}
		out := Region{Where: full, Offset: r.Offset, Length: r.Length, Format: r.Format, Confidence: string(r.Confidence), State: nonEmpty(string(r.State), "ok"),
			Reasons: r.Reasons, Entropy: float64(int(r.Entropy*1000)) / 1000, Entries: len(r.Nodes)}
		for _, f := range r.Facts {
			if out.Facts == nil {
				out.Facts = map[string]string{}
			}
			out.Facts[f.Name] = strings.ToValidUTF8(f.Value, "?")
		}
		if r.FileSystem() {
			out.TreeHash = treeHash(r)
		}
		in.rep.Regions = append(in.rep.Regions, out)
		in.state(full, o, r)
	})
	c := &in.rep.Coverage
	c.Bytes, c.Limits = in.tree.Root.Size(), in.tree.Notes
	c.Unread = []Region{}
	if len(in.tree.Root.Regions) == 0 {
		c.Explained = c.Bytes
	}
	for _, r := range in.tree.Root.Regions {
		if r.Confidence != unpack.Leftover && r.State != unpack.Encrypted {
			c.Explained += r.Length
		}
	}
	// Code between regions, such as a boot loader, counts once something in it is known; see bootloaders.
	for _, f := range in.files {
		if f.obj == in.tree.Root && f.node == nil && f.kind == "data" && f.c != nil && in.known(f) {
			c.Explained += f.size
		}
	}
	for _, r := range in.rep.Regions {
		if (r.State == "unknown" || r.State == "encrypted") && r.Length >= 4096 {
			c.Unread = append(c.Unread, r)
		}
	}
	if c.Bytes > 0 {
		c.Share = float64(min(c.Explained, c.Bytes)) / float64(c.Bytes)
	}
	for _, n := range c.Limits {
		in.add(Finding{ID: "state.limit-hit", Level: Note, Rule: "limits", Title: "A bound of the unpacker was hit: " + n + "; the rest was not looked at", Where: in.tree.Name, Region: in.tree.Name, Value: n})
	}
}

// known says that a component's mark stands in a raw stretch.
func (in *inspector) known(f *file) bool {
	for i := range in.facts.Components {
		c := &in.facts.Components[i]
		if c.Kind == "bootloader" || c.Kind == "kernel" {
			for _, t := range c.Texts {
				if len(f.c.hits[t]) > 0 {
					return true
				}
			}
		}
	}
	return false
}

func nonEmpty(s, def string) string {
	if s == "" {
		return def
	}
	return s
}

func treeHash(r *unpack.Region) string {
	var l []string
	for _, n := range r.Nodes {
		if n.Superseded || n.Path == "." {
			continue
		}
		sum := ""
		if n.Object != nil {
			sum = n.Object.Sum().String()
		}
		l = append(l, fmt.Sprintf("%s\x00%s\x00%o\x00%s\x00%s\n", n.Path, n.Kind, n.Mode, n.Link, sum))
	}
	sort.Strings(l)
	h := sha256.New()
	for _, s := range l {
		h.Write([]byte(s))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// state turns a region's trouble into findings.
func (in *inspector) state(full string, o *unpack.Object, r *unpack.Region) {
	off := r.Offset
	title := map[unpack.State]string{
		unpack.Encrypted: "Not readable: encrypted, or random", unpack.Partial: "Read in part only", unpack.Truncated: "Cut short: it says it is longer than what is there", unpack.LimitHit: "A bound of the unpacker ended it"}[r.State]
	if title != "" {
		in.add(Finding{ID: "state." + string(r.State), Level: Note, Rule: "state", Title: fmt.Sprintf("%s (%s, %d bytes at %#x)", title, r.Format, r.Length, r.Offset), Where: full, Region: full,
			Offset: &off, Evidence: strings.Join(r.Reasons, "; "), Consequence: "what is in this part is not known and nothing is said of it", Value: r.Format})
	}
	if r.State == unpack.Unknown && coded(r.Entropy, r.Length) && !in.inVolume(full) {
		in.add(Finding{ID: "state.unknown", Level: Note, Rule: "state", Title: fmt.Sprintf("No known structure: compressed or coded (%d bytes at %#x)", r.Length, r.Offset), Where: full, Region: full,
			Offset: &off, Evidence: strings.Join(r.Reasons, "; "), Consequence: "what is in this part is not known and nothing is said of it", Value: fmt.Sprintf("%#x", r.Offset)})
	}
	for _, f := range r.Facts {
		if f.Name == "bad checksum" {
			in.add(Finding{ID: "integrity.bad-checksum", Level: Suspicious, Rule: "checksum", Title: fmt.Sprintf("The %s checksum of the %s does not hold: the image was damaged or changed after it was made", f.Value, r.Format),
				Where: full, Region: full, Offset: &off, Evidence: strings.Join(r.Reasons, "; "), Value: f.Value, Consequence: "the content is not what its maker sealed"})
		}
		if f.Name == "signature" {
			in.add(Finding{ID: "integrity.unknown-key", Level: Note, Rule: "signature", Title: "Signed; the key is not one we know: " + f.Value, Where: full, Region: full, Value: f.Value})
		}
	}
	for _, n := range r.Nodes {
		for _, f := range n.Facts {
			if f.Name == "bad checksum" {
				in.add(Finding{ID: "integrity.bad-checksum", Level: Suspicious, Rule: "checksum", Title: fmt.Sprintf("The checksum of %s does not hold: it was damaged or changed after it was made", n.Path),
					Path: n.Path, Where: full + "!" + n.Path, Region: full, Evidence: n.Reason, Value: n.Path, Consequence: "the content is not what its maker sealed"})
			}
		}
		if n.Raw != "" {
			in.add(Finding{ID: "archive.unsafe-path", Level: Note, Rule: "path", Title: fmt.Sprintf("An entry's name leads out of its archive: %.200q; it was kept as %q", n.Raw, n.Path), Path: n.Path, Where: full, Region: full, Value: n.Path,
				Consequence: "an unpacker that trusts names would write outside its folder"})
		}
	}
}

// inVolume says that a region is of a file of a file system: files of kinds not known are ordinary.
func (in *inspector) inVolume(full string) bool {
	for _, v := range in.volumes {
		if strings.HasPrefix(full, v.name+"/") {
			return true
		}
	}
	return false
}

// coded says that a stretch without structure is too dense for code or texts.
func coded(entropy float64, length int64) bool { return entropy > 7.5 && length >= 64<<10 }

func itoa(n int) string { return strconv.Itoa(n) }

func sortStrings(l []string) { sort.Strings(l) }
