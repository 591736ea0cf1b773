package tr069

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"telltale/internal/asset"
	"telltale/internal/source"
)

const (
	maxDevice = 8 << 20
	maxDepth  = 48
)

// readGenie takes device documents of GenieACS: one, a list, or one after another.
// A leaf of the data model is an object with "_value".
func readGenie(ctx context.Context, in *source.Input, d *device, cov *asset.Coverage, yield source.Yield) error {
	br := bufio.NewReader(in.Reader())
	dec := json.NewDecoder(br)
	if c, _ := br.Peek(1); len(c) == 1 && c[0] == '[' {
		if _, err := dec.Token(); err != nil {
			return fmt.Errorf("read device list: %w", err)
		}
	}
	for n := 0; dec.More(); n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		var doc map[string]any
		start := dec.InputOffset()
		if err := dec.Decode(&doc); err != nil {
			if err == io.EOF {
				break
			}
			return fmt.Errorf("read device %d: %w", n+1, err)
		}
		if dec.InputOffset()-start > maxDevice {
			cov.Fail(fmt.Sprintf("device %d", n+1), "the device document is larger than 8 MiB", "export fewer parameters")
			continue
		}
		at := fmt.Sprintf("device %d", n+1)
		d.next(at)
		if id, ok := doc["_deviceId"].(map[string]any); ok {
			for _, k := range []string{"_Manufacturer", "_OUI", "_ProductClass", "_SerialNumber"} {
				if v, ok := id[k].(string); ok {
					d.identity(deviceID[k[1:]], v, at+" _deviceId."+k)
				}
			}
		}
		for _, root := range []string{"Device", "InternetGatewayDevice"} {
			if m, ok := doc[root].(map[string]any); ok {
				walkGenie(d, root, m, at, 0)
			}
		}
		if err := d.flush(cov, yield); err != nil {
			return err
		}
	}
	if d.yielded == 0 {
		cov.Fail("", "no device in this export", "")
	}
	return nil
}

func walkGenie(d *device, path string, m map[string]any, at string, depth int) {
	if depth > maxDepth {
		return
	}
	if v, ok := m["_value"]; ok {
		d.parameter(path, fmt.Sprint(v), at+" "+path)
		return
	}
	for _, k := range sortedKeys(m) {
		if sub, ok := m[k].(map[string]any); ok && (k == "" || k[0] != '_') {
			walkGenie(d, path+"."+k, sub, at, depth+1)
		}
	}
}
func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
