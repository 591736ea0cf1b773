package sheet

import "telltale/internal/evidence"

// Meanings that are not attributes of evidence: what a heading says beyond them.
const (
	ignored     evidence.Attr = "-"          // known and of no use: line numbers, totals, people
	lastSeen    evidence.Attr = "last seen"  // the day the row was true
	vendor      evidence.Attr = "vendor"     // maker or seller: decided by context
	lineTotal   evidence.Attr = "line total" // money of the whole line, marks a purchase
	genericDate evidence.Attr = "date"       // date of the document or purchase
	contractEnd evidence.Attr = "contract end"
	partyID     evidence.Attr = "party id" // UEI, CAGE, DUNS: marks a list of parties
	factPrefix                = "fact "
)

// vocabulary says what headings mean. Phrases are as normalise writes them:
// lower case words, "#" as "no". A phrase matches a whole heading best, else
// the longest phrase that stands in it as whole words. The order decides among equals.
var vocabulary = []struct {
	attr    evidence.Attr
	phrases string
}{
	{evidence.Serial, "serial|serial no|serial num|serial number|serialno|serialnumber|serialnum|s n|sn|sno|s no|ser no|ser num|serial nr|serial id|serial code|serials|" +
		"chassis serial|chassis serial number|chassis sn|device serial|device serial number|equipment serial|equipment serial number|hardware serial|hw serial|unit serial|unit sn|" +
		"product serial|product serial number|mfr serial|mfg serial|manufacturer serial number|manufacturer serial|system serial|system serial number|system serial no|sn bar code|sn barcode|bar code sn|barcode|bar code|service tag|esn|board serial"},
	{evidence.GPONSerial, "gpon serial|gpon serial number|gpon sn|gponsn|pon serial|pon serial number|pon sn|ponsn|ont sn|ont serial|ont serial number|ont serial no|onu sn|onu serial|onu serial number|fsan|fsan serial|fsan id|fsan number|registration id sn|ont id sn"},
	{evidence.IMEI, "imei|imei no|imei number|imei 1|device imei|imei1"},
	{evidence.UUID, "uuid|system uuid|device uuid|smbios uuid|guid"},
	{evidence.BaseMAC, "base mac|base mac address|chassis mac|chassis mac address|bridge mac|bridge address|system mac|system mac address|management mac|mgmt mac|burned in mac|burned in address|device mac|device mac address|ap mac|ap mac address"},
	{evidence.IfMAC, "mac|mac address|mac addr|macaddr|macaddress|mac id|macid|mac no|mac addresses|macs|hw address|hwaddr|hw addr|hardware address|physical address|ethernet address|ethernet mac|lan mac|lan mac address|wan mac|wan mac address|wifi mac|wi fi mac|wlan mac|wireless mac|wi fi mac address|wifi mac address|radio mac|eth mac|bssid|cm mac|cable modem mac|mta mac|ont mac|cpe mac|station mac|mac 1|mac 2|mac1|mac2|primary mac|ethernet id"},
	{evidence.IP, "ip|ip address|ip addr|ipaddr|ipaddress|ip addresses|ips|ipv4|ipv4 address|ipv6|ipv6 address|management ip|management ip address|mgmt ip|mgmt ip address|management address|mgmt address|device ip|device ip address|host ip|primary ip|primary ip4|primary ip6|primary ipv4|loopback|loopback ip|loopback address|loopback0|lan ip|wan ip|public ip|private ip|ne ip|ne ip address|oob ip|oob ip address|network address|static ip|ip no|router id"},
	{evidence.Hostname, "hostname|host name|host|fqdn|dns name|dns|network name|sysname|sys name|system name|computer name|netbios name|device hostname|machine name|server name|dhcp hostname"},
	{evidence.AssetTag, "asset tag|asset no|asset number|asset id|asset num|asset code|tag|tag no|tag number|inventory no|inventory number|inventory id|inv no|property tag|property no|property number|fixed asset no|fixed asset number|fa no|asset tag no|asset barcode|asset|assettag|equipment id|equipment no|equipment number|device id|ci number|ci id|barcode tag"},
	{evidence.Name, "name|device name|device|equipment name|equip name|gear name|asset name|node|node name|ne name|ne|network element|network element name|element name|display name|friendly name|label|unit name|ap name|camera name|switch name|router name|olt name|ont name|onu name|nodename|element|host label|ci name|configuration item|alias|from device|a device|a end device|device a|source device|local device|side a device|termination a device"},

	{evidence.ManufacturerText, "manufacturer|manufacturer name|mfr|mfg|mfgr|manuf|manufact|manu|make|maker|made by|manufactured by|who makes it|who made it|oem|oem name|producer|producer name|producer of the equipment|original manufacturer|actual manufacturer|equipment manufacturer|device manufacturer|hardware manufacturer|mfr name|mfg name|equipment make|device make|hw vendor|hardware vendor|equipment vendor|device vendor|product vendor|network vendor|mac vendor|vendor make|manufacturer make|make manufacturer|manufacturer vendor|vendor manufacturer|mfr vendor|make vendor|manufacturer brand|oem vendor"},
	{evidence.BrandText, "brand|brand name|brand on label|label brand|trade name|tradename|trade mark|trademark|marque|badge|sold as brand|brand on device"},
	{vendor, "vendor|vendor name|vend|supplier vendor|vendors|vndr|vendor company"},
	{evidence.SupplierText, "supplier|supplier name|reseller|reseller name|sold by|bought from|purchased from|purchase from|distributor|dealer|seller|merchant|merchant name|payee|payee name|supplied by|provided by|vendor supplier|supplier company|var|integrator|installer company|procured from|obtained from|source of supply|remit to|acquired from|msp|bidder|bidder name|vendor name id"},
	{evidence.ModelText, "model|model no|model number|model name|model num|modelno|modelnumber|model id|model type|model code|device model|equipment model|product model|hardware model|hw model|make model|make and model|model product|mod|mdl|product name|product id|product|product type|product identifier|model product identifier|device type|equipment type|hw type|hardware type|board type|board name|chassis|chassis type|platform|ne type|ne model|ont model|onu model|onu type|ont type|ap model|camera model|switch model|hardware|model name number|system product name|computer model|type model|unit type|unit model|model of device|model of equipment|equipment id model|module type|item model|system model|product class|machine type|mtm"},
	{evidence.PartNumber, "part no|part number|part num|part nr|partno|partnumber|part|p n|pn|part id|part code|mfr part no|mfr part number|mfg part no|mfg part number|mfr pn|mfg pn|mpn|mfr part|mfg part|manufacturer part no|manufacturer part number|manufacturer part|manufacturer sku|oem part number|oem part no|oem number|product no|product number|product code|item code|item number|item no code|sku|stock code|stock no|catalog no|catalog number|catalogue no|catalogue number|cat no|article no|article number|material no|material number|bom code|bom no|order code|ordering code|vendor part no|vendor part number|vpn|supplier part no|supplier part number|supplier sku|wholesaler number|cpn|nsn|material|item sku|model part no|model part number|model sku|item part number"},
	{evidence.Description, "description|desc|descr|item description|product description|asset description|equipment description|device description|material description|line description|goods description|description of goods|description of item|description of goods and services|short description|long description|part description|items|item|item name|goods|article|details|item details|line item|line item description|equipment|equipment item|particulars|hardware description|product details|service description|product service|product or service|goods or services|what|asset details|specification|specifications|spec|scope|expense description|transaction description|invoice description|gl description|item desc|product desc|material desc"},
	{evidence.CategoryText, "category|what is it|what it is|asset category|asset type|type|class|asset class|type of device|type of equipment|type of asset|device category|device class|equipment category|equipment class|product category|product family|product line|family|group|asset group|item type|item category|kind|role|device role|commodity|commodity code|psc|cost category|catalog category|equipment kind|sys class name|ci class|class name|node type|item class|sub category|subcategory"},
	{evidence.FunctionText, "function|network function|functionality|layer|network layer|domain|network domain|network segment|tier|purpose in network|device function|network role|system function"},
	{evidence.FirmwareText, "firmware|firmware version|fw|fw version|firmware ver|fw ver|firmware release|fw rev|firmware revision|image version|software image|version"},
	{evidence.SoftwareText, "software|software version|sw|sw version|software release|sw ver|software ver|software name|application|application name|app name|title of software|program|program name|ne version|software product|software title"},
	{evidence.OSText, "os|operating system|os version|os name|operating system version|os platform"},
	{evidence.HardwareRev, "hardware version|hw version|hardware revision|hw rev|hw ver|hardware rev|rev|revision|hw revision|board revision"},
	{evidence.FCCID, "fcc id|fcc|fccid|fcc no|fcc number|fcc identifier|fcc i d"},
	{evidence.OperatorText, "service provider|provider|provider name|carrier|carrier name|telco|isp|operator|operated by|managed by provider|run by|circuit provider|managed service provider|hosting provider|maintained by|maintenance provider|support provider"},
	{evidence.URL, "url|website|web page|link|product url|product page|datasheet"},
	{evidence.CPE, "cpe|cpe 2 3|cpe23|cpe name|cpe uri"},
	{evidence.PURL, "purl|package url"},

	{evidence.Quantity, "quantity|qty|qnty|quant|qty ordered|order qty|quantity ordered|qty on hand|on hand|count|no of units|number of units|units|unit count|no of items|number of items|pcs|pieces|ea|qty received|qty shipped|qty purchased|quantity purchased|total qty|total quantity|num units|how many|qty invoiced|amount of units|amount of devices|device count|installed qty|number of devices|no of devices"},
	{evidence.Price, "price|unit price|unit cost|cost|cost each|price each|each|list price|net price|unit net price|purchase price|purchase cost|cost per unit|price per unit|rate|unit rate|item cost|item price|acquisition cost|historic cost|historical cost|original cost|purchase value|book value|value|unit value|sell price|quoted price|msrp"},
	{lineTotal, "amount|total|line total|total price|total cost|extended price|ext price|extended cost|ext cost|extended|ext|net amount|gross amount|line amount|invoice amount|total amount|subtotal|sub total|net total|sum|charge|charges|spend|extended amount|amount paid|invoice total|debit|paid"},
	{evidence.Order, "po|po no|po number|po num|p o|p o no|p o number|purchase order|purchase order no|purchase order number|order|order no|order number|order id|order ref|invoice|invoice no|invoice number|invoice id|inv number|inv|quote no|quote number|quotation no|quote|contract no|contract number|contract id|agreement no|contract|requisition|requisition no|req no|sales order|so no|po invoice|po ref|purchase ref|voucher no|voucher number|frn|funding request number|award no|award number|po line"},
	{evidence.Site, "site|site name|site id|site code|location name|location id|location site|site location|building|building name|campus|school|school name|facility|facility name|exchange|central office|co|pop|pop name|tower|tower name|tower site|cell site|cell site id|branch|store|plant|depot|office|data center|data centre|datacenter|site no|site number|hub|headend|region site|clli|clli code|enodeb|gnodeb"},
	{evidence.Location, "location|room|room no|room number|rack|rack location|cabinet|floor|closet|idf|mdf|address|site address|street address|street|physical location|install location|installed location|location address|position|where|where it is|where is it|where it lives|placement|location description|city|rack position|install address|installation address|area|locality|snmp location|syslocation|location details"},
	{evidence.Latitude, "latitude|lat|gps lat|gps latitude|site latitude|lat dd|latitude dd|lat decimal|geo lat|y coordinate"},
	{evidence.Longitude, "longitude|long|lon|lng|gps long|gps longitude|gps lon|site longitude|long dd|longitude dd|lon decimal|geo long|x coordinate"},
	{evidence.Installed, "installed|install date|installation date|date installed|in service date|in service|date in service|in service since|installed on|deployed|deployment date|deployed on|date deployed|commissioned|commissioning date|date commissioned|live date|go live date|go live|service date|installed date|put into service|activation date|activated|install|start of service|date placed in service|placed in service"},
	{evidence.Acquired, "acquired|date acquired|acquisition date|acquired on|purchase date|purchased|date purchased|date of purchase|purchased on|bought|date bought|bought on|order date|ordered|date ordered|po date|invoice date|inv date|received|date received|received date|receipt date|date obtained|obtained|obtained on|delivery date|delivered|date delivered|procured|procurement date|transaction date|posting date|post date|buy date|ship date|shipped|date of acquisition|purchase order date|date of invoice"},
	{evidence.Removed, "removed|removal date|date removed|removed on|decommissioned|decommission date|decom date|decommissioned on|retired|retired date|retirement date|date retired|disposed|disposal date|date disposed|disposed on|out of service|out of service date|taken out|scrapped|date of disposal"},
	{evidence.AuthorisedOn, "authorised on|authorized on|authorisation date|authorization date|fcc grant date|grant date|equipment authorization date|fcc authorization date|date of grant|certification date|fcc certification date"},
	{evidence.ApplicationFiled, "application filed|application date|date of application|application filing date|filing date"},
	{evidence.FundedBy, "funded by|funding|funding source|fund|funds|fund source|source of funds|fund type|funding program|funding programme|grant|grant name|paid by|paid from|paid with|money|budget source|budget|programme|program funding|financed by|funding type|grant fund|account fund|fund name|subsidy"},
	{evidence.Purpose, "purpose|intended use|use purpose|purpose of use|used for|usage purpose|proposed use|legal purpose"},
	{evidence.ProducedIn, "produced in|country of origin|origin|made in|coo|country of manufacture|manufactured in|country of production|assembled in|assembly country|country of assembly|origin country|place of production|place of manufacture|country made|country origin|production country|manufacturing country|design country|designed in|country of design|developed in|country of development"},
	{evidence.Status, "status|state|operational status|operational|op status|oper status|asset status|device status|lifecycle|lifecycle status|lifecycle state|life cycle|active|in use|install status|operational state|condition|device state|ne status|connection status|service status|operational or not|deployment status|stage"},

	{linkPeer, "connected to|connected device|connected to device|connects to|uplink|uplink to|uplink device|uplink switch|upstream device|upstream switch|peer device|peer name|peer|neighbor|neighbour|neighbor device|neighbour device|neighbor name|neighbour name|remote device|remote host|far end|far end device|b device|b end device|device b|z device|z end device|device z|to device|destination device|dest device|termination b device|side b device|connected switch|attached to|linked to|parent device"},
	{linkPeerPort, "remote port|remote interface|far port|far end port|peer port|peer interface|neighbor port|neighbour port|neighbor interface|neighbour interface|connected port|connected to port|switch port|to port|to interface|b port|b interface|port b|interface b|b end port|z port|z end port|destination port|dest port|destination interface|termination b|side b name|side b port|uplink switch port"},
	{linkPort, "port|interface|local port|local interface|from port|from interface|a port|a interface|port a|interface a|a end port|source port|source interface|termination a|side a name|side a port"},
	{lastSeen, "last seen|last check in|last checkin|last contact|last polled|last discovered|last scan|last inventory|last inventory date|as of|last update|last updated|last inventoried|inventory date|audit date|last audit|date of inventory|last audited|last online|last discovery"},
	{genericDate, "date|purchase invoice date|doc date|document date"},
	{contractEnd, "contract end|contract end date|contract expiry|contract expiration|agreement end|term end|contract term|renewal date|contract start|contract start date|counterparty|counter party|contracting party|contract renewal"},
	{partyID, "uei|uei no|unique entity id|sam uei|cage|cage code|duns|duns number|vendor id|supplier id|vendor no|vendor number|supplier no|supplier number|lei|tax id|ein|vat no|vat number"},
	{ignored, "no|nr|num|number|line|line no|line number|ln|row|row no|index|idx|seq|sequence|id|key|item no|item id|pos|position no|ref|reference|uom|unit|unit of measure|currency|discount|disc|tax|vat|gst|sales tax|tax amount|comment|comments|note|notes|remark|remarks|assigned to|assigned user|checked out to|user|username|owner|owned by|custodian|department|dept|cost center|cost centre|gl|gl account|gl code|account|account no|account number|email|e mail|phone|phone number|contact|" +
		"warranty|warranty months|warranty end|warranty expiry|warranty expiration|eol|eol date|eos|eos date|end of life|end of support|depreciation|salvage|replacement cost|replacement plan|replacement date|customers|subscribers|vlan|ports|slot|ifindex|subnet|subnet mask|netmask|mask|gateway|default gateway|ssid|channel|frequency|band|uptime|cpu|memory|ram|disk|wattage|power|weight|height|rack units|ru|u|created|created at|created by|updated|updated at|modified|modified by|password|community|snmp community|snmp version|lead time|lead time days|availability|eta|priority|county|state code|zip|zip code|postal code|country|region|territory|district|time zone|manufactured on|manufacture date|date of manufacture|mfg date|iccid|sim|msisdn|meid|justification|photo|picture|image|cell id|sector|azimuth|downtilt|month|year|terms|due date|payment terms|expiry|expiration|expires|expiry date|expiration date|valid until|license key|licence key|product key|seats|license count|ownership|compliance|compliance state|managed by|enrolled|checked out|eol rate|qty available|check no|check number|mac count|ip count|distance|rx power|tx power|signal|location type|" +
		"customer|customer name|client|client name|tenant|tenant name|subscriber|subscriber name|end user|end customer|used by|issued to|loaned to|lent to|teacher|student|employee|staff|person|responsible|responsible person|contact name|contact person|account name|account manager|landlord|lessee|ship to|bill to|sold to|deliver to|street|street name|competitor|previous owner|approved by|checked by|requested by|entered by|technician"},
}

