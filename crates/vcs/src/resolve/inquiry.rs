//! One question about one module: the module, its repository, and the circumstances.

use gomod::module::canonical_version;
use gomod::repository::Vcs;
use gomod::{Version, semver};
use tokio::sync::OnceCell;

use super::fault::Fault;
use super::folder::Folder;
use super::info::Info;
use super::naming::Naming;
use super::origin::Origin;
use super::place::Place;
use crate::{Commit, Job, Need, Ref, Refs, Repo, RepoError};

/// A question under way. It asks the repository for its refs once at most, so that all its steps go by the same ones.
pub(super) struct Inquiry<'a> {
    pub(super) place: &'a Place,
    pub(super) repo: &'a dyn Repo,
    pub(super) job: &'a Job,
    refs: OnceCell<Refs>,
}

/// A commit that was asked for, and what it is called as a version.
pub(super) struct Named {
    pub(super) commit: Commit,
    pub(super) info: Info,
}

impl<'a> Inquiry<'a> {
    pub(super) fn new(place: &'a Place, repo: &'a dyn Repo, job: &'a Job) -> Self {
        Self { place, repo, job, refs: OnceCell::new() }
    }

    pub(super) async fn refs(&self) -> Result<&Refs, RepoError> {
        self.refs.get_or_try_init(|| self.repo.refs(self.job)).await
    }

    /// The version of a revision. A version with a build tag that is no revision stands for the one without (D30).
    pub(super) async fn revision(&self, asked: &str, need: Need) -> Result<Named, Fault> {
        let first = match self.named(asked, need).await {
            Err(fault @ (Fault::Absent(_) | Fault::Invalid(_))) => fault,
            other => return other,
        };
        let Some(canonical) = canonical_version(asked).filter(|canonical| canonical != asked) else {
            return Err(first);
        };
        match self.named(&canonical, need).await {
            Err(Fault::Absent(_)) => Err(first),
            other => other,
        }
    }

    /// The version of exactly this revision (D7 to D9, D14 to D24).
    pub(super) async fn named(&self, asked: &str, need: Need) -> Result<Named, Fault> {
        let commit = self.commit(asked, need).await?;
        let version = Naming::new(self, &commit, asked).version().await?;
        let origin = self.origin(&commit, &version, asked).await?;
        Ok(named(commit, version, origin))
    }

    /// The version of the newest commit of the default branch (D17). It has no name to begin with.
    pub(super) async fn head(&self) -> Result<Named, Fault> {
        let newest = self.repo.newest();
        let commit = self.repo.stat(newest, Need::Description, self.job).await?;
        let version = Naming::new(self, &commit, "").version().await?;
        let origin = self.origin(&commit, &version, "").await?;
        let origin = Origin { reference: newest.to_owned(), ..origin };
        Ok(named(commit, version, origin))
    }

    /// The folder of a version that is tagged. A branch that is called like a version is none: it moves (D8).
    pub(super) async fn tagged(&self, version: &Version, need: Need) -> Result<(Commit, Folder), Fault> {
        let (path, text) = (self.place.path.as_str(), version.as_str());
        let commit = self.commit(text, need).await?;
        if commit.tag.is_none() {
            let why = format!("{} is not a tag", self.place.revision(text));
            return Err(Fault::Invalid(why).of_version(path, text));
        }
        let folder = self.folder(&commit, text).await.map_err(|fault| fault.of_version(path, text))?;
        Ok((commit, folder))
    }

    /// The folder of any version. What a pseudo-version says of its commit must be true.
    pub(super) async fn version(&self, version: &Version, need: Need) -> Result<(Commit, Folder), Fault> {
        if !version.is_pseudo() {
            return self.tagged(version, need).await;
        }
        let Named { commit, .. } = self.named(version.as_str(), need).await?;
        let folder = self.folder(&commit, version.as_str()).await?;
        Ok((commit, folder))
    }

    async fn commit(&self, asked: &str, need: Need) -> Result<Commit, Fault> {
        let revision = self.place.revision(asked);
        let found = self.repo.stat(&revision, need, self.job).await;
        found.map_err(|error| Fault::from(error).of_version(self.place.path.as_str(), asked))
    }

    /// What the answer depends on: for a pseudo-version on the tags that could have been its base, unless it says itself
    /// that there was none.
    async fn origin(&self, commit: &Commit, version: &Version, asked: &str) -> Result<Origin, Fault> {
        let reference = self.reference(commit).await?;
        let origin = Origin::of_module(self.repo, self.place).at(commit, reference.as_deref());
        let text = version.as_str();
        let is_for_ever = text == asked && text.starts_with("v0.0.0-");
        if !version.is_pseudo() || is_for_ever {
            return Ok(origin);
        }
        Ok(origin.with_tags(self.refs().await?, self.base_prefix()))
    }

    /// `Origin.Ref`: in git for a hash the first name that leads to it. As in go, `HEAD` is no name that an answer depends on.
    async fn reference(&self, commit: &Commit) -> Result<Option<String>, RepoError> {
        if self.repo.vcs() != Vcs::Git {
            return Ok(commit.reference.clone());
        }
        let name = match &commit.reference {
            Some(name) => Some(name.clone()),
            None => self
                .refs()
                .await?
                .iter()
                .find(|known| known.id == commit.id)
                .map(|Ref { name, .. }| name.clone()),
        };
        Ok(name.filter(|name| name != "HEAD"))
    }

    /// What the tags begin with that go takes for possible bases, which is not quite the truth for a module in a folder.
    fn base_prefix(&self) -> String {
        let major = self.place.suffix().get(1..).map(|major| format!("{major}.")).unwrap_or_default();
        self.place.tag_prefix() + &major
    }
}

fn named(commit: Commit, version: Version, origin: Origin) -> Named {
    let info = Info { version, time: commit.time, nanos: commit.nanos, origin: Some(origin) };
    Named { commit, info }
}

/// Whether the text is a version as go writes it.
pub(super) fn is_canonical(asked: &str) -> bool {
    semver::is_valid(asked) && canonical_version(asked).as_deref() == Some(asked)
}
