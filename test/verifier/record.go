package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const maxRecordBytes = 16384

type record struct {
	sequence uint64
	instance string
	kind     string
	members  map[string]any
}

// parseRecord checks that the bytes are one canonical JSON object with the members that every record has.
func parseRecord(text []byte) (record, error) {
	if len(text) > maxRecordBytes || !utf8.Valid(text) {
		return record{}, fmt.Errorf("the record is too long or no UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return record{}, fmt.Errorf("the record is no JSON: %w", err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return record{}, fmt.Errorf("something follows the record")
	}
	var again strings.Builder
	writeCanonical(&again, value)
	// A member that was there twice, a space or an escape too many: the text is another one.
	if again.String() != string(text) {
		return record{}, fmt.Errorf("the record is not in canonical form")
	}
	var found struct {
		Version  *uint64 `json:"version"`
		Instance *string `json:"instance"`
		Sequence *uint64 `json:"sequence"`
		Time     *string `json:"time"`
		Kind     *string `json:"kind"`
	}
	err := json.Unmarshal(text, &found)
	if err != nil || found.Version == nil || found.Instance == nil || found.Sequence == nil ||
		found.Time == nil || found.Kind == nil {
		return record{}, fmt.Errorf("a member that every record has is missing")
	}
	members, _ := value.(map[string]any)
	return record{*found.Sequence, *found.Instance, *found.Kind, members}, nil
}

// writeCanonical writes RFC 8785, but for numbers: they stand in a record as whoever sent them wrote them.
func writeCanonical(to *strings.Builder, value any) {
	switch value := value.(type) {
	case map[string]any:
		names := make([]string, 0, len(value))
		for name := range value {
			names = append(names, name)
		}
		sort.Slice(names, func(a, b int) bool { return lessByUnits(names[a], names[b]) })
		to.WriteByte('{')
		for n, name := range names {
			if n > 0 {
				to.WriteByte(',')
			}
			writeString(to, name)
			to.WriteByte(':')
			writeCanonical(to, value[name])
		}
		to.WriteByte('}')
	case []any:
		to.WriteByte('[')
		for n, one := range value {
			if n > 0 {
				to.WriteByte(',')
			}
			writeCanonical(to, one)
		}
		to.WriteByte(']')
	case string:
		writeString(to, value)
	case json.Number:
		to.WriteString(value.String())
	case bool:
		fmt.Fprint(to, value)
	case nil:
		to.WriteString("null")
	}
}

// lessByUnits is the order of RFC 8785 §3.2.3.
func lessByUnits(a, b string) bool {
	one, other := utf16.Encode([]rune(a)), utf16.Encode([]rune(b))
	for n := 0; n < len(one) && n < len(other); n++ {
		if one[n] != other[n] {
			return one[n] < other[n]
		}
	}
	return len(one) < len(other)
}

// writeString is RFC 8785 §3.2.2.2.
func writeString(to *strings.Builder, text string) {
	short := map[rune]string{'"': `\"`, '\\': `\\`, '\b': `\b`, '\t': `\t`, '\n': `\n`, '\f': `\f`, '\r': `\r`}
	to.WriteByte('"')
	for _, char := range text {
		if escape, found := short[char]; found {
			to.WriteString(escape)
		} else if char < 0x20 {
			fmt.Fprintf(to, `\u%04x`, char)
		} else {
			to.WriteRune(char)
		}
	}
	to.WriteByte('"')
}
