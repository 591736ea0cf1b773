package diff

import (
	"fmt"
	"strings"

	"telltale/internal/firmware/inspect"
)

// SharedKeys finds the private keys of an image that other images hold too; published test keys do not count.
func SharedKeys(r *inspect.Report, others []*inspect.Report) []inspect.Finding {
	var out []inspect.Finding
	told := map[string]bool{}
	for _, k := range r.Keys {
		if !private(&k) || told[k.SPKI] {
			continue
		}
		told[k.SPKI] = true
		names := holders(k.SPKI, r, others)
		if len(names) == 0 {
			continue
		}
		off := k.Offset
		out = append(out, inspect.Finding{ID: "key.private", Level: inspect.Suspicious, Rule: "shared-key", Value: k.SPKI, Path: pathOf(r, k.Where), Where: k.Where, Region: r.Image.Name, Offset: &off,
			Title:       fmt.Sprintf("A private key (%s) of this image is in %s too", k.Algorithm, strings.Join(names, " and in ")),
			Evidence:    k.Algorithm + ", public key SHA-256 " + k.SPKI[:min(16, len(k.SPKI))],
			Consequence: "who has one of the images can pass for the devices of all of them, or read what is encrypted to them", Use: "this file, and a place in the network path",
			Control: "the public halves are equal; published test keys are left out; images of one product share keys more often than those of several"})
	}
	return out
}

func private(k *inspect.Key) bool { return k.Kind == "private" && k.SPKI != "" && k.Test == "" }

// holders are the names of the other images that hold a key, at most three.
func holders(spki string, r *inspect.Report, others []*inspect.Report) []string {
	var names []string
	seen := map[string]bool{r.Image.SHA256: true}
	for _, o := range others {
		for i := range o.Keys {
			if private(&o.Keys[i]) && o.Keys[i].SPKI == spki && !seen[o.Image.SHA256] && len(names) < 3 {
				seen[o.Image.SHA256] = true
				names = append(names, o.Name())
			}
		}
	}
	return names
}

// pathOf is the path inside its volume of a place.
func pathOf(r *inspect.Report, where string) string {
	for i := range r.Files {
		if r.Files[i].Where == where {
			return r.Files[i].Path
		}
	}
	return ""
}
