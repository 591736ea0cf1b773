package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"golang.org/x/crypto/argon2"
)

// Cost of a password: argon2id with 64 MiB and 3 passes (RFC 9106, second recommended option), in lanes of one.
const (
	argonTime   = 3
	argonMemory = 64 << 10 // KiB
	saltLen     = 16
	keyLen      = 32
	minPassword = 12
	maxPassword = 200
	maxName     = 100
)

// hashing bounds the memory of hashing: two at a time.
var hashing = make(chan struct{}, 2)

// hashPassword returns "argon2id$time$memory$salt$key".
func hashPassword(password string) string {
	salt := make([]byte, saltLen)
	rand.Read(salt)
	return fmt.Sprintf("argon2id$%d$%d$%s$%s", argonTime, argonMemory, b64(salt), b64(argon(password, salt, argonTime, argonMemory)))
}

func argon(password string, salt []byte, time, memory uint32) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(password), salt, time, memory, 1, keyLen)
}

func b64(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }

func passwordIs(hash, password string) bool {
	p := strings.Split(hash, "$")
	var t, m uint32
	if len(p) != 5 || p[0] != "argon2id" {
		return false
	}
	if _, err := fmt.Sscan(p[1], &t); err != nil || t == 0 || t > 20 {
		return false
	}
	if _, err := fmt.Sscan(p[2], &m); err != nil || m > 1<<20 {
		return false
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(p[3])
	want, err2 := base64.RawStdEncoding.DecodeString(p[4])
	return err1 == nil && err2 == nil && subtle.ConstantTimeCompare(want, argon(password, salt, t, m)) == 1
}

// nobody is checked for names nobody has, so that they take as long.
var nobody = "argon2id$3$65536$" + b64(make([]byte, saltLen)) + "$" + b64(make([]byte, keyLen))

// Person is an account.
type Person struct {
	Name string    `json:"name"`
	Role Role      `json:"role"`
	OIDC bool      `json:"oidc"` // comes by the OpenID Connect provider
	Made time.Time `json:"made"`
}

func checkName(name string) error {
	if name == "" || len(name) > maxName || strings.ContainsFunc(name, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
		return fmt.Errorf("%w name: want 1 to %d printable characters", ErrInvalid, maxName)
	}
	return nil
}

// Put makes an account or changes its role and password. An empty password
// leaves the one there is; all sessions of the person end. The last admin stays one.
func (h *House) Put(ctx context.Context, name string, role Role, password string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if _, err := ParseRole(string(role)); err != nil {
		return fmt.Errorf("%w %w", ErrInvalid, err)
	}
	hash := ""
	if password != "" {
		if len(password) < minPassword || len(password) > maxPassword {
			return fmt.Errorf("%w password: want %d to %d characters", ErrInvalid, minPassword, maxPassword)
		}
		hash = hashPassword(password)
	}
	return h.changing(ctx, name, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO person(name, role, password, made) VALUES (?1, ?2, ?3, ?4)
			ON CONFLICT(name) DO UPDATE SET role = ?2, password = CASE WHEN ?3 = '' THEN password ELSE ?3 END`, name, role, hash, h.Now().UnixMilli())
		return err
	})
}

// Remove removes an account with its sessions and tokens.
func (h *House) Remove(ctx context.Context, name string) error {
	return h.changing(ctx, name, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "DELETE FROM person WHERE name = ?", name)
		if err != nil {
			return err
		}
		if n, _ := r.RowsAffected(); n == 0 {
			return fmt.Errorf("%q: %w", name, ErrNotFound)
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM token WHERE name = ?", name)
		return err
	})
}

// changing changes an account and ends its sessions, all or nothing. The last admin who can log in stays one.
func (h *House) changing(ctx context.Context, name string, change func(*sql.Tx) error) error {
	tx, err := h.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("change account: %w", err)
	}
	defer tx.Rollback()
	admins := func() (n int, err error) {
		err = tx.QueryRowContext(ctx, "SELECT count(*) FROM person WHERE role = ? AND (password <> '' OR subject IS NOT NULL)", Admin).Scan(&n)
		return n, err
	}
	before, err := admins()
	if err == nil {
		err = change(tx)
	}
	if err == nil {
		_, err = tx.ExecContext(ctx, "DELETE FROM session WHERE name = ?", name)
	}
	if err != nil {
		return fmt.Errorf("change account: %w", err)
	}
	after, err := admins()
	if err == nil && before > 0 && after == 0 {
		return fmt.Errorf("%w: %q is the last admin who can log in; make another one first", ErrInvalid, name)
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		return fmt.Errorf("change account: %w", err)
	}
	return nil
}

// People lists the accounts by name.
func (h *House) People(ctx context.Context) ([]Person, error) {
	rows, err := h.db.QueryContext(ctx, "SELECT name, role, subject IS NOT NULL, made FROM person ORDER BY name")
	if err != nil {
		return nil, fmt.Errorf("read accounts: %w", err)
	}
	defer rows.Close()
	out := []Person{}
	for rows.Next() {
		var p Person
		var made int64
		if err := rows.Scan(&p.Name, &p.Role, &p.OIDC, &made); err != nil {
			return nil, err
		}
		p.Made = time.UnixMilli(made).UTC()
		out = append(out, p)
	}
	return out, rows.Err()
}

func (h *House) role(ctx context.Context, name string) (Role, error) {
	var r Role
	err := h.db.QueryRowContext(ctx, "SELECT role FROM person WHERE name = ?", name).Scan(&r)
	if errors.Is(err, sql.ErrNoRows) {
		return "", ErrNotFound
	}
	return r, err
}

// checkPassword fails with ErrLogin.
func (h *House) checkPassword(ctx context.Context, name, password string) error {
	hash := ""
	err := h.db.QueryRowContext(ctx, "SELECT password FROM person WHERE name = ?", name).Scan(&hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read account: %w", err)
	}
	if len(password) > maxPassword {
		return ErrLogin
	}
	if hash == "" {
		hash = nobody
	}
	if !passwordIs(hash, password) || hash == nobody {
		return ErrLogin
	}
	return nil
}

// Bounds of sessions.
const (
	sessionIdle     = 8 * time.Hour
	sessionAbsolute = 7 * 24 * time.Hour
)

func random() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

func digest(secret string) []byte {
	s := sha256.Sum256([]byte(secret))
	return s[:]
}

// begin begins a session and returns its secret.
func (h *House) begin(ctx context.Context, name string) (string, error) {
	secret, now := random(), h.Now().UnixMilli()
	_, err := h.db.ExecContext(ctx, "DELETE FROM session WHERE made < ? OR seen < ?", now-sessionAbsolute.Milliseconds(), now-sessionIdle.Milliseconds())
	if err == nil {
		_, err = h.db.ExecContext(ctx, "INSERT INTO session(id, name, csrf, made, seen) VALUES (?,?,?,?,?)", digest(secret), name, random(), now, now)
	}
	if err != nil {
		return "", fmt.Errorf("begin session: %w", err)
	}
	return secret, nil
}

// session returns who a session's secret belongs to.
func (h *House) session(ctx context.Context, secret string) (Who, error) {
	var w Who
	var made, seen int64
	err := h.db.QueryRowContext(ctx, "SELECT s.name, p.role, s.csrf, s.made, s.seen FROM session s JOIN person p ON p.name = s.name WHERE s.id = ?", digest(secret)).
		Scan(&w.Name, &w.Role, &w.CSRF, &made, &seen)
	now := h.Now()
	if errors.Is(err, sql.ErrNoRows) || err == nil && (now.Sub(time.UnixMilli(made)) > sessionAbsolute || now.Sub(time.UnixMilli(seen)) > sessionIdle) {
		return Who{}, ErrLogin
	}
	if err == nil && now.Sub(time.UnixMilli(seen)) > time.Minute {
		_, err = h.db.ExecContext(ctx, "UPDATE session SET seen = ? WHERE id = ?", now.UnixMilli(), digest(secret))
	}
	return w, err
}

func (h *House) end(ctx context.Context, secret string) error {
	_, err := h.db.ExecContext(ctx, "DELETE FROM session WHERE id = ?", digest(secret))
	return err
}

// Token is a program's right to ask in somebody's name.
type Token struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"`
	Title string    `json:"title"`
	Role  Role      `json:"role"`
	Made  time.Time `json:"made"`
	Until time.Time `json:"until"`
}

const tokenMark = "telltale_"

// maxTokens bounds the tokens of one person.
const maxTokens = 100

// NewToken makes a token and returns its secret, which is shown once. Its role
// is bounded by that of its owner; days bounds its life, 1 to 366. Those of the
// owner that are over are forgotten.
func (h *House) NewToken(ctx context.Context, owner Who, title string, role Role, days int) (string, error) {
	if !owner.Role.Has(role) {
		return "", fmt.Errorf("%w role: a token may not do more than its owner", ErrInvalid)
	}
	if days < 1 || days > 366 {
		return "", fmt.Errorf("%w days: want 1 to 366", ErrInvalid)
	}
	if err := checkName(title); err != nil {
		return "", err
	}
	secret, now := tokenMark+random(), h.Now()
	_, err := h.db.ExecContext(ctx, "DELETE FROM token WHERE name = ? AND until < ?", owner.Name, now.UnixMilli())
	if err != nil {
		return "", fmt.Errorf("make token: %w", err)
	}
	r, err := h.db.ExecContext(ctx, `INSERT INTO token(id, name, title, role, made, until) SELECT ?1, ?2, ?3, ?4, ?5, ?6
		WHERE (SELECT count(*) FROM token WHERE name = ?2) < ?7`, digest(secret), owner.Name, title, role, now.UnixMilli(), now.AddDate(0, 0, days).UnixMilli(), maxTokens)
	if err != nil {
		return "", fmt.Errorf("make token: %w", err)
	}
	if n, _ := r.RowsAffected(); n == 0 {
		return "", fmt.Errorf("%w token: you have %d already; revoke one first", ErrInvalid, maxTokens)
	}
	return secret, nil
}

// Tokens lists the tokens of a person.
func (h *House) Tokens(ctx context.Context, name string) ([]Token, error) {
	rows, err := h.db.QueryContext(ctx, "SELECT lower(hex(substr(id,1,8))), name, title, role, made, until FROM token WHERE name = ? ORDER BY made", name)
	if err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	defer rows.Close()
	out := []Token{}
	for rows.Next() {
		var t Token
		var made, until int64
		if err := rows.Scan(&t.ID, &t.Name, &t.Title, &t.Role, &made, &until); err != nil {
			return nil, err
		}
		t.Made, t.Until = time.UnixMilli(made).UTC(), time.UnixMilli(until).UTC()
		out = append(out, t)
	}
	return out, rows.Err()
}

// RevokeToken removes a token of a person.
func (h *House) RevokeToken(ctx context.Context, name, id string) error {
	r, err := h.db.ExecContext(ctx, "DELETE FROM token WHERE name = ? AND lower(hex(substr(id,1,8))) = ?", name, id)
	if err != nil {
		return fmt.Errorf("revoke token: %w", err)
	}
	if n, _ := r.RowsAffected(); n == 0 {
		return fmt.Errorf("token %q: %w", id, ErrNotFound)
	}
	return nil
}

// token returns who a token's secret belongs to, with the lesser of both roles.
func (h *House) token(ctx context.Context, secret string) (Who, error) {
	if !strings.HasPrefix(secret, tokenMark) || len(secret) > 100 {
		return Who{}, ErrLogin
	}
	w := Who{Token: true}
	var until int64
	err := h.db.QueryRowContext(ctx, "SELECT name, role, until FROM token WHERE id = ?", digest(secret)).Scan(&w.Name, &w.Role, &until)
	if errors.Is(err, sql.ErrNoRows) || err == nil && h.Now().UnixMilli() > until {
		return Who{}, ErrLogin
	}
	if err != nil || h.Local != "" && w.Name == h.Local {
		return w, err
	}
	owner, err := h.role(ctx, w.Name)
	if errors.Is(err, ErrNotFound) {
		return Who{}, ErrLogin
	}
	if !owner.Has(w.Role) {
		w.Role = owner
	}
	return w, err
}
