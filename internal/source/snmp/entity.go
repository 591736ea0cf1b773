package snmp

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// entity is one row of entPhysicalTable (RFC 6933).
type entity struct {
	index  int
	class  int
	parent int
	text   [entFields]string
}

// Columns of entPhysicalTable that hold text.
const (
	entDescr = iota
	entVendorType
	entName
	entHardware
	entFirmware
	entSoftware
	entSerial
	entMfg
	entModel
	entAsset
	entFields
)

const entPrefix = "1.3.6.1.2.1.47.1.1.1.1."

// entText says of each text: its column number, MIB name and attribute.
var entText = [entFields]struct {
	column int
	name   string
	attr   evidence.Attr
}{
	{2, "entPhysicalDescr", evidence.EntPhysicalDescr},
	{3, "entPhysicalVendorType", evidence.EntPhysicalVendor},
	{7, "entPhysicalName", evidence.EntPhysicalName},
	{8, "entPhysicalHardwareRev", evidence.HardwareRev},
	{9, "entPhysicalFirmwareRev", evidence.FirmwareText},
	{10, "entPhysicalSoftwareRev", evidence.SoftwareText},
	{11, "entPhysicalSerialNum", evidence.Serial},
	{12, "entPhysicalMfgName", evidence.EntPhysicalMfgName},
	{13, "entPhysicalModelName", evidence.EntPhysicalModelName},
	{15, "entPhysicalAssetID", evidence.AssetTag},
}

// PhysicalClass.
const (
	classOther, classUnknown, classChassis, classBackplane, classContainer, classPower = 1, 2, 3, 4, 5, 6
	classFan, classSensor, classModule, classPort, classStack, classCPU, classEnergy   = 7, 8, 9, 10, 11, 12, 13
	classBattery, classStorage                                                         = 14, 15
)

var classNames = map[string]int{
	"other": 1, "unknown": 2, "chassis": 3, "backplane": 4, "container": 5, "powerSupply": 6, "fan": 7, "sensor": 8,
	"module": 9, "port": 10, "stack": 11, "cpu": 12, "energyObject": 13, "battery": 14, "storageDrive": 15,
}

func entityColumns() []column {
	var cs []column
	for field, t := range entText {
		cs = append(cs, column{entPrefix + strconv.Itoa(t.column), t.name, func(a *Assembler, _, idx string, v Value) {
			e := a.entity(idx)
			if e == nil {
				return
			}
			s := v.Label()
			if v.Kind == OID {
				s = string(v.Bytes)
				if s == "0.0" {
					s = ""
				}
			}
			e.text[field] = strings.Clone(s[:min(len(s), maxCell)])
		}})
	}
	return append(cs,
		column{entPrefix + "4", "entPhysicalContainedIn", func(a *Assembler, _, idx string, v Value) {
			if e := a.entity(idx); e != nil {
				e.parent, _ = v.Int()
			}
		}},
		column{entPrefix + "5", "entPhysicalClass", func(a *Assembler, _, idx string, v Value) {
			if e := a.entity(idx); e != nil {
				n, ok := v.Int()
				if !ok {
					n = classNames[string(v.Bytes)]
				}
				e.class = n
			}
		}},
	)
}

func (a *Assembler) entity(idx string) *entity {
	if e := a.ent[idx]; e != nil {
		return e
	}
	n, err := strconv.Atoi(idx)
	if err != nil || n < 0 || !a.room("entities", len(a.ent), maxEntities) {
		return nil
	}
	e := &entity{index: n}
	a.ent[idx] = e
	return e
}

// assembleEntities returns the observations of the thing itself and its parts.
func (a *Assembler) assembleEntities() ([]evidence.Observation, []asset.Part) {
	rows := make([]*entity, 0, len(a.ent))
	byIndex := make(map[int]*entity, len(a.ent))
	for _, e := range a.ent {
		for _, f := range []int{entSerial, entMfg, entModel, entHardware, entFirmware, entSoftware, entAsset} {
			e.text[f] = marked(e.text[f])
		}
		rows = append(rows, e)
		byIndex[e.index] = e
	}
	slices.SortFunc(rows, func(x, y *entity) int { return x.index - y.index })
	main := mainEntity(rows, byIndex)
	var obs []evidence.Observation
	if main != nil {
		obs = a.entityObservations(main)
	}
	bays := withBays(rows)
	t := tree{a: a, byIndex: byIndex, kids: map[int][]int{}, kind: map[int]asset.ComponentKind{}}
	for _, e := range rows {
		if e == main {
			continue
		}
		if k := kindOf(e, bays[e.index]); k != "" {
			t.kind[e.index] = k
		}
	}
	for _, e := range rows {
		if t.kind[e.index] != "" {
			p := t.keptParent(e.parent)
			t.kids[p] = append(t.kids[p], e.index)
		}
	}
	a.vendorParts(&t)
	return obs, t.parts(0, 0)
}

