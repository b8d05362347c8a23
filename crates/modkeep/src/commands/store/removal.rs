//! How the commands that remove things do it: first they only say what would go, and remove it when they are told --yes.
//!
//! The same code finds what goes both times, so that the first run tells the truth about the second.

use std::path::Path;
use std::time::SystemTime;

use bytesize::ByteSize;
use clap::Args;
use store::disk::Unit;
use store::disk::gc::Outcome;
use store::{DiskStore, StoreError};

use crate::commands::Session;
use crate::commands::store::time::rfc3339;
use crate::exit::Exit;
use crate::report::{Failed, Problem, write_warnings};

/// Whether to remove or only to say what would go.
#[derive(Debug, Clone, Copy, Args)]
pub struct Consent {
    /// Remove it. Without this flag the command only says what it would remove.
    #[arg(long)]
    pub yes: bool,

    /// Only say what would be removed, which is what happens without --yes too.
    #[arg(long, conflicts_with = "yes")]
    pub dry_run: bool,
}

/// One removal, real or not.
pub(super) struct Removal<'a, 'b> {
    session: &'a mut Session<'b>,
    /// `None` when nothing is to be removed.
    store: Option<DiskStore>,
    problems: Vec<Problem>,
    output: std::io::Result<()>,
}

impl<'a, 'b> Removal<'a, 'b> {
    /// Takes the folder into use, when something is to be removed.
    pub(super) fn begin(root: &Path, consent: Consent, session: &'a mut Session<'b>) -> Result<Self, Failed> {
        let store = consent.yes.then(|| open(root)).transpose()?;
        Ok(Self { session, store, problems: Vec::new(), output: Ok(()) })
    }

    /// Removes the unit, or says that it would go; whether it is gone, or would be.
    pub(super) fn take(&mut self, unit: Result<&Unit, StoreError>) -> bool {
        let gone = unit.and_then(|unit| match &self.store {
            None => Ok((unit, true)),
            Some(store) => store.evict(unit).map(|gone| (unit, gone)),
        });
        match gone {
            Ok((unit, gone)) => {
                if gone && self.output.is_ok() {
                    self.output = writeln!(self.session.out, "{}", line(unit));
                }
                gone
            }
            Err(error) => {
                self.problems.push(Problem::from_error(&error));
                false
            }
        }
    }

    /// Says what came of it.
    pub(super) fn end(self, outcome: &Outcome) -> Result<(), Failed> {
        self.output?;
        let verb = if self.store.is_some() { "removed" } else { "would remove" };
        let (gone, left) = (outcome.removed, outcome.kept);
        writeln!(
            self.session.out,
            "{verb} {} versions, {}; {} stay, {}",
            gone.units,
            ByteSize(gone.bytes),
            left.units,
            ByteSize(left.bytes)
        )?;
        if self.store.is_none() && gone.units > 0 {
            writeln!(self.session.err, "nothing was removed; run it again with --yes to do so")?;
            self.session.err.flush()?;
        }
        if self.problems.is_empty() {
            return Ok(());
        }
        write_warnings(&self.problems, self.session.err)?;
        Err(Failed::new(Exit::Failure, Problem::new("a part of the store could not be read or removed")))
    }
}

fn line(unit: &Unit) -> String {
    format!("{}\t{}\t{}", unit.title(), unit.size, rfc3339(unit.used_at))
}

fn open(root: &Path) -> Result<DiskStore, Failed> {
    DiskStore::open(root, SystemTime::now).map_err(|error| {
        let advice = match error {
            StoreError::InUse { .. } => {
                "stop the server first, or have it do this itself: see gc-older-than and gc-max-size"
            }
            _ => "make the folder writable for the user that runs modkeep",
        };
        Failed::new(Exit::Unavailable, Problem::from_error(&error).advise(advice))
    })
}
