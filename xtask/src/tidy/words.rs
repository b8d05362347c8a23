//! No path of a developer's machine and no host name of a public registry in what we publish.

use super::{Check, Problem};
use crate::workspace::Workspace;

pub(super) const CHECK: Check = Check {
    name: "words",
    why: "a path of one machine is dead on every other; a registry's host name sends traffic to somebody who was not asked",
    mend: "write a path from the root of the repository, `/home/u/…` or `/here/…` for an invented one, and `proxy.example` or \
           `--upstream URL` for a proxy",
    find: |workspace: &Workspace| {
        // In .gitignore, a path that begins with a slash begins at the root of the repository.
        let files = workspace.texts(|path| !path.ends_with("Cargo.lock") && path != ".gitignore")?;
        Ok(files.iter().flat_map(|file| forbidden_words(&file.path, &file.text)).collect())
    },
};

/// Top folders that every system has: a path in them tells nothing about one machine.
const COMMON: &[&str] =
    &["bin", "dev", "etc", "lib", "opt", "proc", "run", "sbin", "srv", "sys", "tmp", "usr", "var"];

/// Top folders that nobody has, in examples and tests, and the first parts of paths in URLs there. Only a list can tell
/// them from real ones: what a developer's machine has, the machine that runs this check has not. A single letter and a
/// word in capitals are invented, too.
const INVENTED: &[&str] = &[
    "abs",
    "base",
    "cached-only",
    "code",
    "data",
    "deep",
    "else",
    "ex",
    "folder",
    "go",
    "here",
    "in",
    "info",
    "lie",
    "like",
    "lookup",
    "mine",
    "mirror",
    "net",
    "new",
    "nodot",
    "none",
    "old",
    "path",
    "round",
    "sub",
    "sumdb",
    "tile",
    "trunk",
];

/// Users whom nobody is, under `/home`.
const INVENTED_USERS: &[&str] = &["u", "you"];

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

fn forbidden_words(path: &str, text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let real = absolute_paths(line).into_iter().find(|path| may_be_real(path));
        let host = HOSTS.iter().find(|host| line.contains(**host));
        problems.extend(
            real.map(|real| Problem::at(path, at + 1, format_args!("a path of somebody's machine: {real}"))),
        );
        problems.extend(
            host.map(|host| Problem::at(path, at + 1, format_args!("a registry's host name: {host}"))),
        );
    }
    problems
}

/// Whether `path` may lead somewhere on some machine. `/healthz` alone names no place, `//host/path` is no path, and a first
/// part with a dot or an `@` belongs to a module.
fn may_be_real(path: &str) -> bool {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let (Some(top), Some(second)) = (parts.next(), parts.next()) else { return false };
    let is_network = path.starts_with("//") && !path.starts_with("///");
    let is_placeholder = top.len() == 1 || top.chars().all(|c| c.is_ascii_uppercase());
    let is_known = match top {
        "home" => INVENTED_USERS.contains(&second),
        _ => COMMON.contains(&top) || INVENTED.contains(&top),
    };
    !(is_network || is_placeholder || is_known || top.contains(['.', '@']))
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
        forbidden_words("a.md", text).len()
    }

    /// `path`, put together here: written out it would be found by the check itself.
    fn at(top: &str, rest: &str) -> String {
        format!("/{top}/{rest}")
    }

    #[test]
    fn a_path_of_any_machine_is_found_wherever_the_check_runs() {
        for (top, rest) in [("work", "main"), ("Users", "ann/x"), ("root", ".cargo"), ("home", "ann/x")] {
            let path = at(top, rest);
            let text = format!("fine\ncd {path}.\n\"{path}\"\nfile://{path}");
            assert_eq!(complaints(&text), 3, "{path}");
        }
    }

    #[test]
    fn invented_paths_and_urls_are_fine() {
        assert_eq!(complaints("/home/u/x /home/you/x /here/x /f/go.env /PATH/x"), 0);
        let real = at("home", "ann");
        assert_eq!(complaints(&format!("example.com{real}, ${{DIR}}{real}, http://h{real}, //host/dir")), 0);
        assert_eq!(complaints("/home alone, /healthz, /example.com/m/@v/list, /@v/list"), 0);
    }

    #[test]
    fn folders_that_all_have_tell_nothing() {
        for top in COMMON {
            assert_eq!(complaints(&at(top, "env")), 0, "{top}");
        }
    }

    #[test]
    fn a_registry_is_found_wherever_it_stands() {
        for host in HOSTS {
            assert_eq!(complaints(&format!("const A: &str = \"https://{host}\";")), 1, "{host}");
        }
        assert_eq!(complaints("const DATABASE: &str = \"sum.golang.org\";"), 0);
    }
}
