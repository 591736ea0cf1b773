package inspect

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	"telltale/internal/evidence"
	"telltale/internal/firmware/unpack"
)

// claim raises who fills a role. The strongest level counts; all reasons are kept.
func (in *inspector) claim(role, org string, lv Level, why string) {
	key := role + "|" + org
	m := in.claims[key]
	if m == nil {
		m = &Maker{Role: role, Org: org, Level: lv}
		in.claims[key] = m
	}
	if lv.Rank() > m.Level.Rank() {
		m.Level = lv
	}
	if len(m.Because) < 12 && !contains(m.Because, why) {
		m.Because = append(m.Because, why)
	}
}

// containers says whose containers were met, what their headers tell, and what speaks of a rebrand.
func (in *inspector) containers() {
	in.tree.EachRegion(func(full string, o *unpack.Object, r *unpack.Region) {
		for i := range in.facts.Containers {
			c := &in.facts.Containers[i]
			if c.Format == r.Format {
				in.container(c, full, r)
			}
		}
	})
}

func (in *inspector) container(c *Container, full string, r *unpack.Region) {
	// A header alone can be put in front of anything; a member that opened shows the rest was made with it.
	lv := Probable
	for _, n := range r.Nodes {
		if n.State == unpack.OK && n.Object != nil && n.Size > 0 {
			lv = Confirmed
		}
	}
	if r.State == unpack.Encrypted {
		lv = Probable
	}
	in.claim("platform", c.Org, lv, fmt.Sprintf("container %s at %#x", r.Format, r.Offset))
	in.observe(evidence.FwContainer, r.Format, full, r.Offset)
	in.mark("platform", containerMark(r.Format, lv), r.Format, full, r.Offset)
	off := r.Offset
	base := Finding{Where: full, Region: full, Offset: &off, Sources: sources(c.Sources)}
	for _, f := range r.Facts {
		if own, ok := c.Own[f.Name]; ok && own != f.Value {
			x := base
			x.ID, x.Level, x.Rule, x.Value = "maker.brand", Note, "container-oem", f.Value
			x.Title = fmt.Sprintf("The %s in the header is %s, not the maker's own (%s): built for another brand", f.Name, f.Value, own)
			x.Evidence = f.Name + " = " + f.Value
			in.add(x)
			in.observe(evidence.FwOEM, f.Name+" "+f.Value, full, off)
		}
		for _, tag := range strings.FieldsFunc(f.Value, func(r rune) bool { return r == '|' || r == ';' || r == ',' || r == ' ' || r == 0 }) {
			if org, ok := c.Tags[tag]; ok {
				x := base
				x.ID, x.Level, x.Rule, x.Value = "maker.operator", Note, "container-tag", tag
				x.Title = fmt.Sprintf("The header names the operator build %q (%s)", tag, in.facts.name(org))
				x.Evidence = f.Name + " = " + clip(f.Value, 200)
				in.add(x)
				in.claim("operator", org, Probable, "operator tag "+tag+" in the "+r.Format+" header")
				in.observe(evidence.FwOEM, "operator tag "+tag, full, off)
			}
		}
		switch f.Name {
		case "products", "model", "board", "manufacturer", "vendor":
			in.observe(evidence.FwModel, f.Value, full, off)
		}
	}
	if c.Brand != "" {
		in.brandMember(c, full, r)
	}
}

// markHit is a mark met in a file, before it is weighed against the others.
type markHit struct {
	m    *Mark
	f    *file
	text string
	off  int64
}

// marks tries every mark of the data on contents and paths.
func (in *inspector) marks() {
	var hits []markHit
	for i := range in.facts.Marks {
		m := &in.facts.Marks[i]
		for _, f := range in.files {
			if text, off, ok := m.on(f); ok {
				hits = append(hits, markHit{m, f, text, off})
			}
		}
	}
	for _, h := range in.chips(hits) {
		in.marked(h.m, h.f, h.text, h.off)
	}
	in.elfMarks()
}

