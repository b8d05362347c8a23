//! What a run stands on: settings, the project, its hashes, its lock, and the bundles that were pulled for it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gomod::gosum::GoSum;
use ladder::ahead::Scope;
use ladder::lock::{Lock, NAME};
use ladder::pins;
use ladder::project::Project;
use ladder::rung::Rung;
use ladder::stats::Modules;
use ladder::verdict::Verdict;
use vcs::Anchors;

use super::behind::{self, Run};
use super::vendored::Vendored;
use crate::bundles;
use crate::commands::{Session, lock};
use crate::env::Env;
use crate::exit::Exit;
use crate::go::GoSettings;
use crate::keys;
use crate::logging::{self, Log};
use crate::report::{Failed, Problem};
use crate::settings::flags::Given;
use crate::settings::origin::Origin;
use crate::settings::project::ProjectFile;
use crate::settings::{Settings, table};
use crate::wiring::ahead::Foreseen;
use crate::wiring::client::Client;

/// Everything that a run stands on, made once.
pub(in crate::commands) struct Ground {
    settings: Settings,
    project_file: ProjectFile,
    project: Project,
    client: Client,
    _log: Option<Log>,
}

impl Ground {
    /// Reads the settings, those of the project, and its hashes.
    pub(in crate::commands) fn of(run: &Run<'_>, session: &mut Session<'_>) -> Result<Self, Failed> {
        Self::with(run.folder, run.given, run.modfile.as_deref(), (&run.tools, run.scope), session)
    }

    /// The same for the project around a folder, for commands that do not run one of go alone.
    pub(in crate::commands) fn at(
        folder: &Path,
        given: &Given,
        session: &mut Session<'_>,
    ) -> Result<Self, Failed> {
        Self::with(folder, given, None, (&[], None), session)
    }

    fn with(
        folder: &Path,
        given: &Given,
        modfile: Option<&Path>,
        (tools, scope): (&[&str], Option<Scope>),
        session: &mut Session<'_>,
    ) -> Result<Self, Failed> {
        let settings = session.settings(given)?;
        let log = wanted_log(&settings, session.env)?;
        let go = GoSettings::load(session.env, session.files);
        let gowork = go.get("GOWORK").map(|(value, _)| value);
        let project = Project::find(folder, gowork.as_deref());
        let project = match modfile {
            Some(file) => project.with_modfile(session.env.cwd().join(file)),
            None => project,
        };
        let root = project.root().map(Path::to_owned);
        let project_file =
            root.map_or_else(|| Ok(ProjectFile::default()), |root| ProjectFile::read(&root, session.files))?;
        let rungs = rungs(&settings, &project, &project_file)?;
        let bundles = bundles::of_project(&settings, &project, &project_file, session.env)?;
        let lock = lock::read(project.root())?.unwrap_or_default();
        let mut client = Client { rungs, bundles, ..client(&settings, &project, session)? };
        if let Some(pins) = lock.pins_of(tools) {
            hold_cache(client.module_cache.as_deref(), &pins)?;
            (client.pins, client.pins_file) = (Arc::new(pins), NAME);
            client.tools = tools.iter().map(|tool| (*tool).to_owned()).collect();
        }
        client.anchors = Arc::new(anchors(lock, &settings)?);
        client.foreseen = foreseen(scope, &project, &settings)?;
        Ok(Self { settings, project_file, project, client, _log: log })
    }

    /// The vendor folder of the project, if there is a project and the user wants this rung.
    pub(super) fn vendored(&self, session: &Session<'_>) -> Result<Option<Vendored>, Failed> {
        let Some(root) = self.project.root() else { return Ok(None) };
        let trusted = keys::trusted(&self.settings)?;
        let required = self.project_file.vendor.require_checksums;
        // What a project says must not switch its own verification off (house.md, invariant 10).
        let users = self.settings.get(&table::RUNGS)?;
        Vendored::of(root, users.as_deref(), trusted, required, session)
    }

    /// The module path of the project, if there is one.
    pub(in crate::commands) fn project_path(&self) -> Option<String> {
        self.project.module_path()
    }

    /// Runs the command to its end behind an agent.
    pub(in crate::commands) fn attempt(&self, run: &Run<'_>) -> Result<Verdict, Failed> {
        behind::attempt(run, &self.client)
    }

    /// What asks for modules on this ground.
    pub(in crate::commands) fn client(&self) -> Client {
        self.client.clone()
    }

