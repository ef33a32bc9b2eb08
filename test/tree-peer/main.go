// Holds our tree against one that is not ours: golang.org/x/mod/sumdb/tlog, the tree of Go's checksum database. Leaf n
// is the text "leaf n". Reads lines of JSON, one per size, and prints how many proofs were equal to its own; the first
// difference ends it with exit code 1.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"

	"golang.org/x/mod/sumdb/tlog"
)

type tree struct {
	Size int64  `json:"size"`
	Root string `json:"root"`
	// By leaf, and by former size from 1.
	Inclusion   [][]string `json:"inclusion"`
	Consistency [][]string `json:"consistency"`
}

func main() {
	if err := run(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func run() error {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for n, index := range indexes {
			hashes[n] = stored[index]
		}
		return hashes, nil
	})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 16<<20)
	var leaves, proofs int64
	for lines.Scan() {
		var ours tree
		if err := json.Unmarshal(lines.Bytes(), &ours); err != nil {
			return err
		}
		for ; leaves < ours.Size; leaves++ {
			added, err := tlog.StoredHashes(leaves, []byte(fmt.Sprintf("leaf %d", leaves)), reader)
			if err != nil {
				return err
			}
			stored = append(stored, added...)
		}
		root, err := tlog.TreeHash(ours.Size, reader)
		if err != nil {
			return err
		}
		if root.String() != ours.Root {
			return fmt.Errorf("size %d: root %s, ours %s", ours.Size, root, ours.Root)
		}
		for index, proof := range ours.Inclusion {
			theirs, err := tlog.ProveRecord(ours.Size, int64(index), reader)
			if err != nil {
				return err
			}
			if !equal(theirs, proof) {
				return fmt.Errorf("inclusion of %d in %d: %v, ours %v", index, ours.Size, theirs, proof)
			}
			proofs++
		}
		for at, proof := range ours.Consistency {
			theirs, err := tlog.ProveTree(ours.Size, int64(at+1), reader)
			if err != nil {
				return err
			}
			if !equal(theirs, proof) {
				return fmt.Errorf("consistency of %d with %d: %v, ours %v", at+1, ours.Size, theirs, proof)
			}
			proofs++
		}
	}
	fmt.Printf("%d proofs\n", proofs)
	return lines.Err()
}

func equal(theirs []tlog.Hash, ours []string) bool {
	if len(theirs) != len(ours) {
		return false
	}
	for n, hash := range theirs {
		if base64.StdEncoding.EncodeToString(hash[:]) != ours[n] {
			return false
		}
	}
	return true
}
