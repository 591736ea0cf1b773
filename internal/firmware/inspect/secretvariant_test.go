package inspect_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"golang.org/x/crypto/ssh"
)

// field is a string with its length before it, as SSH writes them.
func field(b []byte) []byte { return append(words(be, uint32(len(b))), b...) }

// Hashes of every scheme, and keys in every form they lie about in.
func TestSecretVariants(t *testing.T) {
	rk, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ek, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, dk, _ := ed25519.GenerateKey(rand.Reader)
	p8, _ := x509.MarshalPKCS8PrivateKey(ek)
	sec1, _ := x509.MarshalECPrivateKey(ek)
	op, _ := ssh.MarshalPrivateKey(dk, "c")
	opEnc, _ := ssh.MarshalPrivateKeyWithPassphrase(dk, "c", []byte("x"))
	point, _ := ek.PublicKey.Bytes()
	d, _ := ek.Bytes()
	drop := append(append(append(field([]byte("ecdsa-sha2-nistp256")), field([]byte("nistp256"))...), field(point)...), field(d)...)
	sh := func(h string) []string { return []string{"etc/shadow", "root:" + h + ":1:0:99999:7:::\n"} }
	const known = "account.known-hash confirmed root"
	tryVariants(t, []variant{
		{"md5", sh("$1$abcdefgh$l/LAqC8oJERu7Cmx6trtY/"), known},
		{"sha256", sh("$5$abcdefgh$eKmO8qqatxyseBbtE4o3nrolLfuFP7p82NOMAwOerUC"), known},
		{"sha512", sh("$6$abcdefgh$7w.yLfcRqJb7g1B8FBzHFd3Yo4yQzpG8xaoAbRHWXHDaoVWs.AcRZXgFGyvM/aQ/IqiiVsxUgHD0rHhZ6XDj3/"), known},
		{"sha512 rounds", sh("$6$rounds=5000$abcdefgh$Vx"), "account.hardcoded suspicious"},
		{"bcrypt", sh("$2a$04$5uzTdAHdC.b6Ll.qRPyc8OaQ1ypRRYcdjoE2eOQE7lIFFcEJ2GUoa"), "account.hardcoded suspicious"},
		{"unknown sha512", sh("$6$abcdefgh$oUXkNxEt/dJGKMZko2I9OuwP6aAVJQkygN..oBrEfoKC1PoiWunHjWK2Hux4fZqnecMJt1z7OtlU8YV0z5HGp."), "account.hardcoded suspicious"},
		{"own name", []string{"etc/passwd", "maint:" + "$1$x$xTIfF/XJWmRKf7iD2P8IN0" + ":500:500::/:/bin/sh\n", "etc/shadow", ""}, "account.known-hash confirmed maint"},
		{"hash no shell", []string{"etc/passwd", "root:x:0:0::/root:/bin/sh\nftp:" + "$1$x$cAItoTawqDxnzkXVTQHXX0" + ":500:500::/:/sbin/nologin\n"}, ""},
		{"empty hash of empty", sh("$1$abcdefgh$M55TzYaaccxVGbptZWaxX/"), "account.empty-password confirmed root"},
		{"etc_ro shadow", []string{"etc_ro/shadow", "root:" + "$1$abcdefgh$rV6RhG4no19bGJfmub3Ui1" + ":1:0:99999:7:::\n"}, known},
		{"htpasswd known", []string{"etc/httpd/.htpasswd", "admin:" + "$apr1$abcdefgh$mMZnMi5KMcUTRCidnJ3Px0" + "\n"}, "account.known-hash confirmed admin"},
		{"daemon locked *", []string{"etc/shadow", "root:*:1:0:99999:7:::\nbin:*:1::::::\nnobody:!!:1::::::\n"}, ""},
		{"shadow root NP", []string{"etc/shadow", "root:NP:1:0:99999:7:::\nx:*LK*:1:::::\n"}, ""},
		{"pkcs8 der", []string{"etc/key.der", string(p8)}, "key.private suspicious"},
		{"sec1 der", []string{"etc/ec.key", string(sec1)}, "key.private suspicious"},
		{"pkcs1 pem", []string{"etc/rsa.pem", string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rk)}))}, "key.private suspicious"},
		{"openssh host", []string{"etc/ssh/ssh_host_ed25519_key", string(pem.EncodeToMemory(op))}, "key.private probable"},
		{"openssh enc", []string{"etc/id", string(pem.EncodeToMemory(opEnc))}, "key.private note"},
		{"dropbear ecdsa", []string{"etc/dropbear/dropbear_ecdsa_host_key", string(drop)}, "key.private probable"},
		{"broken pem", []string{"etc/rsa.pem", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"}, ""},
		{"public pem", []string{"etc/pub.pem", "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n"}, ""},
		{"tr069 ini", []string{"etc/cwmpd.conf", "acs_url = http://acs.example.invalid:7547\nacs_username = cpe\nconnection_request_username = admin\nconnection_request_password = admin\n"}, "remote.tr069-default suspicious"},
		{"tr069 json", []string{"etc/cwmp.json", "{\"cwmp\":{\"acs_url\":\"http://acs.example.invalid/\",\"conn_req_username\":\"cpe\",\"conn_req_password\":\"cpe\"}}"}, "remote.tr069-default suspicious"},
		{"snmp community ini", []string{"etc/config/snmpd", "config community\n option name 'private'\n option rwcommunity 'private'\n"}, "remote.snmp-default suspicious"},
	})
}
