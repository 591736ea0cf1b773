package pcap

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

const (
	liveBatch   = 64      // frames of one system call
	liveSnap    = 4096    // octets kept of a frame: what identifies stands at the beginning
	liveBuffer  = 8 << 20 // of the socket
	packetStats = 6       // PACKET_STATISTICS of packet(7)
	packetAdd   = 1       // PACKET_ADD_MEMBERSHIP
	solPacket   = 263
	msgWaitOne  = 0x10000 // MSG_WAITFORONE of recvmmsg(2)
)

// hardware maps the kernel's device types (if_arp.h) to link types.
var hardware = map[int]uint32{1: linkEthernet, 772: linkEthernet, 801: linkWLAN, 803: linkRadiotap, 65534: linkRaw, 768: linkRaw, 776: linkRaw, 778: linkRaw}

// mmsghdr is struct mmsghdr of recvmmsg(2).
type mmsghdr struct {
	hdr syscall.Msghdr
	n   uint32
	_   [4]byte
}

// listener reads an interface through a packet socket.
type listener struct {
	ctx  context.Context
	fd   int
	link uint32
	msgs [liveBatch]mmsghdr
	iovs [liveBatch]syscall.Iovec
	data []byte
	at   int // next frame of the batch
	n    int // frames in the batch
	sec  int64
}

// listen opens an interface. It never sends and, unless promiscuous, leaves the interface as it is.
func listen(ctx context.Context, name string, promiscuous bool) (*listener, error) {
	ifi, err := net.InterfaceByName(name)
	if err != nil {
		return nil, fmt.Errorf("watch %q: no such interface, file or capture", name)
	}
	link, err := linkOf(name)
	if err != nil {
		return nil, err
	}
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		if errors.Is(err, syscall.EPERM) {
			return nil, fmt.Errorf("watch %q: reading an interface needs the right CAP_NET_RAW: %w", name, os.ErrPermission)
		}
		return nil, fmt.Errorf("watch %q: open a packet socket: %w", name, err)
	}
	if err := prepare(fd, ifi.Index, promiscuous); err != nil {
		syscall.Close(fd)
		return nil, fmt.Errorf("watch %q: %w", name, err)
	}
	l := &listener{ctx: ctx, fd: fd, link: link, data: make([]byte, liveBatch*liveSnap)}
	for i := range l.msgs {
		l.iovs[i] = syscall.Iovec{Base: &l.data[i*liveSnap], Len: liveSnap}
		l.msgs[i].hdr.Iov, l.msgs[i].hdr.Iovlen = &l.iovs[i], 1
	}
	return l, nil
}

// linkOf says how frames of an interface begin.
func linkOf(name string) (uint32, error) {
	b, err := os.ReadFile(filepath.Join("/sys/class/net", filepath.Base(name), "type"))
	if err != nil {
		return linkEthernet, nil // not told in this container
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		return linkEthernet, nil
	}
	link, ok := hardware[n]
	if !ok {
		return 0, fmt.Errorf("watch %q: interfaces of hardware type %d are not read; use tcpdump -U -w - -i %s | telltale watch -", name, n, name)
	}
	return link, nil
}

// prepare bounds what the kernel hands over before it hands over anything.
func prepare(fd, index int, promiscuous bool) error {
	const ret = 0x06 // BPF_RET | BPF_K
	if err := syscall.AttachLsf(fd, []syscall.SockFilter{{Code: ret, K: liveSnap}}); err != nil {
		return fmt.Errorf("set the length kept of a frame: %w", err)
	}
	// A smaller buffer than asked for is no failure: losses are counted.
	_ = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, liveBuffer)
	tv := syscall.NsecToTimeval(pause.Nanoseconds())
	if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_RCVTIMEO, &tv); err != nil {
		return fmt.Errorf("set the waiting time: %w", err)
	}
	if promiscuous {
		mreq := struct {
			index int32
			kind  uint16 // PACKET_MR_PROMISC
			_     [10]byte
		}{index: int32(index), kind: 1}
		if err := syscall.SetsockoptString(fd, solPacket, packetAdd, string(unsafe.Slice((*byte)(unsafe.Pointer(&mreq)), 16))); err != nil {
			return fmt.Errorf("ask for frames to others: %w", err)
		}
	}
	all := uint16(syscall.ETH_P_ALL)
	if err := syscall.Bind(fd, &syscall.SockaddrLinklayer{Protocol: all<<8 | all>>8, Ifindex: index}); err != nil {
		return fmt.Errorf("bind to the interface: %w", err)
	}
	return nil
}

// next returns the next frame; errPause when none came for a while.
func (l *listener) next() (packet, error) {
	if l.at >= l.n {
		if err := l.fill(); err != nil {
			return packet{}, err
		}
	}
	i := l.at
	l.at++
	return packet{l.link, l.sec, l.data[i*liveSnap : i*liveSnap+min(int(l.msgs[i].n), liveSnap)]}, nil
}

func (l *listener) fill() error {
	l.at, l.n = 0, 0
	if err := l.ctx.Err(); err != nil {
		return err
	}
	n, _, errno := syscall.Syscall6(syscall.SYS_RECVMMSG, uintptr(l.fd), uintptr(unsafe.Pointer(&l.msgs[0])), liveBatch, msgWaitOne, 0, 0)
	switch errno {
	case 0:
	case syscall.EAGAIN, syscall.EINTR:
		return errPause
	case syscall.ENETDOWN:
		return errors.New("the interface went down")
	default:
		return fmt.Errorf("read the interface: %w", errno)
	}
	l.n, l.sec = int(n), time.Now().Unix()
	return nil
}

// close ends the reading and returns how many frames were lost.
func (l *listener) close() int {
	var stats [2]uint32 // received, dropped
	size := uint32(unsafe.Sizeof(stats))
	_, _, errno := syscall.Syscall6(syscall.SYS_GETSOCKOPT, uintptr(l.fd), solPacket, packetStats, uintptr(unsafe.Pointer(&stats)), uintptr(unsafe.Pointer(&size)), 0)
	syscall.Close(l.fd)
	if errno != 0 {
		return 0
	}
	return int(stats[1])
}
