//! What is to be done to a project, and how it is told.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use ladder::vendor::CHECKSUMS;

use super::ci::{self, Job};
use super::module::Module;
use super::repository::Repository;
use super::write::Draft;
use super::{Ci, InitArgs, attributes, old_locks, paths};
use crate::commands::Session;
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::project::{NAME, ProjectFile};

const PROJECT_FILE: &str = include_str!("templates/modkeep.toml");

/// The file with git's attributes.
const ATTRIBUTES: &str = ".gitattributes";

/// The file of `modkeep lock`.
const LOCK: &str = "modkeep.lock";

/// Everything that is to be done, and what is to be said besides.
#[derive(Debug)]
pub(super) struct Plan {
    /// The folder of the project.
    pub(super) root: PathBuf,
    /// Where the user is, in the project or below it.
    working: PathBuf,
    /// The files to write.
    pub(super) drafts: Vec<Draft>,
    name: String,
    left: Vec<String>,
    notes: Vec<String>,
    /// A job that the user has to put in its place.
    printed: Option<Job>,
    next: Vec<(&'static str, &'static str)>,
}

/// Thinks it out. Nothing is changed.
pub(super) async fn of(args: &InitArgs, session: &Session<'_>) -> Result<Plan, Failed> {
    let repository = Repository::of(session.env.cwd(), session.env).await;
    let module = Module::of(args.module.as_deref(), &repository, session).await?;
    let root = module.root.clone();
    let mut plan = Plan {
        notes: old_locks::notes(&root),
        next: next(&module),
        name: module.name.clone(),
        drafts: Vec::new(),
        left: Vec::new(),
        printed: None,
        working: session.env.cwd().to_owned(),
        root,
    };
    plan.project_file(session)?;
    plan.attributes(session)?;
    // git was asked about the working folder; the project may lie above it.
    let repository = if plan.root == session.env.cwd() {
        repository
    } else {
        Repository::of(&plan.root, session.env).await
    };
    plan.ci(args.ci, &module, &repository, session);
    plan.vendor();
    plan.go_mod(module);
    Ok(plan)
}

impl Plan {
    fn go_mod(&mut self, module: Module) {
        let Some(new) = module.new else { return };
        let why = format!(
            "the module and go lines, as go mod init writes them; the path comes from {}",
            new.name.from
        );
        if module.is_workspace {
            self.notes.push("go.work does not know the new module: `go work use .` adds it".to_owned());
        }
        self.drafts.insert(0, Draft { path: new.path, content: new.content, replaces: false, why });
    }

    fn project_file(&mut self, session: &Session<'_>) -> Result<(), Failed> {
        ProjectFile::read(&self.root, session.files)?;
        let why = "opts in to the rungs: vendor/ must have its list of hashes, and bundles have a place to be named";
        self.new_file(NAME, PROJECT_FILE.to_owned(), why);
        Ok(())
    }

    fn attributes(&mut self, session: &Session<'_>) -> Result<(), Failed> {
        let path = self.root.join(ATTRIBUTES);
        let old = match session.files.read(&path) {
            Ok(old) => old,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(unreadable(&path, &error)),
        };
        match attributes::completed(&old) {
            None => self.left.push(format!("{ATTRIBUTES}: it keeps git from converting line ends already")),
            Some(text) => {
                let replaces = path.symlink_metadata().is_ok();
                let why = "keeps git from converting line ends of what has hashes on record".to_owned();
                self.drafts.push(Draft { path, content: text, replaces, why });
            }
        }
        Ok(())
    }

    fn ci(&mut self, wanted: Option<Ci>, module: &Module, repository: &Repository, session: &Session<'_>) {
        let ci = wanted.unwrap_or_else(|| ci::guessed(&self.root, repository));
        let Some(job) = Job::of(ci, module.is_workspace) else {
            if wanted.is_none() {
                self.notes.push("no job for a CI: --ci github or --ci gitlab writes one".to_owned());
            }
            return;
        };
        let is_there = self.root.join(job.file).symlink_metadata().is_ok();
        if !repository.prefix.is_empty() || (is_there && ci == Ci::Gitlab && !self.has_job(&job, session)) {
            self.printed = Some(job);
        } else {
            self.new_file(job.file, job.content, "a job that builds and tests with fallbacks");
        }
    }

