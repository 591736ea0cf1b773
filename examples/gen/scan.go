package main

import (
	"fmt"
	"html"
	"strings"
)

// scan writes the devices that answer as an nmap run would.
func scan(devices, services []map[string]string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE nmaprun>
<nmaprun scanner="nmap" args="nmap -sV -sU -sS --script default -oX scan.xml 192.0.2.0/24 198.51.100.0/24 203.0.113.0/24" start="1790751600" version="7.94" xmloutputversion="1.05">
`)
	up := 0
	for i, d := range devices {
		if d["answer"] == "" {
			continue
		}
		up++
		fmt.Fprintf(&b, `<host starttime="1790751600" endtime="%d"><status state="up" reason="arp-response" reason_ttl="0"/>`+"\n", 1790751660+i)
		fmt.Fprintf(&b, `<address addr="%s" addrtype="ipv4"/><address addr="%s" addrtype="mac"/>`+"\n", d["ip"], strings.ToUpper(d["mac"]))
		fmt.Fprintf(&b, `<hostnames><hostname name="%s.valley.example" type="PTR"/></hostnames>`+"\n<ports>\n", d["name"])
		for _, s := range services {
			if s["answer"] == d["answer"] {
				port(&b, s)
			}
		}
		b.WriteString("</ports></host>\n")
	}
	fmt.Fprintf(&b, `<host><status state="down" reason="no-response" reason_ttl="0"/><address addr="192.0.2.250" addrtype="ipv4"/></host>
<runstats><finished time="1790755200" elapsed="3600" exit="success"/><hosts up="%d" down="%d" total="768"/></runstats>
</nmaprun>
`, up, 768-up)
	return b.String()
}

func port(b *strings.Builder, s map[string]string) {
	e := func(k string) string { return strings.ReplaceAll(html.EscapeString(s[k]), "\n", "&#xa;") }
	fmt.Fprintf(b, `<port protocol="%s" portid="%s"><state state="open" reason="syn-ack" reason_ttl="64"/><service name="%s"`, e("proto"), e("port"), e("service"))
	for _, f := range [][2]string{{"product", "product"}, {"version", "version"}, {"extra", "extrainfo"}} {
		if s[f[0]] != "" {
			fmt.Fprintf(b, ` %s="%s"`, f[1], e(f[0]))
		}
	}
	b.WriteString(` method="probed" conf="10"/>`)
	script := func(id, output string) { fmt.Fprintf(b, `<script id="%s" output="%s"/>`, id, output) }
	if s["title"] != "" {
		script("http-title", e("title"))
	}
	if s["server"] != "" && s["service"] != "rtsp" {
		script("http-server-header", e("server"))
	}
	if s["server"] != "" && s["service"] == "rtsp" {
		script("rtsp-methods", "&#xa;  Server: "+e("server"))
	}
	if s["realm"] != "" {
		script("http-auth", "&#xa;HTTP/1.1 401 Unauthorized&#xa;  "+e("realm"))
	}
	if s["subject"] != "" {
		script("ssl-cert", "Subject: "+e("subject"))
	}
	if s["sysdescr"] != "" {
		script("snmp-sysdescr", e("sysdescr"))
	}
	if s["banner"] != "" {
		script("banner", e("banner"))
	}
	b.WriteString("</port>\n")
}
