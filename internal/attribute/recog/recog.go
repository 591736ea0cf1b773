// Package recog reads fingerprint files in the XML format of the recog project,
// which many security teams have at hand, and turns them into our fingerprints.
//
// It is not for matching, nor does the program carry any of those files. A
// pattern that RE2 cannot express is reported, never dropped silently.
//
// Source of truth: the format as its files show it: fingerprints/@matches names
// the sort of text, fingerprint/@pattern a regular expression, param names what
// a match or a group says.
//
// Flow: XML → File → Fingerprints (asserted makers resolved by the caller).
package recog

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp/syntax"
	"strings"

	"telltale/internal/evidence"
)

// Bounds of one file.
const (
	maxPatterns = 50_000
	maxBytes    = 64 << 20
	maxPattern  = 4096
)

// File is one file of fingerprints.
type File struct {
	// Name is for messages.
	Name string
	// Matches is the sort of text, in the format's own words.
	Matches  string
	Patterns []Pattern
	// Problems say which patterns cannot be used and why.
	Problems []string
}

// Pattern is one fingerprint of the format.
type Pattern struct {
	// Expr is the expression with its flags in RE2's form.
	Expr        string
	Description string
	// Params are the values a match asserts; Group 0 gives Value, another group its text.
	Params   []Param
	Examples []string
}

// Param is one statement.
type Param struct {
	Name, Value string
	Group       int
}

type xmlFile struct {
	Matches      string           `xml:"matches,attr"`
	Fingerprints []xmlFingerprint `xml:"fingerprint"`
}

type xmlFingerprint struct {
	Pattern     string `xml:"pattern,attr"`
	Flags       string `xml:"flags,attr"`
	Description string `xml:"description"`
	Examples    []struct {
		Encoding string `xml:"_encoding,attr"`
		Filename string `xml:"_filename,attr"`
		Text     string `xml:",chardata"`
	} `xml:"example"`
	Params []struct {
		Pos   int    `xml:"pos,attr"`
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	} `xml:"param"`
}

// Read reads one file. It errors on what is no such file; single patterns that
// cannot be used are Problems.
func Read(r io.Reader, name string) (*File, error) {
	d := xml.NewDecoder(io.LimitReader(r, maxBytes))
	d.Strict = true
	d.Entity = nil
	var x xmlFile
	if err := decodeRoot(d, &x); err != nil {
		return nil, fmt.Errorf("read fingerprints %q: %w (wanted the XML of recog, root element fingerprints)", name, err)
	}
	f := &File{Name: name, Matches: x.Matches}
	for i, p := range x.Fingerprints {
		if i >= maxPatterns {
			f.Problems = append(f.Problems, fmt.Sprintf("%s: more than %d patterns: the rest is not read", name, maxPatterns))
			break
		}
		if why := f.take(&p); why != "" {
			f.Problems = append(f.Problems, fmt.Sprintf("%s: pattern %d %q: %s", name, i+1, clip(p.Pattern), why))
		}
	}
	return f, nil
}

// decodeRoot decodes the first element when it is the expected one.
func decodeRoot(d *xml.Decoder, into *xmlFile) error {
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return errors.New("no element")
		}
		if err != nil {
			return err
		}
		if s, ok := t.(xml.StartElement); ok {
			if s.Name.Local != "fingerprints" {
				return fmt.Errorf("root element %q", s.Name.Local)
			}
			return d.DecodeElement(into, &s)
		}
	}
}

func (f *File) take(p *xmlFingerprint) string {
	if p.Pattern == "" || len(p.Pattern) > maxPattern {
		return "empty or too long"
	}
	expr, ok := flagged(p.Pattern, p.Flags)
	if !ok {
		return "flag " + p.Flags + " is not known"
	}
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return "RE2 cannot express it: " + err.Error()
	}
	out := Pattern{Expr: expr, Description: strings.TrimSpace(p.Description)}
	for _, x := range p.Params {
		if x.Pos < 0 || x.Pos > re.MaxCap() {
			return fmt.Sprintf("param %q names group %d of %d", x.Name, x.Pos, re.MaxCap())
		}
		out.Params = append(out.Params, Param{Name: x.Name, Value: x.Value, Group: x.Pos})
	}
	for _, e := range p.Examples {
		t := e.Text
		switch {
		case e.Filename != "":
			continue
		case e.Encoding == "base64":
			b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(t), ""))
			if err != nil {
				continue
			}
			t = string(b)
		}
		out.Examples = append(out.Examples, t)
	}
	f.Patterns = append(f.Patterns, out)
	return ""
}

// flagged writes the format's flags in RE2's form. In Ruby, whose names they
// are, MULTILINE means that a dot takes line ends too.
func flagged(expr, flags string) (string, bool) {
	set := ""
	for _, f := range strings.FieldsFunc(flags, func(r rune) bool { return r == ',' || r == '|' || r == ' ' }) {
		switch f {
		case "REG_ICASE":
			set += "i"
		case "REG_MULTILINE", "REG_DOT_NEWLINE":
			set += "s"
		case "REG_LINE_ANY_CRLF":
		default:
			return "", false
		}
	}
	if set != "" {
		expr = "(?" + set + ")" + expr
	}
	return expr, true
}

