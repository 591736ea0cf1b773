package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"telltale/internal/people"
	"telltale/internal/pipeline"
)

// keepCredentials seals the credentials for scans, read from standard input, in the server's folder.
func (c *serveCmd) keepCredentials(e *env, h *people.House) error {
	b, err := io.ReadAll(io.LimitReader(e.stdin, 1<<20+1))
	if err != nil {
		return fmt.Errorf("read credentials: %w", err)
	}
	if err := pipeline.CheckCredentials(b); err != nil {
		return usage{hinted{err, "telltale serve --team DIR --keep-credentials < credentials.yaml"}}
	}
	if err := h.PutSecret(e.ctx, people.ScanSecret, b); err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "the credentials lie sealed in %s; scan with them: telltale scan ADDRESSES --credentials-of %s\n", c.Dir, c.Dir)
	return nil
}

// openCredentials opens the credentials sealed in a server's folder; nil for no folder.
func openCredentials(ctx context.Context, dir string) ([]byte, error) {
	if dir == "" {
		return nil, nil
	}
	if _, err := os.Stat(filepath.Join(dir, "people.db")); err != nil {
		return nil, usage{hinted{fmt.Errorf("--credentials-of %s: this is no folder of a server", dir), "telltale serve --team DIR --keep-credentials < credentials.yaml"}}
	}
	h, err := people.Open(ctx, people.Options{Dir: dir, Local: author()})
	if err != nil {
		return nil, err
	}
	defer h.Close()
	b, err := h.Secret(ctx, people.ScanSecret)
	if errors.Is(err, people.ErrNotFound) {
		return nil, usage{hinted{fmt.Errorf("--credentials-of %s: no credentials lie there", dir), "telltale serve --team DIR --keep-credentials < credentials.yaml"}}
	}
	return b, err
}