    /// Whether the file has been given a job of ours.
    fn has_job(&self, job: &Job, session: &Session<'_>) -> bool {
        let text = session.files.read(&self.root.join(job.file));
        text.is_ok_and(|text| String::from_utf8_lossy(&text).contains("modkeep"))
    }

    fn vendor(&mut self) {
        let folder = self.root.join("vendor");
        if !folder.is_dir() {
            return;
        }
        self.left.push("vendor/: it is yours".to_owned());
        if !folder.join("modules.txt").is_file() {
            self.notes.push("vendor/ has no modules.txt, so go does not build from it: `modkeep go mod vendor` makes it anew".to_owned());
        } else if !folder.join(CHECKSUMS).is_file() {
            let why = "the hashes of vendor/, without which its builds stop from now on, and a signed copy (modkeep bundle key new makes a key)";
            self.next.insert(0, ("modkeep vendor snapshot", why));
        }
    }

    /// A file that is written unless something of that name is there.
    fn new_file(&mut self, name: &str, content: String, why: &str) {
        let path = self.root.join(name);
        if path.symlink_metadata().is_ok() {
            return self.left.push(format!("{name}: it is there already"));
        }
        self.drafts.push(Draft { path, content: content.into_bytes(), replaces: false, why: why.to_owned() });
    }

    /// Says what was done, why, and what is left to do.
    pub(super) fn tell(&self, is_dry: bool, out: &mut dyn Write) -> Result<(), Failed> {
        writeln!(out, "{} in {}", self.name, self.root.display())?;
        for Draft { path, replaces, why, .. } in &self.drafts {
            let verb = match (is_dry, replaces) {
                (false, false) => "wrote",
                (false, true) => "added to",
                (true, false) => "would write",
                (true, true) => "would add to",
            };
            writeln!(out, "  {verb} {}: {why}", self.short(path))?;
        }
        self.left.iter().try_for_each(|left| writeln!(out, "  left {left}"))?;
        self.notes.iter().try_for_each(|note| writeln!(out, "  note: {note}"))?;
        self.tell_job(out)?;
        if self.drafts.is_empty() {
            return Ok(writeln!(out, "nothing to do")?);
        }
        self.tell_next(out)
    }

    fn tell_job(&self, out: &mut dyn Write) -> io::Result<()> {
        let Some(Job { file, content }) = &self.printed else { return Ok(()) };
        writeln!(out, "  put this into {file} at the top of the repository:\n")?;
        content.lines().try_for_each(|line| writeln!(out, "    {line}"))?;
        writeln!(out)
    }

    fn tell_next(&self, out: &mut dyn Write) -> Result<(), Failed> {
        let name = |draft: &Draft| paths::word(&paths::relative(&draft.path, &self.working));
        let names: Vec<String> = self.drafts.iter().map(name).collect();
        writeln!(out, "commit: git add {}", names.join(" "))?;
        let widest = self.next.iter().map(|(command, _)| command.len()).max().unwrap_or_default();
        for (command, why) in &self.next {
            writeln!(out, "next: {command:widest$}  # {why}")?;
        }
        Ok(())
    }

    fn short(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}

/// The steps that follow, by commands that do more than prepare.
fn next(module: &Module) -> Vec<(&'static str, &'static str)> {
    let mut next = Vec::new();
    let has = |name: &str| module.root.join(name).exists();
    if module.new.is_some() {
        next.push(("modkeep go mod tidy", "what the code needs, into go.mod and go.sum"));
    }
    if !has(LOCK) {
        next.push((
            "modkeep lock",
            "the commits that your versions stand for, so that repositories can be held to them",
        ));
    }
    next.push(("modkeep bundle create", "one signed file with all that your builds need"));
    next
}

fn unreadable(path: &Path, error: &io::Error) -> Failed {
    let problem = Problem::new(format!("cannot read {}", path.display())).because(error.to_string());
    Failed::new(Exit::Failure, problem.advise("make it a readable file; nothing was changed"))
}
