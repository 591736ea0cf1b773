package api

import (
	"encoding"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"
)

type object = map[string]any

// document makes the OpenAPI 3.1 document of the operations.
func (a *API) document() ([]byte, error) {
	s := &schemas{named: object{}, names: map[reflect.Type]string{}}
	paths := map[string]object{}
	for _, o := range a.operations() {
		if paths[o.Path] == nil {
			paths[o.Path] = object{}
		}
		paths[o.Path][strings.ToLower(o.Method)] = s.operation(&o)
	}
	s.named["Problem"] = s.structure(reflect.TypeFor[problem]())
	return json.MarshalIndent(object{
		"openapi": "3.1.0",
		"info": object{"title": "Telltale", "version": a.Version, "summary": "What in a network and its purchases comes from whom, and what law says of it.",
			"license": object{"name": "see LICENSE of the program"}},
		"servers":    []object{{"url": "/"}},
		"paths":      paths,
		"security":   []object{{}, {"token": []string{}}},
		"components": object{"schemas": s.named, "securitySchemes": object{"token": object{"type": "http", "scheme": "bearer"}}},
	}, "", " ")
}

func (s *schemas) operation(o *operation) object {
	out := object{"operationId": o.ID, "summary": o.Summary}
	if o.Role != "" {
		out["description"] = "Needs the role " + string(o.Role) + "."
	}
	ps := []object{}
	for _, p := range o.Params {
		sc := object{"type": p.Type}
		if len(p.Enum) > 0 {
			sc["enum"] = p.Enum
		}
		in := "query"
		if strings.Contains(o.Path, "{"+p.Name+"}") {
			in = "path"
		}
		ps = append(ps, object{"name": p.Name, "in": in, "required": in == "path", "description": p.Text, "schema": sc})
	}
	if o.Repeat {
		ps = append(ps, object{"name": "Idempotency-Key", "in": "header", "required": false, "description": "Sent again with the same key, the request is not done again.", "schema": object{"type": "string", "maxLength": maxKey}})
	}
	if len(ps) > 0 {
		out["parameters"] = ps
	}
	switch {
	case o.Body != nil:
		out["requestBody"] = object{"required": true, "content": object{"application/json": object{"schema": s.of(reflect.TypeOf(o.Body))}}}
	case o.File:
		out["requestBody"] = object{"required": true, "content": object{"application/octet-stream": object{"schema": object{}}, "multipart/form-data": object{"schema": object{"type": "object", "properties": object{"file": object{}}}}}}
	}
	code := "200"
	switch o.Status {
	case 201:
		code = "201"
	case 202:
		code = "202"
	case 204:
		code = "204"
	}
	ok := object{"description": "done"}
	switch {
	case o.Type != "":
		ok["content"] = object{o.Type: object{"schema": object{}}}
	case o.Reply != nil:
		ok["content"] = object{"application/json": object{"schema": s.of(reflect.TypeOf(o.Reply))}}
	}
	out["responses"] = object{code: ok, "default": object{"description": "a problem, with its remedy", "content": object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/Problem"}}}}}
	return out
}

// schemas makes JSON schemas of Go types, structures by name.
type schemas struct {
	named object
	names map[reflect.Type]string
}

var textual = reflect.TypeFor[encoding.TextMarshaler]()

func (s *schemas) of(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[json.RawMessage]() || t.Kind() == reflect.Interface:
		return object{}
	case t.Implements(textual) && t.Kind() != reflect.Pointer:
		return object{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return object{"anyOf": []object{s.of(t.Elem()), {"type": "null"}}}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Float32, reflect.Float64:
		return object{"type": "number", "format": "double"}
	case reflect.Int64:
		return object{"type": "integer", "format": "int64"}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Slice, reflect.Array:
		items := s.of(t.Elem())
		return object{"anyOf": []object{{"type": "array", "items": items}, {"type": "null"}}}
	case reflect.Map:
		return object{"anyOf": []object{{"type": "object", "additionalProperties": s.of(t.Elem())}, {"type": "null"}}}
	case reflect.Struct:
		return s.reference(t)
	}
	return object{"type": "integer"}
}

// reference names a structure; generic ones by what they are of.
func (s *schemas) reference(t reflect.Type) object {
	name, ok := s.names[t]
	if !ok {
		name = schemaName(t.Name())
		if name == "" {
			return s.structure(t)
		}
		if slices.Contains(slices.Collect(maps.Values(s.names)), name) {
			name = strings.ReplaceAll(t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:], "-", "_") + "_" + name
		}
		s.names[t] = name
		s.named[name] = s.structure(t)
	}
	return object{"$ref": "#/components/schemas/" + name}
}

// schemaName makes a name of a Go type's: a list of regimes is a RegimeList, one page of assets an AssetItemPage.
func schemaName(name string) string {
	of, argument, generic := strings.Cut(strings.TrimSuffix(name, "]"), "[")
	if !generic {
		return of
	}
	argument = argument[strings.LastIndexAny(argument, "./")+1:]
	if of == "Paged" {
		of = "Page"
	}
	return argument + of
}

func (s *schemas) structure(t reflect.Type) object {
	props, required := object{}, []string{}
	s.fields(t, props, &required)
	return object{"type": "object", "properties": props, "required": required}
}

func (s *schemas) fields(t reflect.Type, props object, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			e := f.Type
			if e.Kind() == reflect.Pointer {
				e = e.Elem()
			}
			s.fields(e, props, required)
			continue
		}
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		props[name] = s.of(f.Type)
		if !strings.Contains(rest, "omitempty") && !strings.Contains(rest, "omitzero") {
			*required = append(*required, name)
		}
	}
}
