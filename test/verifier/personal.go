package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
)

// What is committed to in `who` and `about`.
var labels = []string{"reason", "session", "subject", "tags", "tenant"}

var saltText = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// reference is a commitment in a record: the first record that has it.
type reference struct {
	key, label string
	sequence   uint64
}

// people is what the records of a log say about people, and what its side file does.
type people struct {
	references map[string]reference
	// By key, the commitment to its subject; empty where it has none.
	subjects map[string]string
	// Keys that records of kind `erased` name.
	ordered []string
	// Keys that the side file marks as erased.
	marked map[string]bool
	// The last record is of kind `shutdown`.
	isShutDown bool
	without    bool
}

func newPeople() people {
	return people{references: map[string]reference{}, subjects: map[string]string{}, marked: map[string]bool{}}
}

func (all *people) addRecord(of record) {
	all.isShutDown = of.kind == "shutdown"
	all.addHolder(of.members["about"], of.sequence)
	key := all.addHolder(of.members["who"], of.sequence)
	if source, ok := of.members["source"].(string); ok && key != "" {
		all.add(source, reference{key, "address", of.sequence})
	}
	if detail, ok := of.members["detail"].(map[string]any); ok && of.kind == "erased" {
		keys, _ := detail["keys"].([]any)
		for _, key := range keys {
			if text, ok := key.(string); ok {
				all.ordered = append(all.ordered, text)
			}
		}
	}
}

func (all *people) addHolder(value any, sequence uint64) string {
	holder, _ := value.(map[string]any)
	key, _ := holder["key"].(string)
	if key == "" {
		return ""
	}
	for _, label := range labels {
		if text, ok := holder[label].(string); ok {
			all.add(text, reference{key, label, sequence})
		}
	}
	subject, _ := holder["subject"].(string)
	if all.subjects[key] == "" {
		all.subjects[key] = subject
	}
	return key
}

func (all *people) add(commitment string, of reference) {
	if _, found := all.references[commitment]; !found {
		all.references[commitment] = of
	}
}

type sideLine struct {
	Key        *string `json:"key"`
	Salt       *string `json:"salt"`
	Commitment *string `json:"commitment"`
	Label      *string `json:"label"`
	Value      *string `json:"value"`
	Record     uint64  `json:"record"`
	Erased     *string `json:"erased"`
}

// checkPersonal holds the side file against the records.
func (log *checkedLog) checkPersonal(folder, name string, inUse bool) {
	path := filepath.Join(folder, name+".personal.jsonl")
	file, err := os.Open(path)
	if os.IsNotExist(err) {
		log.people.without = len(log.people.references) > 0
		return
	}
	if err != nil {
		log.complain("%s: %v", path, err)
		return
	}
	defer file.Close()
	salts := map[string]string{}
	there := map[string]bool{}
	var last uint64
	reader := bufio.NewReaderSize(file, 1<<20)
	for number := 1; ; number++ {
		text, err := reader.ReadBytes('\n')
		if err != nil && err != io.EOF {
			log.complain("%s: %v", path, err)
			return
		}
		if len(text) == 0 {
			break
		}
		var line sideLine
		bad := json.Unmarshal(bytes.TrimSuffix(text, []byte("\n")), &line)
		isValue := line.Commitment != nil && line.Label != nil && line.Value != nil
		switch {
		case bad != nil || line.Key == nil || (line.Salt == nil && line.Erased == nil && !isValue):
			if !inUse || err != io.EOF {
				log.complain("%s:%d: it is no line of a side file", path, number)
			}
		case line.Erased != nil:
			log.people.marked[*line.Key] = true
		case line.Salt != nil:
			salts[*line.Key] = *line.Salt
		default:
			there[*line.Commitment] = true
			if line.Record > last {
				last = line.Record
			}
			if fault := log.people.faultOf(line, salts[*line.Key]); fault != "" {
				log.complain("%s:%d: %s", path, number, fault)
			}
		}
		if err == io.EOF {
			break
		}
	}
	for commitment, of := range log.people.references {
		lost := !log.people.isShutDown && of.sequence >= last
		// With a person go the sessions of theirs that stand under the key of nobody.
		nobodys := len(log.people.marked) > 0 && of.label == "session" && log.people.subjects[of.key] == ""
		if !there[commitment] && !log.people.marked[of.key] && !lost && !nobodys {
			log.complain("%s: the `%s` that record %d commits to is not there, and nobody erased it", path, of.label, of.sequence)
		}
	}
}

func (all *people) faultOf(line sideLine, salt string) string {
	key, label := *line.Key, *line.Label
	sum := sha256.Sum256([]byte(salt + "\x00" + label + "\x00" + *line.Value))
	if !saltText.MatchString(salt) || base64.RawURLEncoding.EncodeToString(sum[:]) != *line.Commitment {
		return fmt.Sprintf("the value of `%s` is not the one that was committed to", label)
	}
	of, found := all.references[*line.Commitment]
	_, known := all.subjects[key]
	if (found && (of.key != key || of.label != label)) || (!found && label == "subject" && known) {
		return fmt.Sprintf("records with the key `%s` commit to another `%s`", key, label)
	}
	return ""
}

// checkErasures holds those who are marked as erased against the records that say who was. Where records are gone, what
// said so may be among them.
func checkErasures(logs []checkedLog) (complaints, notes []string) {
	ordered := map[string]bool{}
	var pruned, without int
	for _, log := range logs {
		for _, key := range log.people.ordered {
			ordered[key] = true
		}
		if log.pruned > 0 {
			pruned++
		}
		if log.people.without {
			without++
		}
	}
	for _, log := range logs {
		for key := range log.people.marked {
			if !ordered[key] {
				complaints = append(complaints, fmt.Sprintf("the key `%s` is marked as erased, and no record says that anybody ordered it", key))
			}
		}
	}
	if without > 0 {
		notes = append(notes, fmt.Sprintf("not shown: who records are about, the side files of %d logs are not here", without))
	}
	if pruned > 0 && len(complaints) > 0 {
		notes = append(notes, fmt.Sprintf("not shown: that %d persons were erased by order, what says so may have been pruned", len(complaints)))
		return nil, notes
	}
	return complaints, notes
}