// on says where a mark stands in a file: offset -1 for its path.
func (m *Mark) on(f *file) (text string, off int64, ok bool) {
	if f.c == nil {
		return "", 0, false
	}
	if m.paths != nil {
		if f.vol == nil || f.doc() || !m.paths.MatchString(f.path) || !f.c.isKind(m.Kinds) {
			return "", 0, false
		}
		if len(m.Texts) == 0 {
			return f.path, -1, true
		}
	}
	kinds := m.Kinds
	if len(kinds) == 0 {
		kinds = []string{"code", "script"}
	}
	if f.doc() || !f.c.isKind(kinds) {
		return "", 0, false
	}
	for _, t := range m.Texts {
		for _, off := range f.c.hits[t] {
			if (m.pattern == nil || m.pattern.MatchString(f.c.window(off, 120, 240))) && (m.Role == "soc" || !f.c.inFirmList(off)) {
				return f.c.around(off, 120, 200), off, true
			}
		}
	}
	return "", 0, false
}

// seenIn says what was met and where; offset -1 is for the file's own name.
func seenIn(f *file, text string, off int64) string {
	if off < 0 {
		return "the file " + f.where
	}
	return fmt.Sprintf("%q in %s", clip(strings.TrimSpace(text), 80), f.where)
}

func (in *inspector) marked(m *Mark, f *file, text string, off int64) {
	in.claim(m.Role, m.Org, m.Level, seenIn(f, text, off))
	in.mark(m.Role, m.ID, clip(strings.TrimSpace(text), 200), f.where, off)
	in.observe(evidence.Attr(nonEmpty(m.Attr, string(evidence.FwVendorString))), clip(strings.TrimSpace(text), 300), f.where, off)
}

// elfMarks are build paths, compilers and kernel build hosts, as evidence for attribution.
func (in *inspector) elfMarks() {
	for _, f := range in.files {
		if f.c == nil || f.doc() {
			continue
		}
		if e := f.c.elf; e != nil {
			for _, c := range e.Compiler {
				in.observe(evidence.FwCompiler, clip(c, 200), f.where, -1)
			}
			if a := e.module["author"]; a != "" {
				in.observe(evidence.FwCopyright, "module author "+a, f.where, -1)
			}
		}
	}
}

