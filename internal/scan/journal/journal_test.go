package journal

import (
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"telltale/internal/answer"
)

// TestTorn cuts the file at every byte of its last line: all hosts before it stay.
func TestTorn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.answers")
	j, _, err := Open(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if err := j.Append(&answer.Record{Host: &answer.Host{Addr: netip.AddrFrom4([4]byte{192, 0, 2, byte(i)})}}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	whole, _ := os.ReadFile(path)
	if err := j.Append(&answer.Record{Host: &answer.Host{Addr: netip.MustParseAddr("192.0.2.99")}}); err != nil {
		t.Fatal(err)
	}
	j.Close()
	all, _ := os.ReadFile(path)
	for n := len(whole); n <= len(all); n++ {
		if err := os.WriteFile(path, all[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		j, st, err := Open(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := 20
		if n == len(all) {
			want = 21
		}
		if len(st.Hosts) != want || st.Cut != int64(n-len(whole))%int64(len(all)-len(whole)) {
			t.Fatalf("cut at %d: %d hosts, %d bytes dropped", n, len(st.Hosts), st.Cut)
		}
		if err := j.Append(&answer.Record{End: true}); err != nil {
			t.Fatal(err)
		}
		j.Close()
	}
	if j, st, err := Open(path, nil); err != nil || !st.Ended {
		t.Errorf("after mending: ended = %v, %v", st.Ended, err)
	} else {
		j.Close()
	}
}

func TestOthersStay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "letter.txt")
	if err := os.WriteFile(path, []byte("this is a letter and no journal"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open(path, nil); err == nil {
		t.Error("a letter was opened as a journal")
	}
	if err := Remove(path); err == nil {
		t.Error("a letter was removed")
	}
}

// FuzzOpen: a damaged journal is opened as far as it is whole, and goes on from there.
func FuzzOpen(f *testing.F) {
	b, err := answer.Append([]byte(answer.Magic), &answer.Record{Begin: &answer.Begin{Targets: []string{"192.0.2.1"}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)-3])
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "f.answers")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		j, _, err := Open(path, nil)
		if err != nil {
			return // none of ours
		}
		if err := j.Append(&answer.Record{End: true}); err != nil {
			t.Fatal(err)
		}
		j.Close()
		j, st, err := Open(path, nil)
		if err != nil || !st.Ended {
			t.Fatalf("what was added to a damaged journal is not read again: %v", err)
		}
		j.Close()
	})
}
