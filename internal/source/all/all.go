// Package all lists the sources by hand, recognises which one reads an input,
// and walks what the user named - a file, a folder, an archive, standard
// input - into single inputs.
//
// It is not for reading any format itself.
//
// Flow: Walk → Leaf (input and source) → the caller lets the source read it.
package all

import (
	"telltale/internal/source"
	"telltale/internal/source/answer"
	"telltale/internal/source/archive"
	"telltale/internal/source/bluetooth"
	"telltale/internal/source/cli"
	"telltale/internal/source/controller"
	"telltale/internal/source/cyclonedx"
	"telltale/internal/source/gb28181"
	"telltale/internal/source/hostinfo"
	"telltale/internal/source/isapi"
	"telltale/internal/source/leases"
	"telltale/internal/source/librenms"
	"telltale/internal/source/mail"
	"telltale/internal/source/monitor"
	"telltale/internal/source/netbox"
	"telltale/internal/source/nmap"
	"telltale/internal/source/onvif"
	"telltale/internal/source/osquery"
	"telltale/internal/source/pcap"
	"telltale/internal/source/pdf"
	"telltale/internal/source/radius"
	"telltale/internal/source/register"
	"telltale/internal/source/scanned"
	"telltale/internal/source/sheet"
	"telltale/internal/source/snmp"
	"telltale/internal/source/spdx"
	"telltale/internal/source/syslog"
	"telltale/internal/source/text"
	"telltale/internal/source/tr069"
	"telltale/internal/source/upnp"
	"telltale/internal/source/word"
	"telltale/internal/source/zeek"
)

// Sources returns every source. Where two are equally sure of an input the
// first wins, so those that know one system come before those that read any table.
func Sources(l Limits) []source.Source {
	l = l.orDefault()
	s := []source.Source{
		scanned.Source{}, pcap.Source{}, zeek.Source{}, leases.Source{}, radius.Source{}, syslog.Source{}, hostinfo.Source{}, bluetooth.Source{}, osquery.Source{}, answer.Source{},
		snmp.Source{}, nmap.Source{}, librenms.Source{}, netbox.Source{}, controller.Source{}, monitor.Source{}, register.Source{},
		upnp.Source{}, onvif.Source{}, isapi.Source{}, tr069.Source{}, gb28181.Source{}, cli.Source{},
		cyclonedx.Source{}, spdx.Source{}, pdf.Source{}, word.Source{}, mail.Source{},
	}
	s = append(s, sheet.Sources()...)
	s = append(s, archive.Sources(archive.Limits{Parts: l.Files, PartBytes: l.PartBytes, Bytes: l.Bytes, Ratio: l.Ratio, SevenZip: l.SevenZip})...)
	return append(s, text.Source{})
}

// recognise returns the source that is surest of an input, nil when none is.
func recognise(sources []source.Source, head []byte, name string) source.Source {
	var best source.Source
	score := 0
	for _, s := range sources {
		if n := sureness(s, head, name); n > score {
			best, score = s, n
		}
	}
	return best
}

// sureness asks one source; a panic of a recogniser is no recognition.
func sureness(s source.Source, head []byte, name string) (n int) {
	defer func() {
		if recover() != nil {
			n = 0
		}
	}()
	return s.Recognise(head, name)
}
