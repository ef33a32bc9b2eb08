package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

var segmentName = regexp.MustCompile(`^([0-9]{8}T[0-9]{9}Z-[0-9a-f]{12})(?:\.([0-9]{6,}))?\.jsonl$`)
var checkpointsName = regexp.MustCompile(`^([0-9]{8}T[0-9]{9}Z-[0-9a-f]{12})\.checkpoints$`)
var personalName = regexp.MustCompile(`^[0-9]{8}T[0-9]{9}Z-[0-9a-f]{12}\.personal\.jsonl$`)

type segment struct {
	number int
	file   string
}

// checkFolder checks every log of a folder and prints a line for each.
func checkFolder(folder string, given []verifierKey, witnesses []witnessKey) error {
	logs, err := findLogs(folder)
	if err != nil {
		return err
	}
	if len(logs) == 0 {
		return fmt.Errorf("there is no log in %s", folder)
	}
	keys, complaints, err := trustedKeys(folder, given)
	if err != nil {
		return err
	}
	if len(given) == 0 {
		fmt.Println("no key was given: the first one of the folder is believed")
	}
	strays, err := strayFiles(folder)
	if err != nil {
		return err
	}
	complaints = append(complaints, strays...)
	names := make([]string, 0, len(logs))
	for name := range logs {
		names = append(names, name)
	}
	sort.Strings(names)
	var records uint64
	all := make([]checkedLog, 0, len(names))
	for _, name := range names {
		checked := checkLog(folder, name, logs[name], keys, witnesses)
		all = append(all, checked)
		complaints = append(complaints, checked.complaints...)
		records += checked.records
		fmt.Printf("%s: %d records, %d pruned, %d checkpoints, %d covered\n",
			name, checked.records, checked.pruned, checked.checkpoints, checked.covered)
	}
	unordered, notes := checkErasures(all)
	complaints = append(complaints, unordered...)
	for _, note := range notes {
		fmt.Println(note)
	}
	for _, complaint := range complaints {
		fmt.Println(complaint)
	}
	if len(complaints) > 0 {
		return fmt.Errorf("%d things do not hold", len(complaints))
	}
	fmt.Printf("the logs hold: %d logs, %d records\n", len(names), records)
	return nil
}

func findLogs(folder string) (map[string][]segment, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	logs := map[string][]segment{}
	for _, entry := range entries {
		if match := checkpointsName.FindStringSubmatch(entry.Name()); match != nil && logs[match[1]] == nil {
			logs[match[1]] = []segment{}
		}
		match := segmentName.FindStringSubmatch(entry.Name())
		if match == nil {
			continue
		}
		number := 1
		if match[2] != "" {
			number, _ = strconv.Atoi(match[2])
		}
		logs[match[1]] = append(logs[match[1]], segment{number, filepath.Join(folder, entry.Name())})
	}
	for _, segments := range logs {
		sort.Slice(segments, func(a, b int) bool { return segments[a].number < segments[b].number })
	}
	return logs, nil
}

type rankedHead struct {
	size uint64
	rank int
}

// strayFiles are named as if they were of a log, and are of none.
func strayFiles(folder string) (complaints []string, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		name := entry.Name()
		isNamed := strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".checkpoints")
		if isNamed && !segmentName.MatchString(name) && !checkpointsName.MatchString(name) && !personalName.MatchString(name) {
			complaints = append(complaints, fmt.Sprintf("%s: its name is that of no file of a log", name))
		}
	}
	return complaints, nil
}

type checkedLog struct {
	records, pruned, covered uint64
	checkpoints              int
	complaints               []string
	// What the checkpoints of the log say, by size.
	heads map[uint64]digest
	tree  growing
	people
	// How many records each witness has seen.
	seen []uint64
}

func (log *checkedLog) complain(format string, values ...any) {
	const most = 100
	if len(log.complaints) < most {
		log.complaints = append(log.complaints, fmt.Sprintf(format, values...))
	}
}

