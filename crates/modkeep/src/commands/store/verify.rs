//! `modkeep store verify`: reads everything that is kept and compares it with what it was when it was put.
//!
//! Reads the folder alone, so that it works beside a running server and with none.

use std::io;
use std::path::Path;
use std::time::SystemTime;

use bytesize::ByteSize;
use clap::Args;
use gomod::glob::PrefixPatterns;
use source::Ask;
use store::disk::{Unit, Verdict, units_of, verify};
use store::{DiskStore, StoreError};

use crate::commands::Session;
use crate::commands::store::selection::{data_folder, patterns};
use crate::exit::Exit;
use crate::progress::Progress;
use crate::report::{Failed, Problem};
use crate::settings::flags::{Flags, OfStore};

/// The arguments of `modkeep store verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// Only module paths that match this pattern, written as in GOPRIVATE.
    pub pattern: Option<String>,

    /// Set damaged files aside, so that they are fetched again. No server may be using the folder.
    #[arg(long)]
    pub repair: bool,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfStore>,
}

/// Verifies all that is kept; damage is a failure.
pub fn run(args: &VerifyArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let pattern = args.pattern.as_deref().map(patterns).transpose()?;
    let settings = session.settings(&args.flags.given)?;
    let root = data_folder(&settings)?;
    let repair = args.repair.then(|| DiskStore::open(&root, SystemTime::now)).transpose();
    let repair = repair.map_err(|error| {
        let advice = "stop the server; while it runs it finds and heals damage itself";
        Failed::new(Exit::Unavailable, Problem::from_error(&error).advise(advice))
    })?;
    let total = units(&root, pattern.as_ref()).flatten().map(|unit| unit.size).sum();
    let progress = Progress::new("verifying", total, session.env);
    let mut verifier = Verifier { root: &root, session, progress, repair, found: Found::default() };
    for unit in units(&root, pattern.as_ref()) {
        verifier.look_at(unit)?;
    }
    verifier.end()
}

fn units<'a>(
    root: &'a Path,
    pattern: Option<&'a PrefixPatterns>,
) -> impl Iterator<Item = Result<Unit, StoreError>> + 'a {
    let wanted = move |unit: &Unit| pattern.is_none_or(|pattern| pattern.matches(unit.module.as_str()));
    units_of(root).filter(move |unit| unit.as_ref().map_or(true, wanted))
}

/// What was found so far.
#[derive(Default)]
struct Found {
    bytes: u64,
    whole: u64,
    unvouched: u64,
    /// Damaged or unreadable.
    damaged: u64,
}

struct Verifier<'a, 'b> {
    root: &'a Path,
    session: &'a mut Session<'b>,
    progress: Progress,
    /// What damaged files are set aside with.
    repair: Option<DiskStore>,
    found: Found,
}

impl Verifier<'_, '_> {
    fn look_at(&mut self, unit: Result<Unit, StoreError>) -> Result<(), Failed> {
        match unit {
            Ok(unit) => unit.asks.iter().try_for_each(|ask| self.verify(ask)),
            Err(error) => self.tell_damage(&error.to_string(), None),
        }
    }

    fn verify(&mut self, ask: &Ask) -> Result<(), Failed> {
        let (progress, bytes, err) = (&mut self.progress, &mut self.found.bytes, &mut *self.session.err);
        let mut shown = Ok(());
        let verdict = verify(self.root, ask, &mut |read| {
            *bytes += read;
            if shown.is_ok() {
                shown = progress.add(read, err);
            }
        });
        shown?;
        match verdict {
            Ok(Verdict::Whole) => self.found.whole += 1,
            Ok(Verdict::Unvouched) => self.found.unvouched += 1,
            Ok(Verdict::Gone) => {}
            Ok(Verdict::Damaged(why)) => self.tell_damage(&why, Some(ask))?,
            Err(error) => self.tell_damage(&error.to_string(), None)?,
        }
        Ok(())
    }

    fn tell_damage(&mut self, why: &str, ask: Option<&Ask>) -> Result<(), Failed> {
        self.found.damaged += 1;
        let out = &mut *self.session.out;
        let told: io::Result<()> = self.progress.aside(|| match ask {
            Some(ask) => writeln!(out, "damaged\t{}\t{why}", self.root.join(ask.address()).display()),
            None => writeln!(out, "damaged\t{why}"),
        });
        if let (Some(store), Some(ask)) = (&self.repair, ask) {
            store.set_aside(ask, why);
        }
        Ok(told?)
    }

    fn end(self) -> Result<(), Failed> {
        let Self { session, mut progress, repair, found, .. } = self;
        progress.finish(session.err)?;
        drop(progress);
        let Found { bytes, whole, unvouched, damaged } = found;
        let read = ByteSize(bytes);
        writeln!(
            session.out,
            "{whole} files are whole, {unvouched} have no sidecar, {damaged} are damaged; {read} read"
        )?;
        if damaged == 0 {
            return Ok(());
        }
        let advice = match repair {
            Some(_) => "those that could be were set aside, and are fetched when somebody asks for them",
            None => "a server sets them aside and fetches them again by itself; without one, use --repair",
        };
        let problem = Problem::new(format!("{damaged} files are damaged or cannot be read"));
        Err(Failed::new(Exit::Failure, problem.advise(advice)))
    }
}
