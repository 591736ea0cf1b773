package people

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/chacha20poly1305"
)

// Secrets, such as what a scan logs in with or what a webhook is signed with,
// lie in the database sealed with XChaCha20-Poly1305. The key is a file of its
// own, secret.key: a copy of the database alone tells nothing.

const keyName = "secret.key"

// key reads the key file, and makes it when there is none.
func (h *House) key() ([]byte, error) {
	path := filepath.Join(h.Dir, keyName)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeKey(path); err != nil {
			return nil, fmt.Errorf("make %s: %w", path, err)
		}
		b, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the key of secrets: %w", err)
	}
	if len(b) != chacha20poly1305.KeySize {
		return nil, fmt.Errorf("read the key of secrets: %s has %d bytes, want %d; restore it from a backup", path, len(b), chacha20poly1305.KeySize)
	}
	return b, nil
}

// makeKey makes a key file that is there whole or not at all, also when the
// disk is full; when another was faster, that one's stays.
func makeKey(path string) error {
	b := make([]byte, chacha20poly1305.KeySize)
	rand.Read(b)
	f, err := os.CreateTemp(filepath.Dir(path), keyName+"-*") // of 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(b)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	return os.Rename(f.Name(), path) // where a file has one name only
}

// PutSecret keeps a secret under a name, replacing the one there.
func (h *House) PutSecret(ctx context.Context, name string, value []byte) error {
	if err := checkName(name); err != nil {
		return err
	}
	k, err := h.key()
	if err != nil {
		return err
	}
	a, err := chacha20poly1305.NewX(k)
	if err != nil {
		return err
	}
	nonce := make([]byte, a.NonceSize(), a.NonceSize()+len(value)+a.Overhead())
	rand.Read(nonce)
	_, err = h.db.ExecContext(ctx, "INSERT OR REPLACE INTO secret(name, sealed, made) VALUES (?,?,?)", name, a.Seal(nonce, nonce, value, []byte(name)), h.Now().UnixMilli())
	if err != nil {
		return fmt.Errorf("keep secret %q: %w", name, err)
	}
	return nil
}

// Secret returns a secret; it fails with ErrNotFound.
func (h *House) Secret(ctx context.Context, name string) ([]byte, error) {
	var sealed []byte
	err := h.db.QueryRowContext(ctx, "SELECT sealed FROM secret WHERE name = ?", name).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("secret %q: %w", name, ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("read secret %q: %w", name, err)
	}
	k, err := h.key()
	if err != nil {
		return nil, err
	}
	a, err := chacha20poly1305.NewX(k)
	if err != nil {
		return nil, err
	}
	if len(sealed) < a.NonceSize() {
		return nil, fmt.Errorf("read secret %q: it is damaged", name)
	}
	b, err := a.Open(nil, sealed[:a.NonceSize()], sealed[a.NonceSize():], []byte(name))
	if err != nil {
		return nil, fmt.Errorf("read secret %q: it was sealed with another key than %s, or changed since", name, keyName)
	}
	return b, nil
}

// RemoveSecret removes a secret; it is no error when there is none.
func (h *House) RemoveSecret(ctx context.Context, name string) error {
	_, err := h.db.ExecContext(ctx, "DELETE FROM secret WHERE name = ?", name)
	return err
}

// SecretInfo names a secret without telling it.
type SecretInfo struct {
	Name string    `json:"name"`
	Made time.Time `json:"made"`
}

// Secrets lists the names of secrets.
func (h *House) Secrets(ctx context.Context) ([]SecretInfo, error) {
	rows, err := h.db.QueryContext(ctx, "SELECT name, made FROM secret ORDER BY name")
	if err != nil {
		return nil, fmt.Errorf("read secrets: %w", err)
	}
	defer rows.Close()
	out := []SecretInfo{}
	for rows.Next() {
		var s SecretInfo
		var made int64
		if err := rows.Scan(&s.Name, &made); err != nil {
			return nil, err
		}
		s.Made = time.UnixMilli(made).UTC()
		out = append(out, s)
	}
	return out, rows.Err()
}
