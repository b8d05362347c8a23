//! The module: the one that is there, or a new one, whose go.mod go itself writes.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use gomod::modfile::{GoMod, WorkFile};
use ladder::project::Project;

use super::name::{self, Name};
use super::program;
use super::repository::Repository;
use crate::commands::Session;
use crate::exit::Exit;
use crate::files::Disk;
use crate::files::Files as _;
use crate::go::GoSettings;
use crate::report::{Failed, Problem};

/// What shows whether there is room, and is no longer than a go.mod.
const PROBE: &[u8] = b"module a.example/m\n";

/// go.mod, as a name of a file.
const GO_MOD: &str = "go.mod";

/// What keeps go from looking at anything but an empty folder, and from asking anybody.
const ALONE: [(&str, &str); 5] =
    [("GO111MODULE", "on"), ("GOFLAGS", ""), ("GOWORK", "off"), ("GOTOOLCHAIN", "local"), ("GOPROXY", "off")];

/// The project that is prepared.
#[derive(Debug)]
pub(super) struct Module {
    /// Where everything goes: the folder of the workspace, else that of the module.
    pub(super) root: PathBuf,
    /// Its name, for people.
    pub(super) name: String,
    /// Whether it is a workspace.
    pub(super) is_workspace: bool,
    /// A go.mod that is to be written.
    pub(super) new: Option<NewModule>,
}

/// A go.mod to be.
#[derive(Debug)]
pub(super) struct NewModule {
    pub(super) path: PathBuf,
    pub(super) content: Vec<u8>,
    pub(super) name: Name,
}

impl Module {
    /// The project of the working folder, or a new module in it.
    ///
    /// # Errors
    /// go.mod or go.work cannot be read; the argument contradicts go.mod; go is missing or refuses the name.
    pub(super) async fn of(
        argument: Option<&str>,
        repository: &Repository,
        session: &Session<'_>,
    ) -> Result<Self, Failed> {
        let folder = session.env.cwd();
        let gowork = GoSettings::load(session.env, session.files).get("GOWORK").map(|(value, _)| value);
        let project = Project::find(folder, gowork.as_deref());
        let own = folder.join(GO_MOD);
        let has_own = own.symlink_metadata().is_ok();
        if has_own || (argument.is_none() && project.root().is_some()) {
            let go_mod = if has_own { Some(own) } else { project.go_mod.clone() };
            return Self::existing(argument, &project, go_mod.as_deref());
        }
        let name = name::of(argument, folder, repository, session)?;
        let content = written_by_go(&name, session).await?;
        let root = project.go_work.as_deref().and_then(Path::parent).unwrap_or(folder).to_owned();
        let new = NewModule { path: own, content, name };
        let (name, is_workspace) = (new.name.path.clone(), project.go_work.is_some());
        Ok(Self { root, name, is_workspace, new: Some(new) })
    }

    fn existing(argument: Option<&str>, project: &Project, go_mod: Option<&Path>) -> Result<Self, Failed> {
        let declared = go_mod.map(declared).transpose()?.flatten();
        if let (Some(wanted), Some(declared)) =
            (argument, declared.as_ref().filter(|path| Some(path.as_str()) != argument))
        {
            let problem = Problem::new(format!("the go.mod here declares {declared}, and not {wanted}"));
            return Err(Failed::new(
                Exit::Usage,
                problem.advise("leave the path out: no go.mod is overwritten"),
            ));
        }
        if let Some(work) = &project.go_work {
            WorkFile::parse(&read(work)?).map_err(|error| wrong(work, &error.to_string()))?;
        }
        let root = project.go_work.as_deref().or(go_mod).and_then(Path::parent).map(Path::to_owned);
        let name = declared.unwrap_or_else(|| "a workspace".to_owned());
        Ok(Self { root: root.unwrap_or_default(), name, is_workspace: project.go_work.is_some(), new: None })
    }
}

/// The path that a go.mod declares.
fn declared(path: &Path) -> Result<Option<String>, Failed> {
    let go_mod = GoMod::parse(&read(path)?).map_err(|error| wrong(path, &error.to_string()))?;
    Ok(go_mod.module.map(|module| module.path))
}

fn read(path: &Path) -> Result<Vec<u8>, Failed> {
    Disk.read(path).map_err(|error| wrong(path, &error.to_string()))
}

fn wrong(path: &Path, reason: &str) -> Failed {
    let problem = Problem::new(format!("cannot read {}", path.display())).because(reason);
    Failed::new(
        Exit::Failure,
        problem.advise("mend it, or bring it back from version control; nothing was changed"),
    )
}

/// What `go mod init` writes in an empty folder: the module line, and the go line of the go that is installed.
async fn written_by_go(name: &Name, session: &Session<'_>) -> Result<Vec<u8>, Failed> {
    let env = session.env;
    let folder =
        tempfile::tempdir_in(env.temporary()).map_err(|error| no_folder(&env.temporary(), &error))?;
    let output = program::run("go", &["mod", "init", &name.path], folder.path(), &ALONE, env).await?;
    if !output.status.success() {
        check_room(folder.path())?;
        let told = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
        let problem = Problem::new(format!("go makes no module of `{}`, which is {}", name.path, name.from));
        return Err(Failed::new(
            Exit::Failure,
            problem.because(told).advise("name it: modkeep init example.com/you/project"),
        ));
    }
    let path = folder.path().join(GO_MOD);
    fs::read(&path).map_err(|error| wrong(&path, &error.to_string()))
}

/// Whether a file can be written there. go says of a disk that is full what it says of a name.
fn check_room(folder: &Path) -> Result<(), Failed> {
    let probe = File::create(folder.join("probe")).and_then(|mut file| {
        file.write_all(PROBE)?;
        file.sync_all()
    });
    probe.map_err(|error| no_folder(folder, &error))
}

fn no_folder(folder: &Path, error: &io::Error) -> Failed {
    let problem = Problem::new(format!("cannot use {}", folder.display())).because(error.to_string());
    Failed::new(
        Exit::Unavailable,
        problem.advise("make it writable, make room in it, or set TMPDIR to another folder"),
    )
}
