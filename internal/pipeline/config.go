package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/goccy/go-yaml"

	"telltale/data"
	"telltale/internal/law"
)

// ConfigName is the file in the working folder that says who the operator is.
const ConfigName = "telltale.yaml"

// maxConfig bounds a configuration file in bytes.
const maxConfig = 1 << 20

// Config is what stands in telltale.yaml: a profile and where things are.
type Config struct {
	// File is where it was read from, empty when there is none.
	File string
	// Profile is nil when the file names none.
	Profile *law.Profile
	// DB is the database file that checks add to, empty for none.
	DB string
	// Maps are saved heading assignments: heading set → attribute → heading.
	Maps map[string]map[string]string
}

// ReadConfig reads telltale.yaml of dir. No file gives an empty Config.
func (k *Knowledge) ReadConfig(dir string) (*Config, error) {
	c, err := k.readConfigFile(filepath.Join(dir, ConfigName))
	if errors.Is(err, fs.ErrNotExist) {
		return &Config{}, nil
	}
	return c, err
}

func (k *Knowledge) readConfigFile(path string) (c *Config, err error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if st.Size() > maxConfig {
		return nil, fmt.Errorf("read %s: larger than 1 MiB", path)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	defer func() {
		if p := recover(); p != nil { // the YAML library has panicked on damaged input
			c, err = nil, fmt.Errorf("read %s: damaged YAML (%v)", path, p)
		}
	}()
	var raw struct {
		DB      string                       `yaml:"db"`
		Maps    map[string]map[string]string `yaml:"maps"`
		Profile any                          `yaml:"profile"`
	}
	if err := yaml.UnmarshalWithOptions(b, &raw, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("read %s: %s", path, yaml.FormatError(err, false, true))
	}
	c = &Config{File: path, DB: raw.DB, Maps: raw.Maps}
	if raw.Profile == nil {
		return c, nil
	}
	if name, ok := raw.Profile.(string); ok {
		if c.Profile, err = k.edition.Profile(name); err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		return c, nil
	}
	pb, err := yaml.Marshal(raw.Profile)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if c.Profile, err = data.ParseProfile(pb, path, &k.Rules.Vocabulary); err != nil {
		return nil, err
	}
	return c, nil
}

// StartConfig is the text of a telltale.yaml that starts from a built-in profile.
func (k *Knowledge) StartConfig(profile, name string) (string, error) {
	p, err := k.edition.Profile(profile)
	if err != nil {
		return "", err
	}
	if name != "" {
		p.Title = name
	}
	b, err := yaml.Marshal(map[string]any{"profile": p})
	if err != nil {
		return "", err
	}
	return configHead + string(b), nil
}

const configHead = `# Who you are decides which law binds you. Correct the roles and the days from which (and until which) you hold them:
# the list of roles is complete, a role that is not listed is not held. A key that is absent is not known and will be asked.
# db: inventory.db        uncomment to let every check add to one database
`
