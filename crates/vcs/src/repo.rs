//! What a repository must be able to tell: the contract between the rules of go (`resolve`, `build`) and the programs that
//! read repositories (`git`, `hg`, `svn`).

use std::fmt;
use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;
use source::{FailureKind, Symptom};
use tokio::time::Instant;

use gomod::repository::Vcs;

/// A repository, wherever it lies: what go calls a code host.
///
/// * Everything is told as it is at the place itself, not older than `job.not_before` allows; but a commit never changes.
/// * Each call returns by `job.deadline`, and what it started is ended then.
/// * Names of revisions come from strangers: none is ever taken as an option or a path of a program.
#[async_trait::async_trait]
pub trait Repo: fmt::Debug + Send + Sync {
    /// Which system it is.
    fn vcs(&self) -> Vcs;

    /// Its address as discovery gave it, without credentials: `Origin.URL`.
    fn url(&self) -> &str;

    /// The revision that means the newest commit of the default branch: `HEAD`, to Mercurial `tip`, to Subversion `latest`.
    fn newest(&self) -> &'static str {
        match self.vcs() {
            Vcs::Mercurial => "tip",
            Vcs::Subversion => "latest",
            _ => "HEAD",
        }
    }

    /// What went wrong on ways that were tried in vain before the one that works, for the trail of an answer.
    fn detour(&self) -> Option<String> {
        None
    }

    /// Every branch and tag with the commit it leads to, for the sums of `Origin` (protocol.md D34).
    async fn refs(&self, job: &Job) -> Result<Refs, RepoError>;

    /// The commit that a revision means (protocol.md D7): a tag, a branch, a hash or the beginning of one, or
    /// [`Repo::newest`].
    ///
    /// # Errors
    /// `NotFound` for an unknown revision.
    async fn stat(&self, revision: &str, need: Need, job: &Job) -> Result<Commit, RepoError>;

    /// One file of a commit, raw: no attribute is applied (protocol.md C13). The text of a link, for a link.
    ///
    /// # Errors
    /// `NotFound` when the commit has no such file, `Refused` when it is longer than `bytes_max`.
    async fn read_file(
        &self,
        commit: &CommitId,
        path: &str,
        bytes_max: u64,
        job: &Job,
    ) -> Result<Bytes, RepoError>;

    /// The name of the tree that a commit holds, whatever its history is: all files from the root of the repository. None where the
    /// system has no names for trees, as Mercurial and Subversion.
    async fn tree_id(&self, _commit: &CommitId, _job: &Job) -> Result<Option<String>, RepoError> {
        Ok(None)
    }

    /// The names of all tags that begin with `prefix` and whose commits are ancestors of `commit`, or it (protocol.md D18).
    /// Needs history.
    ///
    /// # Errors
    /// [`RepoError::unsupported`] for a system that cannot tell (Subversion).
    async fn merged_tags(&self, commit: &CommitId, prefix: &str, job: &Job)
    -> Result<Vec<String>, RepoError>;

    /// Every entry below `dir` (empty: the root) in the order of the repository, paths relative to `dir`.
    ///
    /// # Errors
    /// `NotFound` when there is no such folder.
    async fn tree(&self, commit: &CommitId, dir: &str, job: &Job) -> Result<Vec<TreeEntry>, RepoError>;

    /// The content of the files below `dir` as the system checks them out (protocol.md C12, C18), in the order of [`Repo::tree`].
    async fn archive(&self, commit: &CommitId, dir: &str, job: &Job) -> Result<Archive, RepoError>;
}

/// The circumstances of one call.
#[derive(Debug, Clone, Copy)]
pub struct Job {
    /// When the asker stops waiting.
    pub deadline: Instant,
    /// Branches and tags read at the place since then are fresh enough.
    pub not_before: Instant,
}

/// What the asker will want of a commit next, so that it is fetched in one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Its time, its tags and small files such as go.mod.
    Description,
    /// All its files: a zip is to be made, or very likely will be.
    Files,
}

/// The full name of a commit: 40 or 64 hex digits (git), 40 (Mercurial), a decimal number (Subversion).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(Arc<str>);

impl CommitId {
    /// For implementations of [`Repo`], which have checked the text.
    pub(crate) fn new(checked: &str) -> Self {
        Self(checked.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A commit, and how it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its full name: `Origin.Hash`.
    pub id: CommitId,
    /// What stands in pseudo-versions: 12 characters (protocol.md D9, D35).
    pub short: String,
    /// The committer's time, in seconds since 1970, UTC.
    pub time: i64,
    /// What it has beyond the full second, in nanoseconds. Only Subversion keeps that.
    pub nanos: u32,
    /// The tag that the revision named, if it named one: go's `RevInfo.Version` where it is not the hash.
    pub tag: Option<String>,
    /// `Origin.Ref`: `refs/tags/x`, `refs/heads/x` or `HEAD`, to other systems than git the revision itself; none when the
    /// commit was found by its hash.
    pub reference: Option<String>,
    /// The names of all tags on this commit, sorted.
    pub tags: Vec<String>,
}

/// One branch or tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ref {
    /// `HEAD`, `refs/heads/NAME` or `refs/tags/NAME`.
    pub name: String,
    /// The commit it leads to; annotated tags are peeled.
    pub id: CommitId,
}

/// All branches and tags, sorted by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Refs {
    all: Arc<[Ref]>,
    sum: Option<Arc<str>>,
}

