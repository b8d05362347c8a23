//! A repository in memory, for tests of what is made of one. It remembers what it was asked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use gomod::repository::Vcs;
use tokio::time::Instant;

use crate::{Archive, Commit, CommitId, EntryKind, Job, Need, Ref, Refs, Repo, RepoError, TreeEntry};

/// The time of the first commit; each has a minute more than the one before.
const FIRST_COMMIT: i64 = 1_700_000_000;
/// As for git.
const HASH_DIGITS_MIN: usize = 7;

/// A commit of a [`FakeRepo`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct At(usize);

#[derive(Debug)]
struct FakeCommit {
    id: String,
    parents: Vec<usize>,
    files: BTreeMap<String, String>,
}

/// A repository in memory, by the rules of git.
#[derive(Debug)]
pub(crate) struct FakeRepo {
    commits: Vec<FakeCommit>,
    refs: Mutex<BTreeMap<String, usize>>,
    /// A branch that moves as soon as the refs were told.
    moving: Mutex<Option<(String, usize)>>,
    vcs: Vcs,
    /// What is out of order, by the name of the method.
    broken: Option<&'static str>,
    asked: Mutex<Vec<String>>,
}

impl FakeRepo {
    pub(crate) fn new() -> Self {
        let (commits, refs, moving, asked) = Default::default();
        Self { commits, refs, moving, vcs: Vcs::Git, broken: None, asked }
    }

    /// The same kind of repository, but one of Subversion: without history.
    pub(crate) fn subversion() -> Self {
        Self { vcs: Vcs::Subversion, ..Self::new() }
    }

    /// Adds a commit with these files and no others.
    pub(crate) fn commit(&mut self, parents: &[At], files: &[(&str, &str)]) -> At {
        let at = self.commits.len();
        let files = files.iter().map(|&(path, text)| (path.to_owned(), text.to_owned())).collect();
        let parents = parents.iter().map(|&At(parent)| parent).collect();
        // Spread so that no two begin alike.
        let id = format!("{:08x}{:032x}", number(at + 1).wrapping_mul(0x9e37_79b1), at + 1);
        self.commits.push(FakeCommit { id, parents, files });
        At(at)
    }

    /// Sets a tag.
    pub(crate) fn tag(&mut self, name: &str, At(at): At) {
        self.set(format!("refs/tags/{name}"), at);
    }

    /// Sets these tags.
    pub(crate) fn tag_all(&mut self, names: &[&str], at: At) {
        for name in names {
            self.tag(name, at);
        }
    }

    /// Sets a branch.
    pub(crate) fn branch(&mut self, name: &str, At(at): At) {
        self.set(format!("refs/heads/{name}"), at);
    }

    /// Sets the branch `main`, which is the default one.
    pub(crate) fn head(&mut self, at: At) {
        self.branch("main", at);
        self.set("HEAD".to_owned(), at.0);
    }

    /// Moves a branch once, right after the refs were told next.
    pub(crate) fn move_when_told(&self, name: &str, At(at): At) {
        *self.moving.lock().unwrap() = Some((format!("refs/heads/{name}"), at));
    }

    fn set(&self, name: String, at: usize) {
        self.refs.lock().unwrap().insert(name, at);
    }

    fn known(&self) -> BTreeMap<String, usize> {
        self.refs.lock().unwrap().clone()
    }

    /// From now on, this method finds nothing out.
    pub(crate) fn break_down(&mut self, method: &'static str) {
        self.broken = Some(method);
    }

    /// The hash of a commit.
    pub(crate) fn hash(&self, At(at): At) -> &str {
        &self.commits[at].id
    }

    /// The end of a pseudo-version of this commit.
    pub(crate) fn stamp(&self, at: At) -> String {
        let time = gomod::pseudo::PseudoTime::from_unix(time_of(at.0)).unwrap();
        format!("{time}-{}", &self.hash(at)[..12])
    }

    /// What was asked since the last call, in order.
    pub(crate) fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn note(&self, method: &'static str, about: &str) -> Result<(), RepoError> {
        self.asked.lock().unwrap().push(format!("{method} {about}").trim().to_owned());
        let silent = self.broken == Some(method);
        if silent { Err(RepoError::unavailable("the host is silent")) } else { Ok(()) }
    }

    fn find(&self, revision: &str) -> Option<(usize, Option<String>)> {
        let revision = if revision == self.newest() { "HEAD" } else { revision };
        let names = [format!("refs/tags/{revision}"), format!("refs/heads/{revision}"), revision.to_owned()];
        let refs = self.known();
        let found = names.into_iter().find_map(|name| Some((*refs.get(&name)?, Some(name))));
        found.or_else(|| Some((self.find_hash(revision)?, None)))
    }

