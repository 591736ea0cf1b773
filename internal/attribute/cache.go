package attribute

import (
	"hash/maphash"
	"sync"

	"telltale/internal/evidence"
)

// cache remembers what a text says, so that a register of a million rows of
// the same hundred models reads each model once. It holds at most twice
// perShard entries a shard: a full young generation becomes the old one.
type cache struct {
	seed   maphash.Seed
	shards [16]shard
}

const (
	perShard = 4096
	// longest is the longest text kept; longer ones are read each time.
	longest = 1024
)

type cacheKey struct {
	attr evidence.Attr
	text string
}

type shard struct {
	mu         sync.Mutex
	young, old map[cacheKey][]proto
}

func newCache() *cache { return &cache{seed: maphash.MakeSeed()} }

func (c *cache) get(k cacheKey, make func() []proto) []proto {
	if len(k.text) > longest {
		return make()
	}
	s := &c.shards[maphash.String(c.seed, k.text)%16]
	s.mu.Lock()
	v, ok := s.young[k]
	if !ok {
		if v, ok = s.old[k]; ok {
			s.put(k, v)
		}
	}
	s.mu.Unlock()
	if ok {
		return v
	}
	v = make()
	s.mu.Lock()
	s.put(k, v)
	s.mu.Unlock()
	return v
}

func (s *shard) put(k cacheKey, v []proto) {
	if s.young == nil || len(s.young) >= perShard {
		s.old, s.young = s.young, map[cacheKey][]proto{}
	}
	s.young[k] = v
}
