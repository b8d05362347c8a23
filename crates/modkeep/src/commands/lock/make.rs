//! Makes a lock: what the old one has is kept, and of all other modules the repositories are asked.
//!
//! What counts is what a repository says now: the tag of the version leads to the commit, and the zip made of that has the hash in
//! go.sum. What proxies say about commits is not asked for.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use gomod::{H1, ModuleVersion};
use ladder::lock::{Lock, wanted};
use ladder::rung::Rung;
use source::{Ask, Failure};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;
use vcs::{Anchor, Direct};

use super::LockArgs;
use super::subject::Subject;
use crate::commands::Session;
use crate::commands::go::ground;
use crate::commands::watch::watch;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::report::{self, Failed, Problem};
use crate::settings::{Settings, table};
use crate::wiring::client::Client;

/// How many modules are asked for at a time: most of the time of each is spent waiting for its host.
const AT_ONCE: usize = 8;

/// How many modules that could not be had are named; the others are counted.
const NAMED_MAX: usize = 50;

/// What a repository said of a module.
type Told = (ModuleVersion, Result<Anchor, Failure>);

/// Makes the lock. Nothing is written.
pub(super) fn run(
    args: &LockArgs,
    settings: &Settings,
    subject: &Subject,
    session: &mut Session<'_>,
) -> Result<Lock, Failed> {
    let old = subject.lock.clone().unwrap_or_default();
    let wanted = wanted(&subject.sums);
    let is_kept = |module: &ModuleVersion, anchor: &Anchor| {
        !args.anew && wanted.get(module).is_some_and(|hashes| hashes.contains(&anchor.h1))
    };
    let mut lock = Lock { hold: args.on.unwrap_or(old.hold), modules: BTreeMap::new(), tools: old.tools };
    lock.modules.extend(old.modules.into_iter().filter(|(module, anchor)| is_kept(module, anchor)));
    let missing: Vec<ModuleVersion> =
        wanted.keys().filter(|module| !lock.modules.contains_key(*module)).cloned().collect();
    let client = ground::client(settings, &subject.project, session)?;
    let mut judged = Judged::default();
    for (module, told) in ask(&client, missing, session)? {
        judged.add(module, told, &wanted);
    }
    judged.settle(args.partial, session)?;
    lock.modules.append(&mut judged.good);
    Ok(lock)
}

/// Asks the repositories of these modules, several at a time, and tells how far that is.
fn ask(client: &Client, modules: Vec<ModuleVersion>, session: &mut Session<'_>) -> Result<Vec<Told>, Failed> {
    if modules.is_empty() {
        return Ok(Vec::new());
    }
    let order = Client { rungs: client.settings.get(&table::RUNGS)?, ..client.clone() }.order()?;
    let may_be_asked = |module: &ModuleVersion| order.of(&Ask::Zip(module.clone())).contains(&Rung::Git);
    let limit = client.settings.get(&table::REPOSITORY_TIMEOUT)?;
    let progress = Progress::of_things("locking", "modules", modules.len() as u64, session.env);
    let (asked, forbidden) = modules.into_iter().partition(may_be_asked);
    let (client, modules) = (client.clone(), Modules { asked, forbidden });
    watch(progress, session, |sender| ask_all(client, modules, limit, sender))?
}

/// What is to be asked about, and what the user's settings let nobody be asked about.
struct Modules {
    asked: Vec<ModuleVersion>,
    forbidden: Vec<ModuleVersion>,
}

async fn ask_all(
    client: Client,
    modules: Modules,
    limit: Duration,
    sender: UnboundedSender<u64>,
) -> Result<Vec<Told>, Failed> {
    let direct = client.repositories().await?;
    let refused = |module| (module, Err(forbidden_by_settings(&direct)));
    let mut all: Vec<Told> = modules.forbidden.into_iter().map(refused).collect();
    let (direct, sender) = (&direct, &sender);
    // Who does not listen any more has been told that the command ends.
    let _ = sender.send(all.len() as u64);
    let ask = |module: ModuleVersion| async move {
        let told = direct.anchor(&module, Instant::now() + limit).await;
        let _ = sender.send(1);
        (module, told)
    };
    let told: Vec<Told> = stream::iter(modules.asked).map(ask).buffer_unordered(AT_ONCE).collect().await;
    all.extend(told);
    Ok(all)
}

fn forbidden_by_settings(direct: &Direct) -> Failure {
    let message = "your settings let no repository be asked for it: see GOPROXY=off and --rungs";
    Failure::unavailable(direct.origin(), message, Duration::ZERO).permanent()
}

/// What came of the questions.
#[derive(Default)]
struct Judged {
    good: BTreeMap<ModuleVersion, Anchor>,
    /// What no repository gave.
    absent: Vec<Problem>,
    /// What a repository has other bytes of.
    other: Vec<Problem>,
}

impl Judged {
    fn add(
        &mut self,
        module: ModuleVersion,
        told: Result<Anchor, Failure>,
        wanted: &BTreeMap<ModuleVersion, Vec<H1>>,
    ) {
        match told {
            Err(failure) => self.absent.push(absent(&module, &failure)),
            Ok(anchor) if wanted.get(&module).is_some_and(|hashes| hashes.contains(&anchor.h1)) => {
                self.good.insert(module, anchor);
            }
            Ok(anchor) => self.other.push(other(&module, &anchor, wanted.get(&module))),
        }
    }

    /// Says what is not as it should be. Other bytes than go.sum has are never passed over; what could not be had is, where the user
    /// says so.
    fn settle(&mut self, is_partial: bool, session: &mut Session<'_>) -> Result<(), Failed> {
        self.absent.sort_by(|a, b| a.message.cmp(&b.message));
        let more = self.absent.len().saturating_sub(NAMED_MAX);
        self.absent.truncate(NAMED_MAX);
        if more > 0 {
            self.absent.push(Problem::new(format!("and {more} more modules")));
        }
        if self.other.is_empty() && is_partial {
            return Ok(report::write_warnings(&self.absent, session.err)?);
        }
        let mut problems = std::mem::take(&mut self.other);
        problems.append(&mut self.absent);
        match problems.last_mut() {
            None => Ok(()),
            Some(last) => {
                let advice = "nothing was written; mend it, or name the repositories in [[repository]] tables of your settings; \
                              --partial leaves out what cannot be had";
                last.help = Some(advice.to_owned());
                Err(Failed { exit: Exit::Failure, problems })
            }
        }
    }
}

fn absent(module: &ModuleVersion, failure: &Failure) -> Problem {
    Problem::new(format!("{module} cannot be locked")).because(failure.message().to_owned())
}

fn other(module: &ModuleVersion, anchor: &Anchor, hashes: Option<&Vec<H1>>) -> Problem {
    let expected: Vec<String> = hashes.into_iter().flatten().map(ToString::to_string).collect();
    let message = format!("SECURITY: {module} is not in its repository as go.sum has it");
    Problem::new(message).because(format!(
        "the commit {} of {} has the hash {}, and go.sum says {}",
        anchor.commit,
        anchor.url,
        anchor.h1,
        expected.join(" or ")
    ))
}
