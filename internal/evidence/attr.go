package evidence

// Attr names what an observed value is. Wire names keep their standard's spelling.
type Attr string

// Class groups attributes whose texts come from one hand, so that they are not
// independent of each other. The empty class is no evidence of a maker.
type Class string

const (
	ClassSNMP     Class = "snmp"     // scalars and tables the agent's software answers
	ClassEntity   Class = "entity"   // what is written into chassis, boards and modules (ENTITY-MIB, electronic labels)
	ClassMAC      Class = "mac"      // number of the network interface
	ClassHTTP     Class = "http"     // web pages, headers, favicons
	ClassTLS      Class = "tls"      // certificates the device itself presents
	ClassBanner   Class = "banner"   // SSH, Telnet, FTP, RTSP, SIP, SMTP greetings
	ClassAnnounce Class = "announce" // LLDP, CDP, mDNS, SSDP, UPnP, ONVIF, WS-Discovery, DHCP
	ClassCWMP     Class = "cwmp"     // TR-069 Inform and data model
	ClassPON      Class = "pon"      // GPON/EPON serials, vendor IDs, OLT tables
	ClassCLI      Class = "cli"      // command output
	ClassListing  Class = "listing"  // what somebody typed: register, order, quote, inventory system
	ClassLabel    Class = "label"    // numbers with a grammar: FCC ID, serial, part number
	ClassBOM      Class = "bom"      // CycloneDX, SPDX, bills of material
	ClassFirmware Class = "firmware" // found in a firmware image
	ClassBus      Class = "bus"      // USB, PCI, Bluetooth identifiers, DMI
)

// Attributes that identify, see asset.KeysOf for their strength.
const (
	Serial     Attr = "serial"     // chassis serial number
	BaseMAC    Attr = "baseMAC"    // chassis, bridge or burned-in management MAC
	IfMAC      Attr = "ifMAC"      // MAC of one interface (ifPhysAddress)
	EngineID   Attr = "engineID"   // snmpEngineID, hex
	ChassisID  Attr = "chassisID"  // LLDP chassis ID, "subtype:value"
	TLSKey     Attr = "tlsKey"     // SHA-256 of the SubjectPublicKeyInfo, hex
	SSHKey     Attr = "sshKey"     // SHA-256 of the host key, hex
	GPONSerial Attr = "gponSerial" // ITU-T G.984 serial: four letters and eight hex digits
	IMEI       Attr = "imei"
	UUID       Attr = "uuid"
	IP         Attr = "ip"       // address, canonical text
	Hostname   Attr = "hostname" // DNS, DHCP or configured name
	AssetTag   Attr = "assetTag" // the owner's inventory number
	Name       Attr = "name"     // what people call it
)

// What somebody wrote of the thing.
const (
	ManufacturerText Attr = "manufacturer"
	BrandText        Attr = "brand"
	SupplierText     Attr = "supplier"
	ModelText        Attr = "model"
	PartNumber       Attr = "partNumber"
	Description      Attr = "description"
	CategoryText     Attr = "category"
	FunctionText     Attr = "function"
	FirmwareText     Attr = "firmware"
	SoftwareText     Attr = "software"
	HardwareRev      Attr = "hardwareRev"
	OSText           Attr = "os"
	FCCID            Attr = "fccID"
	OperatorText     Attr = "operator" // who runs the service
	URL              Attr = "url"
	CPE              Attr = "cpe"
	ASN              Attr = "asn" // number of an autonomous system, decimal
	PURL             Attr = "purl"
)

// Facts the law asks for.
const (
	Quantity         Attr = "quantity"
	Site             Attr = "site"
	Location         Attr = "location"
	Latitude         Attr = "latitude"
	Longitude        Attr = "longitude"
	Acquired         Attr = "acquired"  // date obtained
	Installed        Attr = "installed" // date put into service
	Removed          Attr = "removed"   // date taken out
	AuthorisedOn     Attr = "authorisedOn"
	ApplicationFiled Attr = "applicationFiled"
	FundedBy         Attr = "fundedBy"   // usf, usf_capital, scrp, award, own ...
	Purpose          Attr = "purpose"    // one listed purpose a value
	ProducedIn       Attr = "producedIn" // "stage:CC", or "CC" for all stages; stage is design, development, manufacture or assembly
	Price            Attr = "price"
	Order            Attr = "order" // purchase order, invoice or contract number
	Status           Attr = "status"
	Fact             Attr = "fact" // "name=value", a fact of the law's vocabulary stated in the input
)