    fn find_hash(&self, revision: &str) -> Option<usize> {
        let is_hash =
            revision.len() >= HASH_DIGITS_MIN && revision.bytes().all(|b| b"0123456789abcdef".contains(&b));
        let known: BTreeSet<usize> = self.known().values().flat_map(|&at| self.ancestors(at)).collect();
        known.into_iter().find(|&at| is_hash && self.commits[at].id.starts_with(revision))
    }

    fn ancestors(&self, at: usize) -> BTreeSet<usize> {
        let (mut found, mut open) = (BTreeSet::new(), vec![at]);
        while let Some(at) = open.pop() {
            if found.insert(at) {
                open.extend(&self.commits[at].parents);
            }
        }
        found
    }

    fn tags_where(&self, is_wanted: impl Fn(usize) -> bool) -> Vec<String> {
        let refs = self.known();
        let wanted = refs.iter().filter(|&(_, &at)| is_wanted(at));
        wanted.filter_map(|(name, _)| Some(name.strip_prefix("refs/tags/")?.to_owned())).collect()
    }

    fn of(&self, id: &CommitId) -> Result<usize, RepoError> {
        let found = self.commits.iter().position(|commit| commit.id == id.as_str());
        found.ok_or_else(|| RepoError::not_found(format!("unknown revision {id}")))
    }

    fn described(&self, at: usize, reference: Option<String>) -> Commit {
        let id = &self.commits[at].id;
        let tag = reference.as_deref().and_then(|name| name.strip_prefix("refs/tags/")).map(str::to_owned);
        let tags = self.tags_where(|tagged| tagged == at);
        Commit {
            id: CommitId::new(id),
            short: id[..12].to_owned(),
            time: time_of(at),
            nanos: 0,
            tag,
            reference,
            tags,
        }
    }
}

fn time_of(at: usize) -> i64 {
    FIRST_COMMIT + 60 * i64::from(number(at))
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap()
}

/// Circumstances in which there is all the time in the world.
pub(crate) fn job() -> Job {
    Job { deadline: Instant::now() + Duration::from_mins(1), not_before: Instant::now() }
}

#[async_trait::async_trait]
impl Repo for FakeRepo {
    fn vcs(&self) -> Vcs {
        self.vcs
    }

    fn url(&self) -> &'static str {
        "https://a.example/m.git"
    }

    async fn refs(&self, _: &Job) -> Result<Refs, RepoError> {
        self.note("refs", "")?;
        let refs = self.known().into_iter();
        let told = refs.map(|(name, at)| Ref { name, id: CommitId::new(&self.commits[at].id) }).collect();
        if let Some((name, at)) = self.moving.lock().unwrap().take() {
            self.set(name, at);
        }
        Ok(Refs::new(told))
    }

    async fn stat(&self, revision: &str, need: Need, _: &Job) -> Result<Commit, RepoError> {
        let about = if need == Need::Files { format!("{revision} with files") } else { revision.to_owned() };
        self.note("stat", &about)?;
        let found = self.find(revision);
        let (at, reference) =
            found.ok_or_else(|| RepoError::not_found(format!("unknown revision {revision}")))?;
        Ok(self.described(at, reference))
    }

    async fn read_file(
        &self,
        commit: &CommitId,
        path: &str,
        bytes_max: u64,
        _: &Job,
    ) -> Result<Bytes, RepoError> {
        self.note("read_file", path)?;
        let text = self.commits[self.of(commit)?].files.get(path);
        let text = text.ok_or_else(|| RepoError::not_found(format!("{path} is not in {commit}")))?;
        if text.len() as u64 > bytes_max {
            return Err(RepoError::refused(format!("{path} is longer than {bytes_max} bytes")));
        }
        Ok(Bytes::copy_from_slice(text.as_bytes()))
    }

    async fn merged_tags(&self, commit: &CommitId, prefix: &str, _: &Job) -> Result<Vec<String>, RepoError> {
        self.note("merged_tags", prefix)?;
        if self.vcs == Vcs::Subversion {
            return Err(RepoError::unsupported("Subversion does not tell the history of tags"));
        }
        let ancestors = self.ancestors(self.of(commit)?);
        let tags = self.tags_where(|at| ancestors.contains(&at));
        Ok(tags.into_iter().filter(|tag| tag.starts_with(prefix)).collect())
    }

    async fn tree(&self, commit: &CommitId, dir: &str, _: &Job) -> Result<Vec<TreeEntry>, RepoError> {
        self.note("tree", dir)?;
        let below = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let files = self.commits[self.of(commit)?].files.keys();
        let paths = files.filter_map(|path| path.strip_prefix(&below));
        Ok(paths.map(|path| TreeEntry { path: path.to_owned(), kind: EntryKind::File }).collect())
    }

    async fn archive(&self, _: &CommitId, dir: &str, _: &Job) -> Result<Archive, RepoError> {
        self.note("archive", dir)?;
        Err(RepoError::unsupported("a repository in memory has no archives"))
    }
}
