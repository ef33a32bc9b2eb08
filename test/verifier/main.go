// Checks audit logs of Sallyport without a line of its code: written from docs/audit-format.md and the documents that
// it names (RFC 6962, RFC 8785, C2SP), with nothing but Go's standard library. What could not be known from that page
// was mended there.
//
//	verifier log [-key K]... [-witness W]... <folder>      every log of a folder
//	verifier proof -key K [-witness W]... <file>           that a record is in a log
//	verifier checkpoints -key K <older> <newer> <proof>    that one checkpoint continues another
//
// A key is a verifier key as the page describes it; witnesses must have seen what checkpoints cover. Exit codes: 0 it holds, 1 it does not, 2 wrong usage.
package main

import (
	"errors"
	"fmt"
	"os"
)

func main() {
	keys, witnesses, args, err := readArguments(os.Args[1:])
	if err == nil {
		err = run(keys, witnesses, args)
	}
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	if errors.Is(err, errUsage) {
		os.Exit(2)
	}
	os.Exit(1)
}

var errUsage = errors.New("usage: verifier log|proof|checkpoints [-key K]... [-witness W]... <files>")

func readArguments(given []string) (keys []verifierKey, witnesses []witnessKey, args []string, err error) {
	for n := 0; n < len(given); n++ {
		option := given[n]
		if option != "-key" && option != "-witness" {
			args = append(args, option)
			continue
		}
		if n++; n == len(given) {
			return nil, nil, nil, errUsage
		}
		if option == "-key" {
			key, err := parseVerifierKey(given[n])
			if err != nil {
				return nil, nil, nil, err
			}
			keys = append(keys, key)
			continue
		}
		witness, err := parseWitnessKey(given[n])
		if err != nil {
			return nil, nil, nil, err
		}
		witnesses = append(witnesses, witness)
	}
	return keys, witnesses, args, nil
}

func run(keys []verifierKey, witnesses []witnessKey, args []string) error {
	switch {
	case len(args) == 2 && args[0] == "log":
		return checkFolder(args[1], keys, witnesses)
	case len(args) == 2 && args[0] == "proof" && len(keys) > 0:
		return checkProof(args[1], keys, witnesses)
	case len(args) == 4 && args[0] == "checkpoints" && len(keys) > 0:
		return checkPair(args[1], args[2], args[3], keys)
	}
	return errUsage
}
