package pipeline

import (
	"context"
	"errors"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// maxAsk bounds a question in bytes.
const maxAsk = 64 << 10

// Ask answers one text: every line of it becomes a thing of its own.
func Ask(ctx context.Context, k *Knowledge, dir, text string, opt *Options) (*Folder, error) {
	if len(text) > maxAsk {
		return nil, errors.New("the question is longer than 64 KiB; put it in a file and use telltale check")
	}
	in, err := newIntake(dir, opt)
	if err != nil {
		return nil, err
	}
	defer in.spill.Close()
	in.network = "ask"
	cov := &asset.Coverage{Input: "question", Format: "ask", Reasons: []asset.Reason{}, Named: true}
	in.coverage = append(in.coverage, cov)
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := in.add(askSighting(line, i+1)); err != nil {
			return nil, err
		}
		cov.Read++
	}
	if cov.Read == 0 {
		return nil, errors.New("the question is empty")
	}
	return k.finish(ctx, dir, in, nil, opt)
}

// askForms are identifiers with a form of their own; the first that matches the whole line counts.
var askForms = sync.OnceValue(func() []askForm {
	return []askForm{
		{regexp.MustCompile(`^(?i:(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4})$`), evidence.BaseMAC, asset.Device},
		{regexp.MustCompile(`^(?i)asn?\s?(\d{1,10})$`), evidence.ASN, asset.Service},
		{regexp.MustCompile(`^(?i)fcc[ -]?id[: ]+([0-9a-z][0-9a-z-]{3,18})$`), evidence.FCCID, asset.PurchaseLine},
		{regexp.MustCompile(`^(?i)(?:serial|s/n|sn)[: ]+(\S+)$`), evidence.Serial, asset.Device},
		{regexp.MustCompile(`^([A-Z]{4}[0-9A-F]{8})$`), evidence.GPONSerial, asset.Device},
		{regexp.MustCompile(`^(1\.3\.6\.1\.4\.1(?:\.\d+)+)$`), evidence.SysObjectID, asset.Device},
	}
})

type askForm struct {
	re   *regexp.Regexp
	attr evidence.Attr
	kind asset.Kind
}

// askSighting reads one line of a question.
func askSighting(line string, n int) *asset.Sighting {
	place := evidence.Place{Input: "question", At: "line " + strconv.Itoa(n)}
	s := &asset.Sighting{Kind: asset.PurchaseLine, Seen: asset.Listed, Place: place}
	put := func(a evidence.Attr, v string) {
		s.Observations = append(s.Observations, evidence.Observation{Source: "ask", Attr: a, Value: v, Place: place})
	}
	put(evidence.Name, line)
	if ip, err := netip.ParseAddr(line); err == nil {
		s.Kind = asset.Device
		put(evidence.IP, ip.String())
		return s
	}
	for _, f := range askForms() {
		m := f.re.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		s.Kind = f.kind
		put(f.attr, askValue(f.attr, m[len(m)-1]))
		return s
	}
	put(evidence.Description, line)
	put(evidence.ModelText, line)
	put(evidence.ManufacturerText, line)
	if fccForm().MatchString(line) {
		put(evidence.FCCID, line)
	}
	return s
}

// fccForm is a grantee code of three or five characters and a product code, upper case, without blanks.
var fccForm = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[A-Z][A-Z0-9]{2}|[2-9][A-Z0-9]{4})-?[A-Z0-9][A-Z0-9-]{0,13}$`)
})

// askValue writes an identifier as sources write it.
func askValue(a evidence.Attr, v string) string {
	if a == evidence.BaseMAC {
		return asset.MAC(v)
	}
	return v
}
