package main

import (
	"errors"
	"path"
	"strings"
	"time"
	"unicode"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

var errNo = errors.New("no")

// functions are all that can be asked for.
var functions = map[string]function{
	"check_path":         verdict(module.CheckPath),
	"check_import_path":  verdict(module.CheckImportPath),
	"check_file_path":    verdict(module.CheckFilePath),
	"escape_path":        text(module.EscapePath),
	"unescape_path":      text(module.UnescapePath),
	"escape_version":     text(module.EscapeVersion),
	"unescape_version":   text(module.UnescapeVersion),
	"split_path_version": splitPathVersion,
	"check_path_major":   func(a []string) (any, error) { return nil, module.CheckPathMajor(a[0], a[1]) },
	"check":              func(a []string) (any, error) { return nil, module.Check(a[0], a[1]) },
	"canonical_version":  canonicalVersion,
	"version":            version,
	"sort_modules":       sortModules,
	"semver":             semverParts,
	"semver_compare":     func(a []string) (any, error) { return semver.Compare(a[0], a[1]), nil },
	"semver_sort":        func(a []string) (any, error) { semver.Sort(a); return a, nil },
	"is_pseudo_version":  isPseudoVersion,
	"pseudo_time":        pseudoTime,
	"pseudo_rev":         text(module.PseudoVersionRev),
	"pseudo_base":        text(module.PseudoVersionBase),
	"pseudo_version":     pseudoVersion,
	"match_prefix":       func(a []string) (any, error) { return module.MatchPrefixPatterns(a[0], a[1]), nil },
	"glob":               glob,
	"modfile":            func(a []string) (any, error) { return parseModFile(a[0], true) },
	"modfile_lax":        func(a []string) (any, error) { return parseModFile(a[0], false) },
	"workfile":           parseWorkFile,
	"module_path":        modulePath,
	"hash1":              hash1,
	"h1":                 h1,
	"zip":                checkZip,
	"create":             createZip,
	"verifier_key":       verifierKey,
	"verify":             verify,
	"note_open":          noteOpen,
	"note_sign":          noteSign,
	"tree_head":          treeHead,
	"tile_path":          tilePath,
	"lookup":             lookup,
	"records":            records,
	"arithmetic":         arithmetic,
	"proof":              proof,
	"client":             client,
	"go_imports":         goImports,
	"match_go_import":    matchGoImport,
	"check_go_import":    checkGoImport,
	"govcs":              govcs,
	"well_known":         wellKnown,
	"characters":         characters,
}

// verdict is for functions that only accept or reject.
func verdict(check func(string) error) function {
	return func(args []string) (any, error) { return nil, check(args[0]) }
}

// text is for functions from a text to a text.
func text(convert func(string) (string, error)) function {
	return func(args []string) (any, error) { return convert(args[0]) }
}

func splitPathVersion(args []string) (any, error) {
	prefix, major, ok := module.SplitPathVersion(args[0])
	if !ok {
		return nil, errNo
	}
	return []string{prefix, major, module.PathMajorPrefix(major)}, nil
}

func canonicalVersion(args []string) (any, error) {
	if v := module.CanonicalVersion(args[0]); v != "" {
		return v, nil
	}
	return nil, errNo
}

// version accepts what is written canonically.
func version(args []string) (any, error) {
	if args[0] == "" || module.CanonicalVersion(args[0]) != args[0] {
		return nil, errNo
	}
	return nil, nil
}

// sortModules sorts pairs of path and version.
func sortModules(args []string) (any, error) {
	var list []module.Version
	for i := 0; i+1 < len(args); i += 2 {
		list = append(list, module.Version{Path: args[i], Version: args[i+1]})
	}
	module.Sort(list)
	sorted := []string{}
	for _, m := range list {
		sorted = append(sorted, m.Path, m.Version)
	}
	return sorted, nil
}

func semverParts(args []string) (any, error) {
	v := args[0]
	if !semver.IsValid(v) {
		return nil, errNo
	}
	return []string{semver.Canonical(v), semver.Major(v), semver.MajorMinor(v), semver.Prerelease(v), semver.Build(v)}, nil
}

func isPseudoVersion(args []string) (any, error) {
	if !module.IsPseudoVersion(args[0]) {
		return nil, errNo
	}
	return nil, nil
}

func pseudoTime(args []string) (any, error) {
	t, err := module.PseudoVersionTime(args[0])
	return t.Unix(), err
}

// pseudoVersion takes major, older, fourteen digits of time, revision.
func pseudoVersion(args []string) (any, error) {
	t, err := time.Parse("20060102150405", args[2])
	if err != nil {
		return nil, err
	}
	return module.PseudoVersion(args[0], args[1], t, args[3]), nil
}

func glob(args []string) (any, error) {
	return path.Match(args[0], args[1])
}

// characters gives the release of Unicode and three texts: all letters, all other printable characters, and all that are
// neither but known, without the surrogates, which cannot stand in a text.
func characters([]string) (any, error) {
	var letters, printable, others strings.Builder
	for r := rune(0); r <= unicode.MaxRune; r++ {
		switch {
		case unicode.IsLetter(r):
			letters.WriteRune(r)
		case unicode.IsPrint(r) && !unicode.IsSpace(r):
			printable.WriteRune(r)
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Z):
			others.WriteRune(r)
		}
	}
	return []string{unicode.Version, letters.String(), printable.String(), others.String()}, nil
}
