//! modkeep.lock: which commit of which repository each module of a project was built from, and the hashes of its tools.
//!
//! * [`text`]: the file as text; [`entry`]: its entries; [`difference`]: what it lacks, held against go.sum and go.mod.
//! * [`required`]: what the project requires; [`around`]: which module a tool is in; [`cached`]: whether go has it as it was locked.
//!
//! It is trusted as go.sum is, and no further: it says no to what is not as it was, and names no repository that is asked without the
//! user's consent.

mod around;
mod cached;
mod difference;
mod entry;
mod required;
mod text;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use gomod::ModuleVersion;
use gomod::gosum::GoSum;
use source::durable::{self, Already, Readers};
use vcs::{Anchor, Hold};

pub use around::Around;
pub use cached::{Foreign, foreign};
pub use difference::{Difference, wanted};
pub(crate) use required::Mains;
pub use required::{Required, RequiredError};
pub use text::LockFlaw;

/// Its name, beside go.mod or go.work.
pub const NAME: &str = "modkeep.lock";

/// More than any lock: some 40,000 modules. In bytes.
const BYTES_MAX: u64 = 16 << 20;

/// The content of a modkeep.lock. Prints as it is written: sorted, and the same each time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// What must hold of a module that is built from its repository.
    pub hold: Hold,
    /// Where the modules of the project come from.
    pub modules: BTreeMap<ModuleVersion, Anchor>,
    /// The hashes of everything that a tool is built from, by `PACKAGE@VERSION`.
    pub tools: BTreeMap<String, GoSum>,
}

/// Why a modkeep.lock cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The disk does not give it.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is longer than any lock.
    #[error("{} is larger than {limit} MiB, which no lock is", .0.display(), limit = BYTES_MAX >> 20)]
    TooLong(PathBuf),
    /// It is cut short, or was changed by hand in a way that nobody understands.
    #[error("{} is no lock: {flaw}", .path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        flaw: LockFlaw,
    },
    /// It cannot be put in its place.
    #[error("cannot write {}: {source}", .path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl Lock {
    /// The lock of the project in `root`; none where there is none.
    ///
    /// # Errors
    /// It cannot be read, or not be understood: then nobody knows what it wanted to hold.
    pub fn read(root: &Path) -> Result<Option<Self>, LockError> {
        let path = root.join(NAME);
        let Some(content) = content(&path)? else { return Ok(None) };
        let parsed = Self::parse(&content);
        parsed.map(Some).map_err(|flaw| LockError::Malformed { path, flaw })
    }

    /// The hashes of these tools alone, which take the place of those of the project; none where none of them is here. Packages that are
    /// built together come from one module, so the hashes of those that are here hold for the others too.
    pub fn pins_of(&self, tools: &[&str]) -> Option<GoSum> {
        let known: Vec<&GoSum> = tools.iter().filter_map(|tool| self.tools.get(*tool)).collect();
        let text: String = known.iter().map(ToString::to_string).collect();
        (!known.is_empty()).then(|| GoSum::parse_lenient(text.as_bytes()))
    }

    /// Puts it in its place in `root`, whole or not at all. What it is replaces a link there and is never written through it.
    ///
    /// # Errors
    /// The disk does not take it; what was there is as before.
    pub fn write(&self, root: &Path) -> Result<(), LockError> {
        let path = root.join(NAME);
        // It lies in a project, and is for everybody who builds that.
        let written = durable::write(&path, self.to_string().as_bytes(), Readers::All, Already::Replace);
        written.map_err(|source| LockError::Write { path, source })
    }
}

/// Opens what is a file: a pipe in its place could be waited for without end.
fn open(path: &Path) -> io::Result<File> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    File::open(path)
}

fn content(path: &Path) -> Result<Option<Vec<u8>>, LockError> {
    let failed = |source| LockError::Read { path: path.to_owned(), source };
    let file = match open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mut content = Vec::new();
    let length = file.take(BYTES_MAX + 1).read_to_end(&mut content).map_err(failed)?;
    if length as u64 > BYTES_MAX { Err(LockError::TooLong(path.to_owned())) } else { Ok(Some(content)) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn it_is_put_in_its_place_whole_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Lock::read(folder.path()).unwrap(), None);
        let lock = text::tests::sample();
        lock.write(folder.path()).unwrap();
        lock.write(folder.path()).unwrap();
        assert_eq!(Lock::read(folder.path()).unwrap(), Some(lock));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn the_hashes_of_a_tool_that_is_here_hold_whatever_is_built_with_it() {
        let lock = text::tests::sample();
        let (known, other) = ("example.com/t/cmd/x@v1.0.0", "example.com/t/cmd/x@v1.1.0");
        assert_eq!(lock.pins_of(&[known]).as_ref(), lock.tools.get(known));
        assert_eq!(lock.pins_of(&[known, other]).as_ref(), lock.tools.get(known));
        assert_eq!((lock.pins_of(&[other]), lock.pins_of(&[])), (None, None));
    }

    #[test]
    fn one_that_is_cut_short_or_no_file_is_told_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        let whole = text::tests::sample().to_string();
        fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        let told = Lock::read(folder.path()).unwrap_err().to_string();
        assert!(told.contains(NAME) && told.contains("is no lock"), "{told}");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(matches!(Lock::read(folder.path()), Err(LockError::Read { .. })));
        assert!(matches!(text::tests::sample().write(folder.path()), Err(LockError::Write { .. })));
    }

    #[test]
    fn a_pipe_in_its_place_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let made = std::process::Command::new("mkfifo").arg(folder.path().join(NAME)).status().unwrap();
        assert!(made.success());
        let told = Lock::read(folder.path()).unwrap_err().to_string();
        assert!(told.contains(NAME) && told.contains("not a regular file"), "{told}");
    }
}
