//! The hashes that a project has on record: its go.sum, and that of its workspace.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use gomod::gosum::GoSum;

/// More than any go.sum: some 400,000 lines.
const BYTES_MAX: u64 = 64 << 20;

/// Why a file with hashes cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PinsError {
    /// The disk does not give it.
    #[error("cannot read {0}: {1}")]
    Read(PathBuf, io::Error),
    /// It is longer than any go.sum.
    #[error("{0} is larger than {limit} MiB, which no go.sum is", limit = BYTES_MAX >> 20)]
    TooLong(PathBuf),
}

/// The hashes in all of these files; those that are not there hold none. Lines that go would not accept are left out: go itself
/// complains about them.
///
/// # Errors
/// A file cannot be read, or is no go.sum.
pub fn read(files: &[PathBuf]) -> Result<GoSum, PinsError> {
    let mut text = Vec::new();
    for file in files {
        if let Some(content) = content(file)? {
            text.extend(content);
            text.push(b'\n');
        }
    }
    Ok(GoSum::parse_lenient(&text))
}

fn content(path: &Path) -> Result<Option<Vec<u8>>, PinsError> {
    let failed = |error| PinsError::Read(path.to_owned(), error);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let mut content = Vec::new();
    let length = file.take(BYTES_MAX + 1).read_to_end(&mut content).map_err(failed)?;
    if length as u64 > BYTES_MAX { Err(PinsError::TooLong(path.to_owned())) } else { Ok(Some(content)) }
}

#[cfg(test)]
mod tests {
    use gomod::ModuleVersion;
    use gomod::gosum::Part;

    use super::*;

    #[test]
    fn all_files_count_and_missing_ones_do_not_matter() {
        let folder = tempfile::tempdir().unwrap();
        let line =
            |name: &str| format!("example.com/{name} v1.0.0 h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        let (sum, work) = (folder.path().join("go.sum"), folder.path().join("go.work.sum"));
        std::fs::write(&sum, format!("{}\nnonsense\n", line("a"))).unwrap();
        std::fs::write(&work, line("b")).unwrap();
        let pins = read(&[sum, folder.path().join("absent"), work]).unwrap();
        for (name, count) in [("a", 1), ("b", 1), ("c", 0)] {
            let module = ModuleVersion::parse(&format!("example.com/{name}"), "v1.0.0").unwrap();
            assert_eq!(pins.hashes(&module, Part::Zip).count(), count, "{name}");
        }
        assert!(matches!(read(&[folder.path().to_owned()]), Err(PinsError::Read(..))));
    }
}
