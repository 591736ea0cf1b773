package pipeline

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
)

// Jobs that ended stay known across a restart, in jobs.jsonl of the workspace,
// a line each. One that a restart ended midway is not: it left nothing.

const jobsName = "jobs.jsonl"

// maxJobLine bounds a line of jobs.jsonl in bytes.
const maxJobLine = 64 << 10

// openJobs takes up the last jobs of former runs and leaves only them in the file.
func (w *Workspace) openJobs() error {
	path := filepath.Join(w.Dir, jobsName)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open the workspace: %w", err)
	}
	lines := bufio.NewScanner(bytes.NewReader(b))
	lines.Buffer(nil, maxJobLine)
	for lines.Scan() {
		var i JobInfo
		if json.Unmarshal(lines.Bytes(), &i) == nil && i.ID != "" && i.State.Ended() { // a line cut off by a kill is no job
			w.jobs = append(w.jobs, &Job{info: i, changed: make(chan struct{}), cancel: func() {}})
		}
	}
	w.forgetJobs()
	var out bytes.Buffer
	for _, j := range w.jobs {
		line, err := json.Marshal(j.info)
		if err != nil {
			return err
		}
		out.Write(append(line, '\n'))
	}
	if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
		return fmt.Errorf("open the workspace: %w", err)
	}
	return nil
}

// keepJob writes a job that ended; that it cannot be written costs only that a restart forgets it.
func (w *Workspace) keepJob(i JobInfo) {
	w.mu.Lock()
	defer w.mu.Unlock()
	line, err := json.Marshal(i)
	if err == nil && len(line) < maxJobLine {
		var f *os.File
		if f, err = os.OpenFile(filepath.Join(w.Dir, jobsName), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err == nil {
			_, err = f.Write(append(line, '\n'))
			err = errors.Join(err, f.Close())
		}
	}
	if err != nil {
		slog.Warn("a job is not kept", "job", i.ID, "error", err)
	}
}
