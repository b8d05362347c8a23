//! `direct` as a source: discovery, repository, rules and zip, put together.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gomod::{ModulePath, ModuleVersion, Revision};
use source::upstream::HttpClient;
use source::{
    Answer, Ask, Attempt, Body, Ctx, Failure, FailureKind, Lifetime, Origin, Source, Spool, Trail, Upstream,
    Want,
};
use tokio::time::{Instant, timeout_at};

use crate::build;
use crate::discovery::{Discovery, Located, Root};
use crate::repo::{Job, Need, RepoError};
use crate::repositories::Repositories;
use crate::resolve::Module;

/// How old what is known of branches and tags may be for a question about one version: a tag that is there stays what it is for
/// all that matters here, and one that is missing is looked for anew.
const VERSION_REFS_AGE: Duration = Duration::from_hours(24);

/// Modules straight from their repositories.
#[derive(Debug)]
pub struct Direct {
    origin: Origin,
    discovery: Discovery,
    repositories: Repositories,
    client: HttpClient,
    spool: Spool,
}

impl Direct {
    /// Finds repositories by `discovery`, reads them through `repositories`, and makes zips in `spool`. Places that a go-import tag
    /// names as a proxy (`mod`) are asked by `client`.
    pub fn new(
        discovery: Discovery,
        repositories: Repositories,
        client: HttpClient,
        spool: Spool,
    ) -> Self {
        Self { origin: Origin::new("direct"), discovery, repositories, client, spool }
    }

    /// The display name.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    async fn found(&self, ask: &Ask, ctx: &Ctx) -> Result<Found, RepoError> {
        let Some(path) = ask.module().filter(|_| !matches!(ask, Ask::SumDb(_))) else {
            return Err(RepoError::not_found("repositories know nothing of checksum databases"));
        };
        let job = job(ask, ctx);
        match self.discovery.locate(path, &job).await? {
            Located::Proxy { url, .. } => Ok(Found::Proxy(url)),
            Located::Repository(root) => {
                let note = format!("{} {}", root.vcs, root.url);
                let body = match self.content(ask, path, &root, &job).await {
                    Err(error) if error.is_not_found() && ask.lifetime() == Lifetime::Immutable => {
                        self.content(ask, path, &root, &Job { not_before: Instant::now(), ..job }).await?
                    }
                    content => content?,
                };
                Ok(Found::Content(body, note))
            }
        }
    }

    async fn content(&self, ask: &Ask, path: &ModulePath, root: &Root, job: &Job) -> Result<Body, RepoError> {
        let repo = self.repositories.open(root, job).await?;
        let module = Module::new(path.clone(), &root.root, &root.subdir, repo.clone())?;
        let bytes: Bytes = match ask {
            Ask::List(_) => text_of(&module.versions(job).await?.versions).into(),
            Ask::Latest(_) => module.latest(job).await?.to_json().into(),
            Ask::Info(_, revision) => module.info(revision, need(revision), job).await?.to_json().into(),
            Ask::Mod(version) => module.go_mod(version.version(), job).await?,
            Ask::Zip(version) => {
                let files = module.files(version.version(), job).await?;
                return Ok(build::zip(&*repo, &files, version, &self.spool, job).await?.body.into());
            }
            Ask::SumDb(_) => return Err(RepoError::not_found("repositories know nothing of checksum databases")),
        };
        Ok(bytes.into())
    }
}
