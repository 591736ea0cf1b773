package attribute

import (
	"telltale/internal/attribute/match"
	"telltale/internal/attribute/recog"
	"telltale/internal/evidence"
)

// role says how the values of an attribute are read.
type role uint8

const (
	// silent values are no evidence: what a person configured, what a neighbour said, who sold it.
	silent role = iota
	// spoken values are texts a device or a register says about the thing itself.
	spoken
	// named values are whole names of companies.
	named
	// numbered values are registered numbers.
	numbered
	// grammatical values have a form of their own (serials): marks only, names are chance.
	grammatical
)

// roles lists the attributes that can speak of a maker. Not here, on purpose:
// SysName, SysContact, SysLocation, Hostname, Name, IfDescr and LLDPSysName
// (people write neighbours' and customers' names there), SupplierText (who sold
// it), HrDeviceDescr (names the processor), SSHKey and TLSKey (opaque bytes).
var roles = map[evidence.Attr]role{
	evidence.SysDescr: spoken, evidence.VendorOID: grammatical, evidence.LLDPSysDesc: spoken,
	evidence.CDPPlatform: spoken, evidence.CDPVersion: spoken,
	evidence.EntPhysicalDescr: spoken, evidence.EntPhysicalName: spoken, evidence.EntPhysicalModelName: spoken,
	evidence.EntPhysicalMfgName: named,
	evidence.EntPhysicalVendor:  numbered,
	evidence.ModelText:          spoken, evidence.PartNumber: spoken, evidence.Description: spoken,
	evidence.CategoryText: spoken, evidence.FirmwareText: spoken, evidence.SoftwareText: spoken, evidence.OSText: spoken,
	evidence.FunctionText:     spoken,
	evidence.ManufacturerText: named, evidence.BrandText: named, evidence.OperatorText: named,
	evidence.HTTPServer: spoken, evidence.HTTPTitle: spoken, evidence.HTTPRealm: spoken,
	evidence.HTTPFavicon: grammatical, evidence.HTTPBody: spoken, evidence.ISAPIText: spoken,
	evidence.TLSSubject: spoken, evidence.TLSIssuer: spoken,
	evidence.SSHBanner: spoken, evidence.TelnetBanner: spoken, evidence.FTPBanner: spoken, evidence.SMTPBanner: spoken,
	evidence.RTSPServer: spoken, evidence.NETCONFCapability: spoken, evidence.SIPUserAgent: spoken, evidence.ServiceProduct: spoken, evidence.OSMatch: spoken, evidence.ServicePort: grammatical,
	evidence.DHCPVendorClass: spoken, evidence.DHCPParameters: grammatical, evidence.MDNS: spoken, evidence.SSDPServer: spoken,
	evidence.UPnPManufacturer: named, evidence.UPnPModel: spoken, evidence.UPnPDescription: spoken,
	evidence.ONVIFMfr: named, evidence.ONVIFModel: spoken, evidence.ONVIFScope: spoken,
	evidence.CWMPManufacturer: named, evidence.CWMPProductClass: spoken, evidence.CWMPOUI: numbered,
	evidence.CLIText: spoken, evidence.CLIModel: spoken, evidence.CLIShape: grammatical, evidence.CLICommand: grammatical,
	evidence.Discovery: spoken, evidence.GBManufacturer: named, evidence.GBModel: spoken, evidence.PONEquipmentID: spoken, evidence.DMIText: spoken,
	evidence.CPE: grammatical, evidence.PURL: grammatical,
	evidence.SysObjectID: numbered, evidence.EnterpriseArc: numbered, evidence.VendorNumber: numbered, evidence.EngineID: numbered,
	evidence.IfMAC: numbered, evidence.BaseMAC: numbered,
	evidence.PONVendorID: numbered, evidence.GPONSerial: numbered, evidence.FCCID: numbered, evidence.ASN: numbered,
	evidence.USBID: numbered, evidence.PCIID: numbered, evidence.BluetoothCompany: numbered,
	evidence.FwMark: grammatical, evidence.LogForm: grammatical,
	evidence.Serial: grammatical, evidence.IMEI: numbered, evidence.HardwareRev: silent,
}

// RegistrantName is the field on which names of number registries are looked up;
// no attribute of a thing.
const RegistrantName = evidence.Attr("registrant")

// fields numbers the attributes for the matcher; New fills it from roles in a fixed order.
type fields struct {
	of map[evidence.Attr]match.Field
}

func newFields() (fields, error) {
	f := fields{of: map[evidence.Attr]match.Field{RegistrantName: 0, recog.SSHSoftware: 1}}
	for _, a := range sortedAttrs() {
		if len(f.of) >= 128 {
			return f, errTooManyFields
		}
		f.of[a] = match.Field(len(f.of))
	}
	return f, nil
}

// Self are the attributes in which a device or a register names the thing
// itself in words; names of makers are looked for there.
func Self() []evidence.Attr {
	var out []evidence.Attr
	for _, a := range sortedAttrs() {
		if r := roles[a]; r == spoken || r == named {
			out = append(out, a)
		}
	}
	return out
}

// Modelled are the attributes in which designations of products stand.
func Modelled() []evidence.Attr {
	return []evidence.Attr{
		evidence.ModelText, evidence.PartNumber, evidence.Description, evidence.SysDescr, evidence.VendorOID,
		evidence.EntPhysicalModelName, evidence.EntPhysicalDescr, evidence.EntPhysicalName,
		evidence.LLDPSysDesc, evidence.CDPPlatform, evidence.CDPVersion,
		evidence.UPnPModel, evidence.UPnPDescription, evidence.ONVIFModel, evidence.ONVIFScope, evidence.CWMPProductClass,
		evidence.HTTPTitle, evidence.HTTPRealm, evidence.HTTPServer, evidence.HTTPBody, evidence.ISAPIText, evidence.SSDPServer, evidence.MDNS,
		evidence.SIPUserAgent, evidence.TelnetBanner, evidence.FTPBanner, evidence.DHCPVendorClass,
		evidence.CLIText, evidence.CLIModel, evidence.Discovery, evidence.GBModel, evidence.PONEquipmentID, evidence.DMIText, evidence.ServiceProduct, evidence.TLSSubject,
	}
}
