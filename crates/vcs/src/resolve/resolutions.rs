//! Answers that hold as long as no branch and no tag moves (protocol.md D33).
//!
//! Whatever is asked about a module in a repository, the answer depends on nothing but its branches and tags: a repository
//! in which none has moved need not be read again, and "there is no such version" holds too.

use std::sync::Arc;

use gomod::Version;
use moka::sync::Cache;

use super::fault::Fault;
use super::info::{Info, Listing};
use super::inquiry::Inquiry;
use super::origin::Origin;
use super::sums::repo_sum;
use crate::{Refs, RepoError};

/// Bytes that an answer takes beside its texts, roughly.
const OVERHEAD: usize = 256;

/// A bounded memory of answers, for any number of modules.
#[derive(Debug)]
pub struct Resolutions {
    lists: Shelf<Listing>,
    infos: Shelf<Info>,
}

impl Resolutions {
    /// Remembers answers of about so many bytes in all; what was not asked about for long goes first.
    pub fn new(bytes_max: u64) -> Self {
        Self { lists: Shelf::new(bytes_max / 2), infos: Shelf::new(bytes_max / 2) }
    }

    pub(super) fn lists(&self) -> &Shelf<Listing> {
        &self.lists
    }

    pub(super) fn infos(&self) -> &Shelf<Info> {
        &self.infos
    }
}

/// What was asked about a module.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Question {
    /// Its versions.
    List,
    /// The latest.
    Latest,
    /// The version of a revision.
    Revision(String),
}

/// A question to a module while the refs of its repository are such.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    url: String,
    path: String,
    folder: String,
    root: String,
    question: Question,
    repo_sum: String,
}

impl Key {
    fn new(inquiry: &Inquiry<'_>, question: Question, repo_sum: String) -> Self {
        let place = inquiry.place;
        let [url, path, folder, root] =
            [inquiry.repo.url(), place.path.as_str(), &place.folder, &place.root].map(str::to_owned);
        Self { url, path, folder, root, question, repo_sum }
    }

    fn bytes(&self) -> usize {
        let asked = if let Question::Revision(asked) = &self.question { asked.len() } else { 0 };
        let texts = [&self.url, &self.path, &self.folder, &self.root, &self.repo_sum];
        asked + texts.into_iter().map(String::len).sum::<usize>()
    }
}

type Answer<T> = Arc<Result<T, RepoError>>;

/// Answers of one type.
#[derive(Debug)]
pub(super) struct Shelf<T: Weigh>(Cache<Key, Answer<T>>);

impl<T: Weigh> Shelf<T> {
    fn new(bytes_max: u64) -> Self {
        let bytes = |answer: &Answer<T>| match &**answer {
            Ok(told) => told.bytes(),
            Err(error) => error.message.len(),
        };
        let weight = move |key: &Key, answer: &Answer<T>| {
            u32::try_from(OVERHEAD + key.bytes() + bytes(answer)).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(bytes_max).weigher(weight).build())
    }

    /// About how much is remembered.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> u64 {
        self.0.run_pending_tasks();
        self.0.weighted_size()
    }

    /// The remembered answer, or that of `work`, which is remembered if the refs were the same before and after. What could
    /// not be found out is not remembered.
    pub(super) async fn answer<W>(
        &self,
        inquiry: &Inquiry<'_>,
        question: Question,
        work: W,
    ) -> Result<T, RepoError>
    where
        W: Future<Output = Result<T, Fault>>,
    {
        let refs = inquiry.refs().await?;
        let key = Key::new(inquiry, question, repo_sum(refs));
        if let Some(known) = self.0.get(&key) {
            return (*known).clone();
        }
        let answer = work.await.map_err(RepoError::from);
        let is_word = answer.as_ref().err().is_none_or(RepoError::is_not_found);
        if is_word && proves(refs) && inquiry.repo.refs(inquiry.job).await? == *refs {
            self.0.insert(key, Arc::new(answer.clone()));
        }
        answer
    }
}

/// Whether equal refs prove that nothing has changed: a system that tells none proves nothing.
fn proves(refs: &Refs) -> bool {
    refs.get("HEAD").is_some()
}

/// An answer that is remembered.
pub(super) trait Weigh: Clone + Send + Sync + 'static {
    /// About how many bytes it takes.
    fn bytes(&self) -> usize;
}

impl Weigh for Listing {
    fn bytes(&self) -> usize {
        self.versions.iter().map(weight_of).sum::<usize>() + self.origin.as_ref().map_or(0, Weigh::bytes)
    }
}

impl Weigh for Info {
    fn bytes(&self) -> usize {
        weight_of(&self.version) + self.origin.as_ref().map_or(0, Weigh::bytes)
    }
}

impl Weigh for Origin {
    fn bytes(&self) -> usize {
        let Self { vcs, url, subdir, hash, tag_prefix, tag_sum, reference, repo_sum } = self;
        [vcs, url, subdir, hash, tag_prefix, tag_sum, reference, repo_sum].iter().map(|text| text.len()).sum()
    }
}

/// The text and its place in a list.
fn weight_of(version: &Version) -> usize {
    version.as_str().len() + 2 * size_of::<Version>()
}