// SNMP.
const (
	SysDescr             Attr = "sysDescr"
	SysObjectID          Attr = "sysObjectID"
	SysName              Attr = "sysName"
	SysContact           Attr = "sysContact"
	SysLocation          Attr = "sysLocation"
	EnterpriseArc        Attr = "enterpriseArc" // enterprise number under which the agent answers objects of its own
	VendorOID            Attr = "vendorOID"     // "oid=text", a textual value of an enterprise object
	EntPhysicalDescr     Attr = "entPhysicalDescr"
	EntPhysicalVendor    Attr = "entPhysicalVendorType"
	EntPhysicalName      Attr = "entPhysicalName"
	EntPhysicalMfgName   Attr = "entPhysicalMfgName"
	EntPhysicalModelName Attr = "entPhysicalModelName"
	EntPhysicalClass     Attr = "entPhysicalClass"
	IfDescr              Attr = "ifDescr"
	HrDeviceDescr        Attr = "hrDeviceDescr"
	LLDPSysDesc          Attr = "lldpSysDesc"
	LLDPSysName          Attr = "lldpSysName"
	CDPPlatform          Attr = "cdpPlatform"
	CDPVersion           Attr = "cdpVersion"
)

// Services and announcements.
const (
	HTTPServer  Attr = "http.server"
	HTTPTitle   Attr = "http.title"
	HTTPRealm   Attr = "http.realm" // WWW-Authenticate value
	HTTPFavicon Attr = "http.favicon"
	HTTPBody    Attr = "http.body"
	// HTTPUserAgent is what a client that is no browser calls itself, CloudHost the
	// listed domain of an equipment maker's cloud that a thing calls. Neither
	// weighs for a maker: programs and apps call too.
	HTTPUserAgent Attr = "http.userAgent"
	CloudHost     Attr = "cloudHost"
	TLSSubject    Attr = "tls.subject"
	TLSIssuer     Attr = "tls.issuer"
	SSHBanner     Attr = "ssh.banner"
	TelnetBanner  Attr = "telnet.banner"
	FTPBanner     Attr = "ftp.banner"
	SMTPBanner    Attr = "smtp.banner"
	// NETCONFCapability is a capability of a NETCONF hello that is not the IETF's.
	NETCONFCapability Attr = "netconf.capability"
	RTSPServer        Attr = "rtsp.server"
	SIPUserAgent      Attr = "sip.userAgent"
	ServiceProduct    Attr = "service.product" // what nmap's own probes concluded
	ServicePort       Attr = "service.port"    // "tcp/443 https"
	OSMatch           Attr = "osMatch"
	DHCPVendorClass   Attr = "dhcp.60"
	DHCPParameters    Attr = "dhcp.55"
	MDNS              Attr = "mdns"
	SSDPServer        Attr = "ssdp.server"
	UPnPManufacturer  Attr = "upnp.manufacturer"
	UPnPModel         Attr = "upnp.model"
	UPnPDescription   Attr = "upnp.description"
	ONVIFMfr          Attr = "onvif.manufacturer"
	ONVIFModel        Attr = "onvif.model"
	ONVIFScope        Attr = "onvif.scope"
	CWMPManufacturer  Attr = "cwmp.manufacturer"
	CWMPOUI           Attr = "cwmp.oui"
	CWMPProductClass  Attr = "cwmp.productClass"
	PONVendorID       Attr = "ponVendorID"
	PONEquipmentID    Attr = "ponEquipmentID" // type an ONT tells its OLT (OMCI equipment ID)
	PPPoEACName       Attr = "pppoe.acName"   // AC-Name of an access concentrator
	// VendorNumber is the enterprise number a device states as its maker's (CAPWAP board data, Diameter Vendor-Id).
	VendorNumber Attr = "vendorNumber"
	// LogForm is the identifier of a log message in a layout that a maker's log format
	// fixes: "%%01IFNET/4/IF_STATE", "%LINK-3-UPDOWN".
	LogForm Attr = "log.form"
	// Discovery is what a device answers in a maker's own discovery protocol: "protocol name=value".
	Discovery  Attr = "discovery"
	CLIText    Attr = "cli.text" // lines of a version, inventory or label command
	CLICommand Attr = "cli.command"
	// CLIShape names the layout of a command's output, "<cli family>/<command>": weak
	// evidence, one family of command lines prints it so.
	CLIShape Attr = "cli.shape"
	// CLIModel is the model designation a device's own command output states.
	CLIModel Attr = "cli.model"
	// GBManufacturer and GBModel are what a GB/T 28181 device says of itself.
	GBManufacturer   Attr = "gb28181.manufacturer"
	GBModel          Attr = "gb28181.model"
	ISAPIText        Attr = "isapi"
	USBID            Attr = "usbID" // "vvvv:pppp"
	PCIID            Attr = "pciID"
	BluetoothCompany Attr = "bluetoothCompany"
	DMIText          Attr = "dmi"
)

