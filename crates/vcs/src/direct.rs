//! `direct` as a source: discovery, repository, rules and zip, put together.
//!
//! * [`anchors`]: where versions come from; [`held`]: versions that are held to that.

mod anchors;
mod held;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gomod::ModulePath;
use held::Held;
use source::{
    Answer, Ask, Attempt, Body, Ctx, Failure, Lifetime, Origin, Source, Spool, Trail, Upstream, VersionList,
    Want,
};
use tokio::time::{Instant, timeout_at};

use crate::build;
use crate::{
    Anchors, Discovery, Hosts, Info, Job, Located, Module, Need, Repo, RepoError, Repositories, Resolutions,
    Root, Route,
};

/// How old what is known of branches and tags may be for a question about one version: a tag that is there will do, and one that
/// is missing is looked for anew.
const VERSION_REFS_AGE: Duration = Duration::from_hours(24);

/// How many bytes of answers are remembered by the branches and tags that they were made of.
const RESOLUTIONS_BYTES: u64 = 16 << 20;

/// Modules straight from their repositories.
#[derive(Debug)]
pub struct Direct {
    origin: Origin,
    discovery: Discovery,
    repositories: Repositories,
    resolutions: Arc<Resolutions>,
    anchors: Arc<Anchors>,
    spool: Spool,
}

/// What came of a question.
enum Found {
    /// The content, and where it is from.
    Content(Body, String),
    /// The place that has it is a proxy.
    Proxy {
        /// Where it is.
        url: String,
        /// As [`Root::is_private`].
        is_private: bool,
    },
}

impl Direct {
    /// Finds repositories by `discovery`, reads them through `repositories`, and makes zips in `spool`.
    pub fn new(discovery: Discovery, repositories: Repositories, spool: Spool) -> Self {
        let resolutions = Arc::new(Resolutions::new(RESOLUTIONS_BYTES));
        let anchors = Arc::default();
        Self { origin: Origin::new("direct"), discovery, repositories, resolutions, anchors, spool }
    }

    /// The same, which holds versions to these anchors.
    #[must_use]
    pub fn held_to(self, anchors: Arc<Anchors>) -> Self {
        Self { anchors, ..self }
    }

    /// What is known of hosts that were waited for in vain.
    pub fn known_hosts(&self) -> &Arc<Hosts> {
        self.discovery.known_hosts()
    }

    /// The display name.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What is found until the deadline. Hosts of which an earlier process knew that they were down are asked all the same when nobody else
    /// is.
    async fn find_in_time(&self, ask: &Ask, ctx: &Ctx) -> Result<Found, RepoError> {
        let once =
            || async { timeout_at(ctx.deadline, self.find(ask, ctx)).await.unwrap_or_else(|_| Err(late())) };
        match once().await {
            Err(error) if error.is_spared && !ctx.others_follow && self.known_hosts().insist() => {
                once().await
            }
            found => found,
        }
    }

    async fn find(&self, ask: &Ask, ctx: &Ctx) -> Result<Found, RepoError> {
        let Some(path) = ask.module().filter(|_| !matches!(ask, Ask::SumDb(_))) else {
            return Err(no_database());
        };
        let job = job(ask, ctx);
        let located = match self.discovery.locate(path, &job).await {
            Err(error) => self.located_by_anchor(ask, path, error)?,
            located => located?,
        };
        match located {
            Located::Proxy { url, is_private, .. } => {
                let route = Route { url: url.clone(), is_vouched: false, is_private };
                self.discovery.check_reach(&route, &job).await?;
                Ok(Found::Proxy { url, is_private })
            }
            Located::Repository(root) => {
                let repo = self.open(&root, &job).await?;
                let body = self.content(ask, path, &root, &repo, &job).await?;
                let detour = repo.detour().map(|why| format!(", after {why}")).unwrap_or_default();
                Ok(Found::Content(body, format!("{} {}{detour}", root.vcs, root.url)))
            }
        }
    }

