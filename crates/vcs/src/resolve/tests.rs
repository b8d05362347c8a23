//! Questions to modules in repositories that are in memory. What is expected was said by the real go where a test says so by
//! its fixture (protocol.md K.3), and else follows from the rule that it names.

mod files;
mod frugality;
mod latest;
mod list;
mod naming;
mod pseudo;
mod remembered;

use std::sync::Arc;

use gomod::{ModulePath, Revision, Version};

use super::{Info, Module};
use crate::testing::{FakeRepo, job};
use crate::{Need, RepoError};

/// The path of the repository's root in all these tests.
const ROOT: &str = "a.example/m";
/// A go.mod for the module at the root.
const GO_MOD: (&str, &str) = ("go.mod", "module a.example/m\n\ngo 1.20\n");

/// The module of this path, and its repository.
struct Asked {
    module: Module,
    repo: Arc<FakeRepo>,
}

fn ask(path: &str, repo: FakeRepo) -> Asked {
    let repo = Arc::new(repo);
    Asked { module: module(path, &repo), repo }
}

fn module(path: &str, repo: &Arc<FakeRepo>) -> Module {
    let root = if path.starts_with("gopkg.in/") { path } else { ROOT };
    Module::new(ModulePath::parse(path).unwrap(), root, "", Arc::<FakeRepo>::clone(repo)).unwrap()
}

fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

impl Asked {
    async fn list(&self) -> Vec<String> {
        let listing = self.module.versions(&job()).await.unwrap();
        listing.versions.iter().map(Version::to_string).collect()
    }

    async fn info(&self, revision: &str) -> Result<Info, RepoError> {
        self.module.info(&Revision::parse(revision).unwrap(), Need::Description, &job()).await
    }

    /// The version of a revision, or why there is none.
    async fn named(&self, revision: &str) -> String {
        told(self.info(revision).await)
    }

    async fn latest(&self) -> String {
        told(self.module.latest(&job()).await)
    }

    async fn go_mod(&self, text: &str) -> String {
        let found = self.module.go_mod(&version(text), &job()).await;
        found.map_or_else(|error| error.message, |bytes| String::from_utf8(bytes.to_vec()).unwrap())
    }
}

fn told(info: Result<Info, RepoError>) -> String {
    info.map_or_else(|error| error.message, |info| info.version.to_string())
}
