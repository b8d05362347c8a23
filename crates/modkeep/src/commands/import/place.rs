//! What is imported from: recognised by what lies in the folder, so that nobody has to know what their caches are called.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;
use source::upstream::HttpClient;
use source::{Athens, ModCache, Upstream};
use url::Url;

use super::Asked;
use crate::exit::Exit;
use crate::mask;
use crate::report::{Failed, Problem};

/// How many folders are looked into for a sign of what they are. Every layout shows one within a few of them; a folder
/// that is something else altogether (a home, a root) is not walked to its end.
const FOLDERS_MAX: usize = 10_000;

/// What can be imported from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// A module cache of the go command, or its cache/download.
    Gomodcache,
    /// The files of a proxy, as GOPROXY=file:// takes them.
    Goproxy,
    /// The disk store of an Athens proxy.
    Athens,
    /// A running proxy.
    Url,
}

/// Where things are imported from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// The download folder of a module cache.
    ModCache(PathBuf),
    /// The root of a tree in the layout of a proxy.
    Tree(PathBuf),
    /// The root of an Athens store.
    Athens(PathBuf),
    /// The URL of a proxy.
    Proxy(String),
}

impl Place {
    /// The place that `text` names: `kind`, or what it looks like.
    pub(super) fn recognise(text: &str, kind: Option<Kind>, cwd: &Path) -> Result<Self, Failed> {
        let is_url = text.starts_with("http://") || text.starts_with("https://");
        match kind {
            Some(Kind::Url) => Self::proxy(text),
            None if is_url => Self::proxy(text),
            kind => {
                let folder = folder(text, cwd)?;
                let kind = kind.or_else(|| kind_of(&folder)).ok_or_else(|| unknown(&folder))?;
                Ok(Self::of(kind, folder))
            }
        }
    }

    fn of(kind: Kind, folder: PathBuf) -> Self {
        match kind {
            Kind::Gomodcache => Self::ModCache(downloads(&folder).unwrap_or(folder)),
            Kind::Athens => Self::Athens(folder),
            Kind::Goproxy | Kind::Url => Self::Tree(folder),
        }
    }

    /// Every process of the machine can read a command line.
    fn proxy(url: &str) -> Result<Self, Failed> {
        let shown = mask::secrets(url);
        if shown != url {
            let problem =
                Problem::new(format!("{shown}: a password on the command line can be seen by others"));
            let advice = "give the place with its password to `modkeep serve` in a settings file, and import from that server";
            return Err(Failed::new(Exit::Usage, problem.advise(advice)));
        }
        Ok(Self::Proxy(url.to_owned()))
    }

    /// The folder, where it is one.
    pub(super) fn folder(&self) -> Option<&Path> {
        match self {
            Self::ModCache(folder) | Self::Tree(folder) | Self::Athens(folder) => Some(folder),
            Self::Proxy(_) => None,
        }
    }

    /// Where a folder has what a checksum database said, if it has any: at the addresses that follow `sumdb/NAME/` in a proxy's
    /// URLs (protocol.md G11, G12).
    pub(super) fn proofs(&self) -> Option<&Path> {
        match self {
            Self::ModCache(folder) | Self::Tree(folder) => Some(folder),
            Self::Athens(_) | Self::Proxy(_) => None,
        }
    }

    /// The URL, where it is a proxy.
    pub(super) fn proxy_url(&self) -> Option<&str> {
        match self {
            Self::Proxy(url) => Some(url),
            Self::ModCache(_) | Self::Tree(_) | Self::Athens(_) => None,
        }
    }

    /// A data folder that imports itself would take its own word for everything.
    pub(super) fn is_not(&self, data: &Path) -> Result<(), Failed> {
        let (one, other) = (self.folder().map(Path::canonicalize), data.canonicalize());
        match (one, other) {
            (Some(Ok(one)), Ok(other)) if one == other => {
                let problem = Problem::new(format!("{} is the data folder itself", data.display()));
                Err(Failed::new(Exit::Usage, problem.advise("name another folder with --data")))
            }
            _ => Ok(()),
        }
    }

    /// The source that answers for it.
    pub(super) fn source(&self, client: &HttpClient) -> Result<Asked, Failed> {
        match self {
            Self::ModCache(downloads) => Ok(Arc::new(ModCache::of_downloads(downloads))),
            Self::Athens(root) => Ok(Arc::new(Athens::new(root))),
            Self::Tree(root) => {
                let url = Url::from_file_path(root).map_err(|()| unknown(root))?;
                upstream(url.as_str(), client)
            }
            Self::Proxy(url) => upstream(url, client),
        }
    }
}

