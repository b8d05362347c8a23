//! Why a vendor folder could not be worked with.

use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};

use gomod::modfile::ParseErrors;
use gomod::modules_txt::Disagreement;
use gomod::note::{NoteError, SignError};

use super::findings::NoList;
use super::name::Name;

/// How many names of a list a message has; the rest are counted.
pub const NAMED_MAX: usize = 20;

/// What went wrong with a vendor folder or a snapshot. After an error the project is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum VendorError {
    /// The system refused something.
    #[error("cannot {what} {}", .path.display())]
    Io {
        /// What was tried: completes "cannot".
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// More files than [`FILES_MAX`](super::FILES_MAX).
    #[error("{} holds more than {max} files and folders", .0.display(), max = super::FILES_MAX)]
    TooManyFiles(PathBuf),
    /// A file is longer than anything of its kind.
    #[error("{} is longer than {max} bytes", .path.display())]
    TooLong {
        /// The file.
        path: PathBuf,
        /// The limit.
        max: u64,
    },
    /// Neither go.mod nor go.work.
    #[error("{} is no Go project: it holds neither go.mod nor go.work", .0.display())]
    NoProject(PathBuf),
    /// A go.mod or go.work that go would refuse.
    #[error("{} cannot be read: {errors}", .path.display())]
    ModFile {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        errors: ParseErrors,
    },
    /// Something that is no folder has the name of one of ours, or a folder that is not ours.
    #[error("{} is not what modkeep makes there; move it away and run this again", .0.display())]
    InTheWay(PathBuf),
    /// There is no vendor folder to work with.
    #[error("{} is not there; `go mod vendor` makes it", .0.display())]
    NoVendor(PathBuf),
    /// Another run of modkeep works on this project's vendor folder.
    #[error("another modkeep is at work on the vendor folder of {}; it did not end in {seconds} s", .root.display())]
    Busy {
        /// The project.
        root: PathBuf,
        /// How long was waited.
        seconds: u64,
    },
    /// Links or special files.
    #[error("{} holds what is no plain file: {}", .folder.display(), named(.names))]
    Strange {
        /// The folder.
        folder: PathBuf,
        /// What is no plain file; not empty.
        names: Vec<Name>,
    },
    /// A name that the snapshot needs for itself.
    #[error("{} has a name that a snapshot needs for itself; remove the file", .0.display())]
    Reserved(PathBuf),
    /// A folder without vendor/modules.txt, or a list of nothing.
    #[error("{} is no vendor folder: its modules.txt is not there or names no module", .0.display())]
    Empty(PathBuf),
    /// vendor/modules.txt does not fit go.mod (protocol.md F9).
    #[error("{} does not fit go.mod:\n{}", .modules_txt.display(), lines(.found))]
    Inconsistent {
        /// The list that does not fit.
        modules_txt: PathBuf,
        /// On what they disagree; not empty.
        found: Vec<Disagreement>,
    },
    /// `.checksums` cannot be used.
    #[error("vendor/.checksums cannot be used: {0}")]
    NoList(NoList),
    /// `.checksums` is not what was signed.
    #[error(
        "vendor/.checksums is not the list that was signed in vendor.offline/: the vendor folder was changed after its snapshot, or by a stranger"
    )]
    ListDiffers,
    /// No vendor.offline/.
    #[error("there is no snapshot: {} is not there", .0.display())]
    NoSnapshot(PathBuf),
    /// The snapshot has no manifest, so nobody vouches for it.
    #[error("the snapshot in vendor.offline/ is not signed: {} is not there", .0.display())]
    NoManifest(PathBuf),
    /// Something of a copy of the snapshot besides its files; another copy may be good.
    #[error("{0}")]
    NoCopy(
        /// What is wrong.
        &'static str,
    ),
    /// A vendor folder that modkeep has placed for a run is in use.
    #[error("{} was placed by a modkeep that still runs; wait for its end", .0.display())]
    InUse(PathBuf),
    /// The manifest of the snapshot has no signature that counts.
    #[error("the snapshot in vendor.offline/ is not used: {0}")]
    Unsigned(NoteError),
    /// A manifest that was signed and cannot be understood.
    #[error(
        "the manifest of the snapshot in vendor.offline/ is not understood; a newer modkeep may have made it"
    )]
    Manifest,
    /// The snapshot was made for another project.
    #[error("the snapshot in vendor.offline/ is of {found}, and this project is {wanted}")]
    Foreign {
        /// The modules that the snapshot was made for.
        found: String,
        /// Those of this project.
        wanted: String,
    },
    /// Neither copy of the snapshot is whole.
    #[error("no copy of the snapshot is whole: vendor.offline/: {offline}; vendor.bak/: {bak}")]
    Spoiled {
        /// What is wrong with vendor.offline/.
        offline: String,
        /// What is wrong with vendor.bak/.
        bak: String,
    },
    /// A file of a copy is not the one that was signed.
    #[error("{name} {flaw}")]
    SpoiledFile {
        /// Which file.
        name: Name,
        /// What is wrong: completes the name.
        flaw: &'static str,
    },
    /// The text of a manifest that cannot be signed.
    #[error("the manifest cannot be signed: {0}")]
    Sign(#[from] SignError),
}

/// Wraps an error of the system with what was tried and where.
pub(super) fn at(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> VendorError {
    move |source| VendorError::Io { what, path: path.to_owned(), source }
}

/// The first names, and how many more there are.
pub(super) fn named(names: &[Name]) -> String {
    some_of(names, "", ", ")
}

fn lines(found: &[Disagreement]) -> String {
    some_of(found, "  ", "\n")
}

/// The first of many things, each behind `before`, and how many more there are.
fn some_of(all: &[impl Display], before: &str, between: &str) -> String {
    let mut shown: Vec<String> = all.iter().take(NAMED_MAX).map(|one| format!("{before}{one}")).collect();
    if all.len() > NAMED_MAX {
        shown.push(format!("{before}and {} more", all.len() - NAMED_MAX));
    }
    shown.join(between)
}
