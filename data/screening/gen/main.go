// Command gen counts how many registrants of the number registries bear each
// word in their name, for data/screening/words.txt. Registrants that are
// organisations with a file of their own are left out, so that a listed firm
// does not make its own name a common word. It reads the embedded data only.
//
//	go run ./data/screening/gen        at the root of the module
package main

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"

	"telltale/data"
	"telltale/internal/org"
	"telltale/internal/registry"
)

// least is the fewest registrants a word needs to be listed: names that only
// one or two firms bear are as good as coined.
const least = 3

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run() error {
	ix, err := data.OrgIndex()
	if err != nil {
		return err
	}
	count := map[string]int{}
	names := map[string]bool{}
	for _, table := range []string{registry.OUITable, registry.PENTable} {
		b, err := os.ReadFile("data/registry/" + table + ".bin")
		if err != nil {
			return err
		}
		list, err := registry.Names(b)
		if err != nil {
			return err
		}
		for _, n := range list {
			key := org.Normalise(n)
			if key == "" || names[key] || listed(ix, n) {
				continue
			}
			names[key] = true
			words := strings.Fields(key)
			slices.Sort(words)
			for _, w := range slices.Compact(words) {
				count[w]++
			}
		}
	}
	type word struct {
		text string
		n    int
	}
	var list []word
	for w, n := range count {
		if n >= least && len(w) > 1 && strings.IndexFunc(w, func(r rune) bool { return r < 'a' || r > 'z' }) < 0 {
			list = append(list, word{w, n})
		}
	}
	slices.SortFunc(list, func(a, b word) int { return cmp.Or(b.n-a.n, strings.Compare(a.text, b.text)) })
	var out strings.Builder
	fmt.Fprintf(&out, "# A word and how many of %d registrants bear it; words of fewer than %d are left out.\n%d\n", len(names), least, len(names))
	for _, w := range list {
		fmt.Fprintf(&out, "%s %d\n", w.text, w.n)
	}
	fmt.Printf("%d words of %d names\n", len(list), len(names))
	return os.WriteFile("data/screening/words.txt", []byte(out.String()), 0o644)
}

func listed(ix *org.Index, name string) bool {
	id, ok := registry.Owner(ix, name)
	if !ok {
		return false
	}
	o, _ := ix.Get(id)
	return o != nil && !o.Reserved
}
