package inspect

import (
	"encoding/json"
	"path"
	"strings"

	"telltale/internal/firmware/shell"
)

// Programs that are given a script and run it when something happens.

// givenScripts are the options such programs take a script by, and what it is run for. An option that ends in "=" is followed by it.
var givenScripts = map[string]struct {
	option, when string
}{
	"udhcpc": {"-s", "an address is assigned"}, "dhclient": {"-sf", "an address is assigned"}, "udhcpc6": {"-s", "an address is assigned"}, "dnsmasq": {"--dhcp-script=", "an address is given out"},
	"wpa_cli": {"-a", "a wireless link changes"}, "hostapd_cli": {"-a", "a wireless client comes"}, "ifplugd": {"-r", "a cable is plugged in"}, "openvpn": {"--up", "a tunnel comes up"}, "ntpd": {"-S", "the clock is set"},
	"inotifyd": {"", "a file changes"},
}

// scriptGiven runs the script a program is given, as an event that has not happened yet.
func (b *booter) scriptGiven(c *shell.Command, argv, chain []string) {
	g, ok := givenScripts[path.Base(argv[0])]
	if !ok {
		return
	}
	for i, a := range argv[1:] {
		script := ""
		switch {
		case g.option == "" && i == 0:
			script = a
		case strings.HasSuffix(g.option, "=") && strings.HasPrefix(a, g.option):
			script = strings.TrimPrefix(a, g.option)
		case a == g.option && i+2 < len(argv):
			script = argv[i+2]
		}
		if script != "" {
			b.onEvent(script, g.when, c, chain)
		}
	}
}

func (b *booter) onEvent(script, what string, c *shell.Command, chain []string) {
	if p := b.v.find(script); p != "" {
		b.run(p, []string{"$1", "$2", "$3"}, append(c.When[:len(c.When):len(c.When)], "when "+what), chain)
	}
}

// kernelHelper runs what a script tells the kernel to call: its helper for devices, its handler of crashes.
func (b *booter) kernelHelper(c *shell.Command, text string, chain []string) {
	switch c.Into {
	case "/proc/sys/kernel/hotplug":
		b.onEvent(strings.TrimSpace(text), "a device is plugged in", c, chain)
	case "/proc/sys/kernel/core_pattern":
		if cmd, ok := strings.CutPrefix(strings.TrimSpace(text), "|"); ok {
			b.text(cmd, c.File, c.Line, append(c.When[:len(c.When):len(c.When)], "when a program crashes"), chain, nil)
		}
	}
}

// handedOver runs what is handed to another to be run: at, and OpenWrt's manager of services.
func (b *booter) handedOver(c *shell.Command, argv, chain []string) {
	when := c.When
	switch path.Base(argv[0]) {
	case "at", "batch":
		if !contains(argv, "now") && path.Base(argv[0]) == "at" {
			when = append(when[:len(when):len(when)], "at "+strings.Join(argv[1:], " "))
		}
		if c.Input != "" && len(chain) < 16 {
			b.text(c.Input, c.File, c.Line, when, chain, c.Env)
		}
	case "ubus":
		if len(argv) < 5 || argv[1] != "call" || argv[2] != "service" || argv[3] != "add" && argv[3] != "set" {
			return
		}
		var add struct {
			Instances map[string]struct{ Command []string }
		}
		if json.Unmarshal([]byte(argv[4]), &add) != nil {
			return
		}
		for _, name := range sortedNames(add.Instances) {
			b.argv(&shell.Command{Argv: add.Instances[name].Command, When: when, File: c.File, Line: c.Line}, add.Instances[name].Command, chain)
		}
	}
}

func sortedNames[T any](m map[string]T) []string {
	var l []string
	for k := range m {
		l = append(l, k)
	}
	sortStrings(l)
	return l
}
