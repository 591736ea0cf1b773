// Command write makes a capture of generated traffic:
//
//	go run ./internal/source/pcap/traffic/write -out /tmp/traffic.pcap -size 1024
package main

import (
	"flag"
	"fmt"
	"os"

	"telltale/internal/source/pcap/traffic"
)

func main() {
	out := flag.String("out", "traffic.pcap", "file to write")
	size := flag.Int64("size", 1024, "size in MiB")
	seed := flag.Uint64("seed", 1, "the same seed gives the same file")
	flag.Parse()
	if err := write(*out, *size<<20, *seed); err != nil {
		fmt.Fprintf(os.Stderr, "write: error: %v\n", err)
		os.Exit(1)
	}
}

func write(path string, size int64, seed uint64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := traffic.Write(f, size, seed); err != nil {
		return err
	}
	return f.Close()
}
