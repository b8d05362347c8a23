//! `--stats`: go is asked to leave its action data behind, which say what was there already.

use std::ffi::OsString;

use ladder::stats::Stats;
use ladder::subcommand::CommandLine;
use ladder::verdict::Verdict;
use tempfile::NamedTempFile;

use super::ground::Ground;
use crate::commands::Session;
use crate::report::{self, Failed, Problem};

/// The flag by which go writes its action data.
const FLAG: &str = "-debug-actiongraph=";

/// A run that is measured.
pub(super) struct Measured {
    actions: NamedTempFile,
    /// Whether `vendor/` is built from, where there is one.
    reads_vendor: bool,
    /// The arguments of go, with the flag.
    pub(super) args: Vec<OsString>,
}

impl Measured {
    /// Prepares to measure; none for a command that builds nothing.
    pub(super) fn of(
        args: &[OsString],
        goflags: &str,
        session: &Session<'_>,
    ) -> Result<Option<Self>, Failed> {
        let line = CommandLine::read(args);
        if !line.builds() {
            return Ok(None);
        }
        let actions = NamedTempFile::with_prefix_in("modkeep-actions-", session.env.temporary())?;
        let mut flag = OsString::from(FLAG);
        flag.push(actions.path());
        let reads_vendor = line.reads_vendor(goflags);
        Ok(Some(Self { args: line.with_flag(args, flag), actions, reads_vendor }))
    }

    /// The verdict with what was there already. That nothing could be measured changes nothing else.
    pub(super) fn told(
        &self,
        verdict: Verdict,
        ground: &Ground,
        session: &mut Session<'_>,
    ) -> Result<Verdict, Failed> {
        match Stats::read(self.actions.path(), ground.modules(self.reads_vendor), verdict.fetched()) {
            Ok(stats) => Ok(verdict.with_stats(stats)),
            Err(error) => {
                let problem = Problem::new("there are no statistics: go has left no action data");
                report::write_warnings(&[problem.because(error.to_string())], session.err)?;
                Ok(verdict)
            }
        }
    }
}
