package netbox

import (
	"telltale/internal/asset"
	"telltale/internal/source/jsonlist"
)

// maxEnds bounds the terminations of one side of a cable: a trunk of fibres has a dozen or two.
const maxEnds = 64

// end is one termination: a port of a device.
type end struct{ device, port string }

// cable yields what a cable joins, each pair of ends as one thing told of by
// its name and linked to the other. Ends that are no ports of devices (circuits,
// power feeds) join nothing here.
func (r *reader) cable(o jsonlist.Object, at string) error {
	as, bs := ends(o, "a_terminations", "termination_a"), ends(o, "b_terminations", "termination_b")
	if len(as) == 0 || len(bs) == 0 {
		r.skipped["cables that do not join two devices"]++
		return nil
	}
	for i := range max(len(as), len(bs)) { // a breakout has one end on one side and several on the other
		a, b := as[min(i, len(as)-1)], bs[min(i, len(bs)-1)]
		s := &asset.Sighting{Kind: asset.Device, Seen: asset.Neighbour, Place: r.b.Place(at)}
		names(r.b, s, a.device, at)
		l := asset.Link{Via: "cable", LocalPort: a.port, RemotePort: b.port, Remote: asset.Sighting{Kind: asset.Device, Seen: asset.Neighbour, Place: r.b.Place(at)}}
		names(r.b, &l.Remote, b.device, at)
		s.Links = []asset.Link{l}
		if err := r.send(s); err != nil {
			return err
		}
	}
	return nil
}

// ends are the ports of devices on one side: a list since NetBox 3.3, one object before and in Nautobot.
func ends(o jsonlist.Object, list, single string) []end {
	var out []end
	add := func(v any) {
		m, ok := v.(map[string]any)
		if !ok || len(out) == maxEnds {
			return
		}
		t := jsonlist.Object(m)
		if inner, ok := m["object"].(map[string]any); ok {
			t = jsonlist.Object(inner)
		}
		if d := name(t["device"]); d != "" {
			out = append(out, end{d, t.Text("name")})
		}
	}
	for _, v := range o.List(list) {
		add(v)
	}
	if v, ok := o[single]; ok {
		add(v)
	}
	return out
}
