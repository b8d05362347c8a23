//! What is told during an import: a bar where somebody watches, plain lines where a log is written.

use std::io::{self, Write};

use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

use super::importer::Fate;
use crate::commands::Session;
use crate::exit::Exit;
use crate::report::{Failed, Problem};

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
}

impl Tally {
    fn is_nothing(&self) -> bool {
        self.imported + self.kept + self.left_out + self.failed == 0
    }

    fn add(&mut self, fate: &Fate) {
        match fate {
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

    fn line(&self, imported: &str) -> String {
        let Self { imported: new, bytes, kept, left_out, failed } = self;
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
    pub(super) fn tell(&mut self, what: &str, fate: Fate) -> io::Result<()> {
        self.tally.add(&fate);
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
        if self.tally.is_nothing() {
            let problem = Problem::new("nothing to import was found");
            let advice = "name the folder that holds the modules themselves; links are not followed; --from says what it is";
            return Err(Failed::new(Exit::Failure, problem.advise(advice)));
        }
        if self.tally.failed == 0 {
            return Ok(());
        }
        let problem = Problem::new(format!("{} files could not be imported", self.tally.failed));
        let advice =
            "each is named above; all others are kept, and a second run looks only at what is missing";
        Err(Failed::new(Exit::Failure, problem.advise(advice)))
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
