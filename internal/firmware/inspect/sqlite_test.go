package inspect

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite"
)

func sqliteSample(t testing.TB, rows int) []byte {
	t.Helper()
	p := filepath.Join(t.TempDir(), "x.db")
	db, err := sql.Open("sqlite", p)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range []string{"CREATE TABLE other (a, b)", `CREATE TABLE "user_info" (id INTEGER PRIMARY KEY, UserName TEXT NOT NULL, password VARCHAR(64) DEFAULT ('x'), level INT, note TEXT, UNIQUE (UserName))`} {
		if _, err := db.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	for i := range rows {
		if _, err := db.Exec("INSERT INTO user_info (UserName, password, level, note) VALUES (?, ?, ?, ?)", fmt.Sprintf("user%d", i), "Qx81!", -i, strings.Repeat("long ", 2000*(i%3))); err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	b, err := os.ReadFile(p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSQLiteTables(t *testing.T) {
	n := 0
	sqliteTables(sqliteSample(t, 300), func(table string, v map[string]string) {
		want := fmt.Sprintf("user%d Qx81! %d %d", n, -n, len("long ")*2000*(n%3))
		if got := fmt.Sprintf("%s %s %s %d", v["username"], v["password"], v["level"], len(v["note"])); table != "user_info" || got != want {
			t.Errorf("row %d of %s: %s, want %s", n, table, got, want)
		}
		n++
	})
	if n != 300 {
		t.Errorf("%d rows, want 300", n)
	}
}

func FuzzSQLite(f *testing.F) {
	f.Add(sqliteSample(f, 3))
	f.Fuzz(func(t *testing.T, b []byte) {
		sqliteTables(b, func(string, map[string]string) {})
	})
}