impl Refs {
    /// Sorts them.
    pub fn new(mut refs: Vec<Ref>) -> Self {
        refs.sort_by(|a, b| a.name.cmp(&b.name));
        Self { all: refs.into(), sum: None }
    }

    /// The same, with the sum by which go knows the state of a repository of this system, where that is none of the refs
    /// (protocol.md D35).
    #[must_use]
    pub fn with_sum(self, sum: &str) -> Self {
        Self { sum: Some(sum.into()), ..self }
    }

    /// That sum.
    pub fn sum(&self) -> Option<&str> {
        self.sum.as_deref()
    }

    /// All of them, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Ref> {
        self.all.iter()
    }

    /// The one of this full name.
    pub fn get(&self, name: &str) -> Option<&Ref> {
        self.all.binary_search_by(|known| known.name.as_str().cmp(name)).ok().and_then(|at| self.all.get(at))
    }

    /// The tags, by their names without `refs/tags/`.
    pub fn tags(&self) -> impl Iterator<Item = (&str, &CommitId)> {
        self.all.iter().filter_map(|known| Some((known.name.strip_prefix("refs/tags/")?, &known.id)))
    }
}

/// One entry of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// Relative to the folder that was asked for, with `/`. Bytes that are no UTF-8 have stand-ins that no zip may hold: as with
    /// go, they are in the way only where the file is not left out.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
}

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file, executable or not.
    File,
    /// A symbolic link.
    Symlink,
    /// Anything else, such as a submodule.
    Other,
}

/// A tar stream of one folder of a commit, names relative to that folder. An end of file is only told when the program that
/// makes it has ended well; else the read fails, with a [`RepoError`] inside where it is known what that means. Reading blocks: off the
/// async workers with it.
pub struct Archive(Box<dyn Read + Send>);

impl Archive {
    /// Takes a stream that keeps that promise.
    pub fn new(tar: impl Read + Send + 'static) -> Self {
        Self(Box::new(tar))
    }
}

impl Read for Archive {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(buffer)
    }
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Archive")
    }
}

/// Why a repository does not answer. The message is one sentence without a final stop and without credentials.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct RepoError {
    /// What may be concluded from it (house.md): a revision that does not exist is `NotFound`, lack of rights `Refused`.
    pub kind: FailureKind,
    /// What it says about the place.
    pub symptom: Symptom,
    /// Whether the question cannot be answered by this system at all.
    pub is_unsupported: bool,
    /// Whether nobody was asked, because of what is known of the host: a later question may be.
    pub(crate) is_spared: bool,
    /// What happened, and what to do where that is known.
    pub message: String,
}

impl RepoError {
    fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            symptom: Symptom::BadAnswer,
            is_unsupported: false,
            is_spared: false,
            message: message.into(),
        }
    }

    /// It does not exist, says the repository.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(FailureKind::NotFound, message)
    }

    /// The repository, or a rule of ours, says no.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Refused, message)
    }

    /// The repository has it, but go could make no module of it: names that no zip may hold, or too much.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Refused, message)
    }

    /// Could not find out: network, deadline, certificate, a damaged repository, a program that is not installed.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Unavailable, message)
    }

    /// It is there, and is not what was written down of it: a security event.
    pub fn mismatch(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Mismatch, message)
    }

    /// This system has no such thing, like history in Subversion.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self { is_unsupported: true, ..Self::new(FailureKind::NotFound, message) }
    }

    /// The same error of a place that was not asked.
    pub(crate) fn spared(self) -> Self {
        Self { is_spared: true, ..self }
    }

    /// The same error with what it says about the place.
    #[must_use]
    pub fn with_symptom(self, symptom: Symptom) -> Self {
        Self { symptom, ..self }
    }

    /// This one, told after what another way has said. "Could not find out" outweighs "no", and that "does not exist".
    pub(crate) fn after(self, earlier: Option<Self>) -> Self {
        let Some(earlier) = earlier else { return self };
        let message = format!("{}; then {}", earlier.message, self.message);
        let is_spared = earlier.is_spared || self.is_spared;
        let graver = if earlier.kind > self.kind { earlier } else { self };
        Self { is_spared, message, ..graver }
    }

    /// Whether it is the repository's word that the thing does not exist.
    pub fn is_not_found(&self) -> bool {
        self.kind == FailureKind::NotFound
    }
}

/// Whether it is a path inside of a repository, which no program takes for anything else.
pub(crate) fn is_inner_path(path: &str) -> bool {
    !path.chars().any(char::is_control)
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

/// That a repository has no such revision, in go's words.
pub(crate) fn unknown_revision(revision: &str) -> RepoError {
    let told: String = revision.chars().take(100).collect();
    RepoError::not_found(format!("unknown revision {}", told.escape_debug()))
}
