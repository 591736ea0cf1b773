package pipeline

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"telltale/internal/calendar"
	"telltale/internal/report"
)

// writeRegister makes an asset register of n rows with ten columns: many
// models of few makers, as registers have, some rows without a maker.
func writeRegister(tb testing.TB, path string, n int) {
	tb.Helper()
	goods := [][3]string{
		{"Cisco Systems", "WS-C2960X-24TS-L", "switch"}, {"Juniper Networks", "EX4300-48T", "switch"}, {"Huawei", "MA5800-X7", "OLT"},
		{"ZTE", "ZXHN F660", "ONT"}, {"Hikvision", "DS-2CD2143G2-I", "camera"}, {"Axis", "P3245-V", "camera"}, {"MikroTik", "CCR1036-8G-2S+", "router"},
		{"Ubiquiti", "U6-Pro", "access point"}, {"HPE", "J9773A", "switch"}, {"Dell", "PowerEdge R640", "server"}, {"", "TL-SG108", "switch"}, {"Nokia", "7750 SR-7", "router"},
	}
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, "Asset Tag,Name,Manufacturer,Model,Type,Serial Number,MAC Address,IP,Site,Purchased")
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		g := goods[r.IntN(len(goods))]
		fmt.Fprintf(w, "AT%07d,dev-%d,%s,%s,%s,SN%06X%06d,00:1b:54:%02x:%02x:%02x,10.%d.%d.%d,site-%d,20%02d-%02d-%02d\n",
			i, i, g[0], g[1], g[2], r.IntN(1<<24), i, byte(i>>16), byte(i>>8), byte(i), byte(i>>16), byte(i>>8), byte(i), i%500, 15+i%11, 1+i%12, 1+i%28)
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := f.Close(); err != nil {
		tb.Fatal(err)
	}
}

// BenchmarkCheckRegister is the whole of `telltale check` on a CSV register:
// reading, resolution, attribution, judgement, result folder, JSON.
func BenchmarkCheckRegister(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprintf("%d_rows", n), func(b *testing.B) {
			dir := b.TempDir()
			in := filepath.Join(dir, "register.csv")
			writeRegister(b, in, n)
			k, err := Load()
			if err != nil {
				b.Fatal(err)
			}
			profiles, _, err := k.Profiles("rural-etc", nil)
			if err != nil {
				b.Fatal(err)
			}
			day, _ := calendar.Parse("2026-11-22")
			for b.Loop() {
				f, err := Check(context.Background(), k, dir, &Options{Inputs: []string{in}, Profiles: profiles, AsOf: day, KnownAt: day})
				if err != nil {
					b.Fatal(err)
				}
				out, err := os.Create(filepath.Join(dir, "out.json"))
				if err != nil {
					b.Fatal(err)
				}
				if err := report.JSON(out, f); err != nil {
					b.Fatal(err)
				}
				out.Close()
				f.Close()
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
