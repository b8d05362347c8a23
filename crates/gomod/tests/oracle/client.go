package main

import (
	"errors"
	"strings"

	"golang.org/x/mod/sumdb"
)

// server is what a client of a checksum database sees of the world.
type server struct {
	key, latest, lookup string
	tiles               map[string]string
}

func (s *server) ReadRemote(path string) ([]byte, error) {
	if strings.HasPrefix(path, "/lookup/") {
		return []byte(s.lookup), nil
	}
	if content, found := s.tiles[strings.TrimPrefix(path, "/")]; found {
		return []byte(content), nil
	}
	return nil, errMissing
}

func (s *server) ReadConfig(file string) ([]byte, error) {
	if file == "key" {
		return []byte(s.key), nil
	}
	return []byte(s.latest), nil
}

func (s *server) WriteConfig(file string, old, new []byte) error {
	if string(old) != s.latest {
		return sumdb.ErrWriteConflict
	}
	s.latest = string(new)
	return nil
}

func (s *server) ReadCache(string) ([]byte, error) { return nil, errors.New("nothing is cached") }
func (s *server) WriteCache(string, []byte)        {}
func (s *server) Log(string)                       {}
func (s *server) SecurityError(string)             {}

// client takes a verifier key, the note of the latest head or nothing, module path, version, the answer to its lookup, and
// pairs of path and content of tiles. It asks go's own client for both hashes, and gives them and the head that is then the latest.
func client(args []string) (any, error) {
	s := &server{args[0], args[1], args[4], pairs(args[5:])}
	c := sumdb.NewClient(s)
	zip, err := c.Lookup(args[2], args[3])
	if err != nil {
		return nil, err
	}
	mod, err := c.Lookup(args[2], args[3]+"/go.mod")
	if err != nil {
		return nil, err
	}
	sum := func(lines []string, version string) any { return firstSum(strings.Join(lines, "\n"), args[2], version) }
	return []any{sum(zip, args[3]), sum(mod, args[3]+"/go.mod"), s.latest}, nil
}
