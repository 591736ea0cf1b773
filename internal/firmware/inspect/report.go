package inspect

import (
	"telltale/internal/evidence"
)

// Schema names the JSON form of Report; docs/format/firmware.md explains it.
const Schema = "telltale/firmware/1"

// Level says how sure a finding is.
type Level string

const (
	Confirmed  Level = "confirmed"  // shown by the image itself, as shipped
	Probable   Level = "probable"   // strong, one step not shown
	Suspicious Level = "suspicious" // worth a person's look
	Note       Level = "note"       // a fact to know
)

// Rank orders levels: confirmed 3, probable 2, suspicious 1, note 0.
func (l Level) Rank() int {
	switch l {
	case Confirmed:
		return 3
	case Probable:
		return 2
	case Suspicious:
		return 1
	}
	return 0
}

// Finding is one thing a reader should know, with where it stands and what it means.
type Finding struct {
	ID    string `json:"id"` // of the vocabulary: "daemon.telnet-at-boot"
	Level Level  `json:"level"`
	Rule  string `json:"rule"`  // the data rule or check that made it
	Title string `json:"title"` // one plain sentence
	// Path is the place inside its volume; Where the whole chain from the image; Region the volume.
	Path   string `json:"path"`
	Where  string `json:"where"`
	Region string `json:"region"`
	// Offset is where in the file (or, for a region, in its object) the evidence stands; nil when it is not a place in bytes.
	Offset *int64 `json:"offset"`
	Line   int    `json:"line,omitempty"`
	// Evidence is what was seen, shortened.
	Evidence string `json:"evidence,omitempty"`
	// Conditions are what must hold for it to take effect, in words; empty: as shipped.
	Conditions []string `json:"conditions,omitempty"`
	// Consequence, Use and Control: what it means, what it takes to use it, what keeps it from being a false alarm.
	Consequence string   `json:"consequence,omitempty"`
	Use         string   `json:"use,omitempty"`
	Control     string   `json:"control,omitempty"`
	Sources     []string `json:"sources,omitempty"`
	Value       string   `json:"value,omitempty"` // the account, host, organisation ... spoken of
}

// Region is one recognised stretch.
type Region struct {
	Where      string            `json:"where"`
	Offset     int64             `json:"offset"`
	Length     int64             `json:"length"`
	Format     string            `json:"format"`
	Confidence string            `json:"confidence"`
	State      string            `json:"state"` // "ok", "encrypted", "partial", "truncated", "limit-hit", "unknown"
	Reasons    []string          `json:"reasons,omitempty"`
	Facts      map[string]string `json:"facts,omitempty"`
	Entropy    float64           `json:"entropy,omitempty"`
	Entries    int               `json:"entries,omitempty"`
	// TreeHash is over paths, kinds, modes, link targets and content hashes of a file system.
	TreeHash string `json:"tree_hash,omitempty"`
}

// File is one entry of a file system or archive.
type File struct {
	Where  string            `json:"where"`
	Path   string            `json:"path"`
	Kind   string            `json:"kind"`
	Mode   string            `json:"mode,omitempty"` // octal
	UID    uint32            `json:"uid"`
	GID    uint32            `json:"gid"`
	Size   int64             `json:"size"`
	SHA256 string            `json:"sha256,omitempty"`
	Fuzzy  string            `json:"fuzzy,omitempty"`
	Link   string            `json:"link,omitempty"`
	Type   string            `json:"type,omitempty"`
	Device string            `json:"device,omitempty"`
	Xattr  map[string]string `json:"xattr,omitempty"`
	State  string            `json:"state,omitempty"`
	Reason string            `json:"reason,omitempty"`
}

// Component is a piece of software with how it was identified.
type Component struct {
	Name     string   `json:"name"`
	Version  string   `json:"version"` // "" not known
	Kind     string   `json:"kind"`    // package, library, program, kernel, bootloader, module
	Method   string   `json:"method"`  // "package-database", "changelog", "string", "soname"
	Licence  string   `json:"licence,omitempty"`
	PURL     string   `json:"purl,omitempty"`
	CPE      string   `json:"cpe,omitempty"`
	Where    []string `json:"where"`
	Evidence string   `json:"evidence,omitempty"`
}

// Program is what an ELF file states of itself.
type Program struct {
	Where    string   `json:"where"`
	Arch     string   `json:"arch"`
	Type     string   `json:"type"` // executable, shared, relocatable, core
	Interp   string   `json:"interp,omitempty"`
	Libc     string   `json:"libc,omitempty"` // glibc, musl, uclibc, bionic; "" not shown by the file, as when it is static
	SOName   string   `json:"soname,omitempty"`
	Needed   []string `json:"needed,omitempty"`
	BuildID  string   `json:"build_id,omitempty"`
	Compiler []string `json:"compiler,omitempty"`
	NX       bool     `json:"nx"`
	PIE      bool     `json:"pie"`
	RELRO    string   `json:"relro"` // none, partial, full
	Canary   bool     `json:"canary"`
	Fortify  bool     `json:"fortify"`
	Stripped bool     `json:"stripped"`
	RPath    string   `json:"rpath,omitempty"`
	Imports  []string `json:"imports,omitempty"` // those worth a look: system, popen, exec*, strcpy ...
}

