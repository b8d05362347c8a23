//! Every dependency that is named is used: by a manifest if the root names it, by the sources if a crate does.

use super::manifest::{self, Dependency};
use super::{Check, Problem, rust_text};
use crate::failure::Failure;
use crate::workspace::{TextFile, Workspace, has_extension};

pub(super) const CHECK: Check = Check {
    name: "unused-dependencies",
    why: "a crate that nothing uses is still fetched, compiled and judged for its licence, and readers look for its purpose",
    mend: "remove the line from the manifest; what only tests use belongs under [dev-dependencies]",
    find: find_unused,
};

fn find_unused(workspace: &Workspace) -> Result<Vec<Problem>, Failure> {
    let manifests = workspace.texts(|path| path.ends_with("Cargo.toml") && !path.starts_with("fuzz/"))?;
    let sources = workspace.texts(|path| has_extension(path, &["rs"]))?;
    let (roots, members): (Vec<_>, Vec<_>) = manifests.iter().partition(|file| file.path == "Cargo.toml");
    let mut problems: Vec<Problem> = roots.iter().flat_map(|root| unclaimed(root, &members)).collect();
    problems.extend(members.iter().flat_map(|member| unnamed(member, &sources)));
    Ok(problems)
}

/// The dependencies in the root's table that no member takes.
fn unclaimed(root: &TextFile, members: &[&TextFile]) -> Vec<Problem> {
    let taken: Vec<&str> =
        members.iter().flat_map(|file| manifest::dependencies(&file.text)).map(|one| one.name).collect();
    let left = manifest::dependencies(&root.text).into_iter().filter(|one| !taken.contains(&one.name));
    left.map(|one| Problem::at(&root.path, one.line, format_args!("no crate uses {}", one.name))).collect()
}

/// The dependencies of `member` that its sources do not name.
fn unnamed(member: &TextFile, sources: &[TextFile]) -> Vec<Problem> {
    let folder = member.path.strip_suffix("Cargo.toml").unwrap_or_default();
    let own: Vec<Source<'_>> = sources.iter().filter_map(|file| Source::of(folder, file)).collect();
    let unused = manifest::dependencies(&member.text).into_iter().filter(|one| {
        // A crate that tests with itself turns on a feature of its own.
        !folder.ends_with(&format!("/{}/", one.name)) && !own.iter().any(|source| source.uses(one))
    });
    let told = |one: Dependency<'_>| {
        Problem::at(&member.path, one.line, format_args!("no source names {} of [{}]", one.name, one.kind))
    };
    unused.map(told).collect()
}

/// A source file of one crate.
struct Source<'a> {
    /// Its path inside of the crate.
    path: &'a str,
    code: String,
    without_tests: String,
}

impl<'a> Source<'a> {
    fn of(folder: &str, file: &'a TextFile) -> Option<Self> {
        let path = file.path.strip_prefix(folder)?;
        let code = rust_text::code_only(&file.text);
        let without_tests = rust_text::without_tests(&code);
        Some(Self { path, code, without_tests })
    }

    /// Whether this file is compiled with `dependency` and names it.
    fn uses(&self, dependency: &Dependency<'_>) -> bool {
        let code = match dependency.kind {
            "dependencies" if self.path.starts_with("src/") => &self.without_tests,
            "dev-dependencies" if self.path != "build.rs" => &self.code,
            "build-dependencies" if self.path == "build.rs" => &self.code,
            _ => return false,
        };
        let name = dependency.name.replace('-', "_");
        // The name of a crate stands before `::` or behind `use`; elsewhere it is a word that means something else.
        let is_imported = || code.split(';').any(|item| item.trim_end().ends_with(&format!("use {name}")));
        !rust_text::paths(code, &name).is_empty() || is_imported()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> TextFile {
        TextFile { path: path.to_owned(), text: text.to_owned() }
    }

    fn complaints(manifest: &str, path: &str, code: &str) -> usize {
        unnamed(&file("crates/a/Cargo.toml", manifest), &[file(path, code)]).len()
    }

    #[test]
    fn what_no_crate_takes_is_told() {
        let root = file("Cargo.toml", "[workspace.dependencies]\nhttp = \"1\"\nhyper = \"1\"\n");
        let member = file("a/Cargo.toml", "[dev-dependencies]\nhyper.workspace = true");
        assert_eq!(unclaimed(&root, &[&member]), [Problem("Cargo.toml:2: no crate uses http".into())]);
    }

    #[test]
    fn what_the_sources_name_passes_and_words_in_comments_do_not_count() {
        let manifest = "[dependencies]\nhttp-body.workspace = true";
        assert_eq!(complaints(manifest, "crates/a/src/lib.rs", "use http_body::Body;"), 0);
        assert_eq!(complaints(manifest, "crates/a/src/lib.rs", "// http_body\nuse my_http_body;"), 1);
        assert_eq!(complaints(manifest, "crates/a/src/lib.rs", "use http_body;"), 0);
        assert_eq!(complaints(manifest, "crates/a/src/lib.rs", "fn a() { x.http_body(); }"), 1);
        assert_eq!(complaints(manifest, "crates/b/src/lib.rs", "use http_body::Body;"), 1);
    }

    #[test]
    fn what_only_tests_name_is_no_dependency_of_the_product() {
        let manifest = "[dependencies]\nhttp.workspace = true";
        assert_eq!(complaints(manifest, "crates/a/tests/b.rs", "use http::Uri;"), 1);
        assert_eq!(
            complaints(manifest, "crates/a/src/lib.rs", "#[cfg(test)]\nmod tests { use http::Uri; }"),
            1
        );
        let manifest = "[dev-dependencies]\nhttp.workspace = true\na = { path = \".\" }";
        assert_eq!(complaints(manifest, "crates/a/tests/b.rs", "use http::Uri;"), 0);
    }
}
