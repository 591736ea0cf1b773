package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"
)

// JSON writes the result as one document of schema telltale/check/1, streaming.
func JSON(w io.Writer, r Result) error {
	out := bufio.NewWriterSize(w, 1<<20)
	h := r.Head()
	lead := struct {
		Schema      string `json:"schema"`
		AsOf        any    `json:"as_of"`
		KnownAt     any    `json:"known_at"`
		Profile     string `json:"profile"`
		DataVersion string `json:"data_version"`
		Notes       any    `json:"notes,omitempty"`
		Coverage    any    `json:"coverage"`
	}{h.Schema, h.AsOf, h.KnownAt, h.Profile, h.DataVersion, h.Notes, h.Coverage}
	if len(h.Notes) == 0 {
		lead.Notes = nil
	}
	b, err := json.Marshal(lead)
	if err != nil {
		return err
	}
	out.Write(b[:len(b)-1])
	if err := list(out, "assets", r.Assets()); err != nil {
		return err
	}
	if err := list(out, "findings", r.Findings()); err != nil {
		return err
	}
	if err := object(out, "claims", r.Claims()); err != nil {
		return err
	}
	if err := object(out, "observations", r.Observations()); err != nil {
		return err
	}
	if n, ok := r.(networked); ok {
		t, err := n.Network()
		if err != nil {
			return err
		}
		if t != nil {
			if b, err = json.Marshal(t); err != nil {
				return err
			}
			fmt.Fprintf(out, ",\n\"topology\":%s", b)
		}
	}
	if b, err = json.Marshal(h.Summary); err != nil {
		return err
	}
	fmt.Fprintf(out, ",\n\"summary\":%s}\n", b)
	return out.Flush()
}

// networked is a result that may say how its things are joined; nil when it does not.
type networked interface {
	Network() (*Topology, error)
}

func list(out *bufio.Writer, name string, items iter.Seq2[[]byte, error]) error {
	fmt.Fprintf(out, ",\n%q:[", name)
	sep := "\n"
	for b, err := range items {
		if err != nil {
			return err
		}
		out.WriteString(sep)
		out.Write(b)
		sep = ",\n"
	}
	_, err := out.WriteString("]")
	return err
}

func object(out *bufio.Writer, name string, items iter.Seq2[Entry, error]) error {
	fmt.Fprintf(out, ",\n%q:{", name)
	sep := "\n"
	for e, err := range items {
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s%q:", sep, e.ID)
		out.Write(e.JSON)
		sep = ",\n"
	}
	_, err := out.WriteString("}")
	return err
}

// JSONLines writes one finding a line.
func JSONLines(w io.Writer, r Result) error {
	out := bufio.NewWriterSize(w, 1<<20)
	for b, err := range r.Findings() {
		if err != nil {
			return err
		}
		out.Write(b)
		out.WriteByte('\n')
	}
	return out.Flush()
}
