//! Fetching before it is sure that it is wanted.

use std::sync::Arc;

use tokio::time::Instant;

use super::refs::RemoteRefs;
use super::repository::Repository;
use super::{ahead, revision, whole};
use crate::cache::blocking;
use crate::{Job, Need};

impl Repository {
    /// Starts to fetch what is most likely a tag, while it is still asked which tags there are: that saves the first asker the
    /// time of one question.
    pub(super) fn start_early(&self, revision: &str, need: Need, job: &Job) -> Option<Early> {
        let is_worth_it = need == Need::Files
            && revision::is_like_version_tag(revision)
            && self.network.has_clear_way()
            && self.whole.is_idle()
            && self.known.is_to_be_asked(job)
            && !self.has_tag(revision);
        is_worth_it.then(|| {
            let (lane, tag, deadline) = (Arc::clone(&self.whole), revision.to_owned(), job.deadline);
            Early(tokio::spawn(async move {
                let _ = lane.want(whole::Want::Tag(tag), deadline).await;
            }))
        })
    }

    /// Whether the commit is here to which this tag has led when it was last asked.
    fn has_tag(&self, tag: &str) -> bool {
        let refs = self.known.latest();
        let known = refs.as_ref().and_then(|refs| refs.refs.get(&format!("refs/tags/{tag}")));
        known.is_some_and(|known| self.whole_place().store.has(known.id.as_str()))
    }

    /// Takes what came in early as the commit to which the tag leads, if it is that.
    pub(super) async fn take_early(&self, early: Early, tag: &str, refs: &RemoteRefs, commit: &str) {
        early.ended().await;
        let Some(object) = refs.object(&format!("refs/tags/{tag}")).map(str::to_owned) else { return };
        let (store, mark, commit) =
            (self.whole_place().store.clone(), whole::early_mark(tag), commit.to_owned());
        // Without it, the commit is fetched as if nothing had come.
        let _ = blocking(move || store.rename_mark(&mark, &object, &commit)).await;
        self.sweep();
    }

    /// Fetches the tags beside one that was just asked for, when nobody waits.
    pub(super) fn fetch_ahead(&self, tag: &str, refs: &RemoteRefs) {
        let beside = ahead::beside(tag, &refs.refs, self.options().tags_ahead);
        let wants = beside.into_iter().filter_map(|tag| {
            let name = format!("refs/tags/{tag}");
            let commit = refs.refs.get(&name)?.id.as_str().to_owned();
            let object = refs.object(&name)?.to_owned();
            (!self.whole_place().store.has(&commit)).then_some(whole::Want::Commit { object, commit })
        });
        for want in wants {
            let (lane, deadline) = (Arc::clone(&self.whole), Instant::now() + self.options().fetch_time_max);
            tokio::spawn(async move { lane.want(want, deadline).await });
        }
    }
}

/// A fetch that was started early. Dropping it gives it up.
#[derive(Debug)]
pub(super) struct Early(tokio::task::JoinHandle<()>);

impl Early {
    async fn ended(mut self) {
        let _ = (&mut self.0).await;
    }
}

impl Drop for Early {
    fn drop(&mut self) {
        self.0.abort();
    }
}
