//! What git knows of the folder: where its repository comes from, and where in it the folder lies.

use std::path::Path;

use super::program;
use crate::env::Env;

/// The repository that a folder lies in, as far as git tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Repository {
    /// Host and path of the remote origin, such as `host.example/org/repo`.
    pub(super) origin: Option<String>,
    /// The folder below the top of the repository, with a slash at its end; empty at the top.
    pub(super) prefix: String,
}

impl Repository {
    /// Asks git, if there is one; a folder without a repository has none of it.
    pub(super) async fn of(folder: &Path, env: &Env) -> Self {
        let url = answer(&["config", "--get", "remote.origin.url"], folder, env).await;
        let prefix = answer(&["rev-parse", "--show-prefix"], folder, env).await;
        Self { origin: url.and_then(|url| place(&url)), prefix: prefix.unwrap_or_default() }
    }

    /// What a module in this folder is called after the remote.
    pub(super) fn module_path(&self) -> Option<String> {
        let path = format!("{}/{}", self.origin.as_ref()?, self.prefix);
        Some(path.trim_end_matches('/').to_owned())
    }

    /// The host of the remote.
    pub(super) fn host(&self) -> Option<&str> {
        self.origin.as_deref()?.split('/').next()
    }
}

async fn answer(args: &[&str], folder: &Path, env: &Env) -> Option<String> {
    let output = program::run("git", args, folder, &[], env).await.ok()?;
    let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
    Some(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// Host and path of a remote, without user, password, port and `.git`. None for a folder, which has no host.
fn place(url: &str) -> Option<String> {
    let (authority, path) = match url.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, rest)) => rest.split_once('/')?,
        // As with scp: a colon before the first slash.
        None => url.split_once(':').filter(|(host, _)| !host.contains('/'))?,
    };
    let host = authority.rsplit('@').next()?;
    let host = host.split_once(':').map_or(host, |(host, _)| host).to_ascii_lowercase();
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    (host.contains('.') && !path.is_empty()).then(|| format!("{host}/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_remote_comes_to_the_same_place() {
        for url in [
            "https://host.example/org/repo.git",
            "https://host.example/org/repo/",
            "https://me:pass@word@Host.Example:8443/org/repo.git",
            "ssh://git@host.example:22/org/repo.git",
            "git@host.example:org/repo.git",
            "git://host.example/org/repo",
        ] {
            assert_eq!(place(url).as_deref(), Some("host.example/org/repo"), "{url}");
        }
        assert_eq!(place("git@host.example:/srv/repo").as_deref(), Some("host.example/srv/repo"));
        for url in [
            "/srv/repo.git",
            "../repo",
            "file:///srv/repo.git",
            "host.example",
            "alias:repo",
            "https://host.example/",
            "",
        ] {
            assert_eq!(place(url), None, "{url}");
        }
    }

    #[test]
    fn a_folder_below_the_top_is_named_after_its_place() {
        let at = |prefix: &str| {
            Repository { origin: Some("host.example/r".to_owned()), prefix: prefix.to_owned() }
                .module_path()
                .unwrap()
        };
        assert_eq!((at(""), at("a/b/")), ("host.example/r".to_owned(), "host.example/r/a/b".to_owned()));
        assert_eq!(Repository::default().module_path(), None);
    }
}
