//! What is done before a build from the vendor folder: one call that a front end turns into words and an exit code.

use std::path::Path;

use gomod::gosumdb::VerifierKey;

use super::error::VendorError;
use super::findings::{NoList, Verdict};
use super::place::sweep;
use super::project::Project;
use super::recover::recover;
use super::restore::{Restored, restore};
use super::stored::Stored;
use super::tree::{Found, look};
use super::verify::{Look, Report, verify};
use super::{PLACED, VENDOR};

/// How a build from the vendor folder is guarded.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    /// The keys whose snapshots are believed.
    pub trusted: &'a [VerifierKey],
    /// How to look at the files.
    pub look: Look<'a>,
    /// The user's folder for the journal of [`place`](super::place()).
    pub state: &'a Path,
    /// Whether a missing or unreadable `.checksums` stops the build: the project has opted in.
    pub list_required: bool,
}

/// What the build will find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guarded {
    /// There is no vendor folder.
    NotVendored,
    /// The vendor folder is a placed one, and another run uses it: call [`place`](super::place()) to use it too.
    Placed,
    /// Every file is as listed.
    Whole {
        /// How many files.
        files: usize,
        /// Whether the list is signed.
        signature: Signature,
    },
    /// Nothing is known of the files, and the project has not opted in: a warning.
    NoList(NoList),
    /// It was damaged and is whole again: a warning that names the files.
    Restored(Restored),
}

/// What the snapshot says of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// A trusted key has signed this list for this project.
    Good,
    /// There is no snapshot.
    None,
    /// The snapshot counts for nothing, and why.
    NotBelieved(String),
}

/// Looks at the vendor folder before a build, and restores it when it is damaged. What an earlier run left is put in order first.
///
/// # Errors
/// All of them stop the build: those of [`restore`]; [`VendorError::ListDiffers`] when the files are as listed, and the list is not
/// the one that was signed; [`VendorError::NoList`] where the project has opted in.
pub fn guard(project: &Project, policy: &Policy<'_>) -> Result<Guarded, VendorError> {
    recover(project)?;
    sweep(project, policy.state, policy.look.now)?;
    if look(&project.path(VENDOR).join(PLACED)).is_ok_and(|found| found != Found::Nothing) {
        return Ok(Guarded::Placed);
    }
    let report = verify(project.root(), &policy.look)?;
    match &report.verdict {
        Verdict::Whole => whole(project, policy, &report),
        Verdict::NoList(NoList::NoVendor) => Ok(Guarded::NotVendored),
        Verdict::NoList(reason) if policy.list_required => Err(VendorError::NoList(reason.clone())),
        Verdict::NoList(reason) => Ok(Guarded::NoList(reason.clone())),
        Verdict::Damaged(_) => match restore(project, policy.trusted, &policy.look)? {
            Some(restored) => Ok(Guarded::Restored(restored)),
            // Somebody else has restored it meanwhile.
            None => whole(project, policy, &report),
        },
    }
}

fn whole(project: &Project, policy: &Policy<'_>, report: &Report) -> Result<Guarded, VendorError> {
    let signature = signature(project, policy.trusted, report)?;
    Ok(Guarded::Whole { files: report.listed, signature })
}

/// What the snapshot says of the list that a look has found.
///
/// # Errors
/// [`VendorError::ListDiffers`] when a trusted key has signed another list for this project.
pub fn signature(
    project: &Project,
    trusted: &[VerifierKey],
    report: &Report,
) -> Result<Signature, VendorError> {
    match Stored::open(project, trusted) {
        Ok(stored) if Some(stored.manifest.list) == report.list => Ok(Signature::Good),
        Ok(_) => Err(VendorError::ListDiffers),
        Err(VendorError::NoSnapshot(_)) => Ok(Signature::None),
        Err(error) => Ok(Signature::NotBelieved(error.to_string())),
    }
}