    /// What the repository has, by what is known of its tags; if that is nothing, by what they are now.
    async fn content(
        &self,
        ask: &Ask,
        path: &ModulePath,
        root: &Root,
        repo: &Arc<dyn Repo>,
        job: &Job,
    ) -> Result<Body, RepoError> {
        let module = Module::new(path.clone(), &root.root, &root.subdir, repo.clone())?
            .with_resolutions(self.resolutions.clone());
        if let Some((version, anchor)) = self.anchor_of(ask) {
            let anchored = (anchor, self.anchors.hold);
            let held = Held { version: &version, anchored, module: &module, repo: &**repo, job };
            return match ask {
                Ask::Mod(_) => held.go_mod().await,
                Ask::Zip(_) => held.zip(&self.spool).await,
                _ => held.info().await,
            };
        }
        match self.answer(ask, &module, &**repo, job).await {
            Err(error) if error.is_not_found() && ask.lifetime() == Lifetime::Immutable => {
                let anew = Job { not_before: Instant::now(), ..*job };
                self.answer(ask, &module, &**repo, &anew).await
            }
            answer => answer,
        }
    }

    async fn answer(
        &self,
        ask: &Ask,
        module: &Module,
        repo: &dyn Repo,
        job: &Job,
    ) -> Result<Body, RepoError> {
        match ask {
            Ask::List(_) => {
                let versions: VersionList = module.versions(job).await?.versions.into_iter().collect();
                Ok(versions.to_text().into())
            }
            Ask::Latest(_) => Ok(json(&module.latest(job).await?)),
            // Who asks for an .info mostly asks for the zip next.
            Ask::Info(_, revision) if ask.lifetime() == Lifetime::Immutable => {
                Ok(json(&module.info(revision, Need::Files, job).await?.settled()))
            }
            Ask::Info(_, revision) => Ok(json(&module.info(revision, Need::Files, job).await?)),
            Ask::Mod(version) => Ok(module.go_mod(version.version(), job).await?.into()),
            Ask::Zip(version) => {
                let files = module.files(version.version(), job).await?;
                Ok(build::zip(repo, &files, version, &self.spool, job).await?.body.into())
            }
            Ask::SumDb(_) => Err(no_database()),
        }
    }

    /// The repository, by those of its ways that lead to where its root may lead.
    async fn open(&self, root: &Root, job: &Job) -> Result<Arc<dyn Repo>, RepoError> {
        let (mut ways, mut refused) = (Vec::new(), None);
        for route in &root.ways {
            match self.discovery.check_reach(route, job).await {
                Ok(()) => ways.push(route.clone()),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        match refused {
            Some(error) if ways.is_empty() => Err(error),
            _ => self.repositories.open(root, ways),
        }
    }
}

fn no_database() -> RepoError {
    RepoError::not_found("repositories know nothing of checksum databases")
}

fn late() -> RepoError {
    RepoError::unavailable("its repository was not read in time")
}

fn json(info: &Info) -> Body {
    Bytes::from(info.to_json()).into()
}

/// The circumstances of one question: what can change is asked for anew.
fn job(ask: &Ask, ctx: &Ctx) -> Job {
    let now = Instant::now();
    let not_before = match ask.lifetime() {
        Lifetime::Immutable => now.checked_sub(VERSION_REFS_AGE).unwrap_or(now),
        Lifetime::Mutable => now,
    };
    Job { deadline: ctx.deadline, not_before }
}

#[async_trait::async_trait]
impl Source for Direct {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let begun = Instant::now();
        if ctx.want == Want::KeptOnly {
            let message = format!("{ask}: repositories are asked over a network");
            return Err(Failure::not_found(&self.origin, message, Duration::ZERO));
        }
        let found = self.find_in_time(ask, ctx).await;
        let took = begun.elapsed();
        match found {
            Ok(Found::Content(body, from)) => {
                let attempt = Attempt { origin: self.origin.clone(), failed: None, note: from.into(), took };
                Ok(Answer::live(body, self.origin.clone(), Trail::of(attempt)))
            }
            Ok(Found::Proxy { url, is_private }) => self.ask_proxy(&url, is_private, ask, ctx).await,
            Err(error) => Err(self.failure(ask, &error, took)),
        }
    }
}

impl Direct {
    fn failure(&self, about: &dyn std::fmt::Display, error: &RepoError, took: Duration) -> Failure {
        let message = format!("{about}: {error}");
        Failure::new(error.kind, &self.origin, message, took).with_symptom(error.symptom)
    }

    async fn ask_proxy(&self, url: &str, is_private: bool, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let unusable = |error: &dyn std::fmt::Display| {
            let message = format!("{ask}: the proxy that its go-import tag names cannot be asked: {error}");
            Failure::unavailable(&self.origin, message, Duration::ZERO).permanent()
        };
        let upstream =
            Upstream::new(url, self.discovery.proxy_client(is_private)).map_err(|error| unusable(&error))?;
        upstream.ask(ask, ctx).await
    }
}
