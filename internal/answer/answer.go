// Package answer holds the words for what hosts of a live network sent back:
// a Host with its Answers, as raw bytes, and the lines of the file they are
// kept in (docs/format/answers.md).
//
// It is not for asking (scan) nor for reading what an answer means
// (source/scanned). It imports the standard library only.
package answer

import (
	"net/netip"
	"time"
)

// Answer is what a host sent back to one probe.
type Answer struct {
	// Probe is the question: "snmp", "http", "tls", "ssh" ...
	Probe string `json:"probe"`
	// Proto is udp, tcp, icmp or link.
	Proto string `json:"proto,omitempty"`
	// Port is the host's port, 0 where there is none.
	Port uint16 `json:"port,omitempty"`
	// Data is what came, in the form the probe says: a packet's payload, the
	// octets of a stream, a recording of SNMP variables.
	Data []byte `json:"data"`
	// Cut is true when the host would have sent more than was read.
	Cut bool `json:"cut,omitempty"`
}

// Outcome says how one try ended.
type Outcome string

const (
	Answered Outcome = "answered"
	Silent   Outcome = "silent"  // nothing came in time
	Refused  Outcome = "refused" // a closed port or a login that was asked for
	Broken   Outcome = "broken"  // something came that is no answer in that protocol
	Skipped  Outcome = "skipped" // not asked, see Why
)

// Try is one probe of one host and how it ended.
type Try struct {
	Probe   string  `json:"probe"`
	Port    uint16  `json:"port,omitempty"`
	Outcome Outcome `json:"outcome"`
	// Why says why a probe was skipped or broken off, in plain words.
	Why string `json:"why,omitempty"`
}

// Host is all that was asked of one address and what it answered. It is written once, when it is finished.
type Host struct {
	Addr netip.Addr `json:"addr"`
	// At is when the last answer came.
	At time.Time `json:"at"`
	// Fragile names the rule by which it was touched lightly, empty for none.
	Fragile string   `json:"fragile,omitempty"`
	Answers []Answer `json:"answers"`
	Tries   []Try    `json:"tries,omitempty"`
	// Packets is how many packets were sent to it, as counted by the pacer.
	Packets int `json:"packets,omitempty"`
}

// Begin opens a file of answers.
type Begin struct {
	// Targets is what was asked for, as the user wrote it.
	Targets []string `json:"targets"`
	// Plan identifies targets and options: only the same plan resumes.
	Plan string    `json:"plan"`
	Seed uint64    `json:"seed"`
	At   time.Time `json:"at"`
}

// Block says that a stretch of the targets is finished: all that answered stands before it.
type Block struct {
	Number int `json:"number"`
	Tried  int `json:"tried"`
	Silent int `json:"silent"`
}

// Record is one line: exactly one field is set.
type Record struct {
	Begin *Begin `json:"begin,omitempty"`
	Host  *Host  `json:"host,omitempty"`
	Block *Block `json:"block,omitempty"`
	// Note is a remark on the whole scan: what was not permitted, what was left out.
	Note string `json:"note,omitempty"`
	// End is true on the last line of a finished scan.
	End bool `json:"end,omitempty"`
}
