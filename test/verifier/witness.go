package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
)

const typeCosignature = 0x04

// witnessKey vouches for having seen a checkpoint (C2SP tlog-cosignature).
type witnessKey struct {
	name   string
	public ed25519.PublicKey
}

func (key witnessKey) id() []byte {
	sum := sha256.Sum256([]byte(key.name + "\n" + string([]byte{typeCosignature}) + string(key.public)))
	return sum[:4]
}

func parseWitnessKey(text string) (witnessKey, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return witnessKey{}, fmt.Errorf("`%s` is no key of a witness", text)
	}
	id, idErr := hex.DecodeString(parts[1])
	encoded, err := base64.StdEncoding.Strict().DecodeString(parts[2])
	if err != nil || idErr != nil || len(encoded) != 1+ed25519.PublicKeySize || encoded[0] != typeCosignature {
		return witnessKey{}, fmt.Errorf("`%s` is no key of a witness", text)
	}
	key := witnessKey{parts[0], encoded[1:]}
	if !bytes.Equal(id, key.id()) {
		return witnessKey{}, fmt.Errorf("the id of key `%s` is not its own", text)
	}
	return key, nil
}

// seenBy says whether a cosignature of this witness is there, and whether all of them are good.
func (signed note) seenBy(key witnessKey) (there, good bool) {
	good = true
	for _, one := range signed.signatures {
		if one.name != key.name || !bytes.Equal(one.id, key.id()) {
			continue
		}
		there = true
		if len(one.bytes) != 8+ed25519.SignatureSize {
			good = false
			continue
		}
		text := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(one.bytes), signed.text)
		good = good && ed25519.Verify(key.public, []byte(text), one.bytes[8:])
	}
	return there, good
}

// noteWitnesses remembers how many records each witness has seen.
func (log *checkedLog) noteWitnesses(name string, point checkpoint, witnesses []witnessKey) {
	for n, witness := range witnesses {
		there, good := point.seenBy(witness)
		if there && !good {
			log.complain("%s: the cosignature of `%s` on the checkpoint of size %d is not good", name, witness.name, point.size)
		} else if there && point.size > log.seen[n] {
			log.seen[n] = point.size
		}
	}
}

func (log *checkedLog) checkWitnesses(name string, witnesses []witnessKey, mayGrow bool) {
	for n, witness := range witnesses {
		if log.seen[n] < log.covered && !mayGrow {
			log.complain("%s: the witness `%s` has seen %d of %d records that checkpoints cover", name, witness.name, log.seen[n], log.covered)
		}
	}
}

// verifyWitnesses demands that all of them have seen this checkpoint.
func (point checkpoint) verifyWitnesses(witnesses []witnessKey) error {
	for _, witness := range witnesses {
		if there, good := point.seenBy(witness); !there || !good {
			return fmt.Errorf("the checkpoint of size %d has no good cosignature of `%s`", point.size, witness.name)
		}
	}
	return nil
}
