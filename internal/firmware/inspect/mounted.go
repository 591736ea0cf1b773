package inspect

import (
	"path"
	"strings"
)

// A device's start goes on in other file systems of the image: one volume's
// script mounts another and calls into it.

// away is a script that is called by a path this volume does not have.
type away struct {
	name        string
	args        []string
	when, chain []string
}

// boot reads how each volume starts, follows calls from one into another, and last what nothing was seen to start.
func (in *inspector) boot() {
	for _, v := range in.volumes {
		in.boots[v] = bootGraph(v)
	}
	for depth := 0; depth < 4; depth++ { // a mounted volume may mount another
		again := false
		for _, v := range in.volumes {
			b := in.boots[v]
			calls := b.away
			b.away = nil
			for _, a := range calls {
				again = in.follow(b, a) || again
			}
		}
		if !again {
			break
		}
	}
	for _, v := range in.volumes {
		in.boots[v].rest()
	}
}

// follow runs a script in the one other volume that has it under a folder where this one mounts something.
func (in *inspector) follow(b *booter, a away) bool {
	var found *booter
	at := ""
	for _, m := range b.mountPoints(a.name) {
		for _, v := range in.volumes {
			p := v.resolve(strings.TrimPrefix(a.name, m))
			if e := v.nodes[p]; v == b.v || e == nil || e.Node.Object == nil || !isScript(e.Node.Object) {
				continue
			}
			if found != nil && found.v != v {
				return false // two have it: which one is mounted is not settled
			}
			found, at = in.boots[v], p
		}
	}
	if found == nil || len(a.chain) > 12 {
		return false
	}
	found.run(at, a.args, a.when, append(a.chain[:len(a.chain):len(a.chain)], "mounted "+a.name))
	return true
}

// mountPoints are the folders on the way to a path that something is mounted on: by command, by table, or since they are empty here.
func (b *booter) mountPoints(p string) []string {
	var out []string
	for d := path.Dir(p); d != "/" && d != "."; d = path.Dir(d) {
		e := b.v.nodes[strings.TrimPrefix(d, "/")]
		if contains(b.mounts, d) || contains(b.tabled(), d) || e != nil && len(b.v.dirs[strings.TrimPrefix(d, "/")]) == 0 {
			out = append(out, d)
		}
	}
	return out
}

// tabled are the places of the table of file systems that need a medium.
func (b *booter) tabled() []string {
	var out []string
	for _, l := range strings.Split(b.v.Read("/etc/fstab"), "\n") {
		if f := strings.Fields(l); len(f) > 2 && !strings.HasPrefix(f[0], "#") && strings.HasPrefix(f[0], "/dev/") {
			out = append(out, f[1])
		}
	}
	return out
}
