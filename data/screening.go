package data

import (
	"bytes"
	"embed"
	"io"
	"sync"

	"telltale/internal/screen"
)

//go:embed screening/*.txt
var screeningFiles embed.FS

// Screening returns the engine that compares names of suppliers with those of
// all embedded organisations and makers.
var Screening = sync.OnceValues(func() (*screen.Engine, error) {
	ix, err := OrgIndex()
	if err != nil {
		return nil, err
	}
	t, err := ScreeningTables()
	if err != nil {
		return nil, err
	}
	return screen.New(t, screen.FromIndex(ix)), nil
})

// ScreeningTables returns what screening knows of languages.
var ScreeningTables = sync.OnceValues(func() (*screen.Tables, error) {
	open := func(name string) io.Reader {
		b, err := screeningFiles.ReadFile("screening/" + name + ".txt")
		if err != nil {
			panic(err) // embedded at build time
		}
		return bytes.NewReader(b)
	}
	return screen.ReadTables(screen.Sources{Pinyin: open("pinyin"), Simplified: open("simplified"), Words: open("words"),
		Places: open("places"), Generic: open("generic"), Trades: open("trades")})
})
