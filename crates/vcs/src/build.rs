//! The zip of a module out of the archive of its folder (protocol.md C11 to C16).
//!
//! What belongs in is decided on the listing of the folder, before any content is read; the archive must then hold exactly
//! what was listed, in that order, or there is no zip. Nothing is held whole but small files, and of those only a few at a
//! time: an archive may be as large as it likes.

mod archived;
mod assembly;
#[cfg(test)]
mod fake;
mod listing;
mod pipeline;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use gomod::zip::Summary;
use gomod::{H1, ModuleVersion};
use source::blocks::off_worker;
use source::{Spool, Whole};

use crate::{CommitId, Job, Repo, RepoError};
use assembly::Assembly;
use listing::Listing;

/// Where the files of a version lie (protocol.md C11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleFiles {
    /// The commit.
    pub commit: CommitId,
    /// The folder of the module, from the root of the repository; empty for the root itself.
    pub dir: String,
    /// Its go.mod, raw. None where a module may lack one.
    pub go_mod: Option<Bytes>,
}

/// A module zip that was made here.
#[derive(Debug, Clone)]
pub struct Built {
    /// The zip. Its SHA-256 is known when it is a file.
    pub body: Whole,
    /// What go.sum and checksum databases say of it.
    pub h1: H1,
    /// What it holds.
    pub summary: Summary,
}

/// Makes the zip of a module version. The same files always give the same bytes.
///
/// Which vendored packages are left out (protocol.md C8) is decided by the raw go.mod. go looks at the one in the archive,
/// which says the same unless an attribute gives it another encoding; then go cannot read it and takes the old rule.
///
/// # Errors
/// Those of the repository; [`RepoError::invalid`] when go could not zip these files either (protocol.md C2, C6, C9);
/// `Unavailable` when the archive breaks or does not hold what the tree lists, when there is no room for the zip, or when
/// `job.deadline` passes.
pub async fn zip(
    repo: &dyn Repo,
    files: &ModuleFiles,
    module: &ModuleVersion,
    spool: &Spool,
    job: &Job,
) -> Result<Built, RepoError> {
    let archive = repo.archive(&files.commit, &files.dir, job);
    let (listing, archive) = tokio::join!(Listing::read(repo, files, job), archive);
    let assembly = Assembly {
        listing: listing?,
        commit: files.commit.clone(),
        module: module.clone(),
        spool: spool.clone(),
        deadline: job.deadline,
    };
    let archive = archive?;
    let built = off_worker(move || Ok(assembly.run(archive))).await;
    built.map_err(|error| RepoError::unavailable(format!("the zip of {module} was not made: {error}")))?
}
