package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// checkOrders holds the records that are gone at the front against the statements that they were to go.
func (log *checkedLog) checkOrders(folder, name string, keys []verifierKey) {
	var ordered uint64
	text, err := os.ReadFile(filepath.Join(folder, name+".pruned"))
	if err != nil && !os.IsNotExist(err) {
		log.complain("%s: %v", name, err)
	}
	for _, one := range notesIn(string(text)) {
		until, err := parseOrder(one, name, keys)
		if err != nil {
			log.complain("%s: %v", name, err)
		} else if until > ordered {
			ordered = until
		}
	}
	if log.pruned > ordered {
		log.complain("%s: %d records are gone, and %d were ordered to go", name, log.pruned, ordered)
	}
}

// notesIn are the notes of a text in which an empty line follows each; an unfinished one at the end is left out.
func notesIn(text string) []string {
	var notes []string
	for rest := text; ; {
		body := strings.Index(rest, "\n\n"+mark)
		if body < 0 {
			if end := strings.Index(rest, "\n\n"); end >= 0 {
				return append(notes, rest[:end+1])
			}
			return notes
		}
		end := strings.Index(rest[body+2:], "\n\n")
		if end < 0 {
			return notes
		}
		notes = append(notes, rest[:body+2+end+1])
		rest = rest[body+2+end+2:]
	}
}

func parseOrder(text, name string, keys []verifierKey) (uint64, error) {
	signed, err := parseNote(text)
	if err != nil {
		return 0, err
	}
	lines := strings.Split(signed.text, "\n")
	if len(lines) != 5 || lines[0] != "sallyport/audit prune" {
		return 0, fmt.Errorf("an order to prune is none")
	}
	origin := lines[1]
	until, err := strconv.ParseUint(lines[2], 10, 63)
	if err != nil || strconv.FormatUint(until, 10) != lines[2] {
		return 0, fmt.Errorf("an order to prune is for `%s` records", lines[2])
	}
	at, err := time.Parse(time.RFC3339, lines[3])
	if err != nil {
		return 0, fmt.Errorf("an order to prune has no time")
	}
	of := checkpoint{note: signed, origin: origin}
	if of.logName() != name {
		return 0, fmt.Errorf("an order to prune is about another log")
	}
	if key, err := of.signer(keys); err != nil || key.supersededBy(at) {
		return 0, fmt.Errorf("an order to prune is signed by no key that is trusted")
	}
	return until, nil
}
