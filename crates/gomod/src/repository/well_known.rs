//! Paths whose repository go knows without asking: hosts in a table (protocol.md E2), and paths that name the version control
//! system themselves (E3).

use super::hosts::{Element, HOSTS, Host};
use super::{RepositoryError, Vcs};

/// What a path says about its repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The part of the path that stands for the root of the repository.
    pub root: String,
    /// Its system.
    pub vcs: Vcs,
    /// Where it is.
    pub place: KnownPlace,
}

/// Where a repository is, as far as its path tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownPlace {
    /// At this URL.
    Url(String),
    /// At this `host/path`, by the first of [`Vcs::schemes`] that works there.
    Unschemed(String),
}

/// Finds the repository of a path without asking anybody; `None` when its host has to be asked (protocol.md E4).
///
/// Two differences from go. Its pattern for paths with a suffix may match behind the beginning of a path, which leads to an
/// error later; here such a path does not match at all. And Bazaar on launchpad.net is not tried when the host names nothing.
///
/// # Errors
/// The host is known but the path cannot be one of its repositories; or a place where go knows that there is no module.
///
/// ```
/// use gomod::repository::{KnownPlace, Vcs, well_known};
/// let known = well_known("github.com/acme/tool/v2")?.unwrap();
/// assert_eq!((known.root.as_str(), known.vcs), ("github.com/acme/tool", Vcs::Git));
/// let known = well_known("code.example.com/tool.hg/sub")?.unwrap();
/// assert_eq!(known.place, KnownPlace::Unschemed("code.example.com/tool".to_owned()));
/// assert_eq!(well_known("example.com/tool")?, None);
/// assert!(well_known("github.com/acme").is_err());
/// # Ok::<(), gomod::repository::RepositoryError>(())
/// ```
pub fn well_known(path: &str) -> Result<Option<Known>, RepositoryError> {
    if is_below(path, "example.net") {
        return Err(RepositoryError::Reserved("example.net"));
    }
    if path == "rsc.io" {
        return Err(RepositoryError::Reserved("rsc.io"));
    }
    match HOSTS.iter().find(|host| is_below(path, host.prefix)) {
        Some(host) => at(host, path).map(Some),
        None => Ok(by_suffix(path)),
    }
}

fn at(host: &Host, path: &str) -> Result<Known, RepositoryError> {
    let prefix = host.prefix;
    let root = host.root(path).ok_or_else(|| RepositoryError::Pattern { prefix, path: path.to_owned() })?;
    if host.is_without_suffix && without_suffix(root).is_some() {
        return Err(RepositoryError::Suffix { prefix });
    }
    let place = KnownPlace::Url(format!("https://{root}"));
    Ok(Known { root: root.to_owned(), vcs: host.vcs, place })
}

/// A path like `host.example/name.git/folder` (protocol.md E3): the last element with a suffix ends the root.
fn by_suffix(path: &str) -> Option<Known> {
    let (host, below) = path.split_once('/')?;
    if !is_host(host) || !below.split('/').all(|element| Element::Word.fits(after_tilde(element))) {
        return None;
    }
    let mut root = path;
    loop {
        let (above, element) = root.rsplit_once('/').filter(|(above, _)| above.len() >= host.len())?;
        let found = without_suffix(after_tilde(element)).filter(|(name, _)| !name.is_empty());
        if let Some((_, vcs)) = found {
            let place = KnownPlace::Unschemed(without_suffix(root)?.0.to_owned());
            return Some(Known { root: root.to_owned(), vcs, place });
        }
        root = above;
    }
}

/// Whether it looks like a host with a dot inside, perhaps with a port.
fn is_host(text: &str) -> bool {
    let (name, port) = text.split_once(':').map_or((text, None), |(name, port)| (name, Some(port)));
    let is_name = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-');
    let has_dot_inside = name.get(1..name.len().saturating_sub(1)).is_some_and(|inside| inside.contains('.'));
    let is_port = |port: &str| !port.is_empty() && port.chars().all(|c| c.is_ascii_digit());
    is_name && has_dot_inside && port.is_none_or(is_port)
}

