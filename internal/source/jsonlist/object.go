package jsonlist

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Object is a JSON object as decoded, numbers kept as written.
type Object map[string]any

// Parse decodes an element that is an object.
func Parse(raw []byte) (Object, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var o Object
	if err := d.Decode(&o); err != nil {
		return nil, fmt.Errorf("the element is no JSON object: %w", err)
	}
	return o, nil
}

// Object returns the object at a path of names, nil when there is none.
func (o Object) Object(path ...string) Object {
	for _, p := range path {
		m, _ := o[p].(map[string]any)
		if m == nil {
			return nil
		}
		o = m
	}
	return o
}

// List returns the list at a name.
func (o Object) List(name string) []any {
	l, _ := o[name].([]any)
	return l
}

// Text returns the text at a path: a string or number as it is, "" for null, a list or nothing.
func (o Object) Text(path ...string) string {
	if len(path) == 0 {
		return ""
	}
	parent := o.Object(path[:len(path)-1]...)
	return Text(parent[path[len(path)-1]])
}

// Text returns a decoded scalar as text.
func Text(v any) string {
	switch v := v.(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "true"
		}
		return "false"
	}
	return ""
}
