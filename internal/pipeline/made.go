package pipeline

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// made says how a result of a workspace came to be.
type made struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Title string    `json:"title"`
}

const madeName = "made.json"

func (m made) write(dir string) error {
	b, err := json.Marshal(m)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, madeName), b, 0o600)
	}
	if err != nil {
		return fmt.Errorf("keep the result: %w", err)
	}
	return nil
}

// readMade returns the zero value for a result that no workspace made.
func readMade(dir string) (made, error) {
	var m made
	b, err := os.ReadFile(filepath.Join(dir, madeName))
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(b, &m)
}
