//! By which scheme a repository whose path ends like `.git` is to be had (protocol.md E3).
//!
//! go starts the client of the system for each scheme, and so does the user's own git here (`by_git`). Else a GET tells
//! whether there is something; for git it is the one that git begins with. Any answer but 404 and 410 is a yes: whether we have the right
//! to read is for the client to find out.

use std::sync::Arc;

use gomod::repository::Vcs;
use source::FailureKind;
use tokio::time::Instant;

use super::answers::{Answers, Found, Lifetimes, Question, Weigh};
use super::by_git;
use super::client::Web;
use super::options::DiscoveryOptions;
use crate::RepoError;

/// What go says when none of the schemes leads to a repository.
pub(super) const NO_SCHEME: &str = "no secure protocol found for repository";

/// URLs of repositories, kept for a while.
#[derive(Debug)]
pub(super) struct Pings {
    web: Arc<Web>,
    answers: Answers<Scheme>,
    options: DiscoveryOptions,
}

/// The scheme that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Scheme(&'static str);

impl Weigh for Scheme {
    fn weight(&self) -> usize {
        size_of::<Self>()
    }
}

impl Pings {
    pub(super) fn new(web: Arc<Web>, lifetimes: Lifetimes, options: DiscoveryOptions) -> Self {
        Self { web, answers: Answers::new(lifetimes), options }
    }

    /// The URL of the repository at `place`, a host and a path. The question is about the root.
    ///
    /// # Errors
    /// `NotFound` when the host knows no such repository, `Unavailable` when it cannot be asked.
    pub(super) async fn url(
        &self,
        vcs: Vcs,
        place: &str,
        question: &Question,
        deadline: Instant,
    ) -> Result<String, RepoError> {
        let found = self.answers.get(question, deadline, self.scheme(vcs, place, question, deadline)).await?;
        Ok(format!("{}://{place}", found.0))
    }

    async fn scheme(
        &self,
        vcs: Vcs,
        place: &str,
        question: &Question,
        deadline: Instant,
    ) -> Result<Found<Scheme>, RepoError> {
        if vcs == Vcs::Fossil {
            return Ok(Found::New(Scheme("https")));
        }
        if let Some(ping) = self.options.own_git.ping.as_deref().filter(|_| vcs == Vcs::Git) {
            let asked = by_git::Asked { place, reach: question.reach, options: &self.options };
            let found = asked.scheme(ping, &self.web.guard, deadline).await;
            return found.map(Scheme).map(Found::New);
        }
        match self.ask(vcs, place, question).await {
            Ok(true) => Ok(Found::New(Scheme("https"))),
            Ok(false) => self.ssh(vcs).map(Found::New).ok_or_else(|| RepoError::not_found(NO_SCHEME)),
            // Not asked for long: when the host is up again, it may turn out to have https.
            Err(error) if error.kind == FailureKind::Unavailable => {
                self.ssh(vcs).map(Found::Old).ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether there is a repository at this place of the web.
    async fn ask(&self, vcs: Vcs, place: &str, question: &Question) -> Result<bool, RepoError> {
        let address = match vcs {
            Vcs::Git => format!("{place}/info/refs?service=git-upload-pack"),
            Vcs::Mercurial => format!("{place}?cmd=capabilities"),
            _ => place.to_owned(),
        };
        let page = self.web.get(&address, question.reach, |_| true).await?;
        let status = page.status.as_u16();
        if status == 429 || page.status.is_server_error() {
            return Err(super::pages::bad_status(place, page.status));
        }
        Ok(status != 404 && status != 410)
    }

    /// The scheme over ssh that go tries first.
    fn ssh(&self, vcs: Vcs) -> Option<Scheme> {
        let found = vcs.schemes(false).find(|scheme| scheme.ends_with("ssh"));
        found.filter(|_| self.options.ssh_available).map(Scheme)
    }
}
