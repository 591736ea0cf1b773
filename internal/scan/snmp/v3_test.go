package snmp

import (
	"testing"

	"github.com/gosnmp/gosnmp"
)

// FuzzVariable: values of version 3 become octets again, whatever the library made of them.
func FuzzVariable(f *testing.F) {
	f.Add(byte(gosnmp.OctetString), ".1.3.6.1.2.1.1.1.0", []byte("acme"), int64(0))
	f.Add(byte(gosnmp.IPAddress), ".1.3", []byte("192.0.2.1"), int64(-1))
	f.Add(byte(gosnmp.Integer), "1", []byte(nil), int64(-5))
	f.Fuzz(func(t *testing.T, kind byte, name string, b []byte, n int64) {
		for _, value := range []any{b, string(b), int(n), uint64(n), uint32(n), nil} {
			if v, ok := variable(gosnmp.SnmpPDU{Name: name, Type: gosnmp.Asn1BER(kind), Value: value}); ok {
				v.AppendRecord(nil)
			}
		}
	})
}