// Firmware images.
const (
	FwContainer    Attr = "fw.container"    // maker container format met: "hwnp", "digicap"
	FwBuildPath    Attr = "fw.buildPath"    // path of the build machine left in a program
	FwBuildHost    Attr = "fw.buildHost"    // kernel or boot loader version text with user and host
	FwCompiler     Attr = "fw.compiler"     // compiler identification of an ELF file
	FwSDK          Attr = "fw.sdk"          // mark of a chip maker's development kit
	FwVendorString Attr = "fw.vendorString" // vendor text in a program or package
	FwCopyright    Attr = "fw.copyright"    // copyright or author text
	FwCertificate  Attr = "fw.certificate"  // subject and issuer of a certificate that is no public authority's
	FwUpdateURL    Attr = "fw.updateURL"    // management or update address
	FwHost         Attr = "fw.host"         // host name or address in a program
	FwOEM          Attr = "fw.oem"          // branding: OEM code, operator tag, custom member
	FwModel        Attr = "fw.model"        // product or board named by a header
	FwMark         Attr = "fw.mark"         // mark of the firmware data that was met: "platform <mark>: what was seen"
	FwFinding      Attr = "fw.finding"      // way in or state of an image: "confirmed daemon.telnet-at-boot: ..."
)

// ClassOf returns the evidence class of an attribute, empty when its values say nothing about a maker.
func ClassOf(a Attr) Class { return classes[a] }

var classes = map[Attr]Class{
	IfMAC: ClassMAC, BaseMAC: ClassMAC,
	ManufacturerText: ClassListing, BrandText: ClassListing, ModelText: ClassListing, PartNumber: ClassListing,
	Description: ClassListing, CategoryText: ClassListing, FirmwareText: ClassListing, SoftwareText: ClassListing,
	OSText: ClassListing, OperatorText: ClassListing, SupplierText: ClassListing,
	FCCID: ClassLabel, ASN: ClassLabel, Serial: ClassLabel, IMEI: ClassLabel, CPE: ClassBOM, PURL: ClassBOM,
	SysDescr: ClassSNMP, SysObjectID: ClassSNMP, EnterpriseArc: ClassSNMP, VendorOID: ClassSNMP, IfDescr: ClassSNMP,
	HrDeviceDescr: ClassSNMP, EngineID: ClassSNMP,
	EntPhysicalDescr: ClassEntity, EntPhysicalVendor: ClassEntity, EntPhysicalName: ClassEntity,
	EntPhysicalMfgName: ClassEntity, EntPhysicalModelName: ClassEntity,
	LLDPSysDesc: ClassAnnounce, LLDPSysName: ClassAnnounce, CDPPlatform: ClassAnnounce, CDPVersion: ClassAnnounce,
	HTTPServer: ClassHTTP, HTTPTitle: ClassHTTP, HTTPRealm: ClassHTTP, HTTPFavicon: ClassHTTP, HTTPBody: ClassHTTP,
	ISAPIText: ClassHTTP, TLSSubject: ClassTLS, TLSIssuer: ClassTLS,
	SSHBanner: ClassBanner, TelnetBanner: ClassBanner, FTPBanner: ClassBanner, SMTPBanner: ClassBanner,
	RTSPServer: ClassBanner, NETCONFCapability: ClassBanner, SIPUserAgent: ClassBanner, ServiceProduct: ClassBanner, OSMatch: ClassBanner, ServicePort: ClassBanner,
	DHCPVendorClass: ClassAnnounce, DHCPParameters: ClassAnnounce, MDNS: ClassAnnounce, SSDPServer: ClassAnnounce,
	UPnPManufacturer: ClassAnnounce, UPnPModel: ClassAnnounce, UPnPDescription: ClassAnnounce,
	ONVIFMfr: ClassAnnounce, ONVIFModel: ClassAnnounce, ONVIFScope: ClassAnnounce,
	CWMPManufacturer: ClassCWMP, CWMPOUI: ClassCWMP, CWMPProductClass: ClassCWMP,
	GPONSerial: ClassPON, PONVendorID: ClassPON, PONEquipmentID: ClassPON,
	PPPoEACName: ClassAnnounce, VendorNumber: ClassAnnounce, Discovery: ClassAnnounce, LogForm: ClassAnnounce,
	CLIText: ClassCLI, CLIShape: ClassCLI, CLIModel: ClassCLI,
	GBManufacturer: ClassAnnounce, GBModel: ClassAnnounce,
	FwMark: ClassFirmware,
	USBID:  ClassBus, PCIID: ClassBus, BluetoothCompany: ClassBus, DMIText: ClassBus,
}
