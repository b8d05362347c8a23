package main

import (
	"errors"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// errorsMax is how many errors gomod keeps; of the others it knows the number.
const errorsMax = 10

// parseModFile gives the whole meaning of a go.mod file, or how many errors it has and the places of the first.
func parseModFile(data string, strict bool) (any, error) {
	parse := modfile.ParseLax
	if strict {
		parse = modfile.Parse
	}
	f, err := parse("go.mod", []byte(data), nil)
	if err != nil {
		return nil, withPlaces(err)
	}
	return meaning(f), nil
}

// withPlaces tells with an error how many there are and where the first stand.
func withPlaces(err error) error {
	found := places(err)
	return &detailed{[]any{len(found), found[:min(len(found), errorsMax)]}, err}
}

// parseWorkFile gives the whole meaning of a go.work file, or its errors as parseModFile does.
func parseWorkFile(args []string) (any, error) {
	f, err := modfile.ParseWork("go.work", []byte(args[0]), nil)
	if err != nil {
		return nil, withPlaces(err)
	}
	all := map[string]any{
		"replace": collect(f.Replace, func(r *modfile.Replace) any { return append(words(r.Old), words(r.New)...) }),
		"godebug": collect(f.Godebug, func(g *modfile.Godebug) any { return []any{g.Key, g.Value} }),
		"use":     collect(f.Use, func(u *modfile.Use) any { return u.Path }),
	}
	if f.Go != nil {
		all["go"] = f.Go.Version
	}
	if f.Toolchain != nil {
		all["toolchain"] = f.Toolchain.Name
	}
	return all, nil
}

// places are line and column of every error.
func places(err error) [][2]int {
	found := [][2]int{}
	var list modfile.ErrorList
	if errors.As(err, &list) {
		for _, e := range list {
			found = append(found, [2]int{e.Pos.Line, e.Pos.LineRune})
		}
	}
	return found
}

func meaning(f *modfile.File) map[string]any {
	all := map[string]any{
		"require": collect(f.Require, func(r *modfile.Require) any { return append(words(r.Mod), r.Indirect) }),
		"exclude": collect(f.Exclude, func(e *modfile.Exclude) any { return words(e.Mod) }),
		"replace": collect(f.Replace, func(r *modfile.Replace) any { return append(words(r.Old), words(r.New)...) }),
		"retract": collect(f.Retract, func(r *modfile.Retract) any { return []any{r.Low, r.High, r.Rationale} }),
		"godebug": collect(f.Godebug, func(g *modfile.Godebug) any { return []any{g.Key, g.Value} }),
		"tool":    collect(f.Tool, func(t *modfile.Tool) any { return t.Path }),
		"ignore":  collect(f.Ignore, func(i *modfile.Ignore) any { return i.Path }),
	}
	if f.Module != nil {
		all["module"] = []any{f.Module.Mod.Path, f.Module.Deprecated}
	}
	if f.Go != nil {
		all["go"] = f.Go.Version
	}
	if f.Toolchain != nil {
		all["toolchain"] = f.Toolchain.Name
	}
	return all
}

func words(m module.Version) []any { return []any{m.Path, m.Version} }

func collect[T any](list []T, describe func(T) any) []any {
	all := []any{}
	for _, item := range list {
		all = append(all, describe(item))
	}
	return all
}

func modulePath(args []string) (any, error) {
	if path := modfile.ModulePath([]byte(args[0])); path != "" {
		return path, nil
	}
	return nil, errNo
}
