package web

import (
	"fmt"
	"os"
	"testing"
)

// TestMain gives the tests a home of their own: data that whoever runs them took in must not count.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "telltale-home-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	for _, v := range []string{"HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "LocalAppData", "AppData"} {
		os.Setenv(v, dir)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}
