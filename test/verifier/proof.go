package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// checkProof checks a C2SP tlog-proof whose extra data is the record.
func checkProof(path string, keys []verifierKey, witnesses []witnessKey) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	head, signed, found := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" ||
		!strings.HasPrefix(lines[1], "extra ") || !strings.HasPrefix(lines[2], "index ") {
		return fmt.Errorf("%s is no proof with its record", path)
	}
	record, err := base64.StdEncoding.Strict().DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	index, err := strconv.ParseUint(strings.TrimPrefix(lines[2], "index "), 10, 63)
	if err != nil {
		return err
	}
	way, err := parseDigests(lines[3:])
	if err != nil {
		return err
	}
	point, err := parseCheckpoint(signed)
	if err != nil {
		return err
	}
	if err := point.verify(keys); err != nil {
		return err
	}
	if err := point.verifyWitnesses(witnesses); err != nil {
		return err
	}
	root, good := rootFromInclusion(index, point.size, leafHash(record), way)
	if !good || root != point.root {
		return fmt.Errorf("the proof does not lead to the root of the checkpoint")
	}
	parsed, err := parseRecord(record)
	if err != nil {
		return err
	}
	if parsed.sequence != index {
		return fmt.Errorf("the record is number %d, and the proof is for %d", parsed.sequence, index)
	}
	fmt.Printf("the proof holds: record %d of %s is among the first %d\n%s\n", index, point.origin, point.size, record)
	return nil
}

// checkPair checks that a newer checkpoint continues an older one; the proof is in the form of a C2SP witness's
// add-checkpoint request.
func checkPair(olderPath, newerPath, proofPath string, keys []verifierKey) error {
	older, err := readCheckpoint(olderPath, keys)
	if err != nil {
		return err
	}
	newer, err := readCheckpoint(newerPath, keys)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(proofPath)
	if err != nil {
		return err
	}
	head, signed, found := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || lines[0] != fmt.Sprintf("old %d", older.size) {
		return fmt.Errorf("%s is no proof from size %d", proofPath, older.size)
	}
	target, err := parseCheckpoint(signed)
	if err != nil {
		return err
	}
	if older.origin != newer.origin || target.text != newer.text {
		return fmt.Errorf("the checkpoints are not of one log, or the proof is for another one")
	}
	proof, err := parseDigests(lines[1:])
	if err != nil {
		return err
	}
	if older.size > newer.size {
		return fmt.Errorf("the older checkpoint is the larger one")
	}
	good := older.size == 0 && len(proof) == 0
	if older.size > 0 {
		before, after, whole := rootsFromConsistency(older.size, newer.size, older.root, true, proof)
		good = whole && before == older.root && after == newer.root
	}
	if !good {
		return fmt.Errorf("size %d does not continue size %d", newer.size, older.size)
	}
	fmt.Printf("the checkpoints hold: size %d of %s continues size %d\n", newer.size, newer.origin, older.size)
	return nil
}

func readCheckpoint(path string, keys []verifierKey) (checkpoint, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return checkpoint{}, err
	}
	point, err := parseCheckpoint(strings.TrimRight(string(text), "\n") + "\n")
	if err != nil {
		return checkpoint{}, fmt.Errorf("%s: %w", path, err)
	}
	return point, point.verify(keys)
}

func parseDigests(lines []string) ([]digest, error) {
	var parsed []digest
	for _, line := range lines {
		one, err := parseDigest(line)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, one)
	}
	return parsed, nil
}
