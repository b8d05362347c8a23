package main

import "oracle/vcs"

func goImports(args []string) (any, error) { return vcs.GoImports(args[0]) }

func matchGoImport(args []string) (any, error) { return vcs.Match(args[0], args[1:]) }

func checkGoImport(args []string) (any, error) { return nil, vcs.Check(args[0], args[1], args[2]) }

func govcs(args []string) (any, error) { return vcs.Allowed(args[0], args[1], args[2] == "private") }

func wellKnown(args []string) (any, error) { return vcs.WellKnown(args[0]) }
