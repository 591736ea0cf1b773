// Package resolve decides which sightings are one thing. Its input is a short
// Signature a sighting (a content hash, keys, a day); its output are clusters,
// each with the ID its asset will have, and notes on keys that did not unite.
//
// It is not for reading, for deciding who made a thing, or for merging what
// the sightings say: it holds no observation. It is pure: no clock, no disk.
//
// The rules, strongest first. Each step unites what the step before left; each
// is defined on sets of sightings alone, so neither order nor batching of the
// input can change the outcome, and a sighting can only change clusters it is
// joined to by some key.
//
//  1. Equal content is one sighting; what a user joined is one thing.
//  2. A chassis serial unites within one maker text. Without a maker text it
//     joins the only maker that has it; where two have it, it joins nobody.
//  3. Hardware numbers (MAC, UUID, IMEI) unite, but never two chassis serials
//     of one maker: such a number is shared, joins nobody and is noted.
//  4. Numbers kept in software (SNMP engine, chassis name, SSH and TLS keys)
//     are copied with images and configurations: they unite only what has no
//     contradicting hardware number, and keys only at one address at a time.
//  5. Weak keys (asset tag, short serial, address, host name) unite inside one
//     network and time window, when all that claim them could be one thing.
//     Two rows of one list are never united by them.
//
// Where single keys agree but a chain of them would join two things that
// contradict each other, the things that have a number of their own stay
// apart; what lies between them joins one if it touches only that one.
package resolve
