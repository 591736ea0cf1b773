package web

// places are the names of countries and unions by the codes that law and organisations use.
var places = map[string]string{
	"AT": "Austria", "AU": "Australia", "BE": "Belgium", "BG": "Bulgaria", "BR": "Brazil", "CA": "Canada", "CA-QC": "Quebec", "CH": "Switzerland", "CN": "China", "CR": "Costa Rica",
	"CY": "Cyprus", "CZ": "Czechia", "DE": "Germany", "DK": "Denmark", "EE": "Estonia", "ES": "Spain", "EU": "European Union", "FI": "Finland", "FR": "France", "GB": "United Kingdom",
	"GR": "Greece", "HK": "Hong Kong", "HR": "Croatia", "HU": "Hungary", "IE": "Ireland", "IL": "Israel", "IN": "India", "IR": "Iran", "IT": "Italy", "JP": "Japan", "KR": "South Korea",
	"LT": "Lithuania", "LU": "Luxembourg", "LV": "Latvia", "MX": "Mexico", "MY": "Malaysia", "NL": "Netherlands", "NO": "Norway", "NZ": "New Zealand", "PL": "Poland", "PT": "Portugal",
	"RO": "Romania", "RU": "Russia", "SE": "Sweden", "SG": "Singapore", "SI": "Slovenia", "SK": "Slovakia", "TH": "Thailand", "TR": "Türkiye", "TW": "Taiwan", "US": "United States", "VN": "Viet Nam",
}

// placeName is the name of a code, or the code where none is known.
func placeName(code any) string {
	if n, ok := places[text(code)]; ok {
		return n
	}
	return text(code)
}
