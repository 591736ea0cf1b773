// Package unpack opens firmware images in process, as an ordinary user: it
// recognises formats by structure at any offset, validates before believing,
// carves, extracts and recurses, and yields a Tree of regions and nodes whose
// contents lie in a content-addressed store.
//
// It is not for judging what was found (inspect does), and it never creates
// files, links or devices of an image on the host: they are metadata only.
// An encrypted, partial, truncated or bounded result is stated as such with
// its reason; nothing is dropped in silence.
//
// Source of truth: the format's own specification or, where none is public,
// the layout agreed by independent open readers; each file names its own.
//
// Flow: Open → scan (two-byte filter → probe → region) → extract → blobs →
// queue → Tree. Every parser is bounded by Limits and runs under recover.
package unpack
