package resolve

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"telltale/internal/asset"
	"telltale/internal/calendar"
)

// Options are the settings of a Resolver. The zero value is useful.
type Options struct {
	// Window is the greatest number of days between two sightings that a weak key may unite; 0 means 7.
	Window int
	// Decisions are what users decided, in any order.
	Decisions []Decision
}

// typ ranks what a record is about: the lower, the sooner it unites and the
// sooner it gives the ID.
type typ uint8

const (
	tJoin typ = iota
	tSerial
	tGPON
	tUUID
	tIMEI
	tMAC
	tEngine
	tChassis
	tSSH
	tTLS
	tWeak // the first weak one
	tContent
)

const (
	wTag typ = tContent + 1 + iota
	wSerial
	wMAC
	wIP4
	wIP6
	wEngine
	wChassis
	wHost
)

var strongTypes = map[asset.KeyType]typ{
	asset.KeySerial: tSerial, asset.KeyGPON: tGPON, asset.KeyUUID: tUUID, asset.KeyIMEI: tIMEI, asset.KeyMAC: tMAC,
	asset.KeyEngineID: tEngine, asset.KeyChassisID: tChassis, asset.KeySSH: tSSH, asset.KeyTLS: tTLS,
}

var weakTypes = map[asset.KeyType]typ{
	asset.KeyAssetTag: wTag, asset.KeySerial: wSerial, asset.KeyMAC: wMAC, asset.KeyIP: wIP4,
	asset.KeyEngineID: wEngine, asset.KeyChassisID: wChassis, asset.KeyHostname: wHost,
}

// record says that a sighting bears a key. 16 bytes: a million sightings of
// four keys and a content hash take 80 MB.
type record struct {
	hash  Hash
	sight int32
	// seg parts the bearers of one key that cannot be one thing by it: by
	// maker for serials, by time for weak keys.
	seg  uint16
	typ  typ
	flag uint8
}

const (
	alone  uint16 = 0xffff // seg of a bearer that this key joins to nobody
	shared uint8  = 1      // flag of a key that unites nobody
)

// Records lie in shards by type and by the first bits of their hash, so that a
// stage walks over those of its types only.
const (
	shardBits = 5
	shards    = int(wHost+1) << shardBits
)

// shard returns where records of a type and hash lie.
func shard(t typ, h Hash) int { return int(t)<<shardBits | int(h>>(64-shardBits)) }

// shardsOf returns the records of the types.
func (r *Resolver) shardsOf(from, to typ) [][]record {
	return r.recs[int(from)<<shardBits : int(to+1)<<shardBits]
}

// Resolver gathers signatures and makes clusters. It is not safe for
// concurrent use. Memory: about 130 bytes a sighting of four keys.
type Resolver struct {
	window  calendar.Date
	recs    [shards][]record
	content []Hash
	day     []calendar.Date
	maker   []uint32
	input   []uint32 // of listed sightings, 0 for others
	addr    []uint32 // hash of the only IPv4 address, 0 when none or several
	makers  intern
	inputs  intern
	decided decisions
	keys    *adjacency // built when first needed
}

// New returns an empty resolver.
func New(opt Options) *Resolver {
	r := &Resolver{window: calendar.Date(opt.Window)}
	if opt.Window <= 0 {
		r.window = 7
	}
	r.decided.fill(opt.Decisions)
	r.makers.id("")
	r.inputs.id("")
	return r
}

// Len returns the number of sightings added.
func (r *Resolver) Len() int { return len(r.content) }

// Add takes the signature of a sighting and returns its ordinal: 0, 1, 2 ... in the
// order of the calls. It keeps nothing of sig's slices.
func (r *Resolver) Add(sig Signature) int {
	i := int32(len(r.content))
	r.keys = nil
	r.content = append(r.content, sig.Content)
	r.day = append(r.day, sig.Day)
	r.maker = append(r.maker, r.makers.id(sig.Maker))
	in := uint32(0)
	if sig.Seen == asset.Listed {
		in = r.inputs.id(sig.Input)
	}
	r.input = append(r.input, in)
	r.put(record{hash: sig.Content, sight: i, typ: tContent})
	for _, h := range r.decided.of(r.decided.joins, &sig) {
		r.put(record{hash: h, sight: i, typ: tJoin})
	}
	apart := r.decided.of(r.decided.aparts, &sig)
	addr := ""
	for _, k := range sig.Keys {
		rec, ok := recordOf(&sig, k)
		if !ok {
			continue
		}
		rec.sight, rec.hash = i, within(rec.hash, apart)
		r.put(rec)
		if rec.typ == wIP4 {
			if addr == "" {
				addr = k.Value
			} else {
				addr = "several"
			}
		}
	}
	a := uint32(0)
	if addr != "" && addr != "several" {
		a = uint32(hashOf(addr)) | 1
	}
	r.addr = append(r.addr, a)
	return int(i)
}

// recordOf returns the record of a key; false for a type it does not know.
func recordOf(sig *Signature, k asset.Key) (record, bool) {
	if k.Strong {
		t, ok := strongTypes[k.Type]
		return record{hash: KeyHash(sig.Kind, k), typ: t}, ok
	}
	t, ok := weakTypes[k.Type]
	if k.Type == asset.KeyIP && strings.Contains(k.Value, ":") {
		if _, err := netip.ParseAddr(k.Value); err == nil {
			t = wIP6
		}
	}
	return record{hash: weakHash(sig.Kind, sig.Network, k), typ: t}, ok
}

