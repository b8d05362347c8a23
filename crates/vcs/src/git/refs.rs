//! Branches and tags as the remote tells them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use source::FailureKind;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use super::command::REMOTE;
use super::network::Network;
use super::objects::is_object_name;
use crate::access::Cause;
use crate::{CommitId, Job, Ref, Refs, RepoError};

/// Some 500,000 branches and tags.
const BYTES_MAX: u64 = 64 << 20;

/// All branches and tags, and what the remote advertises for each: a tag object is asked for by its own name, since old servers
/// give out nothing else.
#[derive(Debug)]
pub(super) struct RemoteRefs {
    pub(super) refs: Refs,
    /// By the name of the branch or tag, where it is not the commit itself.
    tag_objects: BTreeMap<String, String>,
}

impl RemoteRefs {
    /// Reads the output of `git ls-remote` (protocol.md D6).
    pub(super) fn parse(text: &str) -> Self {
        let mut found = BTreeMap::new();
        let mut tag_objects = BTreeMap::new();
        for line in text.lines() {
            let mut fields = line.split_whitespace();
            let (Some(hash), Some(name), None) = (fields.next(), fields.next(), fields.next()) else {
                continue;
            };
            let is_known =
                name == "HEAD" || name.starts_with("refs/heads/") || name.starts_with("refs/tags/");
            if !is_known || !is_object_name(hash) {
                continue;
            }
            match name.strip_suffix("^{}") {
                Some(name) => {
                    let tag = found.insert(name.to_owned(), hash.to_owned());
                    tag_objects.extend(tag.map(|tag| (name.to_owned(), tag)));
                }
                None => drop(found.insert(name.to_owned(), hash.to_owned())),
            }
        }
        let refs = found.into_iter().map(|(name, hash)| Ref { name, id: CommitId::new(&hash) });
        Self { refs: Refs::new(refs.collect()), tag_objects }
    }

    /// What the remote advertises under this name.
    pub(super) fn object(&self, name: &str) -> Option<&str> {
        let tag = self.tag_objects.get(name).map(String::as_str);
        tag.or_else(|| self.refs.get(name).map(|known| known.id.as_str()))
    }

    /// Something that the remote advertises and that leads to this commit.
    pub(super) fn object_of(&self, commit: &str) -> Option<&str> {
        let name = self.refs.iter().find(|known| known.id.as_str() == commit)?;
        self.object(&name.name)
    }

    /// The names of all tags on this commit, sorted.
    pub(super) fn tags_on(&self, commit: &str) -> Vec<String> {
        let tags = self.refs.tags().filter(|(_, id)| id.as_str() == commit);
        tags.map(|(name, _)| name.to_owned()).collect()
    }
}

/// What was told last, and when that was asked. One question at a time goes to the remote; who waits meanwhile takes its answer if it
/// was asked late enough for them.
#[derive(Debug, Default)]
pub(super) struct Known {
    told: Mutex<Option<Told>>,
    latest: std::sync::Mutex<Option<Arc<RemoteRefs>>>,
}

#[derive(Debug, Clone)]
struct Told {
    asked_at: Instant,
    came_at: Instant,
    answer: Result<Arc<RemoteRefs>, RepoError>,
}

impl Told {
    /// Whether it answers a question that began at this time. That the remote could not be asked is told to those alone who waited
    /// meanwhile.
    fn is_good_for(&self, job: &Job, begun: Instant) -> bool {
        let has_failed = matches!(&self.answer, Err(error) if error.kind == FailureKind::Unavailable);
        self.asked_at >= job.not_before && (!has_failed || self.came_at >= begun)
    }
}

impl Known {
    /// Branches and tags, asked for not before `job.not_before`.
    pub(super) async fn fresh(
        &self,
        network: &Network,
        store: &Path,
        job: &Job,
    ) -> Result<Arc<RemoteRefs>, RepoError> {
        let late =
            || RepoError::unavailable("the branches and tags of the repository were not known in time");
        let begun = Instant::now();
        let mut told = timeout_at(job.deadline, self.told.lock()).await.map_err(|_| late())?;
        if let Some(told) = told.as_ref().filter(|told| told.is_good_for(job, begun)) {
            return told.answer.clone();
        }
        let asked_at = Instant::now();
        let (answer, was_cut) = ask(network, store, job.deadline).await;
        if let Ok(refs) = &answer {
            *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(refs));
        }
        // That we had no more time says nothing to those who have.
        if !was_cut {
            *told = Some(Told { asked_at, came_at: Instant::now(), answer: answer.clone() });
        }
        answer
    }

    /// What the remote has told last, however long ago.
    pub(super) fn latest(&self) -> Option<Arc<RemoteRefs>> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether nobody asks just now, and nothing fresh enough is known.
    pub(super) fn is_to_be_asked(&self, job: &Job) -> bool {
        let told = self.told.try_lock();
        told.is_ok_and(|told| told.as_ref().is_none_or(|told| told.asked_at < job.not_before))
    }
}

/// Asks the remote. Also tells whether our own deadline ended it.
async fn ask(
    network: &Network,
    store: &Path,
    deadline: Instant,
) -> (Result<Arc<RemoteRefs>, RepoError>, bool) {
    let list = network.run(
        |git, way| {
            let call = git.network(store, way).args(["ls-remote", "-q", "--end-of-options", REMOTE]);
            call.with(|call| call.stdout_bytes_max(BYTES_MAX))
        },
        false,
        deadline,
    );
    match list.await {
        Ok(output) => (Ok(Arc::new(RemoteRefs::parse(&String::from_utf8_lossy(&output.stdout)))), false),
        Err(failed) => (Err(failed.error), failed.cause == Cause::Silent && deadline <= Instant::now()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_tags_are_peeled_and_nothing_else_counts() {
        let (commit, tag, other) = ("a".repeat(40), "b".repeat(40), "c".repeat(40));
        let text = format!(
            "{commit}\tHEAD\n{commit}\trefs/heads/main\n{other}\trefs/pull/1/head\n{tag}\trefs/tags/v1\n\
             {commit}\trefs/tags/v1^{{}}\n{other}\trefs/tags/a b\nnonsense\n{other}\trefs/tags/v2\nxyz\trefs/tags/v3\n"
        );
        let parsed = RemoteRefs::parse(&text);
        let names: Vec<_> =
            parsed.refs.iter().map(|known| (known.name.as_str(), known.id.as_str())).collect();
        let expected = [
            ("HEAD", &*commit),
            ("refs/heads/main", &commit),
            ("refs/tags/v1", &commit),
            ("refs/tags/v2", &other),
        ];
        assert_eq!(names, expected);
        assert_eq!(parsed.object("refs/tags/v1"), Some(&*tag));
        assert_eq!(parsed.object("refs/heads/main"), Some(&*commit));
        assert_eq!(parsed.object_of(&other), Some(&*other));
        assert_eq!(parsed.tags_on(&commit), ["v1"]);
    }
}
