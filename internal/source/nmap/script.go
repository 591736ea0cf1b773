package nmap

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"strings"

	"telltale/internal/evidence"
)

// first returns the first structured value of that key.
func (s *script) first(key string) string {
	for _, v := range s.values {
		if v.key == key {
			return v.text
		}
	}
	return ""
}

// takeScript turns a script's result into observations. Scripts that are not
// here say nothing of who made the thing, or only repeat what others say.
func (h *host) takeScript(s *script) {
	switch s.id {
	case "http-title":
		title := s.first("title")
		if title == "" {
			title, _, _ = strings.Cut(s.output, "\n")
		}
		if !strings.HasPrefix(title, "Site doesn't have a title") {
			h.observe(evidence.HTTPTitle, title)
		}
	case "http-server-header":
		h.eachOr(evidence.HTTPServer, s, s.output)
	case "http-auth":
		h.httpAuth(s)
	case "http-favicon":
		if i := strings.LastIndex(s.output, "MD5: "); i >= 0 {
			h.observe(evidence.HTTPFavicon, "md5:"+strings.ToLower(strings.TrimSpace(s.output[i+5:])))
		}
	case "ssl-cert":
		h.certificate(s)
	case "ssh-hostkey":
		h.hostKeys(s)
	case "banner":
		h.banner(s.output)
	case "snmp-sysdescr":
		d, _, _ := strings.Cut(s.output, "\n  System uptime:")
		h.observe(evidence.SysDescr, d)
	case "snmp-info":
		if strings.EqualFold(s.first("engineIDFormat"), "mac") {
			if mac := normMAC(s.first("engineIDData")); mac != "" {
				h.observe(evidence.BaseMAC, mac)
			}
		}
	case "snmp-interfaces":
		h.lines(s.output, map[string]evidence.Attr{"MAC address": evidence.IfMAC})
	case "nbstat":
		h.nbstat(s)
	case "upnp-info":
		h.lines(s.output, map[string]evidence.Attr{
			"Server": evidence.SSDPServer, "Webserver": evidence.HTTPServer, "Manufacturer": evidence.UPnPManufacturer,
			"Model Name": evidence.UPnPModel, "Model Descr": evidence.UPnPDescription, "Model Version": evidence.FirmwareText,
			"Name": evidence.Name,
		})
	case "dns-service-discovery":
		h.observe(evidence.MDNS, s.output)
	case "fingerprint-strings":
		if body := s.first("GetRequest"); body != "" {
			h.observe(evidence.HTTPBody, body)
		}
	case "rtsp-methods", "rtsp-server":
		h.lines(s.output, map[string]evidence.Attr{"Server": evidence.RTSPServer})
	}
}

// eachOr observes every structured value, or the text when there is none.
func (h *host) eachOr(attr evidence.Attr, s *script, output string) {
	if len(s.values) == 0 {
		h.observe(attr, output)
	}
	for i := range s.values {
		if i == 8 {
			return
		}
		h.observe(attr, s.values[i].text)
	}
}

// lines observes "Key: value" lines whose key is wanted. A MAC is cut from the
// vendor name nmap prints behind it.
func (h *host) lines(output string, want map[string]evidence.Attr) {
	for n, l := range strings.Split(output, "\n") {
		if n == 512 {
			return
		}
		k, v, ok := strings.Cut(strings.TrimSpace(l), ": ")
		attr := want[k]
		if !ok || attr == "" {
			continue
		}
		if attr == evidence.IfMAC {
			v, _, _ = strings.Cut(strings.TrimSpace(v), " ")
			if v = normMAC(v); v == "" {
				continue
			}
		}
		h.observe(attr, v)
	}
}

// httpAuth takes the challenges: the lines after the status line.
func (h *host) httpAuth(s *script) {
	_, rest, _ := strings.Cut(s.output, "\n")
	for n, l := range strings.Split(rest, "\n") {
		if n == 8 {
			return
		}
		if strings.HasPrefix(strings.TrimSpace(l), "HTTP/") {
			continue
		}
		h.observe(evidence.HTTPRealm, l)
	}
}

// banner files a greeting under the protocol of its port.
func (h *host) banner(text string) {
	service := strings.TrimPrefix(h.port.service, "ssl/")
	attr := map[string]evidence.Attr{
		"ssh": evidence.SSHBanner, "telnet": evidence.TelnetBanner, "ftp": evidence.FTPBanner, "smtp": evidence.SMTPBanner,
		"rtsp": evidence.RTSPServer, "sip": evidence.SIPUserAgent,
	}[service]
	switch {
	case attr == "" && strings.HasPrefix(text, "SSH-"):
		attr = evidence.SSHBanner
	case attr == "" && h.port.id == "23":
		attr = evidence.TelnetBanner
	}
	if attr != "" {
		h.observe(attr, text)
	}
}

// shortNames are the X.500 short names of RFC 4514 for the long ones nmap prints.
var shortNames = map[string]string{
	"commonName": "CN", "organizationName": "O", "organizationalUnitName": "OU", "countryName": "C",
	"stateOrProvinceName": "ST", "localityName": "L", "emailAddress": "E",
}

// certificate observes subject, issuer and key of the certificate the host itself presents.
func (h *host) certificate(s *script) {
	for _, side := range []struct {
		key  string
		attr evidence.Attr
	}{{"subject", evidence.TLSSubject}, {"issuer", evidence.TLSIssuer}} {
		var parts []string
		for _, v := range s.values {
			field, ok := strings.CutPrefix(v.key, side.key+".")
			if !ok || v.text == "" || len(parts) > 16 {
				continue
			}
			if short := shortNames[field]; short != "" {
				field = short
			}
			parts = append(parts, field+"="+v.text)
		}
		h.observe(side.attr, strings.Join(parts, ","))
	}
	if len(s.values) == 0 {
		h.lines(s.output, map[string]evidence.Attr{"Subject": evidence.TLSSubject, "Issuer": evidence.TLSIssuer})
	}
	if block, _ := pem.Decode([]byte(s.first("pem"))); block != nil && len(block.Bytes) < 64<<10 {
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
			h.observe(evidence.TLSKey, hex.EncodeToString(sum[:]))
		}
	}
}

// hostKeys observes the SHA-256 of each SSH host key.
func (h *host) hostKeys(s *script) {
	for _, v := range s.values {
		if v.key != "key" {
			continue
		}
		if raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(v.text)); err == nil && len(raw) >= 32 {
			sum := sha256.Sum256(raw)
			h.observe(evidence.SSHKey, hex.EncodeToString(sum[:]))
		}
	}
}

// nbstat observes the MAC and the name a NetBIOS node states of itself.
func (h *host) nbstat(s *script) {
	for _, k := range []string{"mac.address", "mac"} {
		if mac := normMAC(s.first(k)); mac != "" {
			h.observe(evidence.IfMAC, mac)
			break
		}
	}
	h.hostname(s.first("server_name"))
}
