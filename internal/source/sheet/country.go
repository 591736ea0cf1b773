package sheet

import (
	"strings"
	"sync"
)

// countryNames lists ISO 3166-1 alpha-2 codes with the alpha-3 code and the
// English names in use, as trade papers write them.
const countryNames = `AF AFG afghanistan|AL ALB albania|DZ DZA algeria|AD AND andorra|AO AGO angola|AR ARG argentina|AM ARM armenia|AU AUS australia|AT AUT austria|AZ AZE azerbaijan|
BS BHS bahamas|BH BHR bahrain|BD BGD bangladesh|BB BRB barbados|BY BLR belarus|BE BEL belgium|BZ BLZ belize|BJ BEN benin|BT BTN bhutan|BO BOL bolivia|BA BIH bosnia and herzegovina,bosnia|BW BWA botswana|BR BRA brazil|BN BRN brunei|BG BGR bulgaria|
KH KHM cambodia|CM CMR cameroon|CA CAN canada|CL CHL chile|CN CHN china,prc,p r c,people s republic of china,peoples republic of china,p r china,pr china,mainland china|CO COL colombia|CG COG congo|CR CRI costa rica|CI CIV ivory coast|HR HRV croatia|CU CUB cuba|CY CYP cyprus|CZ CZE czech republic,czechia|
DK DNK denmark|DO DOM dominican republic|EC ECU ecuador|EG EGY egypt|SV SLV el salvador|EE EST estonia|ET ETH ethiopia|FI FIN finland|FR FRA france|GE GEO georgia|DE DEU germany,federal republic of germany|GH GHA ghana|GR GRC greece|GT GTM guatemala|HN HND honduras|HK HKG hong kong|HU HUN hungary|
IS ISL iceland|IN IND india|ID IDN indonesia|IR IRN iran|IQ IRQ iraq|IE IRL ireland|IL ISR israel|IT ITA italy|JM JAM jamaica|JP JPN japan|JO JOR jordan|KZ KAZ kazakhstan|KE KEN kenya|KW KWT kuwait|KG KGZ kyrgyzstan|LA LAO laos|LV LVA latvia|LB LBN lebanon|LI LIE liechtenstein|LT LTU lithuania|LU LUX luxembourg|
MO MAC macau,macao|MK MKD north macedonia,macedonia|MG MDG madagascar|MY MYS malaysia|MV MDV maldives|MT MLT malta|MU MUS mauritius|MX MEX mexico|MD MDA moldova|MC MCO monaco|MN MNG mongolia|ME MNE montenegro|MA MAR morocco|MM MMR myanmar,burma|NA NAM namibia|NP NPL nepal|NL NLD netherlands,holland,the netherlands|NZ NZL new zealand|NI NIC nicaragua|NG NGA nigeria|KP PRK north korea,dprk|NO NOR norway|
OM OMN oman|PK PAK pakistan|PA PAN panama|PY PRY paraguay|PE PER peru|PH PHL philippines,the philippines|PL POL poland|PT PRT portugal|PR PRI puerto rico|QA QAT qatar|RO ROU romania|RU RUS russia,russian federation|SA SAU saudi arabia|RS SRB serbia|SG SGP singapore|SK SVK slovakia|SI SVN slovenia|ZA ZAF south africa|KR KOR south korea,korea,republic of korea,korea republic of,rok|ES ESP spain|LK LKA sri lanka|SE SWE sweden|CH CHE switzerland|SY SYR syria|
TW TWN taiwan,taiwan roc,republic of china,taiwan r o c,chinese taipei|TJ TJK tajikistan|TZ TZA tanzania|TH THA thailand|TN TUN tunisia|TR TUR turkey,turkiye,türkiye|TM TKM turkmenistan|UG UGA uganda|UA UKR ukraine|AE ARE united arab emirates,uae|GB GBR united kingdom,uk,great britain,england,scotland,wales|US USA united states,usa,u s a,u s,united states of america,america|UY URY uruguay|UZ UZB uzbekistan|VE VEN venezuela|VN VNM vietnam,viet nam|YE YEM yemen|ZM ZMB zambia|ZW ZWE zimbabwe`

var countryTable = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	for line := range strings.SplitSeq(strings.ReplaceAll(countryNames, "\n", ""), "|") {
		code, rest, _ := strings.Cut(line, " ")
		three, names, _ := strings.Cut(rest, " ")
		m[strings.ToLower(code)], m[strings.ToLower(three)] = code, code
		for n := range strings.SplitSeq(names, ",") {
			m[n] = code
		}
	}
	return m
})

// countryCode reads a country: a code, a name, or "Made in NAME". Empty when it is none or several.
func countryCode(s string) string {
	if len(s) > 80 {
		return ""
	}
	n := normalise(s)
	for _, p := range []string{"made in ", "product of ", "assembled in ", "manufactured in ", "produced in ", "designed in ", "the "} {
		n = strings.TrimPrefix(n, p)
	}
	return countryTable()[n]
}