// mainEntity finds the row that is the thing itself: the chassis nearest the
// root, one with a serial number before one without; else the only root, if it
// is not a mere part of something.
func mainEntity(rows []*entity, byIndex map[int]*entity) *entity {
	var best *entity
	rank := func(e *entity) int {
		r := depth(e, byIndex) * 2
		if e.text[entSerial] == "" && e.text[entModel] == "" {
			r++
		}
		return r
	}
	for _, e := range rows {
		if e.class == classChassis && (best == nil || rank(e) < rank(best)) {
			best = e
		}
	}
	if best != nil {
		return best
	}
	var roots []*entity
	for _, e := range rows {
		if byIndex[e.parent] == nil || e.parent == e.index {
			roots = append(roots, e)
		}
	}
	if len(roots) != 1 {
		return nil
	}
	switch roots[0].class {
	case classContainer, classSensor, classPort, classFan, classPower:
		return nil
	}
	return roots[0]
}

// maxDepth bounds the walk up entPhysicalContainedIn, which may run in a circle.
const maxDepth = 24

func depth(e *entity, byIndex map[int]*entity) int {
	for d := 0; d < maxDepth; d++ {
		p := byIndex[e.parent]
		if p == nil || p == e {
			return d
		}
		e = p
	}
	return maxDepth
}

func (a *Assembler) entityObservations(e *entity) []evidence.Observation {
	var obs []evidence.Observation
	for f, t := range entText {
		if s := e.text[f]; s != "" {
			obs = append(obs, a.observation(t.attr, s, entPrefix+strconv.Itoa(t.column)+"."+strconv.Itoa(e.index)))
		}
	}
	return obs
}

// named reports whether somebody wrote a maker, model or serial number into the entity.
func (e *entity) named() bool {
	return e.text[entSerial] != "" || e.text[entMfg] != "" || e.text[entModel] != ""
}

// kindOf says what part an entity is, "" when it is none to speak of: a slot,
// a sensor, a fixed port, a board nobody named.
func kindOf(e *entity, bays bool) asset.ComponentKind {
	if (e.class == classModule || e.class == classPort || e.class <= classUnknown) && (!bays || e.class == classPort) && isOptic(e) {
		return "optic"
	}
	if e.class <= classUnknown && vendorField(e.text[entDescr]) {
		return "optic"
	}
	if !e.named() {
		return ""
	}
	switch e.class {
	case classPower:
		return "psu"
	case classFan:
		return "fan"
	case classStorage:
		return "storage"
	case classModule, classBackplane:
		return moduleKind(e.words())
	case classCPU:
		return "soc"
	case classContainer, classSensor:
		return ""
	case classPort:
		if e.text[entSerial] == "" {
			return "" // a fixed port that repeats the board's maker
		}
		return "other"
	}
	return "other"
}

// vendorField reports whether a text is the vendor name of a transceiver, blanks
// up to the 16 bytes of its field, and the part number behind (SFF-8472 bytes 20
// and 40): agents print the two fields as they are.
func vendorField(s string) bool {
	if len(s) <= eepromField || s[eepromField-2:eepromField] != "  " {
		return false
	}
	name, part := strings.TrimRight(s[:eepromField], " "), strings.TrimSpace(s[eepromField:])
	return len(name) >= 2 && !strings.Contains(name, "  ") && len(part) >= 4 && !strings.ContainsAny(part, " \t") && strings.ContainsAny(part, "0123456789")
}

// moduleKind tells by its words what a pluggable module is: agents often call
// every card in a slot a module.
func moduleKind(words string) asset.ComponentKind {
	p := patterns()
	switch {
	case p.cellular.MatchString(words):
		return "cellular_module"
	case p.power.MatchString(words):
		return "psu"
	case p.fan.MatchString(words):
		return "fan"
	}
	return "board"
}

// KindOf says by its texts what a part is that an inventory names without a
// class: an optic, a power supply, a fan, a cellular module, else a board.
func KindOf(texts ...string) asset.ComponentKind {
	words := strings.Join(texts, "\n")
	if p := patterns(); p.optic.MatchString(words) && !p.notOptic.MatchString(words) {
		return "optic"
	}
	return moduleKind(words)
}