// whoseWords in a heading that says nothing else mean people and companies that have, want or pay for a thing: never its maker.
const whoseWords = "customer|customers|client|clients|tenant|tenants|subscriber|subscribers|user|users|owner|owners|contact|employee|student|teacher|landlord|lessee|assigned"

// otherThings in a heading that is put together ("PSU manufacturer", "neighbour model") mean that it speaks of a part
// of the thing, of one beside it, or of one before or after it.
const otherThings = "psu|power supply|battery|batteries|charger|sim|sim card|chip|chipset|cpu|processor|ram|disk|hdd|ssd|drive|cable|antenna|lens|adapter|bios|" +
	"neighbour|neighbor|neighbours|neighbors|peer|remote|connected|uplink|downstream|upstream|previous|old|former|replacement|replaced|replaces|replacing|successor|proposed|alternative|competitor|competing"

// ofThing are the meanings by which a row says what thing it is about.
var ofThing = map[evidence.Attr]bool{
	evidence.ManufacturerText: true, evidence.BrandText: true, vendor: true, evidence.ModelText: true, evidence.PartNumber: true, evidence.Serial: true,
	evidence.FirmwareText: true, evidence.Description: true, evidence.CategoryText: true, evidence.FCCID: true,
}

// fundingWords map words for money to the law's vocabulary. The longest that stands in the cell decides.
var fundingWords = []struct{ words, value string }{
	{"scrp|reimbursement program|reimbursement programme|secure and trusted|rip and replace|rip replace", "scrp"},
	{"usf capital|high cost capital|usf capex|e rate category 2|e rate category two|e rate cat 2|erate c2|category two budget|usf equipment", "usf_capital"},
	{"usf|universal service|universal service fund|universal service support|e rate|erate|e rate program|high cost|rural health care|rural healthcare|lifeline|cafii|caf ii|caf|rdof|acam|a cam|usac|schools and libraries", "usf"},
	{"award cost share|cost share|cost sharing|matching funds|match funds|grant match|local match", "award_cost_share"},
	{"award|federal award|grant|federal grant|federal grants|grants|federal assistance|bead|ntia|reconnect|arpa|esser|rus grant|cops grant|svpp|cooperative agreement|federal loan|federal funds", "award"},
	{"appropriated|appropriated funds|appropriation|agency funds|appropriations", "appropriated"},
	{"own|own funds|own money|own capital|private|self funded|self|internal|company funds|opex|capex|general fund|local funds|corporate|cash|operating budget|company|unsubsidised|unsubsidized|none", "own"},
	{"other", "other"},
}

