package store

import (
	"encoding/binary"
	"hash/crc32"
)

// Seal makes a body of bytes that claim to be one.
func Seal(inner []byte) []byte {
	b := append([]byte{formatByte}, inner...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}
