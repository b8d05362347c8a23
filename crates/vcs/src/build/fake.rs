//! A repository of one commit in memory, with archives as git makes them, and archives that are broken.

use std::io::Read;

use bytes::Bytes;
use gomod::repository::Vcs;
use tar::{Builder, EntryType, Header};

use crate::{Archive, Commit, CommitId, EntryKind, Job, Need, Refs, Repo, RepoError, TreeEntry};

/// What is wrong with an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// This is not in it.
    Without(&'static str),
    /// This is in it, at its end, and was not listed.
    With(&'static str),
    /// This is a link in it, and no file.
    Linked(&'static str),
    /// So many of its last bytes are missing.
    Cut(usize),
    /// The program that makes it fails when all is said.
    Failed,
    /// The licence of the root cannot be read.
    NoLicense,
}

/// The repository: paths with what lies there, in the order of git.
#[derive(Debug, Default)]
pub(super) struct Folder {
    entries: Vec<(String, EntryKind, Bytes)>,
    fault: Option<Fault>,
}

impl Folder {
    /// Regular files.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        files.iter().fold(Self::default(), |folder, (path, text)| folder.file(path, text.as_bytes()))
    }

    pub(super) fn file(self, path: &str, content: &[u8]) -> Self {
        self.with(path, EntryKind::File, content)
    }

    pub(super) fn link(self, path: &str, target: &str) -> Self {
        self.with(path, EntryKind::Symlink, target.as_bytes())
    }

    pub(super) fn submodule(self, path: &str) -> Self {
        self.with(path, EntryKind::Other, b"")
    }

    pub(super) fn broken(mut self, fault: Fault) -> Self {
        self.fault = Some(fault);
        self
    }

    fn with(mut self, path: &str, kind: EntryKind, content: &[u8]) -> Self {
        self.entries.push((path.to_owned(), kind, Bytes::copy_from_slice(content)));
        self.entries.sort_by(|a, b| a.0.cmp(&b.0));
        self
    }

    fn below(&self, dir: &str) -> impl Iterator<Item = (&str, EntryKind, &Bytes)> {
        let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        self.entries
            .iter()
            .filter_map(move |(path, kind, content)| Some((path.strip_prefix(&prefix)?, *kind, content)))
    }

    fn tar(&self, dir: &str) -> Vec<u8> {
        let mut tar = Builder::new(Vec::new());
        append(&mut tar, "pax_global_header", EntryType::XGlobalHeader, b"");
        append(&mut tar, "folder/", EntryType::Directory, b"");
        for (path, kind, content) in self.below(dir) {
            match kind {
                _ if self.fault.is_some_and(|fault| is_without(fault, path)) => {}
                EntryKind::Other => append(&mut tar, &format!("{path}/"), EntryType::Directory, b""),
                EntryKind::File if self.fault.is_none_or(|fault| !is_linked(fault, path)) => {
                    append(&mut tar, path, EntryType::Regular, content);
                }
                _ => append(&mut tar, path, EntryType::Symlink, b""),
            }
        }
        if let Some(Fault::With(path)) = self.fault {
            append(&mut tar, path, EntryType::Regular, b"more");
        }
        tar.into_inner().unwrap()
    }
}

fn is_without(fault: Fault, path: &str) -> bool {
    matches!(fault, Fault::Without(missing) if missing == path)
}

fn is_linked(fault: Fault, path: &str) -> bool {
    matches!(fault, Fault::Linked(linked) if linked == path)
}

fn append(tar: &mut Builder<Vec<u8>>, path: &str, kind: EntryType, content: &[u8]) {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    if kind == EntryType::Symlink {
        return tar.append_link(&mut header, path, "target").unwrap();
    }
    tar.append_data(&mut header, path, content).unwrap();
}

/// An end of file that is none.
struct Failing;

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("git has failed"))
    }
}

#[async_trait::async_trait]
impl Repo for Folder {
    fn vcs(&self) -> Vcs {
        Vcs::Git
    }

    fn url(&self) -> &'static str {
        "https://a.example/m.git"
    }

    async fn refs(&self, _: &Job) -> Result<Refs, RepoError> {
        Ok(Refs::default())
    }

    async fn stat(&self, revision: &str, _: Need, _: &Job) -> Result<Commit, RepoError> {
        Err(RepoError::not_found(format!("unknown revision {revision}")))
    }

    async fn read_file(&self, _: &CommitId, path: &str, max: u64, _: &Job) -> Result<Bytes, RepoError> {
        if self.fault == Some(Fault::NoLicense) {
            return Err(RepoError::unavailable("the host is silent"));
        }
        let found = self.below("").find(|(known, ..)| *known == path);
        let (_, _, content) = found.ok_or_else(|| RepoError::not_found(format!("there is no {path}")))?;
        let fits = content.len() as u64 <= max;
        if fits { Ok(content.clone()) } else { Err(RepoError::refused(format!("{path} is too long"))) }
    }

    async fn merged_tags(&self, _: &CommitId, _: &str, _: &Job) -> Result<Vec<String>, RepoError> {
        Ok(Vec::new())
    }

    async fn tree(&self, _: &CommitId, dir: &str, _: &Job) -> Result<Vec<TreeEntry>, RepoError> {
        Ok(self.below(dir).map(|(path, kind, _)| TreeEntry { path: path.to_owned(), kind }).collect())
    }

    async fn archive(&self, _: &CommitId, dir: &str, _: &Job) -> Result<Archive, RepoError> {
        let mut tar = self.tar(dir);
        match self.fault {
            Some(Fault::Cut(bytes)) => tar.truncate(tar.len() - bytes),
            Some(Fault::Failed) => return Ok(Archive::new(std::io::Cursor::new(tar).chain(Failing))),
            _ => {}
        }
        Ok(Archive::new(std::io::Cursor::new(tar)))
    }
}
