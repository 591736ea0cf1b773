package reconcile

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"telltale/internal/asset"
)

// relate joins lines of the two lanes that are not one thing and concern each other.
func (b *Builder) relate() {
	keys, names, models := map[string][]int{}, map[string][]int{}, map[string]int{}
	for i := range b.lines {
		l := &b.lines[i]
		if l.Record != WireOnly {
			continue
		}
		for _, k := range l.said.keys {
			keys[k] = append(keys[k], i)
		}
		for _, k := range l.said.names {
			names[k] = append(names[k], i)
		}
		if l.NeverBought() && designation(l.said.model) {
			models[l.said.model]++
		}
	}
	for i := range b.lines {
		l := &b.lines[i]
		if l.Record != PaperOnly {
			continue
		}
		if b.within(l) {
			continue
		}
		b.contradict(l, keys)
		if len(l.Contradicts) == 0 {
			l.Maybe = b.others(l.said.names, names)
		}
		if designation(l.said.model) {
			l.SameModel = models[l.said.model]
		}
	}
}

// within finds the thing that holds this one as a part: then it was seen.
func (b *Builder) within(l *pending) bool {
	for _, v := range l.said.serials[Paper] {
		in, ok := b.parts[serial(v.Text)]
		if !ok || in.host == l.Asset {
			continue
		}
		l.Record, l.Inside = Matched, in.host
		l.Wire, l.WireCount = append(l.Wire, in.where), 1
		return true
	}
	return false
}

// maxOthers bounds the other things named on a line; a number more things share names none.
const maxOthers = 3

func (b *Builder) others(mine []string, theirs map[string][]int) []string {
	var out []string
	for _, k := range mine {
		if ns := theirs[k]; len(ns) <= maxOthers {
			for _, n := range ns {
				out = append(out, b.lines[n].Asset)
			}
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), maxOthers)]
}

// contradict says of a thing on paper that the wire shows another with one of
// its numbers: they were not united because something else differs.
func (b *Builder) contradict(l *pending, keys map[string][]int) {
	l.Contradicts = b.others(l.said.keys, keys)
	for _, id := range l.Contradicts {
		n, ok := slices.BinarySearchFunc(b.lines, id, func(p pending, id string) int { return strings.Compare(p.Asset, id) })
		if !ok {
			continue
		}
		other := &b.lines[n]
		both := &said{
			models: map[Lane][]Value{Paper: l.said.models[Paper], Wire: other.said.models[Wire]}, serials: map[Lane][]Value{Paper: l.said.serials[Paper], Wire: other.said.serials[Wire]},
			texts: map[Lane][]string{Paper: l.said.texts[Paper], Wire: other.said.texts[Wire]},
		}
		ds := differences(&Thing{}, both)
		l.Differences = append(l.Differences, ds...)
		if !slices.Contains(other.Contradicts, l.Asset) {
			other.Contradicts = append(other.Contradicts, l.Asset)
		}
	}
}

// looked says whether a thing on paper was looked for.
func (b *Builder) looked(l *pending) *Looked {
	if !ownable(l.Kind) {
		return &Looked{State: NotApplicable, Why: "a " + kindWord(l.Kind) + " does not answer on a network"}
	}
	if len(b.looks.list) == 0 {
		return &Looked{State: NotLooked, Why: "nothing that was read comes from the wire"}
	}
	foreign := ""
	for _, v := range l.said.addresses {
		a, err := netip.ParseAddr(v.Text)
		if err != nil {
			continue
		}
		for i := range b.looks.list {
			k := &b.looks.list[i]
			if !b.looks.covers(i, a) {
				continue
			}
			if oneSpace(a, v.network, k.Network) {
				return &Looked{State: LookedAt, Why: fmt.Sprintf("%s asked %s and got no answer of it", k.Input, v.Text), By: []string{k.Input}}
			}
			foreign = fmt.Sprintf("%s asked %s, and nothing says that both mean one address space: read them with one --network NAME", k.Input, v.Text)
		}
	}
	for _, v := range l.said.sites {
		s := b.sites[siteName(v.Text)]
		if s.seen > 0 && l.category != "" && !b.kinds[l.category] {
			return &Looked{State: NotLooked, Why: fmt.Sprintf("%d of the %d things listed at %s were seen, but of its kind (%s) nothing anywhere: what was looked with may not see such things", s.seen, s.listed, v.Text, strings.ReplaceAll(string(l.category), "_", " "))}
		}
		if s.seen > 0 {
			return &Looked{State: InPart, Why: fmt.Sprintf("%d of the %d things listed at %s were seen, this one not", s.seen, s.listed, v.Text), By: s.inputs()}
		}
	}
	switch {
	case foreign != "":
		return &Looked{State: NotKnown, Why: foreign}
	case len(l.said.sites) > 0:
		v := l.said.sites[0]
		return &Looked{State: NotLooked, Why: fmt.Sprintf("nothing listed at %s was seen: the site was not looked at", v.Text)}
	case len(l.said.addresses) > 0:
		return &Looked{State: NotLooked, Why: "no input says that it asked " + l.said.addresses[0].Text}
	}
	return &Looked{State: NotKnown, Why: "the paper states neither a site nor an address"}
}

// maxInputs bounds the inputs named for a site.
const maxInputs = 8

func (s *site) inputs() []string {
	all := slices.Sorted(maps.Keys(s.by))
	return all[:min(len(all), maxInputs)]
}

func kindWord(k asset.Kind) string {
	if k == asset.Party {
		return "organisation"
	}
	return string(k)
}

// next says what to do about a line.
func (l *pending) next() string {
	switch {
	case l.Inside != "":
		return ""
	case len(l.Differences) == 1 && l.Differences[0].Field == "model":
		return fmt.Sprintf("read the label on the thing: one of both may be the order code of the other, else correct %s", at(l.Differences[0].Paper))
	case len(l.Differences) > 0:
		return fmt.Sprintf("read the label on the thing, compare it with %s, and ask the seller", at(l.Differences[0].Paper))
	case l.Gone != nil && l.PaperCount > 0:
		return "ask who took it out, and close it in " + l.Paper[0].Place.Input
	case l.Gone != nil:
		return "ask who took it out"
	case len(l.Moves) > 0 && l.PaperCount > 0:
		return "correct its place in " + l.Paper[0].Place.Input
	case l.Record == PaperOnly:
		return l.nextOnPaper()
	case l.NeverBought():
		where := ""
		if l.Port != nil {
			where = "; it is on " + l.Port.Text
		}
		return "find its order or enter it in the register" + where
	}
	return ""
}

func (l *pending) nextOnPaper() string {
	switch l.Looked.State {
	case NotApplicable:
		return ""
	case LookedAt, InPart:
		return "look for it on site: off, in store, or gone? Then correct " + at(Value{Place: l.Paper[0].Place})
	}
	switch {
	case len(l.Maybe) > 0:
		return "the wire shows a thing of that name or address: check both inputs with one --network NAME"
	case l.SameModel > 0:
		return fmt.Sprintf("%d of this model are on the wire and on no paper: add serial numbers to %s", l.SameModel, l.Paper[0].Place.Input)
	case l.Looked.State == NotLooked:
		return "look at its site: scan, walk, or go there"
	}
	return "add its serial, MAC or address to " + at(Value{Place: l.Paper[0].Place})
}

func at(v Value) string { return strings.TrimSpace(v.Place.Input + " " + v.Place.At) }
