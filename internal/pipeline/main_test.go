package pipeline

import (
	"fmt"
	"os"
	"testing"
)

// TestMain gives the tests a home of their own: columns that whoever runs them
// corrected, and data they took in, must not count.
func TestMain(m *testing.M) {
	if os.Getenv("TELLTALE_LAB_HOME") != "" { // a part in a network of namespaces, which has one
		os.Exit(m.Run())
	}
	dir, err := os.MkdirTemp("", "telltale-home-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, v := range []string{"HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "LocalAppData", "AppData", "TELLTALE_LAB_HOME"} {
		os.Setenv(v, dir)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}
