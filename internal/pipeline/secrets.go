package pipeline

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/goccy/go-yaml"

	"telltale/internal/scan"
	"telltale/internal/scan/snmp"
)

// Environment variables from which a scan takes secrets.
const (
	envCommunity = "TELLTALE_SNMP_COMMUNITY" // one or several, comma between
	envSSHLogin  = "TELLTALE_SSH_LOGIN"      // name:password
)

// defaultCommunity is what agents answer that nobody configured.
const defaultCommunity = "public"

// maxSecrets bounds a file of credentials in bytes.
const maxSecrets = 1 << 20

// CheckCredentials reports whether a text has the form of a file of credentials and holds any. No error holds a secret.
func CheckCredentials(b []byte) error {
	if len(b) > maxSecrets {
		return errors.New("read credentials: larger than 1 MiB")
	}
	var s scan.Secrets
	if err := parseSecrets("the text", b, &s); err != nil {
		return err
	}
	if len(s.Communities)+len(s.Users)+len(s.SSH) == 0 {
		return errors.New("read credentials: there are none in it: docs/guide/scan.md shows the form")
	}
	return nil
}

// readSecrets takes credentials from a file, "" for none, from a text of the
// same form that lay sealed, nil for none, and from the environment.
// A file that others may read is refused. No error holds a secret.
func readSecrets(path string, opened []byte) (scan.Secrets, error) {
	var s scan.Secrets
	if opened != nil {
		if err := parseSecrets("what lay sealed", opened, &s); err != nil {
			return scan.Secrets{}, err
		}
	}
	if path != "" {
		if err := secretsFile(path, &s); err != nil {
			return scan.Secrets{}, err
		}
	}
	for c := range strings.SplitSeq(os.Getenv(envCommunity), ",") {
		if c != "" {
			s.Communities = append(s.Communities, c)
		}
	}
	if v := os.Getenv(envSSHLogin); v != "" {
		name, password, ok := strings.Cut(v, ":")
		if !ok {
			return scan.Secrets{}, fmt.Errorf("%s is not of the form name:password", envSSHLogin)
		}
		s.SSH = append(s.SSH, scan.Login{Name: name, Password: password})
	}
	if len(s.Communities) == 0 {
		s.Communities = []string{defaultCommunity}
	}
	return s, nil
}

func secretsFile(path string, s *scan.Secrets) error {
	st, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("read credentials: %w", err)
	}
	if runtime.GOOS != "windows" && st.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("read credentials: %s may be read by others; run: chmod 600 %s", path, path)
	}
	if st.Size() > maxSecrets {
		return fmt.Errorf("read credentials: %s is larger than 1 MiB", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read credentials: %w", err)
	}
	return parseSecrets(path, b, s)
}

func parseSecrets(path string, b []byte, s *scan.Secrets) (err error) {
	// The library's errors quote the line, which may hold a secret: only the place is told.
	bad := fmt.Errorf("read credentials: %s is not of the form docs/guide/scan.md shows", path)
	defer func() {
		if recover() != nil {
			err = bad
		}
	}()
	var f struct {
		SNMP struct {
			Communities []string `yaml:"communities"`
			Users       []struct {
				Name    string `yaml:"name"`
				Auth    string `yaml:"auth"`
				AuthKey string `yaml:"auth_key"`
				Priv    string `yaml:"priv"`
				PrivKey string `yaml:"priv_key"`
			} `yaml:"users"`
		} `yaml:"snmp"`
		SSH []struct {
			Name     string `yaml:"name"`
			Password string `yaml:"password"`
		} `yaml:"ssh"`
	}
	if err := yaml.UnmarshalWithOptions(b, &f, yaml.Strict()); err != nil {
		return bad
	}
	s.Communities = append(s.Communities, f.SNMP.Communities...)
	for _, u := range f.SNMP.Users {
		s.Users = append(s.Users, snmp.User{Name: u.Name, Auth: u.Auth, AuthKey: u.AuthKey, Priv: u.Priv, PrivKey: u.PrivKey})
	}
	for _, l := range f.SSH {
		s.SSH = append(s.SSH, scan.Login{Name: l.Name, Password: l.Password})
	}
	return nil
}
