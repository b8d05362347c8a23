// Package vcs is a part of the go command's package of that name: its file discovery.go and some declarations of its vcs.go,
// which are cut out when the oracle is built. Here is what stands around these.
package vcs

import (
	"errors"
	"regexp"
	"strings"
)

// ModuleMode says whether tags for module proxies count.
type ModuleMode int

const (
	IgnoreMod ModuleMode = iota
	PreferMod
)

type govcsConfig []govcsRule

// Cmd is a version control system.
type Cmd struct{ Cmd string }

var vcsList = []*Cmd{{"hg"}, {"git"}, {"svn"}, {"fossil"}}

type vcsPath struct {
	pathPrefix     string
	regexp         *regexp.Regexp
	repo           string
	vcs            string
	check          func(match map[string]string) error
	schemelessRepo bool
}

// Functions of packages that are not taken along.
var (
	lazyregexp = struct {
		New func(string) *regexp.Regexp
	}{regexp.MustCompile}
	search = struct {
		IsRelativePath func(string) bool
	}{func(p string) bool {
		return p == "." || p == ".." || strings.HasPrefix(p, "./") || strings.HasPrefix(p, "../")
	}}
	str = struct {
		HasPathPrefix func(string, string) bool
	}{hasPathPrefix}
)

func hasPathPrefix(s, prefix string) bool {
	return s == prefix || strings.HasPrefix(s, prefix+"/")
}

// GoImports gives the fields of all tags of a page.
func GoImports(page string) ([][]string, error) {
	imports, err := parseMetaGoImports(strings.NewReader(page), PreferMod)
	all := [][]string{}
	for _, m := range imports {
		all = append(all, fields(m))
	}
	return all, err
}

// Match takes a path and the fields of tags.
func Match(path string, args []string) ([]string, error) {
	var imports []metaImport
	for ; len(args) >= 4; args = args[4:] {
		imports = append(imports, metaImport{args[0], args[1], args[2], args[3]})
	}
	m, err := matchGoImport(imports, path)
	return fields(m), err
}

func fields(m metaImport) []string { return []string{m.Prefix, m.VCS, m.RepoRoot, m.SubDir} }

// Check checks the fields of a tag.
func Check(vcs, url, subdir string) error {
	if err := validateRepoSubDir(subdir); err != nil {
		return err
	}
	if err := validateRepoRoot(url); err != nil {
		return err
	}
	if vcs == "mod" {
		return nil
	}
	for _, known := range vcsList {
		if known.Cmd == vcs {
			return nil
		}
	}
	return errors.New("unknown vcs")
}

// Allowed says which systems may be used.
func Allowed(value, root string, private bool) ([]bool, error) {
	config, err := parseGOVCS(value)
	config = append(config, defaultGOVCS...)
	allowed := []bool{}
	for _, vcs := range vcsList {
		allowed = append(allowed, config.allow(root, private, vcs.Cmd))
	}
	return allowed, err
}

// WellKnown gives root, system and place by go's table, or nothing. A match that does not begin where the path begins is none.
func WellKnown(path string) ([]string, error) {
	for _, row := range vcsPaths {
		if row.pathPrefix != "" && !hasPathPrefix(path, row.pathPrefix) {
			continue
		}
		m := row.regexp.FindStringSubmatch(path)
		if m == nil && row.pathPrefix != "" {
			return nil, errors.New("invalid import path")
		}
		if m == nil || !strings.HasPrefix(path, m[0]) {
			continue
		}
		match := map[string]string{"prefix": row.pathPrefix + "/", "import": path}
		for i, name := range row.regexp.SubexpNames() {
			if name != "" && match[name] == "" {
				match[name] = m[i]
			}
		}
		if row.vcs != "" {
			match["vcs"] = expand(match, row.vcs)
		}
		if row.repo != "" {
			match["repo"] = expand(match, row.repo)
		}
		if row.check != nil {
			if err := row.check(match); err != nil {
				return nil, err
			}
		}
		return []string{match["root"], match["vcs"], match["repo"]}, nil
	}
	return []string{}, nil
}
