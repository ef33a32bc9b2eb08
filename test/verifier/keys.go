package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
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
	for n, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		var entry struct{ Key, Statement string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			return nil, nil, fmt.Errorf("checkpoint.keys: line %d is no JSON", n+1)
		}
		key, err := parseVerifierKey(entry.Key)
		if err != nil {
			return nil, nil, fmt.Errorf("checkpoint.keys: line %d: %w", n+1, err)
		}
		switch {
		case contains(trusted, key):
			begun = true
		case n == 0 && len(given) == 0, vouched(entry.Statement, key, trusted):
			trusted = append(trusted, key)
			begun = true
		case begun:
			complaints = append(complaints, fmt.Sprintf("checkpoint.keys: line %d: no key that is trusted vouches for it", n+1))
		}
		// A key that is older than all that are trusted has nobody to vouch for it, and is not believed.
	}
	return trusted, complaints, nil
}

func contains(keys []verifierKey, key verifierKey) bool {
	for _, one := range keys {
		if one.name == key.name && one.public.Equal(key.public) {
			return true
		}
	}
	return false
}

// vouched checks a change of the key: a note of the key before it.
func vouched(statement string, key verifierKey, trusted []verifierKey) bool {
	signed, err := parseNote(statement)
	if err != nil {
		return false
	}
	lines := strings.Split(signed.text, "\n")
	if len(lines) != 5 || lines[0] != "sallyport/audit key change" {
		return false
	}
	before, err := parseVerifierKey(lines[1])
	if err != nil || !contains(trusted, before) || !signed.signedBy(before) {
		return false
	}
	after, err := parseVerifierKey(lines[2])
	return err == nil && contains([]verifierKey{after}, key)
}