func checkLog(folder, name string, segments []segment, keys []verifierKey, witnesses []witnessKey) checkedLog {
	log := checkedLog{heads: map[uint64]digest{}, people: newPeople(), seen: make([]uint64, len(witnesses))}
	_, lockErr := os.Stat(filepath.Join(folder, name+".lock"))
	inUse := lockErr == nil
	log.readCheckpoints(folder, name, keys, witnesses, inUse)
	log.compare(name)
	for n, segment := range segments {
		if n > 0 && segment.number != segments[n-1].number+1 {
			log.complain("%s: segment %d is missing", name, segments[n-1].number+1)
		}
		first := n == 0 && segment.number > 1
		last := n == len(segments)-1
		if err := log.readSegment(folder, name, segment, first, inUse && last); err != nil {
			log.complain("%s: %v", segment.file, err)
		}
	}
	if len(segments) == 0 && log.covered > 0 {
		if err := log.addPruned(folder, name, log.covered); err != nil {
			log.complain("%s: %v", name, err)
		}
	}
	log.checkOrders(folder, name, keys)
	log.checkPersonal(folder, name, inUse)
	if log.tree.size < log.covered {
		log.complain("%s: a checkpoint covers %d records, and there are %d", name, log.covered, log.tree.size)
	}
	return log
}

// readCheckpoints collects the heads; the last text of a log in use may be unfinished.
func (log *checkedLog) readCheckpoints(folder, name string, keys []verifierKey, witnesses []witnessKey, inUse bool) {
	text, err := os.ReadFile(filepath.Join(folder, name+".checkpoints"))
	if os.IsNotExist(err) || len(text) == 0 {
		return
	}
	if err != nil {
		log.complain("%s: %v", name, err)
		return
	}
	var ranked []rankedHead
	notes, unfinished := splitNotes(string(text))
	for _, one := range notes {
		point, err := parseCheckpoint(one)
		var key verifierKey
		if err == nil {
			key, err = point.signer(keys)
		}
		if err == nil && point.logName() != name {
			err = fmt.Errorf("a checkpoint is of another log")
		}
		if err == nil && point.size < log.covered {
			err = fmt.Errorf("a checkpoint of size %d follows one of %d", point.size, log.covered)
		}
		if other, found := log.heads[point.size]; err == nil && found && other != point.root {
			err = fmt.Errorf("two checkpoints of size %d differ", point.size)
		}
		if err != nil {
			log.complain("%s: %v", name, err)
			continue
		}
		log.checkpoints++
		log.covered = point.size
		log.heads[point.size] = point.root
		log.noteWitnesses(name, point, witnesses)
		ranked = append(ranked, rankedHead{point.size, key.rank})
	}
	log.complainOfSuperseded(name, ranked)
	// It is cut when what is left to be signed or sent is done.
	_, progressErr := os.Stat(filepath.Join(folder, name+".progress"))
	mayGrow := inUse || progressErr == nil
	log.checkWitnesses(name, witnesses, mayGrow)
	if unfinished && !mayGrow {
		log.complain("%s: the checkpoints end within one", name)
	}
}

// complainOfSuperseded finds checkpoints that are larger than one by a later key.
func (log *checkedLog) complainOfSuperseded(name string, heads []rankedHead) {
	smallest := map[int]uint64{}
	for _, head := range heads {
		if size, found := smallest[head.rank]; !found || head.size < size {
			smallest[head.rank] = head.size
		}
	}
	for _, head := range heads {
		for rank, size := range smallest {
			if head.rank > 0 && rank > head.rank && size < head.size {
				log.complain("%s: the checkpoint of size %d is signed by a key that another one had taken the place of", name, head.size)
				break
			}
		}
	}
}

// splitNotes are the notes of a text in which an empty line follows each, and whether it ends within one. The empty line
// before signatures ends none.
func splitNotes(text string) (notes []string, unfinished bool) {
	start := 0
	for at := 0; ; {
		end := strings.Index(text[at:], "\n\n")
		if end < 0 {
			return notes, start < len(text)
		}
		after := at + end + 2
		rest := text[after:]
		isSigned := strings.Contains(text[start:after], "\n\n"+mark)
		switch {
		case strings.HasPrefix(rest, mark):
			at = after
		case !isSigned && strings.HasPrefix(mark, rest):
			return notes, true
		default:
			notes = append(notes, text[start:after-1])
			start, at = after, after
		}
	}
}

