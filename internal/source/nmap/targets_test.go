package nmap

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTargets(t *testing.T) {
	for args, want := range map[string][]string{
		"nmap -sV -oX scan.xml 10.1.0.0/24":                        {"10.1.0.0/24"},
		"nmap -p 22,80 -T4 10.1.0-3.1-50 2001:db8::/120":           {"10.1.0-3.1-50", "2001:db8::/120"},
		"nmap 10.1.0.1 switch.example":                             {"10.1.0.1"},
		"nmap --exclude 10.1.0.9 10.1.0.0/24":                      nil, // one of them was not asked
		"nmap -iL hosts.txt 10.1.0.1":                              nil,
		"nmap -S 10.9.9.9 -e eth0 --dns-servers 10.9.9.8 10.1.0.1": {"10.1.0.1"},
		"": nil,
	} {
		if d := cmp.Diff(want, targets(args)); d != "" {
			t.Errorf("%q (-want +got):\n%s", args, d)
		}
	}
}
