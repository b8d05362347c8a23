//! A depot in a folder: of this machine, or one that many have mounted.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream;
use sha2::{Digest, Sha256};
use source::blocks::off_worker;
use source::durable::{self, Already, Readers};
use tempfile::NamedTempFile;

use super::{DepotError, Files, Reading, Stamp};
use crate::manifest::hex;

/// How much is read or copied at a time, in bytes.
const PIECE: usize = 1 << 20;

/// The file that whoever changes a short file holds.
const LOCK: &str = ".bundles.lock";

#[derive(Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }
}

#[async_trait::async_trait]
impl Files for Folder {
    async fn read(&self, name: &str, from: u64) -> Result<Option<Reading>, DepotError> {
        let path = self.path.join(name);
        let opened = off_worker(move || open_at(&path, from)).await?;
        Ok(opened.map(|(file, from, size)| {
            let chunks =
                stream::try_unfold(file, |file| off_worker(move || next_piece(file))).map(|piece| Ok(piece?));
            Reading { from, size, chunks: chunks.boxed() }
        }))
    }

    async fn write(
        &self,
        name: &str,
        file: &Path,
        sent: &mut (dyn FnMut(u64) + Send),
    ) -> Result<(), DepotError> {
        let (folder, from) = (self.path.clone(), file.to_owned());
        let mut copy = off_worker(move || Copy::begin(&folder, &from)).await?;
        loop {
            let (back, length) = off_worker(move || copy.step()).await?;
            copy = back;
            if length == 0 {
                break;
            }
            sent(length);
        }
        let path = self.path.join(name);
        Ok(off_worker(move || copy.publish(&path)).await?)
    }

    async fn read_stamped(&self, name: &str, limit: u64) -> Result<Option<(Bytes, Stamp)>, DepotError> {
        let path = self.path.join(name);
        let content = off_worker(move || read_short(&path, limit)).await?;
        Ok(content.map(|content| (content.clone(), stamp(&content))))
    }

    async fn replace(
        &self,
        name: &str,
        expected: Option<&Stamp>,
        content: Bytes,
    ) -> Result<bool, DepotError> {
        let (folder, name, expected) = (self.path.clone(), name.to_owned(), expected.cloned());
        Ok(off_worker(move || replace(&folder, &name, expected.as_ref(), &content)).await?)
    }
}

fn stamp(content: &[u8]) -> Stamp {
    Stamp(hex(&Sha256::digest(content).into()))
}

/// Opens a file, and says where it is read from and how long it is. One that is shorter than asked for is read anew.
fn open_at(path: &Path, from: u64) -> io::Result<Option<(File, u64, u64)>> {
    if absent(path.metadata())?.is_none_or(|meta| !meta.is_file()) {
        return Ok(None);
    }
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let from = if from <= size { from } else { 0 };
    file.seek(SeekFrom::Start(from))?;
    Ok(Some((file, from, size)))
}

fn next_piece(mut file: File) -> io::Result<Option<(Bytes, File)>> {
    let mut piece = vec![0; PIECE];
    let length = file.read(&mut piece)?;
    piece.truncate(length);
    Ok((length > 0).then(|| (piece.into(), file)))
}

fn read_short(path: &Path, limit: u64) -> io::Result<Option<Bytes>> {
    let Some((file, ..)) = open_at(path, 0)? else { return Ok(None) };
    let mut content = Vec::new();
    file.take(limit + 1).read_to_end(&mut content)?;
    if content.len() as u64 > limit {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("{} is too long", path.display())));
    }
    Ok(Some(content.into()))
}

fn replace(folder: &Path, name: &str, expected: Option<&Stamp>, content: &[u8]) -> io::Result<bool> {
    fs::create_dir_all(folder)?;
    let lock = File::options().create(true).truncate(false).write(true).open(folder.join(LOCK))?;
    if lock.try_lock().is_err() {
        return Ok(false);
    }
    let path = folder.join(name);
    let found = read_short(&path, u64::MAX - 1)?.map(|content| stamp(&content));
    if found.as_ref() != expected {
        return Ok(false);
    }
    durable::write(&path, content, Readers::All, Already::Replace)?;
    Ok(true)
}

/// `None` for what is not there.
pub(super) fn absent<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(None)
        }
        result => result.map(Some),
    }
}

/// A file on its way into a folder.
struct Copy {
    from: File,
    draft: NamedTempFile,
    piece: Vec<u8>,
}

impl Copy {
    fn begin(folder: &Path, from: &Path) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        Ok(Self {
            from: File::open(from)?,
            draft: durable::draft_in(folder, Readers::All)?,
            piece: vec![0; PIECE],
        })
    }

    /// Copies a piece; 0 bytes at the end.
    fn step(mut self) -> io::Result<(Self, u64)> {
        let length = self.from.read(&mut self.piece)?;
        self.draft.write_all(&self.piece[..length])?;
        Ok((self, length as u64))
    }

    fn publish(self, path: &Path) -> io::Result<()> {
        durable::publish(self.draft, path, Already::Replace)
    }
}
