//! Reads modules from text: header lines, then files, each after a `-- NAME --` line; `====` between modules.
//!
//! The format is described in the README. Every mistake stops the test and names its line: a test that quietly runs on
//! half a module proves nothing.

use super::Module;

/// The line between two modules. No Go file can hold it, so it needs no escape.
const SEPARATOR: &str = "====";

pub(super) fn parse(text: &str) -> Vec<Module> {
    let mut modules = Vec::new();
    let mut lines = Vec::new();
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if line.trim_end() == SEPARATOR {
            modules.push(parse_one(&std::mem::take(&mut lines)));
        } else {
            lines.push((index + 1, line));
        }
    }
    modules.push(parse_one(&lines));
    modules
}

type Line<'a> = (usize, &'a str);

fn parse_one(lines: &[Line<'_>]) -> Module {
    let end_of_header = lines.iter().position(|(_, line)| file_name(line).is_some()).unwrap_or(lines.len());
    let (header, files) = lines.split_at(end_of_header);
    add_files(read_header(header), files)
}

fn read_header(lines: &[Line<'_>]) -> Module {
    let value_of =
        |key: &str| lines.iter().find_map(|(_, line)| line.trim().strip_prefix(key)).map(str::trim);
    let path = value_of("module ").unwrap_or_else(|| panic!("no `module PATH` line in {lines:?}"));
    let version = value_of("version ").unwrap_or_else(|| panic!("no `version V` line for module {path}"));
    lines.iter().fold(Module::new(path, version), |module, line| apply(module, *line))
}

fn apply(module: Module, (number, line): Line<'_>) -> Module {
    let line = line.trim();
    let (key, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    match (key, value.trim()) {
        ("module" | "version" | "", _) => module,
        (comment, _) if comment.starts_with('#') => module,
        ("time", value) => module.time(value),
        ("revision", value) => module.revision(value),
        ("info", value) => module.raw_info(value.to_owned()),
        ("latest", "") => module.latest(),
        ("unlisted", "") => module.unlisted(),
        _ => panic!(
            "line {number}: `{line}` is not a header line (module, version, time, revision, info, latest, unlisted, #)"
        ),
    }
}

fn add_files(module: Module, lines: &[Line<'_>]) -> Module {
    let mut files: Vec<(&str, String)> = Vec::new();
    for (_, line) in lines {
        match (file_name(line), files.last_mut()) {
            (Some(name), _) => files.push((name, String::new())),
            (None, Some((_, content))) => content.push_str(line),
            (None, None) => {}
        }
    }
    files.into_iter().fold(module, |module, (name, content)| module.file(name, content))
}

/// The name in a `-- NAME --` line.
fn file_name(line: &str) -> Option<&str> {
    line.trim_end().strip_prefix("-- ")?.strip_suffix(" --").map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "\
# two versions
module example.com/Big
version v1.0.0
time 2023-05-06T07:08:09Z
revision main
latest
-- go.mod --
module example.com/Big

go 1.21
-- sub/a.go --
package sub
====
module example.com/Big
version v0.9.0
unlisted
";

    #[test]
    fn header_files_and_separator_are_read() {
        let modules = parse(TWO);
        assert_eq!(modules.len(), 2);
        let first = &modules[0];
        assert_eq!((first.path(), first.version()), ("example.com/Big", "v1.0.0"));
        assert_eq!(first.info(), r#"{"Version":"v1.0.0","Time":"2023-05-06T07:08:09Z"}"#);
        assert_eq!(first.mod_file(), "module example.com/Big\n\ngo 1.21\n");
        assert_eq!(first.revisions(), ["main"]);
        assert!(first.is_latest() && first.is_listed());
        assert!(!modules[1].is_listed() && !modules[1].has_go_mod());
    }

    #[test]
    #[should_panic(expected = "line 3: `tiem 2023` is not a header line")]
    fn a_misspelt_header_line_stops_the_test() {
        parse("module example.com/a\nversion v1.0.0\ntiem 2023\n");
    }

    #[test]
    #[should_panic(expected = "no `version V` line for module example.com/a")]
    fn a_missing_version_stops_the_test() {
        parse("module example.com/a\n");
    }
}