// makers turns claims into roles and findings. Chip, platform, assembler and
// brand are kept apart; a chip maker is never blamed for a platform maker's code.
func (in *inspector) makers() {
	var keys []string
	for k := range in.claims {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	byRole := map[string][]*Maker{}
	for _, k := range keys {
		m := in.claims[k]
		sort.Strings(m.Because)
		in.rep.Makers = append(in.rep.Makers, *m)
		byRole[m.Role] = append(byRole[m.Role], m)
	}
	for _, role := range []string{"soc", "platform", "assembler", "brand"} {
		for _, m := range byRole[role] {
			in.add(Finding{ID: "maker." + role, Level: m.Level, Rule: "marks", Value: m.Org, Where: in.tree.Name, Region: in.tree.Name,
				Title: fmt.Sprintf("%s: %s", roleWords[role], in.facts.name(m.Org)), Evidence: strings.Join(m.Because, "; "),
				Control: "names of packages and hosts alone make no claim; each mark is data with its reason"})
		}
	}
	in.conflicts(byRole)
}

func (in *inspector) names(orgs []string) string {
	var l []string
	for _, o := range orgs {
		l = append(l, in.facts.name(o))
	}
	return strings.Join(l, ", ")
}

var roleWords = map[string]string{"soc": "Chip maker", "platform": "Firmware platform by", "assembler": "Assembled by", "brand": "Brand"}

func (in *inspector) conflicts(by map[string][]*Maker) {
	strong := func(role string) []string {
		var out []string
		for _, m := range by[role] {
			if m.Level.Rank() >= Probable.Rank() {
				out = append(out, m.Org)
			}
		}
		return out
	}
	platforms, brands := strong("platform"), strong("brand")
	if len(platforms) > 1 {
		in.add(Finding{ID: "maker.conflict", Level: Suspicious, Rule: "platforms", Value: strings.Join(platforms, ","), Where: in.tree.Name, Region: in.tree.Name,
			Title: "Marks of several platform makers: " + in.names(platforms), Consequence: "one took over the other's software, or the image holds parts of both"})
	}
	for _, p := range platforms {
		for _, b := range brands {
			if p != b {
				in.add(Finding{ID: "maker.conflict", Level: Suspicious, Rule: "brand-platform", Value: b + "/" + p, Where: in.tree.Name, Region: in.tree.Name,
					Title: fmt.Sprintf("Sold as %s, written by %s: a relabelled product", in.facts.name(b), in.facts.name(p)), Consequence: "rules that name the maker apply to it under the other name too"})
			}
		}
	}
}

// modules lists kernel modules and those that do not belong.
func (in *inspector) modules() {
	magics := map[string]int{}
	var mods []*file
	for _, f := range in.files {
		if f.c == nil || f.c.elf == nil || !strings.HasSuffix(f.base(), ".ko") && f.c.elf.module == nil {
			continue
		}
		m := f.c.elf.module
		mods = append(mods, f)
		if v := strings.TrimSpace(m["vermagic"]); v != "" {
			magics[v]++
		}
		in.rep.Modules = append(in.rep.Modules, Module{Where: f.where, Name: strings.TrimSuffix(f.base(), ".ko"), VerMagic: m["vermagic"], Author: m["author"], Description: m["description"], Licence: m["license"], Depends: m["depends"]})
	}
	common, most := "", 0
	for v, n := range magics {
		if n > most || n == most && v < common {
			common, most = v, n
		}
	}
	for _, f := range mods {
		m := f.c.elf.module
		name := strings.ReplaceAll(strings.TrimSuffix(f.base(), ".ko"), "-", "_")
		switch {
		case m["name"] != "" && m["name"] != name:
			in.add(f.at(Finding{ID: "module.unknown", Level: Note, Rule: "module-name", Value: f.base(), Title: fmt.Sprintf("Kernel module %s calls itself %q inside: it was renamed", f.base(), m["name"]), Evidence: "name=" + m["name"]}, -1))
		case most > 2 && m["vermagic"] != "" && strings.TrimSpace(m["vermagic"]) != common:
			in.add(f.at(Finding{ID: "module.unknown", Level: Suspicious, Rule: "module-vermagic", Value: f.base(), Title: fmt.Sprintf("Kernel module %s was built for another kernel than the others", f.base()), Evidence: m["vermagic"] + " against " + common}, -1))
		case m != nil && m["license"] == "" && m["vermagic"] != "":
			in.add(f.at(Finding{ID: "module.unknown", Level: Note, Rule: "module-licence", Value: f.base(), Title: fmt.Sprintf("Kernel module %s states no licence", f.base()), Evidence: "no license= in .modinfo"}, -1))
		}
	}
}

// stockSetUID are programs that are setuid on any Linux system.
var stockSetUID = map[string]bool{"su": true, "sudo": true, "passwd": true, "mount": true, "umount": true, "ping": true, "ping6": true, "chsh": true, "chfn": true, "newgrp": true, "gpasswd": true,
	"login": true, "crontab": true, "at": true, "traceroute": true, "traceroute6": true, "busybox": true, "pppd": true, "fusermount": true, "fusermount3": true, "pkexec": true, "polkit-agent-helper-1": true,
	"dbus-daemon-launch-helper": true, "ssh-keysign": true, "unix_chkpwd": true, "expiry": true, "chage": true, "wall": true, "write": true, "sg": true, "exim4": true, "dma": true, "vlock": true, "run-as": true}

// modes looks at rights: setuid, file capabilities, world-writable programs.
func (in *inspector) modes() {
	started := map[string]bool{}
	for v, b := range in.boots {
		for i := range b.launches {
			if l := &b.launches[i]; l.started && l.program != "" {
				started[v.name+"/"+l.program] = true
			}
		}
		for s := range b.scripts {
			started[v.name+"/"+s] = true
		}
	}
	for _, f := range in.files {
		if f.node == nil || f.node.Kind != unpack.File {
			continue
		}
		n := f.node
		if n.Mode&0o4000 != 0 && n.Mode&0o111 != 0 {
			lv, why := Note, ""
			shellish := f.c != nil && f.c.elf != nil && (contains(f.c.elf.Imports, "system") || contains(f.c.elf.Imports, "popen") || contains(f.c.elf.Imports, "execl"))
			shellish = shellish || isShell(f.base()) || interpreter.MatchString(f.base()) || f.c != nil && len(f.c.hits["GNU bash, version"])+len(f.c.hits["Bash version "]) > 0
			if !stockSetUID[f.base()] && (f.kind == "script" || shellish) {
				lv, why = Suspicious, "; it runs a shell"
			}
			in.add(f.at(Finding{ID: "exec.setuid", Level: lv, Rule: "mode", Value: f.path, Title: fmt.Sprintf("%s runs with the rights of user %d whoever starts it%s", f.path, n.UID, why), Evidence: fmt.Sprintf("mode %04o", n.Mode),
				Consequence: "a fault in it gives those rights away", Use: "an account on the device", Control: "programs that are setuid on every Linux system stay notes"}, -1))
		}
		if raw, ok := n.Xattr["security.capability"]; ok {
			caps := capabilities([]byte(raw))
			lv := Note
			for _, c := range caps {
				if strongCaps[c] && !stockSetUID[f.base()] {
					lv = Suspicious
				}
			}
			in.add(f.at(Finding{ID: "exec.capability", Level: lv, Rule: "xattr", Value: f.path, Title: fmt.Sprintf("%s carries kernel capabilities: %s", f.path, strings.Join(caps, ", ")), Evidence: fmt.Sprintf("security.capability %x", raw),
				Consequence: "whoever runs it has these rights"}, -1))
		}
		if n.Mode&0o002 != 0 && (n.Mode&0o111 != 0 || f.kind == "script") {
			lv := Note
			if started[f.region+"/"+f.path] {
				lv = Suspicious
			}
			in.add(f.at(Finding{ID: "exec.world-writable", Level: lv, Rule: "mode", Value: f.path, Title: fmt.Sprintf("Anybody on the device may change the program %s", f.path), Evidence: fmt.Sprintf("mode %04o", n.Mode),
				Consequence: "an ordinary account can put its own code where others run it", Control: "above note only when the boot graph starts it"}, -1))
		}
	}
}

// interpreter names programs that run whatever they are told.
var interpreter = regexp.MustCompile(`^(?:python|perl|lua|ruby|php|node|tclsh|awk|gawk|mawk|gdb|strace|find|env|vim?|nmap|socat|nc|ncat|tar|cp|dd|tee|bash|zsh|ksh|tcpdump|less|more|ed|sed|ftp|rsync|xargs|watch|screen|tmux|git|zip|expect|busybox)[\d.]*$`)

var capNames = strings.Fields("chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore")

var strongCaps = map[string]bool{"setuid": true, "setgid": true, "sys_admin": true, "dac_override": true, "sys_module": true, "sys_ptrace": true, "sys_rawio": true, "setfcap": true}

// capabilities reads the permitted set of a VFS capability attribute (versions 1 to 3).
func capabilities(b []byte) []string {
	var out []string
	for word := 0; word < 2 && 4+8*word+4 <= len(b); word++ {
		v := uint32(b[4+8*word]) | uint32(b[5+8*word])<<8 | uint32(b[6+8*word])<<16 | uint32(b[7+8*word])<<24
		for i := range 32 {
			if v>>i&1 != 0 && word*32+i < len(capNames) {
				out = append(out, capNames[word*32+i])
			}
		}
	}
	return out
}
