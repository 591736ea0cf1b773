// Package people says who asks a server for something and what they may do:
// accounts, sessions, tokens, roles, the checks on every request, the record of
// who saw, answered and exported what, and secrets kept encrypted.
//
// It is not for what is asked (api, web): both doors stand behind House.Guard
// and read who asks with Of.
//
// Two modes. Local: one user without login, as admin, on loopback only. Team:
// accounts with passwords (argon2id) or an OpenID Connect provider, sessions in
// cookies, tokens for programs.
//
// Flow of a request: address of the server (Host) → origin → rate → session or
// token → Who in the context → door → record.
package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Role is what somebody may do. The zero value may do nothing.
type Role string

const (
	Viewer  Role = "viewer"  // sees everything
	Analyst Role = "analyst" // also hands in, checks, answers
	Admin   Role = "admin"   // also people, webhooks, secrets
)

// roles from least to most.
var roles = []Role{Viewer, Analyst, Admin}

// ParseRole reads the name of a role.
func ParseRole(s string) (Role, error) {
	if slices.Contains(roles, Role(s)) {
		return Role(s), nil
	}
	return "", fmt.Errorf("role %q: want viewer, analyst or admin", s)
}

// Has reports whether the role includes another.
func (r Role) Has(other Role) bool {
	return slices.Contains(roles, other) && slices.Index(roles, r) >= slices.Index(roles, other)
}

// Who is somebody who asks.
type Who struct {
	// Name is the account's, or the system user's in local mode.
	Name string
	Role Role
	// CSRF is the token that forms send back as csrf, or scripts as the header X-CSRF-Token.
	CSRF string
	// Local is true for the one user of local mode: there is no logout.
	Local bool
	// Token is true for a program that came with a token.
	Token bool
}

type whoKey struct{}

// Of returns who asks; the zero Who, which may do nothing, outside House.Guard.
func Of(ctx context.Context) Who {
	w, _ := ctx.Value(whoKey{}).(Who)
	return w
}

// As returns a context in which somebody asks, for tests of doors.
func As(ctx context.Context, w Who) context.Context { return context.WithValue(ctx, whoKey{}, w) }

// ScanSecret is the name under which the credentials for scans lie sealed.
const ScanSecret = "scan"

// Errors of people.
var (
	ErrNotFound = errors.New("nobody of that name")
	ErrLogin    = errors.New("the name or the password is wrong")
	ErrInvalid  = errors.New("invalid")
)