func (e *entity) words() string {
	return e.text[entDescr] + "\n" + e.text[entName] + "\n" + e.text[entModel]
}

// withBays returns the entities in which modules or many ports sit, as in a
// line card; an optic has sensors and at most the ports of its lanes inside.
func withBays(rows []*entity) map[int]bool {
	bays := map[int]bool{}
	ports := map[int]int{}
	for _, r := range rows {
		switch {
		case r.parent == r.index:
		case r.class == classContainer || r.class == classModule:
			bays[r.parent] = true
		case r.class == classPort:
			if ports[r.parent]++; ports[r.parent] > 4 { // a fan-out optic shows four lanes
				bays[r.parent] = true
			}
		}
	}
	return bays
}

type opticPatterns struct{ optic, notOptic, cellular, power, fan *regexp.Regexp }

// patterns tell transceivers by the words of their standards: form factors of
// the SFF and MSA documents and the PMD names of IEEE 802.3 clause 1.4.
var patterns = sync.OnceValue(func() opticPatterns {
	return opticPatterns{
		optic: regexp.MustCompile(`(?i)\b(p?c?sfp(\+|plus|28|56|112|dd)?|q?sfp[0-9a-z+-]*|osfp|x?gbic|xfp|cfp[248]?|xenpak|transceiver|optic(al|s)? (transceiver |interface )?module|pluggable optics?|[0-9]{2,4}g?base-?[bdelsz][xrhw][0-9]*|[0-9]{2,3}gbase-[a-z]+[0-9]*)\b`),
		// Holders of optics, and boards that count their ports.
		notOptic: regexp.MustCompile(`(?i)\b(slot|container|cage|bay|holder|receptacle|chassis|line ?card|interface (card|board)|supervisor|switch|router|board|blade|backplane|combo|[0-9]+[ -]?ports?|[0-9]+ ?x ?(q?sfp|xfp|[0-9]+ ?ge?))\b`),
		cellular: regexp.MustCompile(`(?i)\b(lte|wwan|cellular|umts|hspa\+?|[345]g) ?(advanced )?(modem|module|wic|nim|pim|interface)?\b`),
		power:    regexp.MustCompile(`(?i)\b(power (supply|card|module|unit|entry)|psu[0-9]*|pwr[0-9]*|rectifier|(ac|dc) power)\b`),
		fan:      regexp.MustCompile(`(?i)\b(fans?|fan ?(tray|card|module|unit)|blower|cooling)[0-9]*\b`),
	}
})

func isOptic(e *entity) bool {
	p := patterns()
	words := e.words()
	if !p.optic.MatchString(words) {
		return false
	}
	if e.class == classPort && !e.named() {
		return false // "SFP+ port": the place for one
	}
	if e.named() {
		return !p.notOptic.MatchString(e.text[entDescr]+"\n"+e.text[entModel]) || p.optic.MatchString(e.text[entModel])
	}
	return !p.notOptic.MatchString(words) && !strings.Contains(strings.ToLower(words), "port")
}

// tree nests the kept entities.
type tree struct {
	a       *Assembler
	byIndex map[int]*entity
	kind    map[int]asset.ComponentKind
	kids    map[int][]int
	extra   map[int][]asset.Part // parts that vendor tables add, by kept parent
}

// keptParent returns the nearest enclosing entity that is a part, 0 for none.
func (t *tree) keptParent(i int) int {
	for d := 0; d < maxDepth; d++ {
		e := t.byIndex[i]
		if e == nil {
			return 0
		}
		if t.kind[i] != "" {
			return i
		}
		if e.parent == i {
			return 0
		}
		i = e.parent
	}
	return 0
}

// parts builds the parts below index i. A circle is never entered: its members
// have each other as parents and so are no one's below 0; depth guards the rest.
func (t *tree) parts(i, level int) []asset.Part {
	if level > maxDepth {
		return nil
	}
	var out []asset.Part
	for _, k := range t.kids[i] {
		if k == i {
			continue
		}
		e := t.byIndex[k]
		p := asset.Part{
			Kind: t.kind[k], Place: t.a.at(entPrefix + "2." + strconv.Itoa(k)),
			Observations: t.a.entityObservations(e), Components: t.parts(k, level+1),
		}
		if e.class != 0 {
			p.Observations = append(p.Observations, t.a.observation(evidence.EntPhysicalClass, className(e.class), entPrefix+"5."+strconv.Itoa(k)))
		}
		out = append(out, p)
	}
	return append(out, t.extra[i]...)
}

func className(class int) string {
	for n, c := range classNames {
		if c == class {
			return n
		}
	}
	return strconv.Itoa(class)
}
