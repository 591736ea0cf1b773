package unpack

import "crypto/sha256"

func sumOf(b []byte) Sum { return sha256.Sum256(b) }