    /// The modules that are kept in the module cache for this project; none where it is built from `vendor/`.
    pub(super) fn modules(&self, reads_vendor: bool) -> Modules {
        let is_there = |root: &Path| root.join("vendor/modules.txt").is_file();
        if self.project.root().is_some_and(|root| reads_vendor && is_there(root)) {
            return Modules::default();
        }
        Modules::of(&self.client.pins, &self.project.replaced())
    }
}

/// What go has of a locked tool must be what was locked: it asks nobody about it again.
fn hold_cache(module_cache: Option<&Path>, pins: &GoSum) -> Result<(), Failed> {
    let Some(foreign) = module_cache.and_then(|cache| ladder::lock::foreign(cache, pins)) else {
        return Ok(());
    };
    let problem =
        Problem::new(format!("SECURITY: {foreign}")).because("somebody has changed the one or the other");
    let advice = "find out who; `go clean -modcache` removes what is in the cache, `modkeep lock --drop-tool` what was locked";
    Err(Failed::new(Exit::Failure, problem.advise(advice)))
}

/// The rungs that the user wants, or of them those that the project names: the user's flag and variable stand above the project's file,
/// and the user's and the system's files below it (house.md, Settings). It adds none to what they leave (invariant 10).
fn rungs(settings: &Settings, project: &Project, file: &ProjectFile) -> Result<Option<Vec<Rung>>, Failed> {
    let users = settings.get(&table::RUNGS)?;
    let stands_above = matches!(settings.value(&table::RUNGS)?.origin, Origin::Flag(_) | Origin::Variable(_));
    let projects = project.root().and_then(|root| file.chosen_rungs(root));
    Ok(match (projects, users) {
        (Some(projects), Some(users)) if !stands_above => {
            Some(projects.into_iter().filter(|rung| users.contains(rung)).collect())
        }
        (Some(projects), None) => Some(projects),
        (_, users) => users,
    })
}

/// What is known of a run whose command asks so much of the project.
fn foreseen(
    scope: Option<Scope>,
    project: &Project,
    settings: &Settings,
) -> Result<Option<Foreseen>, Failed> {
    let is_wanted = settings.get(&table::LOOK_AHEAD)?;
    Ok(scope.filter(|_| is_wanted).map(|scope| Foreseen { project: project.clone(), scope, delivers: true }))
}

/// A client prints nothing on a good day: it logs only for those who ask for it.
fn wanted_log(settings: &Settings, env: &Env) -> Result<Option<Log>, Failed> {
    let is_wanted = settings.value(&table::LOG)?.origin.is_explicit();
    is_wanted.then(|| logging::start(settings, env)).transpose()
}

/// What the project's lock holds its modules to.
fn anchors(lock: Lock, settings: &Settings) -> Result<Anchors, Failed> {
    let may_name_repositories = settings.get(&table::LOCK_REPOSITORIES)?;
    Ok(Anchors { hold: lock.hold, modules: lock.modules, may_name_repositories })
}

/// What every command needs that asks for modules: without rungs, bundles and anchors.
pub(in crate::commands) fn client(
    settings: &Settings,
    project: &Project,
    session: &Session<'_>,
) -> Result<Client, Failed> {
    let go = GoSettings::load(session.env, session.files);
    let get = |name: &str| go.get(name).map(|(value, _)| value);
    Ok(Client {
        settings: settings.clone(),
        env: session.env.clone(),
        rungs: None,
        anchors: Arc::default(),
        tools: Vec::new(),
        bundles: Vec::new(),
        pins: Arc::new(pins(project)?),
        pins_file: "go.sum",
        module_cache: module_cache(get("GOMODCACHE"), get("GOPATH"), session.env),
        steps: Arc::default(),
        outages: Arc::default(),
        foreseen: None,
        scratch: None,
    })
}

/// All hashes that the project has.
pub(in crate::commands) fn pins(project: &Project) -> Result<GoSum, Failed> {
    pins::read(&project.sum_files()).map_err(|error| {
        let advice = "make it a readable go.sum, or bring it back from version control";
        Failed::new(Exit::Failure, Problem::from_error(&error).advise(advice))
    })
}

/// Where go keeps modules: GOMODCACHE, else `pkg/mod` in the first folder of GOPATH, else in `~/go` (protocol.md I1).
pub(in crate::commands) fn module_cache(
    gomodcache: Option<String>,
    gopath: Option<String>,
    env: &Env,
) -> Option<PathBuf> {
    let first = gopath.and_then(|list| std::env::split_paths(&list).next());
    let gopath = first.or_else(|| env.home().map(|home| home.join("go")));
    gomodcache.map(PathBuf::from).or_else(|| gopath.map(|folder| folder.join("pkg/mod")))
}
