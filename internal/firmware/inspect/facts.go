package inspect

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
)

// Facts are the known cases, marks, components, daemons, hosts, passwords and
// test keys the checks rest on. Safe for concurrent use once compiled.
type Facts struct {
	Cases      []Case      `yaml:"cases"`
	Marks      []Mark      `yaml:"marks"`
	Containers []Container `yaml:"containers"`
	// PackageMembers are shell patterns over the names of members that make an archive one package.
	PackageMembers []string      `yaml:"package_members"`
	PackageLists   []PackageList `yaml:"package_lists"`
	Components     []Ident       `yaml:"components"`
	Daemons        []Daemon      `yaml:"daemons"`
	Hosts          []HostFact    `yaml:"hosts"`
	Ignore         []string      `yaml:"ignore_hosts"`
	Relays         []Relay       `yaml:"relays"`
	Passwords      []string      `yaml:"passwords"`
	TestKeys       []TestKey     `yaml:"test_keys"`
	// RequestReaders give a program what a request says, CommandRunners hand a text to a shell.
	RequestReaders []string `yaml:"request_readers"`
	CommandRunners []string `yaml:"command_runners"`
	// DeviceTree is whose chips a first part of a "compatible" name stands for.
	DeviceTree map[string]string `yaml:"device_tree"`
	Version    string            `yaml:"-"` // content hash of the files

	// OrgName gives an organisation's name for the texts of a report; nil shows its ID.
	OrgName func(id string) string `yaml:"-"`

	literals *matcher
	daemons  map[string]*Daemon
}

// Source is where a fact is from and when it was read.
type Source struct {
	URL   string `yaml:"url"`
	Title string `yaml:"title"`
	Read  string `yaml:"read"` // YYYY-MM-DD
	How   string `yaml:"how"`  // seen, secondary, memory
}

// Case is a known case: what a file must be to be taken for it, and what makes it certain.
type Case struct {
	ID    string `yaml:"id"`
	Title string `yaml:"title"`
	// Finding is the vocabulary ID, Level what holds when Match and Confirm do, Else when only Match does ("" for nothing).
	Finding string `yaml:"finding"`
	Level   Level  `yaml:"level"`
	Else    Level  `yaml:"else"`
	// Unless is a case, earlier in the list, that says all of this one and more of the same file.
	Unless  string `yaml:"unless"`
	Match   Cond   `yaml:"match"`
	Confirm Cond   `yaml:"confirm"`
	// Author is the organisation that wrote it, NotAuthor those it is wrongly laid to.
	Author      string   `yaml:"author"`
	NotAuthor   []string `yaml:"not_author"`
	Role        string   `yaml:"role"` // what Author is of the device when the case holds: platform, soc ...
	Consequence string   `yaml:"consequence"`
	Use         string   `yaml:"use"`
	Control     string   `yaml:"control"`
	Sources     []Source `yaml:"sources"`
}

// Cond is a set of conditions on one file; all that are given must hold.
type Cond struct {
	Names    []string `yaml:"names"`    // shell patterns over the file name; any
	Paths    string   `yaml:"paths"`    // RE2 over the path in its volume
	Contains []string `yaml:"contains"` // literal texts in the content; all
	Any      []string `yaml:"any"`      // literal texts; any
	Kinds    []string `yaml:"kinds"`    // elf, script, program (either), text, any other type of unpack
	SetUID   bool     `yaml:"setuid"`
	Image    []string `yaml:"image"`        // texts somewhere in the image's version files, names or marks; any
	BuiltBy  string   `yaml:"built_before"` // YYYY-MM-DD: the build date read from the image is before it
	paths    *regexp.Regexp
}

