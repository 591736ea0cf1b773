package inspect

import (
	"fmt"

	"telltale/internal/firmware/unpack"
)

// unpackedProgram is what a packed program unpacks to, nil for another object: it is looked at in its place.
func unpackedProgram(o *unpack.Object) *unpack.Object {
	if len(o.Regions) != 1 || o.Regions[0].Format != "upx" || len(o.Regions[0].Nodes) != 1 || o.Regions[0].Nodes[0].State == unpack.Partial {
		return nil
	}
	return o.Regions[0].Nodes[0].Object
}

// packed tells of programs that unpack themselves when they start and could not be unpacked: their texts, and so what they are, cannot be read.
func (in *inspector) packed() {
	for _, f := range in.files {
		if f.c == nil || f.kind != "elf" {
			continue
		}
		if f.node != nil && f.node.Object != f.obj {
			continue // unpacked
		}
		for _, off := range f.c.hits["UPX!"] {
			// The mark stands after the head, and again at the end.
			if at := off - f.off; at > 1024 && at < f.size-1024 {
				continue
			}
			in.add(f.at(Finding{ID: "state.partial", Level: Note, Rule: "packed", Value: f.path, Title: fmt.Sprintf("%s is packed (UPX): what is in the program was not read", nonEmpty(f.path, f.where)), Evidence: "UPX!",
				Consequence: "texts, accounts and hosts of this program are not among what was found", Control: "the packer's mark stands at the head or the end of the program"}, off))
			break
		}
	}
}
