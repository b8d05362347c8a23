//! Links and paths in our pages lead somewhere.

use std::collections::{BTreeMap, BTreeSet};

use super::markdown::Page;
use super::{Check, Problem};
use crate::workspace::{Workspace, has_extension};

pub(super) const CHECK: Check = Check {
    name: "links",
    why: "a reader who follows a dead link stops trusting the page; files move, and nobody remembers who pointed at them",
    mend: "point to where the file or heading is now (from the page's own folder), or drop the link",
    find: |workspace: &Workspace| {
        let texts = workspace.texts(|path| has_extension(path, &["md"]))?;
        let pages = texts.iter().map(|file| (file.path.as_str(), Page::parse(&file.text))).collect();
        Ok(dead_links(&Site { files: workspace.files()?.into_iter().collect(), pages }))
    },
};

/// Folders that a path in a code span is taken to begin with, also when they do not exist (any more).
const FOLDERS: &[&str] = &["docs", "crates", "xtask", "fuzz", ".ci", ".cargo"];

/// Extensions that make a code span a path.
const EXTENSIONS: &[&str] = &["md", "rs", "toml", "json", "sh", "go", "yml", "txt"];

/// All that a link can lead to.
struct Site<'a> {
    files: BTreeSet<String>,
    pages: BTreeMap<&'a str, Page>,
}

impl Site<'_> {
    /// Whether `path`, from the root, is a file or a folder of this checkout.
    fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        path.is_empty()
            || self.files.contains(path)
            || self.files.iter().any(|file| file.starts_with(&folder))
    }

    fn has_anchor(&self, page: &str, anchor: &str) -> bool {
        // Anchors of what is not a page (a line of a source file) belong to the viewer.
        self.pages.get(page).is_none_or(|page| page.anchors.iter().any(|known| known == anchor))
    }
}

fn dead_links(site: &Site<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, page) in &site.pages {
        let links =
            page.links.iter().filter_map(|(line, target)| Some((line, dead_link(site, path, target)?)));
        problems.extend(links.map(|(line, told)| Problem::at(path, *line, told)));
        let spans = page.spans.iter().filter(|(_, span)| is_dead_path(site, path, span));
        problems.extend(
            spans.map(|(line, span)| Problem::at(path, *line, format_args!("no such file: `{span}`"))),
        );
    }
    problems
}

/// What is wrong with a link to `target` on the page `from`.
fn dead_link(site: &Site<'_>, from: &str, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") || is_rust_item(site, from, target) {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let file = if path.is_empty() { from.to_owned() } else { joined(folder(from), path)? };
    if !site.has(&file) {
        return Some(format!("no such file: {target}"));
    }
    let is_dead = !anchor.is_empty() && !site.has_anchor(&file, anchor);
    is_dead.then(|| format!("no such heading: {target}"))
}

/// Whether `target` is an item of the crate whose README `from` is. Rustdoc checks those.
fn is_rust_item(site: &Site<'_>, from: &str, target: &str) -> bool {
    let is_crate_doc = from.ends_with("/README.md") && site.has(&format!("{}Cargo.toml", folder(from)));
    let is_item = target.contains("::") || target.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_crate_doc && is_item
}

/// Whether `span` on the page `from` looks like a path of ours and is none. Such a path may be told from the root,
/// from the page's folder, or, in the README of a crate, from its `src`.
fn is_dead_path(site: &Site<'_>, from: &str, span: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || ['/', '.', '-', '_'].contains(&c);
    let looks_like_one = span.contains('/') && has_extension(span, EXTENSIONS) && span.chars().all(plain);
    if !looks_like_one || span.starts_with('/') {
        return false;
    }
    let first = span.split('/').next().unwrap_or_default();
    let own = folder(from).to_owned();
    let bases = [String::new(), format!("{own}src/"), own];
    let begins = |base: &String| joined(base, first).is_some_and(|begin| site.has(&begin));
    let is_ours = FOLDERS.contains(&first) || bases.iter().any(begins);
    is_ours && !bases.iter().any(|base| joined(base, span).is_some_and(|path| site.has(&path)))
}

/// The folder that `path` lies in, with its last `/`; empty for the root.
fn folder(path: &str) -> &str {
    &path[..path.rfind('/').map_or(0, |at| at + 1)]
}

/// `path` as seen from `folder`, with `.` and `..` resolved; none if it leaves the root.
fn joined(folder: &str, path: &str) -> Option<String> {
    let from_root = path.strip_prefix('/').map_or_else(|| format!("{folder}{path}"), str::to_owned);
    let mut parts = Vec::new();
    for part in from_root.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> Vec<String> {
        let files = [
            "README.md",
            "docs/a.md",
            "docs/adr/b.md",
            "crates/c/README.md",
            "crates/c/Cargo.toml",
            "crates/c/src/d/e.rs",
        ];
        let mut pages = BTreeMap::from([("docs/a.md", Page::parse("# One\n## Two words\n"))]);
        pages.insert(path, Page::parse(text));
        let site = Site { files: files.map(str::to_owned).into(), pages };
        dead_links(&site).into_iter().map(|problem| problem.0).collect()
    }

    #[test]
    fn living_links_pass() {
        let text =
            "[1](docs/a.md#two-words) [2](docs/) [3](https://example.com/x) [4](#here) `docs/a.md`\n# Here\n";
        assert_eq!(complaints("README.md", text), Vec::<String>::new());
        assert_eq!(
            complaints("docs/adr/b.md", "[1](../a.md) [2](../../README.md) `docs/a.md`"),
            Vec::<String>::new()
        );
    }

    #[test]
    fn dead_links_and_anchors_are_told() {
        let text = "\n[1](a.md)\n[2](docs/a.md#three) [3](#nowhere) [4](../x.md)";
        let told = complaints("README.md", text);
        assert_eq!(told.len(), 3, "{told:?}");
        assert_eq!(told[0], "README.md:2: no such file: a.md");
        assert_eq!(told[1], "README.md:3: no such heading: docs/a.md#three");
    }

    #[test]
    fn paths_in_code_spans_are_links_too() {
        assert_eq!(complaints("README.md", "`docs/gone.md`"), ["README.md:1: no such file: `docs/gone.md`"]);
        assert_eq!(complaints("crates/c/README.md", "`d/e.rs` `src/d/e.rs`"), Vec::<String>::new());
        assert_eq!(complaints("crates/c/README.md", "`d/f.rs`").len(), 1);
    }

    #[test]
    fn what_is_no_path_of_ours_is_let_be() {
        let text = "`example.com/m/go.mod` `cargo test` `a/b.rs` `/etc/x.toml` `docs/*.md`";
        assert_eq!(complaints("README.md", text), Vec::<String>::new());
    }

    #[test]
    fn items_of_a_crate_are_left_to_rustdoc() {
        let text = "[`A`](A) [b](crate::b::B)";
        assert_eq!(complaints("crates/c/README.md", text), Vec::<String>::new());
        assert_eq!(complaints("README.md", text).len(), 2);
    }
}