// attrs maps the format's sorts of text to our attributes.
var attrs = map[string][]evidence.Attr{
	"snmp.sys_description":  {evidence.SysDescr, evidence.LLDPSysDesc},
	"snmp.sys_object_id":    {evidence.SysObjectID},
	"http_header.server":    {evidence.HTTPServer},
	"http_header.wwwauth":   {evidence.HTTPRealm},
	"html_title":            {evidence.HTTPTitle},
	"favicon.md5":           {evidence.HTTPFavicon},
	"ssh.banner":            {SSHSoftware},
	"telnet.banner":         {evidence.TelnetBanner},
	"ftp.banner":            {evidence.FTPBanner},
	"smtp.banner":           {evidence.SMTPBanner},
	"rtsp_header.server":    {evidence.RTSPServer},
	"sip_header.user_agent": {evidence.SIPUserAgent},
	"sip_header.server":     {evidence.SIPUserAgent},
	"x509.subject":          {evidence.TLSSubject},
	"x509.issuer":           {evidence.TLSIssuer},
	"mdns.device-info.txt":  {evidence.MDNS},
	"dhcp.vendor_class":     {evidence.DHCPVendorClass},
	"upnp.manufacturer":     {evidence.UPnPManufacturer},
	"hp.pjl.id":             {evidence.VendorOID},
}

// SSHSoftware is an SSH greeting without its "SSH-2.0-", as the format's patterns want it.
const SSHSoftware = evidence.Attr("ssh.software")

// Attrs are the attributes on whose values the patterns are tried; nil when we have none of that sort.
func (f *File) Attrs() []evidence.Attr {
	if f.Matches == "" { // older files say it by their name
		switch {
		case strings.Contains(f.Name, "telnet"):
			return attrs["telnet.banner"]
		case strings.Contains(f.Name, "pjl"):
			return attrs["hp.pjl.id"]
		}
	}
	return attrs[f.Matches]
}

// categories maps the format's devices to ours.
var categories = map[string]string{
	"Router": "router", "Broadband Router": "router_consumer", "Broadband router": "router_consumer", "Switch": "switch", "WAP": "access_point",
	"Firewall": "firewall", "Security Appliance": "firewall", "VPN": "firewall", "IP Camera": "camera", "Web Cam": "camera", "DVR": "recorder",
	"Printer": "printer", "Multifunction Device": "printer", "Print Server": "printer", "Scanner": "printer", "NAS": "storage", "Storage": "storage",
	"Lights Out Management": "bmc", "VoIP": "phone", "VoIP Gateway": "voip_gateway", "Media Gateway": "voip_gateway", "Mobile Phone": "phone",
	"Laptop": "computer", "Desktop": "computer", "Tablet": "computer", "Power Device": "power", "UPS": "power", "Wireless Controller": "wireless_controller",
	"Load Balancer": "load_balancer", "Cable Modem": "modem", "DSL Modem": "modem", "KVM": "kvm", "Device Server": "kvm", "Video Conferencing": "display",
	"Access Control": "access_control", "Hypervisor": "server",
}

// Fingerprints turns the patterns into ours. maker names the organisation of a
// vendor's name, "" when nobody knows it; such patterns still give model and category.
// Only hw.vendor tells who made the box: os.vendor and service.vendor name programs.
func (f *File) Fingerprints(maker func(vendor string) string) []evidence.Fingerprint {
	on := f.Attrs()
	if on == nil {
		return nil
	}
	out := make([]evidence.Fingerprint, 0, len(f.Patterns))
	for i := range f.Patterns {
		p := &f.Patterns[i]
		fp := evidence.Fingerprint{
			ID: fmt.Sprintf("recog/%s/%d", strings.TrimSuffix(f.Name, ".xml"), i+1), Attrs: on, Pattern: p.Expr, Kind: "recog", Why: p.Description,
		}
		for _, x := range p.Params {
			if x.Group != 0 {
				continue
			}
			switch x.Name {
			case "hw.vendor":
				if id := maker(x.Value); id != "" {
					fp.Asserts = append(fp.Asserts, evidence.Assertion{Aspect: evidence.Manufacturer, Value: id})
				}
			case "hw.device", "os.device":
				if c := categories[x.Value]; c != "" && !asserts(fp.Asserts, evidence.Category) {
					fp.Asserts = append(fp.Asserts, evidence.Assertion{Aspect: evidence.Category, Value: c})
				}
			case "os.product":
				fp.Asserts = append(fp.Asserts, evidence.Assertion{Aspect: evidence.Firmware, Value: x.Value})
			case "service.product":
				fp.Asserts = append(fp.Asserts, evidence.Assertion{Aspect: evidence.Software, Value: x.Value})
			}
		}
		out = append(out, fp)
	}
	return out
}

func asserts(as []evidence.Assertion, a evidence.Aspect) bool {
	for _, x := range as {
		if x.Aspect == a {
			return true
		}
	}
	return false
}

func clip(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:57], "") + "..."
	}
	return s
}
