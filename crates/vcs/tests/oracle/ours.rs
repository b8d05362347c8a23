//! This crate as it answers the same questions, one cache for all.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gomod::repository::Vcs;
use gomod::{ModulePath, ModuleVersion, Revision};
use serde_json::Value;
use source::{FailureKind, Spool};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;
use vcs::{
    Access, Environment, GitCache, GitOptions, HgCache, HgOptions, Info, Job, Module, Need, Programs, Repo,
    RepoError, Repositories, Root, Route, SvnClient, SvnOptions,
};

use crate::answer::{Answer, Found, Kind};
use crate::go::Place;
use crate::shop::{Ask, Question, Shop};

/// How many questions are worked on at a time.
const AT_A_TIME: usize = 4;

/// What every question needs.
struct World {
    repositories: Repositories,
    spool: Spool,
    turns: Semaphore,
}

/// One question, ready to be put.
struct Asked {
    world: Arc<World>,
    vcs: Vcs,
    root: String,
    url: String,
    way: String,
    ask: Ask,
}

/// Asks everything. The answers come in no order.
pub(crate) fn ask_all(shop: &Shop) -> Vec<(Place, Answer)> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let spool = shop.folder().join("spool");
    std::fs::create_dir(&spool).expect("a folder");
    let repositories = repositories(&shop.folder().join("cache"));
    let world = Arc::new(World { repositories, spool: Spool::new(spool), turns: Semaphore::new(AT_A_TIME) });
    runtime.block_on(async {
        let mut asking = JoinSet::new();
        for (number, stall) in shop.stalls.iter().enumerate() {
            for (at, ask) in stall.asks.iter().enumerate() {
                let (world, ask) = (Arc::clone(&world), ask.clone());
                let (vcs, root, url, way) = (stall.vcs(), stall.path(), stall.url(), stall.way.clone());
                let asked = Asked { world, vcs, root, url, way, ask };
                asking.spawn(async move { ((number, at), asked.answer().await) });
            }
        }
        asking.join_all().await
    })
}

/// Those of all systems, also on this machine.
fn repositories(folder: &Path) -> Repositories {
    let programs = Programs::new(4, path_alone());
    let access = Access { extra_protocols: vec!["file".to_owned()], ..Access::default() };
    let git = GitOptions { access: access.clone(), ..GitOptions::default() };
    let hg = HgOptions { access: access.clone(), ..HgOptions::default() };
    let svn = SvnOptions { access, ..SvnOptions::default() };
    Repositories::new(
        GitCache::new(folder.join("git"), git, programs.clone()),
        HgCache::new(folder.join("hg"), hg, programs.clone()),
        SvnClient::new(folder.join("svn"), svn, programs),
    )
}

/// Nothing of the user's but where programs are.
fn path_alone() -> Environment {
    std::env::vars_os().filter(|(name, _)| name == "PATH").collect()
}

/// Why there is no answer, in our words.
fn refused(error: &RepoError) -> Answer {
    Answer::Refused(kind(error))
}

/// Of what could not be found out the words do not count: it is another kind than every refusal.
fn kind(error: &RepoError) -> Kind {
    match error.kind {
        FailureKind::NotFound | FailureKind::Refused => Kind::of(&error.message),
        FailureKind::Unavailable => Kind::Known("unavailable"),
        FailureKind::Mismatch => Kind::Known("mismatch"),
    }
}

impl Asked {
    async fn answer(&self) -> Answer {
        let _turn = self.world.turns.acquire().await.expect("open");
        self.tell().await.unwrap_or_else(|error| refused(&error))
    }

    async fn tell(&self) -> Result<Answer, RepoError> {
        let job = Job { deadline: Instant::now() + Duration::from_mins(1), not_before: Instant::now() };
        let path =
            ModulePath::parse(&self.ask.module).map_err(|error| RepoError::not_found(error.to_string()))?;
        let (root, url) = (self.root.clone(), self.url.clone());
        let (ways, subdir) = (Vec::new(), String::new());
        let found = Root { root, vcs: self.vcs, url, ways, subdir, is_private: false, is_insecure: false };
        let repo = self.world.repositories.open(&found, vec![Route::vouched(&self.way)])?;
        let module = Module::new(path.clone(), &self.root, "", Arc::clone(&repo))?;
        match &self.ask.question {
            Question::List => list(&module, &job).await,
            Question::Version(version) => {
                let revision =
                    Revision::parse(version).map_err(|error| RepoError::not_found(error.to_string()))?;
                let info = module.info(&revision, Need::Files, &job).await?;
                self.found(&path, &module, &*repo, &info, &job).await
            }
        }
    }

    async fn found(
        &self,
        path: &ModulePath,
        module: &Module,
        repo: &dyn Repo,
        info: &Info,
        job: &Job,
    ) -> Result<Answer, RepoError> {
        let go_mod = module.go_mod(&info.version, job).await?.to_vec();
        let kept = match &self.ask.question {
            // As with go, the version that is the latest is described when it is asked for by its name.
            Question::Version(asked) if asked == "latest" => {
                let revision = Revision::parse(info.version.as_str()).expect("a version is a revision");
                module.info(&revision, Need::Files, job).await?
            }
            _ => info.clone(),
        };
        let version = ModuleVersion::new(path.clone(), info.version.clone()).expect("they belong together");
        let files = module.files(&info.version, job).await?;
        let built = vcs::zip(repo, &files, &version, &self.world.spool, job).await;
        Ok(Answer::Found(Box::new(Found {
            version: info.version.as_str().to_owned(),
            info: text(&kept.settled()),
            origin: origin(info),
            go_mod,
            zip: built.map(|built| built.h1.to_string()).map_err(|error| kind(&error)),
        })))
    }
}

async fn list(module: &Module, job: &Job) -> Result<Answer, RepoError> {
    let listing = module.versions(job).await?;
    Ok(Answer::Listed(listing.versions.iter().map(|version| version.as_str().to_owned()).collect()))
}

fn text(info: &Info) -> String {
    String::from_utf8(info.to_json()).expect("JSON")
}

fn origin(info: &Info) -> Value {
    let whole: Value = serde_json::from_slice(&info.to_json()).expect("JSON");
    whole["Origin"].clone()
}