/// The text before a suffix like `.git`, and whose suffix it is.
fn without_suffix(text: &str) -> Option<(&str, Vcs)> {
    let (name, word) = text.rsplit_once('.')?;
    Vcs::parse(word).map(|vcs| (name, vcs))
}

fn after_tilde(element: &str) -> &str {
    element.strip_prefix('~').unwrap_or(element)
}

/// Whether a path is this one or below it.
pub(super) fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &str) -> Option<(String, &'static str, String)> {
        let known = well_known(path).unwrap()?;
        let place = match known.place {
            KnownPlace::Url(url) => url,
            KnownPlace::Unschemed(place) => format!("?{place}"),
        };
        Some((known.root, known.vcs.as_str(), place))
    }

    fn found(root: &str, vcs: &'static str, place: &str) -> (String, &'static str, String) {
        (root.to_owned(), vcs, place.to_owned())
    }

    #[test]
    fn hosts_of_the_table_are_known() {
        for path in ["github.com/a/b", "github.com/a/b/c/v2", "github.com/a/b/c.git"] {
            assert_eq!(place(path), Some(found("github.com/a/b", "git", "https://github.com/a/b")), "{path}");
        }
        let chisel = "chiselapp.com/user/kyle/repository/fossilgg";
        assert_eq!(place(chisel), Some(found(chisel, "fossil", &format!("https://{chisel}"))));
        let apache = "git.apache.org/a_b.git";
        assert_eq!(
            place(&format!("{apache}/c")),
            Some(found(apache, "git", "https://git.apache.org/a_b.git"))
        );
        let stack = "git.openstack.org/a/b.git";
        assert_eq!(
            place(&format!("{stack}/c")),
            Some(found(stack, "git", "https://git.openstack.org/a/b.git"))
        );
    }

    #[test]
    fn a_known_host_with_another_path_is_an_error_and_not_asked() {
        for path in [
            "github.com",
            "github.com/a",
            "github.com/a/~b",
            "hub.jazz.net/git/A/b",
            "git.apache.org/a/b",
            "git.apache.org/A.git",
            "git.apache.org/.git",
            "chiselapp.com/user/kyle/repository/a/b",
            "chiselapp.com/x/kyle/repository/a",
        ] {
            assert!(matches!(well_known(path), Err(RepositoryError::Pattern { .. })), "{path}");
        }
        for path in ["github.com/a/b.git", "bitbucket.org/a/b.hg/c", "hub.jazz.net/git/a/b.fossil"] {
            assert!(matches!(well_known(path), Err(RepositoryError::Suffix { .. })), "{path}");
        }
        for path in ["example.net", "example.net/a.git", "rsc.io"] {
            assert!(matches!(well_known(path), Err(RepositoryError::Reserved(_))), "{path}");
        }
    }

    #[test]
    fn a_suffix_names_the_system_and_is_no_part_of_the_url() {
        assert_eq!(place("a.example/b.git/c"), Some(found("a.example/b.git", "git", "?a.example/b")));
        assert_eq!(place("a.example/~u/b.hg"), Some(found("a.example/~u/b.hg", "hg", "?a.example/~u/b")));
        assert_eq!(
            place("a.example/b.svn/c.git/d"),
            Some(found("a.example/b.svn/c.git", "git", "?a.example/b.svn/c"))
        );
        assert_eq!(place("a.example:80/b.bzr"), Some(found("a.example:80/b.bzr", "bzr", "?a.example:80/b")));
        assert_eq!(
            place("a.example/.git/b.git"),
            Some(found("a.example/.git/b.git", "git", "?a.example/.git/b"))
        );
    }

    #[test]
    fn everything_else_has_to_be_asked_for() {
        for path in [
            "a.example/b",
            "a/b.git",
            ".a/b.git",
            "a.example/.git",
            "a.example/~.git",
            "a.example/b.git/c~d",
            "a.example/b.cvs",
            "a.example.git",
            "github.community/a/b",
            "rsc.io/quote",
        ] {
            assert_eq!(place(path), None, "{path}");
        }
    }
}
