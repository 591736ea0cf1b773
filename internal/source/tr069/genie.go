package tr069

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"telltale/internal/asset"
	"telltale/internal/source"
)

const maxDepth = 48

// readGenie takes device documents of GenieACS: one, a list, or one after
// another. It walks tokens, so that no document is held. A leaf of the data
// model is an object with "_value"; "_deviceId" holds the identity.
func readGenie(ctx context.Context, in *source.Input, d *device, cov *asset.Coverage, yield source.Yield) error {
	w := &genieWalk{d: d, dec: json.NewDecoder(bufio.NewReader(in.Reader()))}
	for {
		t, err := w.dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			if e := d.flush(cov, yield); e != nil {
				return e
			}
			return fmt.Errorf("read device %d at offset %#x: %w", w.n, w.dec.InputOffset(), err)
		}
		done, err := w.token(t)
		if err != nil {
			return err
		}
		if done {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := d.flush(cov, yield); err != nil {
				return err
			}
		}
	}
	if d.yielded == 0 {
		cov.Fail("", "no device in this export", "")
	}
	return nil
}

// genieWalk knows where in which document the tokens stand.
type genieWalk struct {
	d     *device
	dec   *json.Decoder
	n     int // devices begun
	stack []genieLevel
	base  int // depth of the device's own object
}

type genieLevel struct {
	object bool
	key    string // the key whose value comes next
	want   bool   // a key comes next
}

// token takes one token; done reports the end of a device's document.
func (w *genieWalk) token(t json.Token) (done bool, err error) {
	top := len(w.stack) - 1
	switch t := t.(type) {
	case json.Delim:
		switch t {
		case '{', '[':
			if len(w.stack) >= maxDepth {
				return false, fmt.Errorf("device %d: deeper than %d levels", w.n, maxDepth)
			}
			if t == '{' && (top < 0 || top == 0 && !w.stack[0].object) {
				w.n++
				w.base = top + 1
				w.d.next(fmt.Sprintf("device %d", w.n))
			}
			w.value()
			w.stack = append(w.stack, genieLevel{object: t == '{', want: t == '{'})
		default:
			w.stack = w.stack[:top]
			return t == '}' && top == w.base, nil
		}
	case string:
		if top >= 0 && w.stack[top].object && w.stack[top].want {
			w.stack[top].key, w.stack[top].want = t, false
			return false, nil
		}
		w.leaf(t)
		w.value()
	default:
		if t != nil {
			w.leaf(fmt.Sprint(t))
		}
		w.value()
	}
	return false, nil
}

// value notes that the value of a key was begun: a key comes next.
func (w *genieWalk) value() {
	if top := len(w.stack) - 1; top >= 0 {
		w.stack[top].want = w.stack[top].object
	}
}

// leaf takes a value with the keys it stands under.
func (w *genieWalk) leaf(value string) {
	keys := make([]string, 0, len(w.stack))
	for _, l := range w.stack[min(w.base, len(w.stack)):] {
		if !l.object {
			return
		}
		keys = append(keys, l.key)
	}
	at := fmt.Sprintf("device %d ", w.n)
	switch {
	case len(keys) == 2 && keys[0] == "_deviceId" && len(keys[1]) > 1:
		if attr, ok := deviceID[keys[1][1:]]; ok {
			w.d.identity(attr, value, at+strings.Join(keys, "."))
		}
	case len(keys) > 2 && keys[len(keys)-1] == "_value" && (keys[0] == "Device" || keys[0] == "InternetGatewayDevice"):
		path := strings.Join(keys[:len(keys)-1], ".")
		w.d.parameter(path, value, at+path)
	}
}