// Mark is a trace of who wrote what: a literal in a content or a pattern over a path.
type Mark struct {
	ID      string   `yaml:"id"`
	Role    string   `yaml:"role"` // soc, platform, assembler, brand
	Org     string   `yaml:"org"`
	Level   Level    `yaml:"level"`
	Paths   string   `yaml:"paths"`
	Texts   []string `yaml:"texts"`   // literals; any
	Pattern string   `yaml:"pattern"` // RE2 that must match around a literal
	Kinds   []string `yaml:"kinds"`   // where the literal counts; empty: programs, modules, kernels and boot loaders
	Attr    string   `yaml:"attr"`    // fw.sdk, fw.vendorString ...
	Kit     bool     `yaml:"kit"`     // only the maker's own code holds the texts; others stand in code that supports many chips
	Why     string   `yaml:"why"`
	Sources []Source `yaml:"sources"`
	paths   *regexp.Regexp
	pattern *regexp.Regexp
}

// Container says whose a container format is and what its header fields mean.
type Container struct {
	Format  string            `yaml:"format"`
	Org     string            `yaml:"org"`
	Why     string            `yaml:"why"`
	Own     map[string]string `yaml:"own"`          // header field → the maker's own value; another one speaks of a rebrand
	Tags    map[string]string `yaml:"tags"`         // text in a header field → organisation
	Brand   string            `yaml:"brand_member"` // member (prefix) that holds branding
	Sources []Source          `yaml:"sources"`
}

// PackageList is a JSON list of contents that one maker's update packages carry.
type PackageList struct {
	Name    string   `yaml:"name"` // of the member
	Key     string   `yaml:"key"`  // that makes it this maker's
	Org     string   `yaml:"org"`
	Brand   string   `yaml:"brand"` // key that names whom it was built for
	Own     []string `yaml:"own"`   // the maker's own values there
	Why     string   `yaml:"why"`
	Sources []Source `yaml:"sources"`
}

// Ident identifies a component by a literal and reads its version near it.
type Ident struct {
	Name    string   `yaml:"name"`
	Kind    string   `yaml:"kind"`
	Texts   []string `yaml:"texts"`
	Version string   `yaml:"version"` // RE2 with one group; tried on the text around the literal
	Names   []string `yaml:"names"`   // shell patterns the file name must match; empty: any program
	Licence string   `yaml:"licence"`
	CPE     string   `yaml:"cpe"`
	version *regexp.Regexp
}

// Daemon is a program that listens or opens a way in.
type Daemon struct {
	Names   []string `yaml:"names"`
	Kind    string   `yaml:"kind"` // telnet, ssh, adb, debug, web, ftp, snmp ...
	Port    string   `yaml:"port"` // "tcp/23"
	PortArg string   `yaml:"port_arg"`
	// BindArg is the option before an address it listens on.
	BindArg string `yaml:"bind_arg"`
	// Finding is the vocabulary ID when started at boot, with its level unconditional and conditional.
	Finding     string `yaml:"finding"`
	Level       Level  `yaml:"level"`
	Conditional Level  `yaml:"conditional"`
	Consequence string `yaml:"consequence"`
	Use         string `yaml:"use"`
}

// HostFact says who runs a domain and what it is for.
type HostFact struct {
	Domain  string   `yaml:"domain"`
	Org     string   `yaml:"org"`
	Purpose string   `yaml:"purpose"`
	Sources []Source `yaml:"sources"`
}

// Relay is a peer-to-peer library whose relays reach a device from outside.
type Relay struct {
	ID    string   `yaml:"id"`
	Org   string   `yaml:"org"` // who runs the relays; empty: not known
	Name  string   `yaml:"name"`
	Texts []string `yaml:"texts"`
}

// TestKey is a private key everybody has: a published test vector.
type TestKey struct {
	SPKI string `yaml:"spki"` // SHA-256 of the SubjectPublicKeyInfo, hex
	Name string `yaml:"name"`
}