fn upstream(url: &str, client: &HttpClient) -> Result<Asked, Failed> {
    let made = Upstream::new(url, client);
    let made = made.map_err(|error| Failed::new(Exit::Usage, Problem::from_error(&error)))?;
    Ok(Arc::new(made))
}

/// The folder that a path or a `file://` URL names, as an absolute path.
fn folder(text: &str, cwd: &Path) -> Result<PathBuf, Failed> {
    let url = text.starts_with("file://").then(|| Url::parse(text).ok()?.to_file_path().ok());
    let folder = url.flatten().unwrap_or_else(|| cwd.join(text));
    match std::fs::read_dir(&folder) {
        Ok(_) => Ok(folder),
        Err(error) => {
            let problem = Problem::new(format!("cannot read the folder {}", folder.display()));
            let advice = "name a folder to import from, or the http(s) URL of a proxy";
            Err(Failed::new(Exit::Unavailable, problem.because(error.to_string()).advise(advice)))
        }
    }
}

/// The download folder of the module cache at `folder`, or the folder itself if it is one.
fn downloads(folder: &Path) -> Option<PathBuf> {
    let below = folder.join("cache").join("download");
    let is_one = folder.ends_with("cache/download");
    if below.is_dir() { Some(below) } else { is_one.then(|| folder.to_owned()) }
}

/// What the folder looks like.
fn kind_of(folder: &Path) -> Option<Kind> {
    if downloads(folder).is_some() {
        return Some(Kind::Gomodcache);
    }
    let mut ahead = VecDeque::from([folder.to_owned()]);
    for _ in 0..FOLDERS_MAX {
        let folder = ahead.pop_front()?;
        if folder.ends_with("@v") {
            return Some(tree_kind(&folder));
        }
        if Athens::is_version(&folder) {
            return Some(Kind::Athens);
        }
        ahead.extend(folders_in(&folder));
    }
    None
}

/// A download folder that was copied elsewhere is told by the hash files that only go writes: its zips may be unfinished, which
/// a proxy's are not.
fn tree_kind(versions: &Path) -> Kind {
    let names = versions.read_dir().into_iter().flatten().flatten().map(|entry| entry.path());
    let is_gos = |path: PathBuf| path.extension().is_some_and(|end| end == "ziphash" || end == "lock");
    if names.into_iter().any(is_gos) { Kind::Gomodcache } else { Kind::Goproxy }
}

fn folders_in(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let is_shown =
        |path: &PathBuf| !path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.path())
        .filter(is_shown)
}

pub(super) fn unknown(folder: &Path) -> Failed {
    let problem = Problem::new(format!("{} does not look like anything to import from", folder.display()));
    let advice =
        "name a GOMODCACHE, a file tree of a proxy or an Athens store, or say what it is with --from";
    Failed::new(Exit::Usage, problem.advise(advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recognised(files: &[&str], below: &str) -> Option<Kind> {
        let root = tempfile::tempdir().unwrap();
        for file in files {
            let file = root.path().join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "").unwrap();
        }
        kind_of(&root.path().join(below))
    }

    #[test]
    fn folders_are_told_apart_by_what_lies_in_them() {
        let cache = "cache/download/a.example/m/@v/v1.0.0.zip";
        assert_eq!(recognised(&[cache], ""), Some(Kind::Gomodcache));
        assert_eq!(recognised(&[cache], "cache/download"), Some(Kind::Gomodcache));
        assert_eq!(
            recognised(&["a.example/m/@v/v1.0.0.zip", "a.example/m/@v/v1.0.0.ziphash"], ""),
            Some(Kind::Gomodcache)
        );
        assert_eq!(recognised(&["a.example/m/@v/v1.0.0.zip"], ""), Some(Kind::Goproxy));
        assert_eq!(recognised(&["a.example/m/v1.0.0/source.zip"], ""), Some(Kind::Athens));
        assert_eq!(
            recognised(&["a.example/m/v1.0.0/go.mod", "a.example/m/v1.0.0/v1.0.0.info"], ""),
            Some(Kind::Athens)
        );
        assert_eq!(recognised(&["src/go.mod", ".x/@v/list"], ""), None);
    }

    #[test]
    fn a_password_is_refused_and_not_repeated() {
        let failed = Place::recognise("https://u:secret@proxy.example", None, Path::new("/")).unwrap_err();
        assert_eq!(failed.exit, Exit::Usage);
        assert!(!failed.problems[0].to_string().contains("secret"));
    }
}
