//! The project that a lock is about: where it is, its hashes, and the lock that it has.

use std::path::PathBuf;

use gomod::gosum::GoSum;
use ladder::lock::{Lock, Required};
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

    /// What its go.mod files require.
    pub(super) fn required(&self) -> Result<Required, Failed> {
        Required::read(&self.project).map_err(|error| {
            let advice = "mend it, or bring it back from version control; `go mod edit -json` says whether go can read a go.mod";
            Failed::new(Exit::Failure, Problem::from_error(&error).advise(advice))
        })
    }
}
