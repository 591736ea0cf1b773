package unpack

import (
	"crypto/sha256"
	"hash/crc32"
)

func sumOf(b []byte) Sum { return sha256.Sum256(b) }

func crcOf(b []byte) uint32 { return crc32.ChecksumIEEE(b) }
