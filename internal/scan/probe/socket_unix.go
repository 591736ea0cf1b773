//go:build unix

package probe

import "syscall"

// smallBuffer keeps the receive buffer small, so that a host that talks without
// end cannot make the kernel acknowledge more than the cap allows.
func smallBuffer(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) {
		// Where it is refused the pacing still holds for what is read.
		_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, receiveBuf)
	})
}
