//! No path of a developer's machine and no host name of a public registry in what we publish.

use std::path::Path;

use super::{Check, Problem};
use crate::workspace::Workspace;

pub(super) const CHECK: Check = Check {
    name: "words",
    why: "a path of one machine is dead on every other; a registry's host name sends traffic to somebody who was not asked",
    mend: "write a path from the root of the repository, and `proxy.example` or `--upstream URL` for a proxy",
    find: |workspace: &Workspace| {
        let home = std::env::home_dir();
        let own: Vec<&Path> =
            [Some(workspace.root.as_path()), home.as_deref()].into_iter().flatten().collect();
        let machine = Machine { folders: top_folders(&own), has: &|path| Path::new(path).exists() };
        let files = workspace.texts(|path| !path.ends_with("Cargo.lock"))?;
        Ok(files.iter().flat_map(|file| forbidden_words(&file.path, &file.text, &machine)).collect())
    },
};

/// Top folders that every system has: a path in them tells nothing about one machine.
const COMMON: &[&str] =
    &["bin", "dev", "etc", "lib", "opt", "proc", "run", "sbin", "srv", "sys", "tmp", "usr", "var"];

/// Registries whose names belong into nobody's text. Written in two halves, so that this file passes its own check.
const HOSTS: &[&str] = &[
    concat!("proxy.", "golang.org"),
    concat!("gopro", "xy.io"),
    concat!("gopro", "xy.cn"),
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("py", "pi.org"),
    concat!("files.python", "hosted.org"),
    concat!("registry.", "npmjs.org"),
    concat!("deb.", "debian.org"),
    concat!("repo1.", "maven.org"),
];

/// What tells a path of this machine from an invented one: tests are full of `/home/u/file`.
struct Machine<'a> {
    /// Top folders in which the checkout and the home folder lie.
    folders: Vec<String>,
    /// Whether a path is there.
    has: &'a dyn Fn(&str) -> bool,
}

impl Machine<'_> {
    fn is_its_own(&self, path: &str) -> bool {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let is_in_folder = parts.next().is_some_and(|top| self.folders.iter().any(|folder| folder == top));
        is_in_folder && parts.next().is_some() && (self.has)(path)
    }
}

/// The first parts of `paths`, without those that every system has.
fn top_folders(paths: &[&Path]) -> Vec<String> {
    let tops = paths.iter().filter_map(|path| path.iter().nth(1)?.to_str());
    tops.filter(|top| !COMMON.contains(top)).map(str::to_owned).collect()
}

fn forbidden_words(path: &str, text: &str, machine: &Machine<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let own = absolute_paths(line).into_iter().find(|path| machine.is_its_own(path));
        let host = HOSTS.iter().find(|host| line.contains(**host));
        problems
            .extend(own.map(|own| Problem::at(path, at + 1, format_args!("a path of this machine: {own}"))));
        problems.extend(
            host.map(|host| Problem::at(path, at + 1, format_args!("a registry's host name: {host}"))),
        );
    }
    problems
}

/// The absolute paths in `line`. A slash behind a letter, a dot or another slash is inside of a longer path or a URL.
fn absolute_paths(line: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_alphanumeric() || ['/', '.', '-', '_', '+', '@', '~'].contains(&c);
    let starts = line.match_indices('/').filter(|(at, _)| !line[..*at].ends_with(|c| is_part(c) || c == '}'));
    let whole = starts.map(|(at, _)| {
        let rest = &line[at..];
        &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())]
    });
    whole.map(|path| path.trim_end_matches('.')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(text: &str) -> usize {
        let machine =
            Machine { folders: vec!["checkouts".into(), "home".into()], has: &|path| !path.contains("/u/") };
        forbidden_words("a.md", text, &machine).len()
    }

    #[test]
    fn a_path_of_this_machine_is_found() {
        assert_eq!(complaints("fine\ncd /checkouts/modkeep.\n\"/home/ann/x\""), 2);
    }

    #[test]
    fn invented_paths_and_urls_are_fine() {
        assert_eq!(complaints("/home/u/x and example.com/home/ann, ${DIR}/home/ann, http://h/home/ann"), 0);
        assert_eq!(complaints("/home alone, /usr/bin/env"), 0);
    }

    #[test]
    fn folders_that_all_have_tell_nothing() {
        let folders = top_folders(&[Path::new("/tmp/clone/modkeep"), Path::new("/home/ann")]);
        assert_eq!(folders, ["home"]);
    }

    #[test]
    fn a_registry_is_found_wherever_it_stands() {
        for host in HOSTS {
            assert_eq!(complaints(&format!("const A: &str = \"https://{host}\";")), 1, "{host}");
        }
        assert_eq!(complaints("const DATABASE: &str = \"sum.golang.org\";"), 0);
    }
}
