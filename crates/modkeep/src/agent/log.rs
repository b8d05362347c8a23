//! A log file with a limit: what is full becomes the older one, of which there is one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// How long a log file gets, in bytes: some thousand lines. With the older one, twice as much is kept.
pub const SIZE_MAX: u64 = 1 << 20;

/// Appends to a log file.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    file: File,
    size: u64,
}

impl LogFile {
    /// Opens the file, which is made for its owner alone.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = append(path)?;
        let size = file.metadata()?.len();
        Ok(Self { path: path.to_owned(), file, size })
    }

    fn begin_anew(&mut self) -> io::Result<()> {
        fs::rename(&self.path, self.path.with_extension("log.1"))?;
        self.file = append(&self.path)?;
        self.size = 0;
        Ok(())
    }
}

/// Opens a file to append to it.
pub fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}

impl Write for LogFile {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        if self.size > 0 && self.size + text.len() as u64 > SIZE_MAX {
            self.begin_anew()?;
        }
        let written = self.file.write(text)?;
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_takes_more_than_twice_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("agent.log");
        let mut log = LogFile::open(&path).unwrap();
        let line = vec![b'x'; 100_000];
        (0..50).for_each(|_| log.write_all(&line).unwrap());
        drop(log);
        LogFile::open(&path).unwrap().write_all(b"last").unwrap();
        let sizes: u64 =
            fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).sum();
        assert!(sizes > SIZE_MAX && sizes <= 2 * SIZE_MAX, "{sizes}");
        assert!(fs::read(&path).unwrap().ends_with(b"xlast"));
    }
}
