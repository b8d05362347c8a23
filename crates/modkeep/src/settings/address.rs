//! The addresses of repositories in settings files, and the beginnings of such addresses.
//!
//! They stand in logs, in answers and in `config show`, so none may hold a secret. No reason repeats what it is about.

use gomod::repository::Vcs;
use url::Url;

use crate::settings::Invalid;

/// An address of more bytes than this is refused: longer than any that is meant.
pub const ADDRESS_BYTES_MAX: usize = 2048;

/// The systems that a table can name: those whose programs modkeep can use.
pub const SYSTEMS: [Vcs; 3] = [Vcs::Git, Vcs::Mercurial, Vcs::Subversion];

/// The schemes by which an operator may reach a repository of this system. `file` is among them, since no stranger writes the
/// operator's settings.
pub fn schemes(vcs: Vcs) -> impl Iterator<Item = &'static str> {
    vcs.schemes(true).chain(["file"])
}

/// Checks the address of a repository of this system.
///
/// # Errors
/// Those of [`beginning`]; another scheme than its [`schemes`]; no host, or one with `file`, which needs a path instead.
pub fn whole(text: &str, vcs: Vcs) -> Result<String, Invalid> {
    let text = beginning(text)?;
    let url = Url::parse(&text).map_err(|error| Invalid(format!("it is not a URL: {error}")))?;
    if !schemes(vcs).any(|scheme| scheme == url.scheme()) {
        let known = schemes(vcs).collect::<Vec<_>>().join(", ");
        return Err(Invalid(format!("its scheme is none of {known}, by which {vcs} can be reached")));
    }
    let has_host = url.host_str().is_some_and(|host| !host.is_empty());
    match (url.scheme() == "file", has_host) {
        (true, true) => reason("it has a host, and a file is on this machine: write file:///folder"),
        (true, false) if url.path() == "/" => reason("it names no folder"),
        (false, false) => reason("it has no host"),
        _ => Ok(text),
    }
}

/// Checks the beginning of an address, which may end anywhere behind `://`.
///
/// # Errors
/// Spaces and control characters; no scheme, or one by which no system can be reached; a password, a user where none is needed
/// to reach the host, a query or a fragment, any of which may be secret; what a program could take for an option.
pub fn beginning(text: &str) -> Result<String, Invalid> {
    if text.len() > ADDRESS_BYTES_MAX {
        return Err(Invalid(format!("it has more than {ADDRESS_BYTES_MAX} bytes")));
    }
    if text.contains(|char: char| char.is_whitespace() || char.is_control()) {
        return reason("there is a space or a control character in it");
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return reason("it has no scheme; what git calls git@host:path is ssh://git@host/path");
    };
    if !SYSTEMS.into_iter().flat_map(schemes).any(|known| known == scheme) {
        return reason("its scheme is none by which a repository can be reached");
    }
    if rest.contains(['?', '#', '\\']) {
        return reason("there is a query, a fragment or a backslash in it");
    }
    authority(scheme, rest)?;
    Ok(text.to_owned())
}

/// Checks what stands before the path.
fn authority(scheme: &str, rest: &str) -> Result<(), Invalid> {
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    if path.contains('@') {
        // A password may hold a slash: then what looks like a path is the rest of it.
        return reason("there is an @ behind the host; write %40 if it belongs to the path");
    }
    let (user, host) =
        authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
    if let Some(user) = user {
        if !is_over_ssh(scheme) {
            return reason("there is a user or a password in it; a [[credential]] table is for these");
        }
        if user.is_empty() || !user.chars().all(|char| char.is_ascii_alphanumeric() || "-_.".contains(char)) {
            return reason("what stands before the @ is not a user alone");
        }
    }
    if [host, user.unwrap_or_default()].iter().any(|part| part.starts_with('-')) {
        return reason("its user or host begins with a dash");
    }
    let is_port = |port: &str| !port.is_empty() && port.chars().all(|digit| digit.is_ascii_digit());
    match host.rsplit_once(':').filter(|_| !host.ends_with(']')) {
        Some((_, port)) if !is_port(port) => reason("what stands behind the colon of its host is no port"),
        _ => Ok(()),
    }
}

/// Only over ssh the user belongs to the way: it says which account of the host is meant, and the secret is a key.
fn is_over_ssh(scheme: &str) -> bool {
    scheme == "ssh" || scheme.ends_with("+ssh")
}

fn reason<T>(reason: &str) -> Result<T, Invalid> {
    Err(Invalid(reason.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_leads_to_a_repository_is_an_address() {
        for (text, vcs) in [
            ("https://git.example/a/b.git", Vcs::Git),
            ("ssh://git@git.example:2222/~me/a.git", Vcs::Git),
            ("git+ssh://git.example/a", Vcs::Git),
            ("git://[::1]:9418/a", Vcs::Git),
            ("git://[::1]/a", Vcs::Git),
            ("file:///srv/git/a.git", Vcs::Git),
            ("http://hg.example/a", Vcs::Mercurial),
            ("svn+ssh://me@svn.example/a/trunk", Vcs::Subversion),
            ("svn://svn.example", Vcs::Subversion),
        ] {
            assert_eq!(whole(text, vcs), Ok(text.to_owned()));
        }
    }

    #[test]
    fn each_mistake_has_its_reason() {
        let long = format!("https://git.example/{}", "a".repeat(ADDRESS_BYTES_MAX));
        for (text, told) in [
            ("git@git.example:a/b", "ssh://git@host/path"),
            ("/srv/git", "no scheme"),
            ("ext::sh -c id", "a space"),
            ("https://git.example/a\nb", "a control character"),
            ("ftp://git.example/a", "by which a repository can be reached"),
            ("HTTPS://git.example/a", "by which a repository can be reached"),
            ("svn://git.example/a", "none of git, https"),
            ("https:///", "not a URL"),
            ("https://git.example:99999/a", "not a URL"),
            ("ssh:///a", "no host"),
            ("file://git.example/a", "it has a host"),
            ("file:///", "no folder"),
            ("ssh://-oProxyCommand=id/a", "begins with a dash"),
            ("ssh://-l@git.example/a", "begins with a dash"),
            (long.as_str(), "more than 2048 bytes"),
        ] {
            let invalid = whole(text, Vcs::Git).unwrap_err();
            assert!(invalid.0.contains(told), "{text}: {invalid}");
        }
    }

    #[test]
    fn nothing_secret_is_taken_or_repeated() {
        for text in [
            "https://secret@git.example/a",
            "https://u:secret@git.example/a",
            "https://u:sec/secret@git.example/a",
            "https://u:12/secret@git.example/a",
            "https://secret/secret@git.example/a",
            "https://u:secret",
            "ssh://u:secret@git.example/a",
            "ssh://u%3Asecret@git.example/a",
            "ssh://u@secret@git.example/a",
            "https://git.example/a?token=secret",
            "https://git.example/a#secret",
            "u:secret@git.example:a",
        ] {
            let (invalid, same) = (whole(text, Vcs::Git).unwrap_err(), beginning(text).unwrap_err());
            assert!(!invalid.0.contains("secret") && !same.0.contains("secret"), "{invalid} {same}");
        }
    }

    #[test]
    fn a_beginning_may_end_anywhere_behind_the_scheme() {
        for text in
            ["https://", "https://git", "ssh://git@", "https://git.example/a/b", "file:///srv/", "svn://a:1"]
        {
            assert_eq!(beginning(text), Ok(text.to_owned()));
        }
        for text in ["", "https:/", "https"] {
            assert!(beginning(text).is_err(), "{text}");
        }
    }
}
