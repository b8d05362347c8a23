package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

func verifierKey(args []string) (any, error) {
	v, err := note.NewVerifier(args[0])
	if err != nil {
		return nil, err
	}
	_, encoded, _ := strings.Cut(strings.TrimPrefix(args[0], v.Name()+"+"), "+")
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, err
	}
	return []any{v.Name(), v.KeyHash(), base64.StdEncoding.EncodeToString(key)}, nil
}

// verify takes a verifier key, a message and the bytes of a signature.
func verify(args []string) (any, error) {
	v, err := note.NewVerifier(args[0])
	if err != nil {
		return nil, err
	}
	if !v.Verify([]byte(args[1]), []byte(args[2])) {
		return nil, errNo
	}
	return nil, nil
}

// noteOpen takes a note and verifier keys. It gives the text and both lists of signatures, or what kind of error it is.
func noteOpen(args []string) (any, error) {
	var verifiers []note.Verifier
	for _, key := range args[1:] {
		v, err := note.NewVerifier(key)
		if err != nil {
			return nil, err
		}
		verifiers = append(verifiers, v)
	}
	n, err := note.Open([]byte(args[0]), note.VerifierList(verifiers...))
	if err != nil {
		return nil, &detailed{kind(err), err}
	}
	return []any{n.Text, signatures(n.Sigs), signatures(n.UnverifiedSigs)}, nil
}

func kind(err error) string {
	var unknown *note.UnverifiedNoteError
	var wrong *note.InvalidSignatureError
	switch {
	case errors.As(err, &unknown):
		return "unknown"
	case errors.As(err, &wrong):
		return "wrong"
	case strings.HasPrefix(err.Error(), "ambiguous key"):
		return "ambiguous"
	}
	return "malformed"
}

func signatures(list []note.Signature) []any {
	return collect(list, func(s note.Signature) any { return []any{s.Name, s.Hash, s.Base64} })
}

// noteSign takes a signer key and a text. It gives the key's name and hash and the note, if that opens again.
func noteSign(args []string) (any, error) {
	s, err := note.NewSigner(args[0])
	if err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: args[1]}, s)
	if err != nil {
		return nil, err
	}
	v, err := verifierOf(args[0])
	if err != nil {
		return nil, err
	}
	if _, err := note.Open(signed, note.VerifierList(v)); err != nil {
		return nil, err
	}
	return []any{s.Name(), s.KeyHash(), string(signed)}, nil
}

// verifierOf makes the public key of a signer key that NewSigner took.
func verifierOf(signer string) (note.Verifier, error) {
	parts := strings.SplitN(signer, "+", 5)
	secret, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil {
		return nil, err
	}
	public := ed25519.NewKeyFromSeed(secret[1:]).Public().(ed25519.PublicKey)
	key, err := note.NewEd25519VerifierKey(parts[2], public)
	if err != nil {
		return nil, err
	}
	return note.NewVerifier(key)
}
