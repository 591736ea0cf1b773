package org

import "telltale/internal/calendar"

// Cite is where a fact comes from and how sure it is. Every fact carries one.
type Cite struct {
	// Source is a key of data/organisation/sources.yaml; empty only when Confidence says why.
	Source string `yaml:"source" json:"source,omitempty"`
	// Confidence is how sure the fact is; empty with a source means Seen.
	Confidence Confidence `yaml:"confidence" json:"confidence,omitempty"`
	// Note is a remark for the reader; nothing is decided by it.
	Note string `yaml:"note" json:"note,omitempty"`
}

// Source is where facts were read.
type Source struct {
	// What names the text, URL where it can be read, if anywhere public.
	What string `yaml:"what" json:"what"`
	URL  string `yaml:"url" json:"url,omitempty"`
	// Retrieved is the day it was read.
	Retrieved *calendar.Date `yaml:"retrieved" json:"retrieved,omitempty"`
}

// Organisation is one company, group or public body, and all that is known of it.
type Organisation struct {
	ID ID `yaml:"id" json:"id"`
	// Name is the registered name, or the best one known.
	Name string `yaml:"name" json:"name"`
	// Country is the ISO 3166 alpha-2 code of its registration; empty is not known.
	Country   string `yaml:"country" json:"country,omitempty"`
	LegalSeat string `yaml:"legal_seat" json:"legal_seat,omitempty"`
	// Kind says in plain words what it does, where that helps a reader.
	Kind string `yaml:"kind" json:"kind,omitempty"`
	// Match narrows or widens how ByName uses Name, as Alias.Match does.
	Match string `yaml:"match" json:"-"`
	// Reserved is true for a maker of which the data hold the name only: it
	// is known so that innocent makers can be named, and no list was searched for it.
	Reserved bool `yaml:"-" json:"reserved,omitempty"`
	// File is where it was read, for messages.
	File string `yaml:"-" json:"-"`

	Aliases []Alias `yaml:"aliases" json:"aliases,omitempty"`
	Brands  []Brand `yaml:"brands" json:"brands,omitempty"`
	// MakesFor are the brands of others under which its products are sold.
	MakesFor    []OEM        `yaml:"makes_for" json:"makes_for,omitempty"`
	Identifiers []Identifier `yaml:"identifiers" json:"identifiers,omitempty"`
	// Owners are those who hold shares in it or control it.
	Owners []Ownership `yaml:"owners" json:"owners,omitempty"`
	// Parts are subsidiaries and branches known by name only; they count as
	// the organisation itself. One with an ID of its own stands in its own file instead.
	Parts []Part `yaml:"parts" json:"parts,omitempty"`
	// FormerParts are those that left.
	FormerParts []FormerPart `yaml:"former_parts" json:"former_parts,omitempty"`
	// Designations say under which instruments it stands, for readers; the law files decide.
	Designations []Designation `yaml:"designations" json:"designations,omitempty"`
	// NotDesignated says where it was looked for and not found.
	NotDesignated []Designation `yaml:"not_designated" json:"not_designated,omitempty"`
	Tickers       []Ticker      `yaml:"tickers" json:"tickers,omitempty"`
	// FalseFriends are names that look like its own and belong to somebody else.
	FalseFriends []string `yaml:"false_friends" json:"false_friends,omitempty"`
	Cite         `yaml:",inline"`
}

// Alias is another name of the same organisation.
type Alias struct {
	Name string `yaml:"name" json:"name"`
	Kind string `yaml:"kind" json:"kind,omitempty"`
	// Match narrows or widens how ByName uses it: MatchWhole, MatchLead, MatchNever, or empty for the rule of ByName.
	Match string `yaml:"match" json:"-"`
	// From is the first day it was used, To the first day it no longer was; nil is not known.
	From *calendar.Date `yaml:"from" json:"from,omitempty"`
	To   *calendar.Date `yaml:"to" json:"to,omitempty"`
	Cite `yaml:",inline"`
}

// The words of Alias.Match.
const (
	MatchWhole = "whole" // only when it is the whole text: also an ordinary word or others' name
	MatchLead  = "lead"  // also when it only begins the text, short as it is
	MatchNever = "never" // not at all: kept for readers
)

// The words of Alias.Kind. Empty is any other spelling.
const (
	KindShort  = "short"  // short form or spelling
	KindFormer = "former" // a name it bore
)

// Brand is a name the organisation puts on its own products.
type Brand struct {
	Name string `yaml:"name" json:"name"`
	// Scope says which products, in plain words.
	Scope string         `yaml:"scope" json:"scope,omitempty"`
	Match string         `yaml:"match" json:"-"`
	From  *calendar.Date `yaml:"from" json:"from,omitempty"`
	To    *calendar.Date `yaml:"to" json:"to,omitempty"`
	Cite  `yaml:",inline"`
}

