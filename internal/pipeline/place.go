package pipeline

import (
	"strings"
	"unicode"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// placeWords are the words people write for a place in the network, by the
// law's word for it; phrases of several words are looked for first. Words of
// a local network ("core switch", "access layer") say nothing of an operator's.
var placeWords = []struct {
	function asset.Function
	phrases  string
}{
	{"", "core switch|core router|core layer|lan core|campus core|data center core|data centre core|access switch|access layer|access point|distribution layer|access control"},
	{"management", "management|network management|mgmt|oss|nms|ems|element manager|netzmanagement|supervision|网管|管理|管理系统|監視"},
	{"core", "core|core network|mobile core|packet core|epc|5gc|ims|hlr|hss|udm|mme|amf|smf|upf|ausf|pcrf|pcf|sgw|pgw|ggsn|sgsn|msc|kernnetz|coeur de reseau|nucleo|核心网|コア"},
	{"ran", "ran|radio access|radio access network|base station|enodeb|enb|gnodeb|gnb|nodeb|bts|bbu|rru|aau|radio unit|baseband|funkzugang|基站|无线|無線アクセス|基地局"},
	{"fixed_access", "fixed access|olt|ont|gpon|epon|pon|ftth|fttp|fttx|full fibre|full fiber|dslam|msan|dsl|docsis|cmts|festnetzzugang|接入网|固网接入"},
	{"transport", "transport|transport network|transmission|backhaul|fronthaul|midhaul|microwave|dwdm|cwdm|otn|sdh|richtfunk|ubertragung|传输|伝送"},
	{"access", "access|access network|zugang|接入|アクセス"},
	{"other", "other"},
}

// generationWords are the words that tell the mobile generation a thing serves.
var generationWords = map[string]string{
	"5g": "5g", "nr": "5g", "gnb": "5g", "gnodeb": "5g", "5gc": "5g", "amf": "5g", "smf": "5g", "upf": "5g", "ausf": "5g",
	"4g": "4g", "lte": "4g", "enb": "4g", "enodeb": "4g", "epc": "4g", "mme": "4g",
	"3g": "3g", "umts": "3g", "rnc": "3g", "2g": "2g", "gsm": "2g", "bsc": "2g",
}

// wordsOf writes a text as lower-case words with a blank on both sides of each.
func wordsOf(text string) string {
	f := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return " " + strings.Join(f, " ") + " "
}

// functionOf is the place in the network a register's words state, "" when
// they state none, or several. What is not understood clears nothing.
func functionOf(text string) asset.Function {
	found := asset.Function("")
	for part := range strings.SplitSeq(text, ", ") {
		f := functionOfPart(part)
		if f == "" || found != "" && f != found {
			return ""
		}
		found = f
	}
	return found
}

func functionOfPart(text string) asset.Function {
	words := wordsOf(strings.ReplaceAll(text, "_", " "))
	found, length := asset.Function(""), 0
	for _, w := range placeWords {
		if w.function == "access" && length > 0 {
			break // said more precisely
		}
		for p := range strings.SplitSeq(w.phrases, "|") {
			if len(p) > length && strings.Contains(words, " "+p+" ") {
				found, length = w.function, len(p)
			}
		}
	}
	return found
}

// generationOf is the mobile generation that words state, "" when none or several.
func generationOf(text string) string {
	found := ""
	for _, w := range strings.Fields(wordsOf(text)) {
		if g := generationWords[w]; g != "" {
			if found != "" && g != found {
				return ""
			}
			found = g
		}
	}
	return found
}

// tellsGeneration are the attributes in whose words a generation is looked for.
func tellsGeneration(a evidence.Attr) bool {
	return a == evidence.FunctionText || a == evidence.CategoryText
}
