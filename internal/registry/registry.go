// Package registry answers who registered a number: MAC prefixes (IEEE MA-L,
// MA-M, MA-S), SNMP enterprise numbers (IANA), USB and PCI vendors, and the
// numbers that the organisation files list (Bluetooth companies, PON vendors,
// FCC grantees, AS numbers).
//
// A number shows who registered it, not who made a device: what that is worth
// as evidence is attribute's business.
//
// Source of truth: data/registry, generated from the lists its README names.
// Registrants are joined to organisations at generate time, so that no name is
// matched here.
//
// Flow: lists → data/registry/gen → *.bin → Load → look-ups. Each table is
// decoded on first use; what Load returns is safe for concurrent use.
package registry

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"

	"telltale/internal/org"
)

// The tables, by the name of their file without ".bin".
const (
	OUITable = "oui"
	PENTable = "pen"
	USBTable = "usb"
	PCITable = "pci"
	// MakerFile joins the registrants of the tables to organisations.
	MakerFile = "maker"
)

// TableNames lists the tables in the order they are shown.
var TableNames = []string{OUITable, PENTable, USBTable, PCITable}

// Registrant is who registered a number.
type Registrant struct {
	// Org is the organisation, empty when the registrant is nobody the data know.
	Org org.ID
	// Name is the registrant as the registry writes it.
	Name string
}

// Info says what a table is and how old its data are.
type Info struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Source string `json:"source"`
	// Date is the day of the data, YYYY-MM-DD, or as much of it as is known.
	Date    string `json:"date"`
	Licence string `json:"licence"`
	Rows    int    `json:"rows"`
	// Registrants counts distinct names, Known those that are organisations of the data.
	Registrants int `json:"registrants"`
	Known       int `json:"known"`
}

// Tables holds all registries.
type Tables struct {
	index  *org.Index
	oui    func() (*ouis, error)
	dense  map[string]func() (*dense, error)
	makers func() (map[string]owners, error)
	raw    map[string][]byte
}

// Load reads the tables of a folder (oui.bin, pen.bin, usb.bin, pci.bin,
// maker.bin). It does not decode them: call Check for tables that somebody
// brought. index answers for the numbers that organisation files list; it may be nil.
func Load(fsys fs.FS, index *org.Index) (*Tables, error) {
	t := &Tables{index: index, raw: map[string][]byte{}, dense: map[string]func() (*dense, error){}}
	for _, name := range append([]string{MakerFile}, TableNames...) {
		b, err := fs.ReadFile(fsys, name+".bin")
		if err != nil {
			return nil, fmt.Errorf("read number registry: %w", err)
		}
		t.raw[name] = b
	}
	t.makers = sync.OnceValues(func() (map[string]owners, error) { return decodeMakers(t.raw[MakerFile]) })
	t.oui = sync.OnceValues(func() (*ouis, error) { return t.buildOUI() })
	for _, name := range []string{PENTable, USBTable, PCITable} {
		t.dense[name] = sync.OnceValues(func() (*dense, error) { return t.buildDense(name) })
	}
	return t, nil
}

// Check decodes everything and returns the first fault. Look-ups in a table
// that does not decode find nothing.
func (t *Tables) Check() error {
	if _, err := t.oui(); err != nil {
		return err
	}
	for _, name := range TableNames[1:] {
		if _, err := t.dense[name](); err != nil {
			return err
		}
	}
	return nil
}

// Info describes the tables, with the date of their data.
func (t *Tables) Info() ([]Info, error) {
	makers, err := t.makers()
	if err != nil {
		return nil, err
	}
	var out []Info
	for _, name := range TableNames {
		in, err := decodeInfo(t.raw[name])
		if err != nil {
			return nil, fmt.Errorf("registry %s: %w", name, err)
		}
		in.Name = name
		in.Known = len(makers[name])
		out = append(out, in)
	}
	return out, nil
}

// MAC returns the registrant of the longest block that holds the address
// "aa:bb:cc:dd:ee:ff" (also with "-", "." or no separators). It finds nothing
// for an address that no registration can speak for, see Hollow.
func (t *Tables) MAC(mac string) (Registrant, bool) {
	m, ok := ParseMAC(mac)
	if !ok || Hollow(m) != "" {
		return Registrant{}, false
	}
	o, err := t.oui()
	if err != nil {
		return Registrant{}, false
	}
	name, _, ok := o.find(m)
	if !ok {
		return Registrant{}, false
	}
	return o.names.registrant(name), true
}