// Load reads every *.yaml of dir strictly: an unknown field is an error with its place.
func Load(fsys fs.FS, dir string) (*Facts, error) {
	names, err := fs.Glob(fsys, path.Join(dir, "*.yaml"))
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("read firmware facts in %q: no files (%v)", dir, err)
	}
	sort.Strings(names)
	all := &Facts{DeviceTree: map[string]string{}}
	sum := sha256.New()
	for _, n := range names {
		b, err := fs.ReadFile(fsys, n)
		if err != nil {
			return nil, fmt.Errorf("read firmware facts: %w", err)
		}
		sum.Write(b)
		var f Facts
		if err := yaml.UnmarshalWithOptions(b, &f, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("read %s: %w; mend the file or remove the field", n, err)
		}
		all.Cases = append(all.Cases, f.Cases...)
		all.Marks = append(all.Marks, f.Marks...)
		all.Containers = append(all.Containers, f.Containers...)
		all.PackageMembers = append(all.PackageMembers, f.PackageMembers...)
		all.PackageLists = append(all.PackageLists, f.PackageLists...)
		all.Components = append(all.Components, f.Components...)
		all.Daemons = append(all.Daemons, f.Daemons...)
		all.Hosts = append(all.Hosts, f.Hosts...)
		all.Relays = append(all.Relays, f.Relays...)
		all.Ignore = append(all.Ignore, f.Ignore...)
		all.Passwords = append(all.Passwords, f.Passwords...)
		all.TestKeys = append(all.TestKeys, f.TestKeys...)
		all.RequestReaders = append(all.RequestReaders, f.RequestReaders...)
		all.CommandRunners = append(all.CommandRunners, f.CommandRunners...)
		maps.Copy(all.DeviceTree, f.DeviceTree)
	}
	all.Version = hex.EncodeToString(sum.Sum(nil)[:6])
	return all, all.compile()
}

func (f *Facts) compile() error {
	re := func(what, id, p string) (*regexp.Regexp, error) {
		if p == "" {
			return nil, nil
		}
		r, err := regexp.Compile(p)
		if err != nil {
			return nil, fmt.Errorf("%s %q: pattern %q: %w", what, id, p, err)
		}
		return r, nil
	}
	f.literals = newMatcher()
	var err error
	for i := range f.Cases {
		c := &f.Cases[i]
		for _, cond := range []*Cond{&c.Match, &c.Confirm} {
			if cond.paths, err = re("case", c.ID, cond.Paths); err != nil {
				return err
			}
			for _, t := range append(append([]string(nil), cond.Contains...), cond.Any...) {
				f.literals.add(t)
			}
		}
	}
	for i := range f.Marks {
		m := &f.Marks[i]
		if m.paths, err = re("mark", m.ID, m.Paths); err != nil {
			return err
		}
		if m.pattern, err = re("mark", m.ID, m.Pattern); err != nil {
			return err
		}
		for _, t := range m.Texts {
			f.literals.add(t)
		}
	}
	for i := range f.Components {
		c := &f.Components[i]
		if c.version, err = re("component", c.Name, c.Version); err != nil {
			return err
		}
		for _, t := range c.Texts {
			f.literals.add(t)
		}
	}
	for i := range f.Relays {
		for _, t := range f.Relays[i].Texts {
			f.literals.add(t)
		}
	}
	for _, t := range builtinLiterals {
		f.literals.add(t)
	}
	f.literals.build()
	f.daemons = map[string]*Daemon{}
	for i := range f.Daemons {
		for _, n := range f.Daemons[i].Names {
			f.daemons[n] = &f.Daemons[i]
		}
	}
	return nil
}

func (s Source) String() string {
	out := s.URL
	if out == "" {
		out = s.Title
	}
	if s.Read != "" {
		out += " (read " + s.Read + ")"
	}
	return strings.TrimSpace(out)
}

func sources(l []Source) []string {
	var out []string
	for _, s := range l {
		out = append(out, s.String())
	}
	return out
}

func (f *Facts) name(org string) string {
	if f.OrgName == nil {
		return org
	}
	return f.OrgName(org)
}
