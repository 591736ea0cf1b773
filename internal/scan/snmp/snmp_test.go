package snmp

import (
	"context"
	"errors"
	"testing"
)

// respond turns a request into a response that holds vars.
func respond(id int32, status int, vars ...Var) []byte {
	var binds []byte
	for _, v := range vars {
		binds = appendTLV(binds, 0x30, append(appendTLV(nil, 6, encodeOID(v.OID)), appendTLV(nil, v.Tag, v.Val)...))
	}
	pdu := append([]byte{2, 4, byte(id >> 24), byte(id >> 16), byte(id >> 8), byte(id)}, appendInt(appendInt(nil, status), 0)...)
	pdu = appendTLV(pdu, 0x30, binds)
	return appendTLV(nil, 0x30, appendTLV(appendTLV(appendInt(nil, 1), 4, []byte("public")), response, pdu))
}

func TestParse(t *testing.T) {
	want := Var{OID{1, 3, 6, 1, 2, 1, 1, 2, 0}, 6, encodeOID(OID{1, 3, 6, 1, 4, 1, 4294967295, 128})}
	r, err := Parse(respond(0x40000001, 0, want))
	if err != nil || r.ID != 0x40000001 || len(r.Vars) != 1 {
		t.Fatalf("Parse = %+v, %v", r, err)
	}
	if got := string(r.Vars[0].AppendRecord(nil)); got != "1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.4294967295.128\n" {
		t.Errorf("record = %q", got)
	}
	for tag, want := range map[byte]string{2: "1.3.6|2|-2\n", 0x41: "1.3.6|65|254\n", 4: "1.3.6|4x|fe\n", NoSuchObject: ""} {
		if got := string(Var{OID{1, 3, 6}, tag, []byte{0xfe}}.AppendRecord(nil)); got != want {
			t.Errorf("tag %#x: record = %q, want %q", tag, got, want)
		}
	}
}

func TestRequestsNeverWrite(t *testing.T) {
	for _, kind := range []byte{Get, GetNext, GetBulk} {
		if b := (&Request{Kind: kind, ID: 0x40000000, OIDs: []OID{{1, 3, 6, 1}}}).Append(nil); b[7+0] == 0xa3 || b[0] != 0x30 {
			t.Errorf("kind %#x encodes as %x", kind, b)
		}
	}
}

// agent is a scripted agent.
type agent func(after OID, limit int) ([]Var, error)

func (a agent) Get(context.Context, []OID) ([]Var, error) { return nil, ErrSilent }

func (a agent) Next(_ context.Context, after OID, limit int) ([]Var, error) { return a(after, limit) }

func TestWalk(t *testing.T) {
	root := OID{1, 3, 6, 1}
	endless := agent(func(after OID, _ int) ([]Var, error) {
		return []Var{{append(append(OID{}, after...), 1)[:min(len(after)+1, 120)], 4, make([]byte, 100)}}, nil
	})
	for _, tt := range []struct {
		name  string
		agent agent
		want  error
		vars  int
	}{
		{"circle", func(OID, int) ([]Var, error) { return []Var{{OID{1, 3, 6, 1, 5}, 4, nil}}, nil }, ErrCircles, 1},
		{"backwards", func(OID, int) ([]Var, error) {
			return []Var{{OID{1, 3, 6, 1, 5}, 4, nil}, {OID{1, 3, 6, 1, 4}, 4, nil}}, nil
		}, ErrCircles, 1},
		{"without end", endless, ErrFull, 50},
		{"end", func(OID, int) ([]Var, error) { return nil, ErrEnd }, nil, 0},
		{"outside", func(OID, int) ([]Var, error) { return []Var{{OID{1, 3, 7}, 4, nil}}, nil }, nil, 0},
		{"row by row only", func(after OID, limit int) ([]Var, error) {
			switch {
			case limit > 1:
				return nil, ErrSilent
			case len(after) == 4:
				return []Var{{OID{1, 3, 6, 1, 9}, 2, []byte{1}}}, nil
			}
			return []Var{{OID{1, 3, 6, 1, 9}, EndOfMibView, nil}}, nil
		}, nil, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := 0
			err := Walk(t.Context(), tt.agent, root, &Limits{Vars: 50, Bytes: 1 << 20, Bulk: 20}, func(Var) { n++ })
			if !errors.Is(err, tt.want) || tt.want == nil && err != nil || n != tt.vars {
				t.Errorf("Walk = %v after %d variables, want %v after %d", err, n, tt.want, tt.vars)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(respond(0x40000001, 0, Var{OID{1, 3, 6, 1}, 4, []byte("x")}))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Parse(b)
		if err != nil {
			return
		}
		for _, v := range r.Vars {
			v.AppendRecord(nil)
		}
	})
}
