package main

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"sort"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/zip"
)

// hash1 takes pairs of file name and content.
func hash1(args []string) (any, error) {
	content := map[string]string{}
	var names []string
	for i := 0; i+1 < len(args); i += 2 {
		names = append(names, args[i])
		content[args[i]] = args[i+1]
	}
	sort.Strings(names)
	return dirhash.Hash1(names, func(name string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(content[name])), nil
	})
}

// h1 takes the text of a hash and accepts what dirhash could have made, which has no function to read it.
func h1(args []string) (any, error) {
	encoded, found := strings.CutPrefix(args[0], "h1:")
	sum, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || !found || len(sum) != sha256.Size || base64.StdEncoding.EncodeToString(sum) != encoded {
		return nil, errNo
	}
	return encoded, nil
}

// checkZip takes module path, version and the bytes of a zip. The value is the content hash of a good module zip. Of
// another zip it tells whether its directory passes, and the hash if it can be read all the same.
func checkZip(args []string) (any, error) {
	file, err := os.CreateTemp("", "oracle-*.zip")
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if _, err := file.WriteString(args[2]); err != nil {
		return nil, err
	}
	_, checkErr := zip.CheckZip(module.Version{Path: args[0], Version: args[1]}, file.Name())
	sum, hashErr := dirhash.HashZip(file.Name(), dirhash.Hash1)
	if err := errors.Join(checkErr, hashErr); err != nil {
		detail := map[string]any{"checked": checkErr == nil, "h1": nil}
		if hashErr == nil {
			detail["h1"] = sum
		}
		return nil, &detailed{detail, err}
	}
	return sum, nil
}
