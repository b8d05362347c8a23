//! The rung `vendor`: before a build from `vendor/` it is verified, and where nothing else helps, a signed snapshot stands in.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use gomod::gosumdb::VerifierKey;
use ladder::rung::Rung;
use ladder::subcommand::CommandLine;
use ladder::vendor::{
    Guarded, Look, Placement, Policy, Project, Signature, VendorError, guard, place, rewrite,
};

use crate::commands::Session;
use crate::commands::vendor::place::{cache_folder, state_folder};
use crate::commands::vendor::{restore, telling};
use crate::report::{self, Failed, Problem};

/// What a run needs to know of the vendor folder.
pub(super) struct Vendored {
    project: Project,
    trusted: Vec<VerifierKey>,
    cache: Option<PathBuf>,
    state: PathBuf,
    list_required: bool,
}

impl Vendored {
    /// The vendor folder of the project in `root`; none where the user leaves this rung out.
    pub(super) fn of(
        root: &Path,
        rungs: Option<&[Rung]>,
        trusted: Vec<VerifierKey>,
        list_required: bool,
        session: &Session<'_>,
    ) -> Result<Option<Self>, Failed> {
        if rungs.is_some_and(|rungs| !rungs.contains(&Rung::Vendor)) {
            return Ok(None);
        }
        let project = match Project::open(root) {
            Ok(project) => project,
            Err(VendorError::NoProject(_)) => return Ok(None),
            Err(error) => return Err(telling::failed(error)),
        };
        let (cache, state) = (cache_folder(session.env), state_folder(session.env)?);
        Ok(Some(Self { project, trusted, cache, state, list_required }))
    }

    /// Verifies `vendor/`, if there is one, and puts it back when it is damaged.
    pub(super) fn guard(&self, session: &mut Session<'_>) -> Result<(), Failed> {
        if !self.is_there() {
            return Ok(());
        }
        let look = Look { cache: self.cache.as_deref(), full: false, now: SystemTime::now() };
        let policy =
            Policy { trusted: &self.trusted, look, state: &self.state, list_required: self.list_required };
        let warnings = match guard(&self.project, &policy).map_err(telling::failed)? {
            Guarded::Restored(restored) => restore::warnings(&restored),
            Guarded::NoList(reason) => vec![unlisted(&reason.to_string())],
            Guarded::Whole { signature: Signature::NotBelieved(reason), .. } => vec![unbelieved(&reason)],
            Guarded::Whole { .. } | Guarded::NotVendored | Guarded::Placed => Vec::new(),
        };
        Ok(report::write_warnings(&warnings, session.err)?)
    }

    /// The snapshot at `vendor/` for one run; none where there is no snapshot, or a vendor folder already.
    pub(super) fn stand_in(&self) -> Result<Option<Placement>, Failed> {
        match place(&self.project, &self.trusted, &self.state, SystemTime::now()) {
            Ok(placement) => Ok(Some(placement)),
            Err(VendorError::NoSnapshot(_) | VendorError::InTheWay(_)) => Ok(None),
            Err(error) => Err(telling::failed(error)),
        }
    }

    /// Writes the list anew that `go mod vendor` has deleted, where there was one.
    pub(super) fn list_again(&self) -> Result<(), Failed> {
        rewrite(&self.project).map(drop).map_err(telling::failed)
    }

    /// Whether there is a list, which go is about to delete.
    pub(super) fn is_listed(&self) -> bool {
        self.project.root().join("vendor/.checksums").is_file()
    }

    fn is_there(&self) -> bool {
        self.project.root().join("vendor").symlink_metadata().is_ok()
    }
}

/// The arguments of the same command, built from `vendor/`.
pub(super) fn from_vendor(args: &[OsString]) -> Vec<OsString> {
    CommandLine::read(args).with_flag(args, "-mod=vendor".into())
}

fn unlisted(reason: &str) -> Problem {
    let problem = Problem::new("nobody knows whether vendor/ is as it should be").because(reason);
    problem.advise("`modkeep vendor snapshot` writes the list and signs it")
}

fn unbelieved(reason: &str) -> Problem {
    let problem =
        Problem::new("vendor/ is as listed, but its signed snapshot counts for nothing").because(reason);
    problem.advise(
        "trust its key with `modkeep bundle key trust`, or take a new one with `modkeep vendor snapshot`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_stands_behind_the_subcommand_and_its_folder_before_it() {
        let line = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(from_vendor(&line("-C sub build -v ./...")), line("-C sub build -mod=vendor -v ./..."));
        assert_eq!(from_vendor(&line("build -C build .")), line("build -C build -mod=vendor ."));
        assert_eq!(from_vendor(&line("vet")), line("vet -mod=vendor"));
    }
}
