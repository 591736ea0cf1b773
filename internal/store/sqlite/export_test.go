package sqlite

import (
	"fmt"
	"testing"
	"time"
)

// SetPatience sets how long the writer waits for another process.
func SetPatience(t testing.TB, s *Store, d time.Duration) {
	if _, err := s.w.Exec(fmt.Sprintf("PRAGMA busy_timeout = %d", d.Milliseconds())); err != nil {
		t.Fatal(err)
	}
}
