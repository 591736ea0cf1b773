package snmp

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strings"
	"time"

	"github.com/gosnmp/gosnmp"
)

// User is an identity of the user-based security model (RFC 3414).
type User struct {
	Name, Auth, AuthKey, Priv, PrivKey string // Auth: MD5, SHA, SHA224 ... SHA512; Priv: DES, AES, AES192, AES256
}

// V3 asks one agent by version 3. It is not safe for concurrent use.
type V3 struct {
	g     *gosnmp.GoSNMP
	pace  func(ctx context.Context, packets int) error
	first bool
}

var authProtocols = map[string]gosnmp.SnmpV3AuthProtocol{"": gosnmp.NoAuth, "MD5": gosnmp.MD5, "SHA": gosnmp.SHA, "SHA224": gosnmp.SHA224, "SHA256": gosnmp.SHA256, "SHA384": gosnmp.SHA384, "SHA512": gosnmp.SHA512}

var privProtocols = map[string]gosnmp.SnmpV3PrivProtocol{"": gosnmp.NoPriv, "DES": gosnmp.DES, "AES": gosnmp.AES, "AES192": gosnmp.AES192, "AES256": gosnmp.AES256}

// Check reports a user whose protocols are not known.
func (u User) Check() error {
	if _, ok := authProtocols[strings.ToUpper(u.Auth)]; !ok {
		return fmt.Errorf("SNMPv3 user %q: authentication %q is not one of MD5, SHA, SHA224, SHA256, SHA384, SHA512", u.Name, u.Auth)
	}
	if _, ok := privProtocols[strings.ToUpper(u.Priv)]; !ok {
		return fmt.Errorf("SNMPv3 user %q: privacy %q is not one of DES, AES, AES192, AES256", u.Name, u.Priv)
	}
	return nil
}

// DialV3 prepares to ask an agent. Close what it returns.
func DialV3(host string, port uint16, u User, timeout time.Duration, pace func(context.Context, int) error) (*V3, error) {
	auth, priv := authProtocols[strings.ToUpper(u.Auth)], privProtocols[strings.ToUpper(u.Priv)]
	flags := gosnmp.NoAuthNoPriv
	if auth > gosnmp.NoAuth {
		flags = gosnmp.AuthNoPriv
		if priv > gosnmp.NoPriv {
			flags = gosnmp.AuthPriv
		}
	}
	g := &gosnmp.GoSNMP{
		Target: host, Port: port, Version: gosnmp.Version3, Timeout: timeout, Retries: 0, MaxOids: 60,
		SecurityModel: gosnmp.UserSecurityModel, MsgFlags: flags,
		SecurityParameters: &gosnmp.UsmSecurityParameters{UserName: u.Name, AuthenticationProtocol: auth, AuthenticationPassphrase: u.AuthKey, PrivacyProtocol: priv, PrivacyPassphrase: u.PrivKey},
	}
	if err := g.Connect(); err != nil {
		return nil, fmt.Errorf("SNMPv3: %w", err)
	}
	return &V3{g: g, pace: pace, first: true}, nil
}

// Close closes the socket.
func (c *V3) Close() error { return c.g.Conn.Close() }

// Get returns the values of single variables.
func (c *V3) Get(ctx context.Context, oids []OID) ([]Var, error) {
	names := make([]string, len(oids))
	for i, o := range oids {
		names[i] = o.String()
	}
	return c.ask(ctx, func() (*gosnmp.SnmpPacket, error) { return c.g.Get(names) })
}

// Next returns the variables after one.
func (c *V3) Next(ctx context.Context, after OID, limit int) ([]Var, error) {
	if limit < 2 {
		return c.ask(ctx, func() (*gosnmp.SnmpPacket, error) { return c.g.GetNext([]string{after.String()}) })
	}
	return c.ask(ctx, func() (*gosnmp.SnmpPacket, error) { return c.g.GetBulk([]string{after.String()}, 0, uint32(limit)) })
}

// discovery is how many packets the first question may take: engine, time, question.
const discovery = 3

func (c *V3) ask(ctx context.Context, f func() (*gosnmp.SnmpPacket, error)) (vars []Var, err error) {
	n := 1
	if c.first {
		n, c.first = discovery, false
	}
	if err := c.pace(ctx, n); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.g.Conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	defer func() { // foreign packets in a foreign parser
		if p := recover(); p != nil {
			vars, err = nil, fmt.Errorf("SNMPv3: the answer could not be read (%v)", p)
		}
	}()
	p, err := f()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.Is(err, os.ErrDeadlineExceeded) || err != nil && strings.Contains(err.Error(), "timeout"):
		return nil, ErrSilent
	case err != nil:
		return nil, fmt.Errorf("SNMPv3: %w", err)
	case p.Error == gosnmp.TooBig:
		return nil, ErrTooBig
	case p.Error != gosnmp.NoError:
		return nil, ErrEnd
	}
	for _, v := range p.Variables {
		if x, ok := variable(v); ok && len(vars) < maxVars {
			vars = append(vars, x)
		}
	}
	return vars, nil
}

// variable brings a value of the library back to the octets it was sent as.
func variable(p gosnmp.SnmpPDU) (Var, bool) {
	oid, err := ParseOID(p.Name)
	if err != nil {
		return Var{}, false
	}
	v := Var{OID: oid, Tag: byte(p.Type)}
	switch x := p.Value.(type) {
	case []byte:
		v.Val = x
	case string:
		if p.Type == gosnmp.IPAddress {
			v.Val = address(x)
			break
		}
		o, err := ParseOID(x)
		if err != nil {
			return Var{}, false
		}
		v.Val = encodeOID(o)
	case nil:
	default:
		n := gosnmp.ToBigInt(x)
		v.Val = binary.BigEndian.AppendUint64([]byte{0}, new(big.Int).And(n, mask).Uint64())
		if n.Sign() < 0 {
			v.Val[0] = 0xff
		}
	}
	return v, true
}

var mask = new(big.Int).SetUint64(1<<64 - 1)

func address(s string) []byte {
	var b [4]byte
	if _, err := fmt.Sscanf(s, "%d.%d.%d.%d", &b[0], &b[1], &b[2], &b[3]); err != nil {
		return nil
	}
	return b[:]
}
