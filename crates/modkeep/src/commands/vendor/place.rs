//! Which project a command is about, and where the user's part of it is kept.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::Args;
use ladder::vendor::{Project, VendorError, recover, sweep};

use super::telling;
use crate::commands::Session;
use crate::env::Env;
use crate::exit::Exit;
use crate::go::GoSettings;
use crate::report::{Failed, Problem};

/// Which project.
#[derive(Debug, Clone, Args)]
pub struct ProjectArgs {
    /// The folder of the project, with its go.mod or go.work. Without it, the one that go would find from here.
    #[arg(long, value_name = "FOLDER")]
    pub project: Option<PathBuf>,
}

impl ProjectArgs {
    /// Finds the project, and puts in order what an earlier run did not live to finish.
    pub(super) fn open(&self, session: &Session<'_>) -> Result<Project, Failed> {
        let project = self.find(session).map_err(telling::failed)?;
        recover(&project).map_err(telling::failed)?;
        sweep(&project, &state_folder(session.env)?, SystemTime::now()).map_err(telling::failed)?;
        Ok(project)
    }

    fn find(&self, session: &Session<'_>) -> Result<Project, VendorError> {
        if let Some(folder) = &self.project {
            return Project::open(&session.env.cwd().join(folder));
        }
        let gowork = GoSettings::load(session.env, session.files).get("GOWORK");
        Project::find(session.env.cwd(), gowork.as_ref().map(|(value, _)| value.as_str()))
    }
}

/// Where the stat cache is; `None` where the user has no folder for caches, which costs time alone.
pub fn cache_folder(env: &Env) -> Option<PathBuf> {
    env.cache_home().map(|folder| folder.join("modkeep"))
}

/// Where the journal of placed vendor folders is. Its name begins with a dot, since modules may lie beside it.
pub fn state_folder(env: &Env) -> Result<PathBuf, Failed> {
    let home = env.data_home().ok_or_else(|| {
        let problem = Problem::new("neither XDG_DATA_HOME nor HOME is an absolute path");
        Failed::new(Exit::Unavailable, problem.advise("set HOME: what must last is kept below it"))
    })?;
    Ok(home.join("modkeep/.ladder"))
}
