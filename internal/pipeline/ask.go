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
	"telltale/internal/attribute"
	"telltale/internal/evidence"
	"telltale/internal/source"
	"telltale/internal/source/observe"
	"telltale/internal/source/text"
)

// maxAsk bounds a question in bytes.
const maxAsk = 64 << 10

// Ask answers one text: a pasted quote is read as one, of any other text every line becomes a thing of its own.
func Ask(ctx context.Context, k *Knowledge, dir, asked string, opt *Options) (*Folder, error) {
	if len(asked) > maxAsk {
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
	if err := k.askAll(ctx, in, cov, asked); err != nil {
		return nil, err
	}
	if cov.Read == 0 {
		return nil, errors.New("the question is empty")
	}
	remembering := *opt
	remembering.sessions = k.asked
	return k.finish(ctx, dir, in, nil, &remembering)
}

func (k *Knowledge) askAll(ctx context.Context, in *intake, cov *asset.Coverage, asked string) error {
	lines := strings.Split(asked, "\n")
	if pasted(lines) {
		var all []text.Line
		for i, line := range lines {
			all = append(all, text.Line{At: "line " + strconv.Itoa(i+1), Text: strings.TrimRight(line, " \t\r")})
		}
		read := map[string]bool{}
		err := text.Interpret(ctx, all, "ask", &source.Input{Name: cov.Input}, cov, func(s *asset.Sighting) error {
			read[s.Place.At] = true
			for _, o := range s.Observations {
				read[o.Place.At] = true
			}
			return in.add(s)
		})
		if err != nil {
			return err
		}
		return k.askRest(in, cov, all, read)
	}
	for i, line := range lines {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := in.add(k.askSighting(line, i+1)); err != nil {
			return err
		}
		cov.Read++
	}
	return nil
}

// askRest reads the lines of a quote that state no number of pieces and still name goods.
func (k *Knowledge) askRest(in *intake, cov *asset.Coverage, all []text.Line, read map[string]bool) error {
	engine, err := k.Attribution()
	if err != nil {
		return err
	}
	var left []string
	for i, l := range all {
		line := strings.TrimSpace(l.Text)
		if read[l.At] || line == "" {
			continue
		}
		s := k.askSighting(line, i+1)
		if !productCode().MatchString(line) || !speaks(engine.Attribute(&attribute.Thing{ID: l.At, Sightings: []*asset.Sighting{s}})) {
			left = append(left, l.At)
			continue
		}
		cov.Read++
		if err := in.add(s); err != nil {
			return err
		}
	}
	if cov.Notes = nil; len(left) > 0 {
		cov.Notes = []string{text.LeftOut(len(left), left[:min(len(left), maxLeftNamed)])}
	}
	return nil
}

// maxLeftNamed bounds how many places of lines left out are told.
const maxLeftNamed = 8

// speaks reports whether anything is known of who made a thing or what it is: of the number of an order nothing is.
func speaks(r *attribute.Result) bool {
	return r.Manufacturer != nil || r.Candidates != nil || r.Category != nil
}

// productCode is a word that has letters and digits, as the designation of a product does.
var productCode = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\b(?:[a-z][a-z-]*\d|\d+-?[a-z])[a-z0-9-]+\b`)
})

// pasted reports whether the question is a quote or a letter with one: several
// lines, none of them an identifier, which a list of goods would be recognised in.
func pasted(lines []string) bool {
	if len(lines) < 2 {
		return false
	}
	for _, line := range lines {
		if _, _, ok := identifier(strings.TrimSpace(line)); ok {
			return false
		}
	}
	return text.Source{}.Recognise([]byte(strings.Join(lines, "\n")), "") > 0
}

// askForms are identifiers with a form of their own; the first that matches the whole line counts.
var askForms = sync.OnceValue(func() []askForm {
	return []askForm{
		{regexp.MustCompile(`^(?i:(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4})$`), evidence.BaseMAC, asset.Device},
		{regexp.MustCompile(`^(?i)asn?\s?(\d{1,10})$`), evidence.ASN, asset.Service},
		{regexp.MustCompile(`^(?i)fcc[ -]?id[: ]+([0-9a-z][0-9a-z-]{3,18})$`), evidence.FCCID, asset.PurchaseLine},
		{regexp.MustCompile(`^(?i)(?:serial|s/n|sn)[: ]+(\S+)$`), evidence.Serial, asset.Device},
		{regexp.MustCompile(`^([A-Z]{4}[0-9A-F]{8})$`), evidence.GPONSerial, asset.Device},
		{regexp.MustCompile(`^(?i)(?:imei[: ]+)?(\d{15})$`), evidence.IMEI, asset.Device},
		{regexp.MustCompile(`^(1\.3\.6\.1\.4\.1(?:\.\d+)+)$`), evidence.SysObjectID, asset.Device},
	}
})

type askForm struct {
	re   *regexp.Regexp
	attr evidence.Attr
	kind asset.Kind
}

// askSighting reads one line of a question.
func (k *Knowledge) askSighting(line string, n int) *asset.Sighting {
	place := evidence.Place{Input: "question", At: "line " + strconv.Itoa(n)}
	s := &asset.Sighting{Kind: asset.PurchaseLine, Seen: asset.Listed, Place: place}
	put := func(a evidence.Attr, v string) {
		s.Observations = append(s.Observations, evidence.Observation{Source: "ask", Attr: a, Value: v, Place: place})
	}
	put(evidence.Name, line)
	if f, v, ok := identifier(line); ok {
		s.Kind = f.kind
		put(f.attr, v)
		if f.attr == evidence.ASN { // an autonomous system is a network of the internet by definition (RFC 4271)
			put(evidence.CategoryText, "internet service")
		}
		return s
	}
	put(evidence.Description, line)
	put(evidence.ModelText, line)
	if k.isMaker(line) { // a question is no label: a name that nobody bears must not speak against anybody
		put(evidence.ManufacturerText, line)
	}
	if fccForm().MatchString(line) {
		put(evidence.FCCID, line)
	}
	if oneWord().MatchString(line) {
		put(evidence.PartNumber, line)
		if k.ofSerial(line) {
			s.Kind = asset.Device
			put(evidence.Serial, line)
		}
	}
	return s
}

// oneWord is what a person copies from a label or a price list without saying what it is.
var oneWord = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Z0-9][A-Z0-9/-]{5,39}$`)
})

// ofSerial reports whether a word has the form of some maker's serial numbers.
func (k *Knowledge) ofSerial(word string) bool {
	engine, err := k.Attribution()
	if err != nil {
		return false
	}
	r := engine.Attribute(&attribute.Thing{ID: word, Sightings: []*asset.Sighting{{Observations: []evidence.Observation{{Attr: evidence.Serial, Value: word}}}}})
	return len(r.Candidates) > 0
}

// identifier reads a line that is an identifier and nothing else.
func identifier(line string) (askForm, string, bool) {
	if ip, err := netip.ParseAddr(line); err == nil {
		return askForm{nil, evidence.IP, asset.Device}, ip.String(), true
	}
	if sn, _, ok := observe.GPON(line); ok && len(line) == 16 {
		return askForm{nil, evidence.GPONSerial, asset.Device}, sn, true
	}
	for _, f := range askForms() {
		if m := f.re.FindStringSubmatch(line); m != nil {
			return f, askValue(f.attr, m[len(m)-1]), true
		}
	}
	return askForm{}, "", false
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