// purposeWords map words for a use to the law's vocabulary of listed purposes.
var purposeWords = []struct{ words, value string }{
	{"public safety|police|fire|ems|911|emergency services|emergency", "public_safety"},
	{"government facility|security of government facilities|government|government security|courthouse|embassy", "government_facility"},
	{"critical infrastructure|surveillance of critical infrastructure|physical security surveillance|substation|water plant", "critical_infrastructure"},
	{"national security|defence|defense", "national_security"},
	{"none listed|none of these|none of the listed", "none_listed"},
}

// Words that say what a row is when they stand in its category or description.
const (
	softwareWords = "software|licence|license|licences|licenses|subscription|saas|application|antivirus|operating system|firmware upgrade"
	serviceWords  = "service|services|managed service|managed services|maintenance|support contract|circuit|transit|hosting|cloud service|leased line|internet access|colocation|backhaul service|roaming|interconnection|consulting|monitoring service|telecom service"
)

// totalWords begin a row that sums up others.
const totalWords = "total|totals|subtotal|sub total|grand total|sum|total amount|total due|net total|balance|balance due|amount due|tax|sales tax|vat|gst|shipping|freight|shipping and handling|discount|total excl vat|total incl vat|total cost|total price|page total|carried forward|brought forward|count|total assets|total device|total item|total unit|total devices|total quantity|overall total|total devices|total items|total units|total equipment|number of devices|number of items|" +
	"summe|gesamt|gesamtsumme|zwischensumme|gesamtbetrag|nettosumme|mwst|ust|versand|versandkosten|fracht|total ht|total ttc|total hors taxes|total general|sous total|tva|frais de port|livraison|suma|totale|subtotale|total iva|iva|totaal|subtotaal|btw|totalt|moms|razem|合计|总计|小计|总价|合計|小計|總計|消費税|送料|합계|소계|총계"

// emptyWords are what people write for nothing.
var emptyWords = map[string]bool{
	"n/a": true, "na": true, "n.a.": true, "n\\a": true, "none": true, "null": true, "nil": true, "unknown": true, "unk": true, "tbd": true, "tbc": true, "tba": true,
	"not available": true, "not applicable": true, "not known": true, "no data": true, "blank": true, "(blank)": true, "missing": true, "pending": true, "#n/a": true,
	"#ref!": true, "#value!": true, "#name?": true, "?": true, "??": true, "???": true, "-": true, "--": true, "---": true, "–": true, "—": true, ".": true, "x": true, "unspecified": true, "see note": true, "not set": true, "undefined": true, "k.a.": true, "not visible": true, "see label": true, "illegible": true, "unreadable": true, "not readable": true, "no serial": true, "no label": true, "keine": true, "keiner": true, "unbekannt": true, "entfällt": true, "inconnu": true, "inconnue": true, "néant": true, "desconocido": true, "sconosciuto": true, "无": true, "無": true, "暂无": true, "未知": true, "不明": true, "なし": true, "無し": true, "未定": true, "없음": true, "―": true, "ー": true, "<none>": true, "<null>": true, "\\n": true,
}