func (log *checkedLog) add(name string, leaf digest) {
	log.tree.add(leaf)
	log.compare(name)
}

func (log *checkedLog) compare(name string) {
	if expected, found := log.heads[log.tree.size]; found && expected != log.tree.root() {
		log.complain("%s: the first %d records are not those of the checkpoint", name, log.tree.size)
	}
}

func (log *checkedLog) readSegment(folder, name string, segment segment, first, inUse bool) error {
	file, err := os.Open(segment.file)
	if err != nil {
		return err
	}
	defer file.Close()
	reader := bufio.NewReaderSize(file, 1<<20)
	for number := 1; ; number++ {
		line, err := reader.ReadBytes('\n')
		if err == io.EOF {
			if len(line) > 0 && !inUse {
				return fmt.Errorf("it ends within a line")
			}
			return nil
		}
		if err != nil {
			return err
		}
		leaf, parsed, err := parseLine(bytes.TrimSuffix(line, []byte("\n")))
		if err != nil {
			log.complain("%s:%d: %v", segment.file, number, err)
			log.tree.add(leaf)
			continue
		}
		if first && number == 1 {
			if err := log.addPruned(folder, name, parsed.sequence); err != nil {
				return err
			}
		}
		if parsed.sequence != log.tree.size {
			log.complain("%s:%d: record %d stands where %d belongs", segment.file, number, parsed.sequence, log.tree.size)
		}
		if !strings.HasSuffix(name, "-"+parsed.instance[:min(12, len(parsed.instance))]) {
			log.complain("%s:%d: it is a record of %s", segment.file, number, parsed.instance)
		}
		log.people.addRecord(parsed)
		log.records++
		log.add(name, leaf)
	}
}

const (
	lineStart  = `{"leaf":"`
	lineMiddle = `","record":`
	leafLength = 43
)

func parseLine(line []byte) (digest, record, error) {
	recordAt := len(lineStart) + leafLength + len(lineMiddle)
	if len(line) < recordAt+1 || string(line[:len(lineStart)]) != lineStart || line[len(line)-1] != '}' ||
		string(line[len(lineStart)+leafLength:recordAt]) != lineMiddle {
		return digest{}, record{}, fmt.Errorf("it is no line of a log")
	}
	text := line[recordAt : len(line)-1]
	leaf := leafHash(text)
	encoded := base64.RawURLEncoding.EncodeToString(leaf[:])
	if encoded != string(line[len(lineStart):len(lineStart)+leafLength]) {
		return leaf, record{}, fmt.Errorf("the leaf is not that of the record")
	}
	parsed, err := parseRecord(text)
	return leaf, parsed, err
}

// addPruned takes the leaves of records that are gone from the file of hashes; the checkpoints say whether it is right.
func (log *checkedLog) addPruned(folder, name string, until uint64) error {
	file, err := os.Open(filepath.Join(folder, name+".tree"))
	if err != nil {
		return err
	}
	defer file.Close()
	var leaf digest
	for index := uint64(0); index < until; index++ {
		if _, err := file.ReadAt(leaf[:], int64(storedAt(index))*int64(len(leaf))); err != nil {
			return fmt.Errorf("the hashes of pruned records: %w", err)
		}
		log.add(name, leaf)
	}
	if log.covered < until {
		return fmt.Errorf("no checkpoint covers the %d records that were pruned", until)
	}
	log.pruned = until
	return nil
}

// storedAt is the position of a leaf in the file of hashes.
func storedAt(index uint64) uint64 {
	var position uint64
	for ; index > 0; index /= 2 {
		position += index
	}
	return position
}

func min(a, b int) int {
	if a < b {
		return a
	}
	return b
}
