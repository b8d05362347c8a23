package main

import (
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/zip"
)

// createZip takes kind, path and content of each file of a module, as a repository lists them. The value is the paths that
// are chosen and the hash of the zip of them.
func createZip(args []string) (any, error) {
	var files []zip.File
	for i := 0; i+2 < len(args); i += 3 {
		files = append(files, listed{args[i], args[i+1], args[i+2]})
	}
	checked, err := zip.CheckFiles(files)
	if err != nil {
		return nil, err
	}
	out, err := os.CreateTemp("", "oracle-*.zip")
	if err != nil {
		return nil, err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	if err := zip.Create(out, module.Version{Path: "example.com/m", Version: "v1.0.0"}, files); err != nil {
		return nil, err
	}
	sum, err := dirhash.HashZip(out.Name(), dirhash.Hash1)
	return []any{append([]string{}, checked.Valid...), sum}, err
}

// listed is a file, a link or something else.
type listed struct{ kind, path, content string }

func (l listed) Path() string                 { return l.path }
func (l listed) Lstat() (fs.FileInfo, error)  { return info{l}, nil }
func (l listed) Open() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(l.content)), nil }

type info struct{ listed }

func (i info) Name() string       { return path.Base(i.path) }
func (i info) Size() int64        { return int64(len(i.content)) }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return false }
func (i info) Sys() any           { return nil }

func (i info) Mode() fs.FileMode {
	switch i.kind {
	case "link":
		return fs.ModeSymlink | 0o777
	case "other":
		return fs.ModeNamedPipe | 0o644
	}
	return 0o644
}
