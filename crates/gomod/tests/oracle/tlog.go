package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

// treeHead takes the text of a tree head.
func treeHead(args []string) (any, error) {
	tree, err := tlog.ParseTree([]byte(args[0]))
	if err != nil {
		return nil, err
	}
	return []string{fmt.Sprint(tree.N), tree.Hash.String(), string(tlog.FormatTree(tree))}, nil
}

// tilePath takes a path, and gives height, level, place, width and the path again.
func tilePath(args []string) (any, error) {
	t, err := tlog.ParseTilePath(args[0])
	if err != nil {
		return nil, err
	}
	return []any{t.H, t.L, fmt.Sprint(t.N), t.W, t.Path()}, nil
}

// lookup takes the answer to a lookup, module path and version. It gives the parts, and the hashes that go would compare.
func lookup(args []string) (any, error) {
	id, text, rest, err := tlog.ParseRecord([]byte(args[0]))
	if err != nil {
		return nil, err
	}
	record := tlog.RecordHash(text)
	return []any{fmt.Sprint(id), string(text), base64.StdEncoding.EncodeToString(rest), record.String(),
		firstSum(string(text), args[1], args[2]), firstSum(string(text), args[1], args[2]+"/go.mod")}, nil
}

// firstSum is the first h1 of a module version, which is what go compares with; nil when no hash could be equal to it.
func firstSum(record, path, version string) any {
	prefix := path + " " + version + " h1:"
	for _, line := range strings.Split(record, "\n") {
		if sum, found := strings.CutPrefix(line, prefix); found {
			if sum, err := h1([]string{"h1:" + sum}); err == nil {
				return sum
			}
			return nil
		}
	}
	return nil
}

// records takes a data tile: lookup answers without their first lines, one behind the other.
func records(args []string) (any, error) {
	all, rest := []string{}, []byte(args[0])
	for len(rest) > 0 {
		_, text, after, err := tlog.ParseRecord(append([]byte("0\n"), rest...))
		if err != nil {
			return nil, err
		}
		all, rest = append(all, string(text)), after
	}
	return all, nil
}

// tiles are tiles by path. It notes what it is asked for.
type tiles struct {
	content map[string]string
	asked   map[string]bool
}

func (t tiles) Height() int                     { return height }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

var errMissing = errors.New("no such tile")

func (t tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range list {
		t.asked[tile.Path()] = true
		if content, found := t.content[tile.Path()]; found {
			all = append(all, []byte(content))
		}
	}
	if len(all) != len(list) {
		return nil, errMissing
	}
	return all, nil
}

// wanted tells which tiles are asked for, sorted, or nil if none can help.
func wanted(ask func(tlog.TileReader) error) any {
	t := tiles{asked: map[string]bool{}}
	if err := ask(t); err != errMissing {
		return nil
	}
	paths := []string{}
	for path := range t.asked {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	return paths
}

// arithmetic takes the sizes of a tree and of a smaller one, a record, and level and place of a tile's entry. It tells which
// tiles go asks for: for the root, for the record, for the root of the smaller tree, and for the entry.
func arithmetic(args []string) (any, error) {
	n, err := numbers(args)
	if err != nil {
		return nil, err
	}
	tree := tlog.Tree{N: n[0]}
	rootOf := func(size int64) func(tlog.TileReader) error {
		return func(t tlog.TileReader) error {
			_, err := tlog.TreeHash(size, tlog.TileHashReader(tree, t))
			return err
		}
	}
	entry := func(level int, n int64) func(tlog.TileReader) error {
		return func(t tlog.TileReader) error {
			_, err := tlog.TileHashReader(tree, t).ReadHashes([]int64{tlog.StoredHashIndex(level, n)})
			return err
		}
	}
	return []any{wanted(rootOf(n[0])), wanted(entry(0, n[2])), wanted(rootOf(n[1])), wanted(entry(height*int(n[3]), n[4]))}, nil
}

// proof takes the size and root of a tree, a smaller size, a record, and pairs of path and content of tiles. It gives the
// root of the smaller tree and the hash of the record.
func proof(args []string) (any, error) {
	n, err := numbers([]string{args[0], args[2], args[3]})
	if err != nil {
		return nil, err
	}
	root, err := tlog.ParseHash(args[1])
	if err != nil {
		return nil, err
	}
	t := tiles{pairs(args[4:]), map[string]bool{}}
	reader := tlog.TileHashReader(tlog.Tree{N: n[0], Hash: root}, t)
	smaller, rootErr := tlog.TreeHash(n[1], reader)
	record, recordErr := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, n[2])})
	found := []any{nil, nil}
	if rootErr == nil {
		found[0] = smaller.String()
	}
	if recordErr == nil {
		found[1] = record[0].String()
	}
	if err := errors.Join(rootErr, recordErr); err != nil {
		return nil, &detailed{found, err}
	}
	return found, nil
}

func numbers(args []string) ([]int64, error) {
	var all []int64
	for _, arg := range args {
		n, err := strconv.ParseInt(arg, 10, 64)
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

func pairs(args []string) map[string]string {
	all := map[string]string{}
	for i := 0; i+1 < len(args); i += 2 {
		all[args[i]] = args[i+1]
	}
	return all
}
