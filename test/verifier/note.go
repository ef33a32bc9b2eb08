package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	typeEd25519 = 0x01
	mark        = "— "
)

type verifierKey struct {
	name   string
	public ed25519.PublicKey
	// Its line in the folder, from 1; 0 where it has none. And when the next one took its place, zero where none did.
	rank  int
	until time.Time
}

func (key verifierKey) id() []byte {
	sum := sha256.Sum256([]byte(key.name + "\n" + string([]byte{typeEd25519}) + string(key.public)))
	return sum[:4]
}

// under is the same key with another name: each log has its own.
func (key verifierKey) under(name string) verifierKey {
	return verifierKey{name: name, public: key.public}
}

func parseVerifierKey(text string) (verifierKey, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return verifierKey{}, fmt.Errorf("`%s` is no verifier key", text)
	}
	id, idErr := hex.DecodeString(parts[1])
	encoded, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || idErr != nil || len(encoded) != 1+ed25519.PublicKeySize || encoded[0] != typeEd25519 {
		return verifierKey{}, fmt.Errorf("`%s` is no Ed25519 verifier key", text)
	}
	key := verifierKey{name: parts[0], public: encoded[1:]}
	if !bytes.Equal(id, key.id()) {
		return verifierKey{}, fmt.Errorf("the id of key `%s` is not its own", text)
	}
	return key, nil
}

type signature struct {
	name  string
	id    []byte
	bytes []byte
}

type note struct {
	text       string
	signatures []signature
}

func parseNote(text string) (note, error) {
	at := strings.LastIndex(text, "\n\n")
	if !utf8.ValidString(text) || at < 0 || !strings.HasSuffix(text, "\n") {
		return note{}, fmt.Errorf("it is no signed note")
	}
	parsed := note{text: text[:at+1]}
	for _, line := range strings.Split(strings.TrimSuffix(text[at+2:], "\n"), "\n") {
		name, encoded, found := strings.Cut(strings.TrimPrefix(line, mark), " ")
		decoded, err := base64.StdEncoding.Strict().DecodeString(encoded)
		if !strings.HasPrefix(line, mark) || !found || err != nil || len(decoded) < 5 {
			return note{}, fmt.Errorf("`%s` is no signature line", line)
		}
		parsed.signatures = append(parsed.signatures, signature{name, decoded[:4], decoded[4:]})
	}
	return parsed, nil
}

// signedBy is true where a signature of this key is there and all of them are good.
func (signed note) signedBy(key verifierKey) bool {
	good := false
	for _, one := range signed.signatures {
		if one.name != key.name || !bytes.Equal(one.id, key.id()) {
			continue
		}
		if len(one.bytes) != ed25519.SignatureSize || !ed25519.Verify(key.public, []byte(signed.text), one.bytes) {
			return false
		}
		good = true
	}
	return good
}

type checkpoint struct {
	note
	origin string
	size   uint64
	root   digest
}

func parseCheckpoint(text string) (checkpoint, error) {
	signed, err := parseNote(text)
	if err != nil {
		return checkpoint{}, err
	}
	lines := strings.Split(signed.text, "\n")
	if len(lines) != 4 || lines[0] == "" {
		return checkpoint{}, fmt.Errorf("a checkpoint has three lines")
	}
	size, err := strconv.ParseUint(lines[1], 10, 63)
	if err != nil || strconv.FormatUint(size, 10) != lines[1] {
		return checkpoint{}, fmt.Errorf("`%s` is no size", lines[1])
	}
	root, err := parseDigest(lines[2])
	return checkpoint{signed, lines[0], size, root}, err
}

// logName is the last part of the origin.
func (point checkpoint) logName() string {
	return point.origin[strings.LastIndex(point.origin, "/")+1:]
}

// signer is the key that signed it under its origin, while it was in use.
func (point checkpoint) signer(keys []verifierKey) (verifierKey, error) {
	base := strings.TrimSuffix(point.origin, "/"+point.logName())
	for _, key := range keys {
		if key.name == base && !key.supersededBy(point.began()) && point.signedBy(key.under(point.origin)) {
			return key, nil
		}
	}
	return verifierKey{}, fmt.Errorf("the checkpoint of size %d is signed by no key that is trusted", point.size)
}

func (point checkpoint) verify(keys []verifierKey) error {
	_, err := point.signer(keys)
	return err
}

// began is the time in the name of the log; zero where there is none.
func (point checkpoint) began() time.Time {
	name := point.logName()
	if len(name) < 19 {
		return time.Time{}
	}
	began, _ := time.Parse("20060102T150405.000Z", name[:15]+"."+name[15:19])
	return began
}

// supersededBy is true where the key was not in use any more at that time.
func (key verifierKey) supersededBy(at time.Time) bool {
	const skew = 10 * time.Minute
	return !key.until.IsZero() && at.After(key.until.Add(skew))
}

func parseDigest(text string) (digest, error) {
	decoded, err := base64.StdEncoding.Strict().DecodeString(text)
	var parsed digest
	if err != nil || len(decoded) != len(parsed) {
		return parsed, fmt.Errorf("`%s` is no SHA-256 in base64", text)
	}
	copy(parsed[:], decoded)
	return parsed, nil
}
