package pcap

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"telltale/internal/asset"
	"telltale/internal/evidence"
)

// TestInterface listens to one end of a pair of virtual interfaces in a network
// namespace of its own while the other end sends, with and without promiscuous mode.
func TestInterface(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("not root: no network namespace can be made")
	}
	if _, err := exec.LookPath("ip"); err != nil {
		t.Skip("iproute2 is not installed: no interfaces can be made")
	}
	missing := make(chan string, 1)
	go func() { // its thread stays in the namespace and ends with it
		defer close(missing)
		runtime.LockOSThread()
		if err := syscall.Unshare(syscall.CLONE_NEWNET); err != nil {
			missing <- "no network namespace: " + err.Error()
			return
		}
		for _, args := range []string{"link add tta type veth peer name ttb", "link set tta up", "link set ttb up"} {
			if out, err := exec.Command("ip", strings.Fields(args)...).CombinedOutput(); err != nil {
				missing <- "ip " + args + ": " + string(out)
				return
			}
		}
		for _, promiscuous := range []bool{false, true} {
			listenOnce(t, promiscuous)
		}
	}()
	if why := <-missing; why != "" {
		t.Skip(why)
	}
}

// listenOnce runs in the namespace: sockets belong to the namespace of the thread that opens them.
func listenOnce(t *testing.T, promiscuous bool) {
	sender, err := listen(context.Background(), "ttb", false)
	if err != nil {
		t.Error(err)
		return
	}
	defer sender.close()
	ctx, cancel := context.WithTimeout(context.Background(), hang)
	defer cancel()
	frame, gone := lldpFrame(t), make(chan struct{})
	go func() { // until the watch ends: the first frames may come before it listens
		defer close(gone)
		for ctx.Err() == nil {
			_, _ = syscall.Write(sender.fd, frame)
			time.Sleep(5 * time.Millisecond)
		}
	}()
	seen, mode := false, ""
	n, err := Watch(ctx, Watching{Name: "tta", Interface: "tta", Promiscuous: promiscuous, Every: 20 * time.Millisecond}, func(ss []*asset.Sighting) error {
		for _, s := range ss {
			seen = seen || says(s, evidence.LLDPSysName, "core-1")
		}
		if seen {
			out, _ := exec.Command("ip", "-d", "link", "show", "tta").CombinedOutput()
			mode = string(out)
			cancel()
		}
		return nil
	})
	cancel()
	<-gone
	if err != nil || !seen || n.Packets == 0 {
		t.Errorf("promiscuous %v: seen %v, %d packets, %v", promiscuous, seen, n.Packets, err)
	}
	if strings.Contains(mode, "promiscuity 1") != promiscuous {
		t.Errorf("promiscuous %v, but the interface is: %s", promiscuous, mode)
	}
}