// Module is a kernel module.
type Module struct {
	Where       string `json:"where"`
	Name        string `json:"name"`
	VerMagic    string `json:"vermagic,omitempty"`
	Author      string `json:"author,omitempty"`
	Description string `json:"description,omitempty"`
	Licence     string `json:"licence,omitempty"`
	Depends     string `json:"depends,omitempty"`
}

// Service is something started, or that could be, with the chain that starts it.
type Service struct {
	Name       string   `json:"name"`
	Kind       string   `json:"kind,omitempty"` // telnet, ssh, web ...
	Command    string   `json:"command"`
	State      string   `json:"state"` // unconditional, conditional, not-started
	Conditions []string `json:"conditions,omitempty"`
	Ports      []string `json:"ports,omitempty"`
	Chain      []string `json:"chain"` // "etc/inittab:1", "etc/init.d/rcS:4"
	Volume     string   `json:"volume"`
	Program    string   `json:"program,omitempty"` // path it resolves to
}

// Account is a login found in the image.
type Account struct {
	Name   string `json:"name"`
	UID    int    `json:"uid"`
	Shell  string `json:"shell,omitempty"`
	Secret string `json:"secret"` // empty, locked, hash, plain, none
	Scheme string `json:"scheme,omitempty"`
	// SecretID tells two secrets apart without giving either: the start of the SHA-256 of the hash, hex.
	SecretID string `json:"secret_id,omitempty"`
	Known    string `json:"known,omitempty"` // the password, when it fell to the small list or stands in the clear
	Where    string `json:"where"`
	Service  string `json:"service,omitempty"`
}

// Key is a private key, certificate or authorised key.
type Key struct {
	Kind      string `json:"kind"` // private, certificate, authorized, public
	Algorithm string `json:"algorithm,omitempty"`
	SPKI      string `json:"spki,omitempty"` // SHA-256 of the public key, hex
	Subject   string `json:"subject,omitempty"`
	Issuer    string `json:"issuer,omitempty"`
	NotAfter  string `json:"not_after,omitempty"`
	Test      string `json:"test,omitempty"` // name of the public test key it is
	Where     string `json:"where"`
	Offset    int64  `json:"offset"`
}

// Host is a name or address the image holds.
type Host struct {
	Host     string   `json:"host"`
	URLs     []string `json:"urls,omitempty"`
	Operator string   `json:"operator,omitempty"` // organisation ID from data, when known
	Purpose  string   `json:"purpose,omitempty"`
	// ASN and Network are who announces an address, from a table the user gave: "AS64496" and the name in the table.
	ASN     string   `json:"asn,omitempty"`
	Network string   `json:"network,omitempty"`
	Where   []string `json:"where"`
	Offset  int64    `json:"offset"`
}

// Maker is one role and who fills it, as far as the image tells.
type Maker struct {
	Role    string   `json:"role"` // soc, platform, assembler, brand, operator
	Org     string   `json:"org"`  // organisation ID, or the text seen for a brand
	Level   Level    `json:"level"`
	Because []string `json:"because"`
	// Text is true when Org is a name as written in the image, not an organisation of the data.
	Text bool `json:"text,omitempty"`
}

// Coverage says how much of the image was explained.
type Coverage struct {
	Bytes     int64    `json:"bytes"`
	Explained int64    `json:"explained"`
	Share     float64  `json:"share"`
	Unread    []Region `json:"unread"`
	Limits    []string `json:"limits,omitempty"`
}

// Image names what was inspected.
type Image struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Report is the whole result for one image.
type Report struct {
	Schema      string        `json:"schema"`
	DataVersion string        `json:"data_version"`
	Image       Image         `json:"image"`
	Identity    Identity      `json:"identity"`
	Summary     string        `json:"summary"`
	Coverage    Coverage      `json:"coverage"`
	Makers      []Maker       `json:"makers"`
	Findings    []Finding     `json:"findings"`
	Services    []Service     `json:"services"`
	Accounts    []Account     `json:"accounts"`
	Keys        []Key         `json:"keys"`
	Hosts       []Host        `json:"hosts"`
	Components  []Component   `json:"components"`
	Programs    []Program     `json:"programs"`
	Modules     []Module      `json:"modules"`
	Regions     []Region      `json:"regions"`
	Files       []File        `json:"files"`
	Observed    []Observation `json:"observations"`
	Lineage     []Lineage     `json:"lineage,omitempty"`
}

// Observation is evidence for the attribution engine, in JSON form.
type Observation struct {
	Attr  evidence.Attr  `json:"attr"`
	Value string         `json:"value"`
	Place evidence.Place `json:"place"`
}

// Lineage is how much of another image's files this one shares.
type Lineage struct {
	Image  string  `json:"image"`
	Name   string  `json:"name"` // with model, version and day, as far as that image says
	SHA256 string  `json:"sha256"`
	Same   float64 `json:"same"`    // share of this image's files that are byte-equal there
	Alike  float64 `json:"alike"`   // share that is equal or close by fuzzy hash
	Files  int     `json:"files"`   // files compared
	Shared int     `json:"shared"`  // byte-equal files
	Close  int     `json:"similar"` // further files close by fuzzy hash
}
