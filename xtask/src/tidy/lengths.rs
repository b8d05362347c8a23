//! Files and functions stay short.

use super::{Check, Problem, rust_text};
use crate::failure::{Context as _, Failure};
use crate::workspace::{Workspace, has_extension};

/// The most lines that a source file may have, comments and blank lines included.
const FILE_LINES_MAX: usize = 500;

/// The setting in clippy.toml that gives functions their limit.
const FUNCTION_LIMIT: &str = "too-many-lines-threshold = 70";

/// The lint that enforces it.
const FUNCTION_LINT: &str = "too_many_lines";

pub(super) const FILES: Check = Check {
    name: "long-files",
    why: "a file holds one idea; one of over 500 lines holds several, and nobody finds them by their names",
    mend: "give each idea its own file in a folder named after the file",
    find: |workspace| {
        let sources = workspace.texts(is_source)?;
        Ok(sources.iter().filter_map(|file| too_long(&file.path, &file.text)).collect())
    },
};

pub(super) const FUNCTIONS: Check = Check {
    name: "long-functions",
    why: "a function is read in one look; clippy refuses one of over 70 lines, in tests too, if nobody turns that off",
    mend: "keep the limit of 70 in clippy.toml, and split the function instead of excusing it",
    find: find_excused,
};

fn is_source(path: &str) -> bool {
    has_extension(path, &["rs", "go", "sh"])
}

fn too_long(path: &str, text: &str) -> Option<Problem> {
    let lines = text.lines().count();
    (lines > FILE_LINES_MAX).then(|| Problem(format!("{path}: {lines} lines, at most {FILE_LINES_MAX}")))
}

fn find_excused(workspace: &Workspace) -> Result<Vec<Problem>, Failure> {
    let settings = std::fs::read_to_string(workspace.root.join("clippy.toml")).cannot("read clippy.toml")?;
    let sources = workspace.texts(|path| has_extension(path, &["rs"]))?;
    let excused = sources.iter().flat_map(|file| excuses(&file.path, &file.text));
    Ok(limit_is_gone(&settings).into_iter().chain(excused).collect())
}

fn limit_is_gone(settings: &str) -> Option<Problem> {
    let is_there = settings.lines().any(|line| line.trim() == FUNCTION_LIMIT);
    (!is_there).then(|| Problem(format!("clippy.toml: the line `{FUNCTION_LIMIT}` is missing")))
}

fn excuses(path: &str, text: &str) -> Vec<Problem> {
    let code = rust_text::code_only(text);
    let lines = code.lines().enumerate().filter(|(_, line)| line.contains(FUNCTION_LINT));
    lines.map(|(at, _)| Problem::at(path, at + 1, "excuses a function from the limit")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_hundred_lines_pass_and_one_more_fails() {
        assert_eq!(too_long("a.rs", &"\n".repeat(500)), None);
        assert!(too_long("a.rs", &"\n".repeat(501)).is_some_and(|problem| problem.0.contains("501")));
    }

    #[test]
    fn only_sources_are_counted() {
        assert!(is_source("a/b.rs") && is_source("x.go"));
        assert!(!is_source("Cargo.lock") && !is_source("docs/cli.md"));
    }

    #[test]
    fn the_limit_must_stand_in_clippy_toml() {
        assert_eq!(limit_is_gone("msrv = \"1\"\ntoo-many-lines-threshold = 70\n"), None);
        assert!(limit_is_gone("too-many-lines-threshold = 700\n").is_some());
    }

    #[test]
    fn an_excuse_is_found_and_a_comment_is_none() {
        let excuse = format!("\n#[allow(clippy::{FUNCTION_LINT})]\nfn a() {{}}");
        assert_eq!(excuses("a.rs", &excuse), [Problem::at("a.rs", 2, "excuses a function from the limit")]);
        assert_eq!(excuses("a.rs", &format!("// {FUNCTION_LINT}\n")), []);
    }
}
