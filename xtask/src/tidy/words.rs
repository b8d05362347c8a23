//! No path of a developer's machine and no host name of a public registry in what we publish.

use super::{Check, Problem};
use crate::workspace::Workspace;

pub(super) const CHECK: Check = Check {
    name: "words",
    why: "a path of one machine is dead on every other; a registry's host name in docs or code sends users' traffic to somebody who was not asked",
    mend: "write a path from the root of the repository, and `proxy.example` or `--upstream URL` for a proxy",
    find: |workspace: &Workspace| {
        let files = workspace.texts(|path| !path.ends_with("Cargo.lock"))?;
        Ok(files.iter().flat_map(|file| forbidden_words(&file.path, &file.text)).collect())
    },
};

/// Where checkouts and home folders lie. Written in two halves, so that this file passes its own check.
const FOLDERS: &[&str] =
    &[concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

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
        let folder = FOLDERS.iter().find(|folder| begins_a_path(line, folder));
        let host = HOSTS.iter().find(|host| line.contains(**host));
        problems.extend(
            folder.map(|name| Problem::at(path, at + 1, format_args!("a path of one machine: {name}…"))),
        );
        problems.extend(
            host.map(|name| Problem::at(path, at + 1, format_args!("a registry's host name: {name}"))),
        );
    }
    problems
}

/// Whether a path in `line` begins with `folder`; inside a longer path or URL the same letters mean something else.
fn begins_a_path(line: &str, folder: &str) -> bool {
    let starts = line.match_indices(folder).filter(|(at, _)| {
        !line[..*at]
            .ends_with(|c: char| c.is_alphanumeric() || ['/', '.', '-', '_', '}', ')', '>', '~'].contains(&c))
    });
    starts
        .into_iter()
        .any(|(at, _)| line[at + folder.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_a_machine_is_found() {
        for folder in FOLDERS {
            let text = format!("fine\ncd {folder}modkeep\n");
            assert_eq!(forbidden_words("a.md", &text).len(), 1, "{folder}");
        }
    }

    #[test]
    fn the_same_letters_inside_a_url_are_fine() {
        let text = format!("http://127.0.0.1:3000{}mod/@v/list and example.com{0}x", FOLDERS[0]);
        assert_eq!(forbidden_words("a.md", &text), []);
    }

    #[test]
    fn a_registry_is_found_wherever_it_stands() {
        for host in HOSTS {
            assert_eq!(
                forbidden_words("a.rs", &format!("const A: &str = \"https://{host}\";")).len(),
                1,
                "{host}"
            );
        }
        assert_eq!(forbidden_words("a.rs", "const DATABASE: &str = \"sum.golang.org\";"), []);
    }
}
