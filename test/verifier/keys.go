package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// trustedKeys follows the changes of the key in a folder, from the keys that were given; where none was, from the first
// one of the folder.
func trustedKeys(folder string, given []verifierKey) ([]verifierKey, []string, error) {
	text, err := os.ReadFile(filepath.Join(folder, "checkpoint.keys"))
	if os.IsNotExist(err) {
		return given, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	trusted := given
	begun := false
	var complaints []string
	lines := strings.Split(string(text), "\n")
	// Behind the last line feed is nothing, or a line that is none yet.
	for n, line := range lines[:len(lines)-1] {
		var entry struct{ Key, Statement string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			return nil, nil, fmt.Errorf("checkpoint.keys: line %d is no JSON", n+1)
		}
		key, err := parseVerifierKey(entry.Key)
		if err != nil {
			return nil, nil, fmt.Errorf("checkpoint.keys: line %d: %w", n+1, err)
		}
		key.rank = n + 1
		before, at := voucher(entry.Statement, key, trusted)
		if before >= 0 {
			trusted[before].until = at
		}
		switch known := index(trusted, key); {
		case known >= 0:
			trusted[known].rank = key.rank
			begun = true
		case n == 0 && len(given) == 0, before >= 0:
			trusted = append(trusted, key)
			begun = true
		case begun:
			complaints = append(complaints, fmt.Sprintf("checkpoint.keys: line %d: no key that is trusted vouches for it", n+1))
		}
		// A key that is older than all that are trusted has nobody to vouch for it, and is not believed.
	}
	return trusted, complaints, nil
}

func index(keys []verifierKey, key verifierKey) int {
	for n, one := range keys {
		if one.name == key.name && one.public.Equal(key.public) {
			return n
		}
	}
	return -1
}

// voucher checks a change of the key, which is a note of the key before it: which of the trusted ones that is, and since
// when the new one is in its place. -1: none is.
func voucher(statement string, key verifierKey, trusted []verifierKey) (int, time.Time) {
	signed, err := parseNote(statement)
	if err != nil {
		return -1, time.Time{}
	}
	lines := strings.Split(signed.text, "\n")
	if len(lines) != 5 || lines[0] != "sallyport/audit key change" {
		return -1, time.Time{}
	}
	before, err := parseVerifierKey(lines[1])
	if err != nil || !signed.signedBy(before) {
		return -1, time.Time{}
	}
	after, err := parseVerifierKey(lines[2])
	if err != nil || index([]verifierKey{after}, key) < 0 {
		return -1, time.Time{}
	}
	at, err := time.Parse(time.RFC3339, lines[3])
	if err != nil {
		return -1, time.Time{}
	}
	return index(trusted, before), at
}
