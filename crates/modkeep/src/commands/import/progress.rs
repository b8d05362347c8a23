//! What is told during an import: a bar where somebody watches, plain lines where a log is written.

use std::io::{self, Write};

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use super::importer::{Fate, Outcome};
use super::judging::Cause;
use crate::commands::Session;
use crate::exit::Exit;
use crate::report::{Failed, Problem, write_warnings};

/// After how many files a log gets a line: some dozens for a large module cache.
const LINE_EVERY: u64 = 1000;

/// The bar: how far, how many, and how long it will take.
const BAR: &str = "{bar:32} {pos}/{len} files, {msg} ({eta} left)";

/// What became of all files so far.
#[derive(Debug, Default)]
struct Tally {
    imported: u64,
    bytes: u64,
    kept: u64,
    left_out: u64,
    failed: u64,
    /// Imported or kept, and not verified.
    unverified: u64,
    /// Of these the ones that have proofs which do not hold.
    badly_proven: u64,
}

impl Tally {
    fn is_nothing(&self) -> bool {
        self.imported + self.kept + self.left_out + self.failed == 0
    }

    fn add(&mut self, outcome: &Outcome) {
        self.unverified += u64::from(outcome.unverified.is_some());
        self.badly_proven += u64::from(matches!(outcome.unverified, Some(Cause::BadProof(_))));
        match &outcome.fate {
            Fate::Imported(size) => {
                self.imported += 1;
                self.bytes += size;
            }
            Fate::Kept => self.kept += 1,
            Fate::LeftOut(_) => self.left_out += 1,
            Fate::Failed(_) => self.failed += 1,
        }
    }

    fn done(&self) -> u64 {
        self.imported + self.kept + self.left_out + self.failed
    }

    /// What need not worry anybody who knows it.
    fn warnings(&self) -> Vec<Problem> {
        let open = self.unverified - self.badly_proven;
        if open == 0 {
            return Vec::new();
        }
        let what =
            format!("{open} files could not be verified now; they are verified before they are first served");
        let advice = "let the server reach the checksum database for that, or import the module cache of a machine that has \
                      downloaded them with GOSUMDB on: it holds the proofs";
        vec![Problem::new(what).advise(advice)]
    }

    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.is_nothing() {
            let advice = "name the folder that holds the modules themselves; links are not followed; --from says what it is";
            problems.push(Problem::new("nothing to import was found").advise(advice));
        }
        if self.failed > 0 {
            let problem = Problem::new(format!("{} files could not be imported", self.failed));
            let advice =
                "each is named above; all others are kept, and a second run looks only at what is missing";
            problems.push(problem.advise(advice));
        }
        if self.badly_proven > 0 {
            let what =
                format!("what was said about {} files is not proven; they are kept", self.badly_proven);
            let advice = "each is named above, and is verified before it is first served; whoever has damaged or forged the proofs, \
                          others can be had from the database";
            problems.push(Problem::new(what).advise(advice));
        }
        problems
    }

    fn line(&self, imported: &str) -> String {
        let Self { imported: new, bytes, kept, left_out, failed, .. } = self;
        let size = HumanBytes(*bytes);
        format!(
            "{imported} {new} files ({size}); {kept} were kept already, {left_out} left out, {failed} failed"
        )
    }
}

/// Tells the user how far the import is.
pub(super) struct Progress<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    bar: Option<ProgressBar>,
    total: usize,
    tally: Tally,
}

impl<'a> Progress<'a> {
    /// Begins to tell about an import of `total` files.
    pub(super) fn begin(total: usize, session: &'a mut Session<'_>) -> Self {
        let bar = session.env.stderr_is_terminal().then(|| bar(total));
        Self { out: session.out, err: session.err, bar, total, tally: Tally::default() }
    }

    /// Tells what became of one file.
    pub(super) fn tell(&mut self, what: &str, outcome: Outcome) -> io::Result<()> {
        self.tally.add(&outcome);
        let Outcome { fate, unverified, set_aside } = outcome;
        if let Some(why) = set_aside {
            self.line(&format!("set aside what was kept: {what}: {why}"))?;
        }
        if let Some(Cause::BadProof(why)) = unverified {
            self.line(&format!("not verified: {what}: {why}"))?;
        }
        match fate {
            Fate::Failed(why) => self.line(&format!("failed: {what}: {why}"))?,
            Fate::LeftOut(why) => self.line(&format!("left out: {why}"))?,
            Fate::Imported(_) | Fate::Kept => {}
        }
        let done = self.tally.done();
        match &self.bar {
            Some(bar) => {
                bar.set_message(HumanBytes(self.tally.bytes).to_string());
                bar.set_position(done);
                Ok(())
            }
            None if done.is_multiple_of(LINE_EVERY) => self.line(&format!("{done} of {} files", self.total)),
            None => Ok(()),
        }
    }

    /// A line above the bar.
    fn line(&mut self, text: &str) -> io::Result<()> {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => writeln!(self.err, "{text}").and_then(|()| self.err.flush())?,
        }
        Ok(())
    }

    /// Tells what came of it all.
    pub(super) fn end(self, dry_run: bool) -> Result<(), Failed> {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let word = if dry_run { "would have imported" } else { "imported" };
        writeln!(self.out, "{}", self.tally.line(word))?;
        write_warnings(&self.tally.warnings(), self.err)?;
        match self.tally.problems() {
            problems if problems.is_empty() => Ok(()),
            problems => Err(Failed { exit: Exit::Failure, problems }),
        }
    }
}

fn bar(total: usize) -> ProgressBar {
    let bar = ProgressBar::new(total as u64);
    match ProgressStyle::with_template(BAR) {
        Ok(style) => bar.with_style(style),
        // A bar of the usual look is better than none.
        Err(_) => bar,
    }
}
