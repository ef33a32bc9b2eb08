package main

import (
	"crypto/sha256"
	"math/bits"
)

// The Merkle tree of RFC 6962 §2.1, grown leaf by leaf.

type digest [sha256.Size]byte

func leafHash(record []byte) digest {
	return sha256.Sum256(append([]byte{0x00}, record...))
}

func nodeHash(left, right digest) digest {
	return sha256.Sum256(append(append([]byte{0x01}, left[:]...), right[:]...))
}

// growing holds the roots of the whole subtrees that make up the leaves so far, largest first.
type growing struct {
	size  uint64
	roots []digest
}

func (tree *growing) add(leaf digest) {
	for size := tree.size; size%2 == 1; size /= 2 {
		last := len(tree.roots) - 1
		leaf = nodeHash(tree.roots[last], leaf)
		tree.roots = tree.roots[:last]
	}
	tree.roots = append(tree.roots, leaf)
	tree.size++
}

func (tree *growing) root() digest {
	if tree.size == 0 {
		return sha256.Sum256(nil)
	}
	root := tree.roots[len(tree.roots)-1]
	for n := len(tree.roots) - 2; n >= 0; n-- {
		root = nodeHash(tree.roots[n], root)
	}
	return root
}

// rootFromInclusion computes the root that a proof of RFC 6962 §2.1.1 leads to, walking the tree from the top as the
// RFC defines the proof (and not from the leaf up, as RFC 9162 §2.1.3.2 checks it).
func rootFromInclusion(index, size uint64, leaf digest, proof []digest) (digest, bool) {
	if index >= size {
		return digest{}, false
	}
	if size == 1 {
		return leaf, len(proof) == 0
	}
	if len(proof) == 0 {
		return digest{}, false
	}
	rest, other := proof[:len(proof)-1], proof[len(proof)-1]
	if left := largestPowerBelow(size); index < left {
		inner, good := rootFromInclusion(index, left, leaf, rest)
		return nodeHash(inner, other), good
	} else {
		inner, good := rootFromInclusion(index-left, size-left, leaf, rest)
		return nodeHash(other, inner), good
	}
}

// rootsFromConsistency computes both roots that a proof of RFC 6962 §2.1.2 leads to; `whole`: the older tree is the
// whole of this one, whose hash its checker knows.
func rootsFromConsistency(older, newer uint64, known digest, whole bool, proof []digest) (digest, digest, bool) {
	if older == newer {
		if whole {
			return known, known, len(proof) == 0
		}
		if len(proof) != 1 {
			return digest{}, digest{}, false
		}
		return proof[0], proof[0], true
	}
	if len(proof) == 0 {
		return digest{}, digest{}, false
	}
	rest, other := proof[:len(proof)-1], proof[len(proof)-1]
	left := largestPowerBelow(newer)
	if older <= left {
		before, after, good := rootsFromConsistency(older, left, known, whole, rest)
		return before, nodeHash(after, other), good
	}
	before, after, good := rootsFromConsistency(older-left, newer-left, known, false, rest)
	return nodeHash(other, before), nodeHash(other, after), good
}

func largestPowerBelow(size uint64) uint64 {
	return 1 << (bits.Len64(size-1) - 1)
}
