//! The project that a lock is about: where it is, its hashes, and the lock that it has.

use std::path::PathBuf;

use gomod::gosum::GoSum;
use gomod::modfile::GoMod;
use ladder::lock::Lock;
use ladder::project::Project;

use crate::commands::Session;
use crate::commands::go::ground;
use crate::exit::Exit;
use crate::go::GoSettings;
use crate::report::{Failed, Problem};

/// A project.
pub(super) struct Subject {
    pub(super) project: Project,
    /// The folder of its go.work or go.mod.
    pub(super) root: PathBuf,
    /// All its hashes.
    pub(super) sums: GoSum,
    /// Its lock, if it has one.
    pub(super) lock: Option<Lock>,
}

impl Subject {
    /// The project that go would find from the working directory.
    pub(super) fn find(session: &Session<'_>) -> Result<Self, Failed> {
        let gowork = GoSettings::load(session.env, session.files).get("GOWORK");
        let project = Project::find(session.env.cwd(), gowork.as_ref().map(|(value, _)| value.as_str()));
        let Some(root) = project.root().map(ToOwned::to_owned) else {
            let problem = Problem::new("there is no Go project here");
            return Err(Failed::new(
                Exit::Usage,
                problem.advise("run it in the folder of a project, at or below its go.mod"),
            ));
        };
        let (sums, lock) = (ground::pins(&project)?, super::read(Some(&root))?);
        Ok(Self { project, root, sums, lock })
    }

    /// The go.mod, where the project is not a workspace of several. One that go would refuse says nothing here: go itself complains.
    pub(super) fn go_mod(&self) -> Option<GoMod> {
        let path = self.project.go_mod.as_ref().filter(|_| self.project.go_work.is_none())?;
        GoMod::parse(&std::fs::read(path).ok()?).ok()
    }
}