// OUI returns the registrant of the longest block that holds the address and
// the length of its prefix in bits: 24, 28 or 36. Blocks that IEEE keeps to
// give away in parts are found by their parts only.
func (t *Tables) OUI(mac [6]byte) (registrant string, prefixLen int, ok bool) {
	o, err := t.oui()
	if err != nil {
		return "", 0, false
	}
	name, bits, ok := o.find(mac)
	if !ok {
		return "", 0, false
	}
	return o.names.at(name), bits, true
}

// PEN returns the registrant of an IANA private enterprise number.
func (t *Tables) PEN(n uint32) (Registrant, bool) {
	return t.look(PENTable, n, org.IANAEnterprise, strconv.FormatUint(uint64(n), 10))
}

// USB returns the vendor of a USB vendor ID.
func (t *Tables) USB(vendor uint16) (Registrant, bool) {
	return t.look(USBTable, uint32(vendor), org.USBVendor, hex4(vendor))
}

// PCI returns the vendor of a PCI vendor ID.
func (t *Tables) PCI(vendor uint16) (Registrant, bool) {
	return t.look(PCITable, uint32(vendor), org.PCIVendor, hex4(vendor))
}

// look asks the table, and the organisation files whether they list the
// number: what they say of the owner was checked by hand and wins.
func (t *Tables) look(table string, n uint32, typ, value string) (Registrant, bool) {
	listed, known := t.listed(typ, value)
	d, err := t.dense[table]()
	if err != nil {
		return listed, known
	}
	name, ok := d.find(n)
	if !ok {
		return listed, known
	}
	r := d.names.registrant(name)
	if known {
		r.Org = listed.Org
	}
	return r, true
}

func hex4(n uint16) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[n>>12], digits[n>>8&15], digits[n>>4&15], digits[n&15]})
}

// Owner returns the organisation a registrant's name means: one that lists it
// as its IEEE registrant, else one whose own name it is or begins with (see
// org.Index.Owner). It is for the generator; look-ups do no matching.
func Owner(ix *org.Index, registrant string) (org.ID, bool) {
	if ids := ix.ByIdentifier(org.IEEERegistrant, registrant); len(ids) == 1 {
		return ids[0], true
	}
	m, ok := ix.Owner(registrant)
	return m.Org, ok
}

// Join applies Owner to all registrants of the tables in a folder.
func Join(fsys fs.FS, ix *org.Index) (Makers, error) {
	m := Makers{}
	for _, table := range TableNames {
		b, err := fs.ReadFile(fsys, table+".bin")
		if err != nil {
			return nil, err
		}
		list, err := Names(b)
		if err != nil {
			return nil, fmt.Errorf("registry %s: %w", table, err)
		}
		m[table] = map[uint32]org.ID{}
		for i, name := range list {
			if id, ok := Owner(ix, name); ok {
				m[table][uint32(i)] = id
			}
		}
	}
	return m, nil
}

// Bluetooth returns the organisation that lists a Bluetooth company ID.
func (t *Tables) Bluetooth(company uint16) (Registrant, bool) {
	return t.listed(org.BluetoothCompany, strconv.Itoa(int(company)))
}

// PON returns the organisation that lists the four letters of an ITU-T G.984 vendor ID.
func (t *Tables) PON(vendor string) (Registrant, bool) { return t.listed(org.PONVendor, vendor) }

// Grantee returns the organisation that lists an FCC grantee code.
func (t *Tables) Grantee(code string) (Registrant, bool) { return t.listed(org.FCCGrantee, code) }

// ASN returns the organisation that lists an AS number.
func (t *Tables) ASN(n uint32) (Registrant, bool) {
	return t.listed(org.ASN, strconv.FormatUint(uint64(n), 10))
}

// listed asks the organisation files; a number two of them list is nobody's.
func (t *Tables) listed(typ, value string) (Registrant, bool) {
	if t.index == nil || value == "" {
		return Registrant{}, false
	}
	ids := t.index.ByIdentifier(typ, value)
	if len(ids) != 1 {
		return Registrant{}, false
	}
	o, _ := t.index.Get(ids[0])
	return Registrant{Org: o.ID, Name: strings.TrimSpace(o.Name)}, true
}