func (r *Resolver) put(rec record) {
	s := &r.recs[shard(rec.typ, rec.hash)]
	*s = append(*s, rec)
}

// arrange brings the records of one key together and parts them into segments.
func (r *Resolver) arrange() {
	var wg sync.WaitGroup
	next := make(chan int, shards)
	for s := range r.recs {
		next <- s
	}
	close(next)
	for range 2 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for s := range next {
				r.arrangeShard(r.recs[s])
			}
		}()
	}
	wg.Wait()
}

func (r *Resolver) arrangeShard(recs []record) {
	slices.SortFunc(recs, func(a, b record) int {
		if c := cmp.Compare(a.hash, b.hash); c != 0 {
			return c
		}
		return cmp.Compare(a.sight, b.sight)
	})
	for from := 0; from < len(recs); {
		to := from + 1
		for to < len(recs) && recs[to].hash == recs[from].hash {
			to++
		}
		run := recs[from:to]
		for i := range run {
			run[i].seg, run[i].flag = 0, 0
		}
		if len(run) > 1 {
			switch t := run[0].typ; {
			case t == tSerial:
				r.segmentByMaker(run)
			case t > tContent:
				r.segmentByDay(run)
			}
		}
		from = to
	}
}

// segmentByDay parts bearers of a weak key where more than the window lies
// between one and the next. Undated ones belong to the only segment there is,
// else to none.
func (r *Resolver) segmentByDay(run []record) {
	if !slices.ContainsFunc(run[1:], func(x record) bool { return r.day[x.sight] != r.day[run[0].sight] }) {
		return
	}
	slices.SortFunc(run, func(a, b record) int { return cmp.Compare(r.day[a.sight], r.day[b.sight]) })
	dated := slices.IndexFunc(run, func(x record) bool { return r.day[x.sight] != calendar.NoDate })
	seg := uint16(0)
	for i := dated; i < len(run); i++ {
		if i > dated && r.day[run[i].sight]-r.day[run[i-1].sight] > r.window && seg < alone-1 {
			seg++
		}
		run[i].seg = seg
	}
	if seg > 0 {
		for i := range run[:dated] {
			run[i].seg = alone
		}
		slices.SortFunc(run, bySegment)
	}
}

func bySegment(a, b record) int {
	if c := cmp.Compare(a.seg, b.seg); c != 0 {
		return c
	}
	return cmp.Compare(a.sight, b.sight)
}

// maxMakers is how many makers' texts one serial may come with before it is taken for a filler.
const maxMakers = 64

// segmentByMaker parts bearers of one serial by maker. Texts of which one has
// all words of the other are one maker's; no text goes with the only maker.
func (r *Resolver) segmentByMaker(run []record) {
	first := r.maker[run[0].sight]
	if !slices.ContainsFunc(run[1:], func(x record) bool { return r.maker[x.sight] != first }) {
		return
	}
	texts := make([]string, 0, 8)
	for _, x := range run {
		if m := r.makers.text(r.maker[x.sight]); m != "" && !slices.Contains(texts, m) {
			if texts = append(texts, m); len(texts) > maxMakers {
				break
			}
		}
	}
	if len(texts) > maxMakers {
		for i := range run {
			run[i].seg = alone
		}
		return
	}
	slices.Sort(texts)
	group, groups := groupMakers(texts)
	for i := range run {
		m := r.makers.text(r.maker[run[i].sight])
		switch at, ok := slices.BinarySearch(texts, m); {
		case ok:
			run[i].seg = group[at]
		case groups > 1:
			run[i].seg = alone
		}
	}
	if groups > 1 {
		slices.SortFunc(run, bySegment)
	}
}

// groupMakers numbers the groups of sorted maker texts that name one maker, in
// the order of each group's first text.
func groupMakers(texts []string) (group []uint16, groups int) {
	group = make([]uint16, len(texts))
	for i := range group {
		group[i] = uint16(i)
	}
	for i := range texts {
		for j := range i {
			if group[i] != group[j] && asset.SameMaker(texts[i], texts[j]) {
				low, high := min(group[i], group[j]), max(group[i], group[j])
				for k := range group {
					if group[k] == high {
						group[k] = low
					}
				}
			}
		}
	}
	names := map[uint16]uint16{}
	for i, g := range group {
		n, ok := names[g]
		if !ok {
			n = uint16(len(names))
			names[g] = n
		}
		group[i] = n
	}
	return group, len(names)
}

// intern numbers texts; the empty text, asked for first, is 0.
type intern struct {
	ids   map[string]uint32
	texts []string
}

func (t *intern) id(s string) uint32 {
	if n, ok := t.ids[s]; ok {
		return n
	}
	if t.ids == nil {
		t.ids = map[string]uint32{}
	}
	n := uint32(len(t.texts))
	s = strings.Clone(s)
	t.ids[s] = n
	t.texts = append(t.texts, s)
	return n
}

func (t *intern) text(n uint32) string { return t.texts[n] }