// OEM says that the organisation makes products that others sell under a brand of theirs.
// It speaks of some products of the brand, never of all: it is a reason to look, not a proof.
type OEM struct {
	// Brand is the name on the label, Org the ID of its owner where one is defined.
	Brand string `yaml:"brand" json:"brand"`
	Org   ID     `yaml:"org" json:"org,omitempty"`
	// Line names the product line, Models a pattern of model numbers; empty is not known.
	Line   string `yaml:"line" json:"line,omitempty"`
	Models string `yaml:"models" json:"models,omitempty"`
	// Certainty says how much of the brand's line is meant, in the source's words.
	Certainty string         `yaml:"certainty" json:"certainty,omitempty"`
	From      *calendar.Date `yaml:"from" json:"from,omitempty"`
	To        *calendar.Date `yaml:"to" json:"to,omitempty"`
	Cite      `yaml:",inline"`
}

// Identifier is a number or text registered to, or typical of, the organisation.
// It shows who registered it, not who made a device.
type Identifier struct {
	// Type is one of the Identifier types below, or that of a fingerprint-like mark ("ssh_banner_regex").
	Type  string `yaml:"type" json:"type"`
	Value string `yaml:"value" json:"value"`
	Cite  `yaml:",inline"`
}

// Identifier types with a registry behind them.
const (
	IEEERegistrant   = "ieee_oui_registrant" // name as in the IEEE lists
	IANAEnterprise   = "iana_enterprise"     // decimal
	USBVendor        = "usb_vendor"          // four hex digits
	PCIVendor        = "pci_vendor"          // four hex digits
	BluetoothCompany = "bluetooth_company"   // decimal
	PONVendor        = "pon_vendor"          // four letters
	FCCGrantee       = "fcc_grantee"         // three or five characters
	ASN              = "asn"                 // decimal
)

// Ownership is a share in an organisation, or control of it, for a time.
type Ownership struct {
	// Owner is the holder's ID; Holder names a holder without one (a person, a
	// state, a firm nobody defined), which never links two organisations.
	Owner  ID     `yaml:"owner" json:"owner,omitempty"`
	Holder string `yaml:"holder" json:"holder,omitempty"`
	// Percent is the share of the owned held, 0 when not known.
	Percent float64 `yaml:"percent" json:"percent,omitempty"`
	// PercentConfidence is how sure Percent is, when less sure than the edge.
	PercentConfidence Confidence `yaml:"percent_confidence" json:"percent_confidence,omitempty"`
	// MoreThan is a share that is surely exceeded although Percent is less sure; 0 is none.
	MoreThan float64 `yaml:"more_than" json:"more_than,omitempty"`
	// Control is true when the owner controls it whatever the share (a subsidiary by name, a majority of votes).
	Control bool `yaml:"control" json:"control,omitempty"`
	// From is the first day it held, To the first day it no longer did; nil is not known and bounds nothing.
	From *calendar.Date `yaml:"from" json:"from,omitempty"`
	To   *calendar.Date `yaml:"to" json:"to,omitempty"`
	Cite `yaml:",inline"`
}

// Holds reports whether the share was held on the day. NoDate asks for any time.
func (o *Ownership) Holds(day calendar.Date) bool { return within(o.From, o.To, day) }

func within(from, to *calendar.Date, day calendar.Date) bool {
	if day == calendar.NoDate {
		return true
	}
	return (from == nil || *from <= day) && (to == nil || day < *to)
}

// Part is a subsidiary or branch without an ID of its own.
type Part struct {
	Name     string         `yaml:"name" json:"name"`
	Country  string         `yaml:"country" json:"country,omitempty"`
	Percent  float64        `yaml:"percent" json:"percent,omitempty"`
	Match    string         `yaml:"match" json:"-"`
	Acquired *calendar.Date `yaml:"acquired" json:"acquired,omitempty"`
	Cite     `yaml:",inline"`
}

// FormerPart is a part that left; what it was made before stays the organisation's product.
type FormerPart struct {
	Org  ID     `yaml:"org" json:"org,omitempty"`
	Name string `yaml:"name" json:"name,omitempty"`
	// Since is the first day goods could bear its name; nil is not known or long before.
	Since *calendar.Date `yaml:"since" json:"since,omitempty"`
	// Left is the first day it was no part any more; nil is not known.
	Left *calendar.Date `yaml:"left" json:"left,omitempty"`
	Cite `yaml:",inline"`
}

// Designation says under which instrument an organisation stands.
type Designation struct {
	// Regime is an ID of data/law; empty when Note names an instrument without one.
	Regime string `yaml:"regime" json:"regime,omitempty"`
	Cite   `yaml:",inline"`
}

// Ticker is a stock exchange symbol.
type Ticker struct {
	Market string `yaml:"market" json:"market"`
	Symbol string `yaml:"symbol" json:"symbol"`
	Cite   `yaml:",inline"`
}
