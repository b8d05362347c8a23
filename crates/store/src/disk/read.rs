//! Reading what is kept: nothing is handed out before it was compared with its sidecar.

use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use gomod::H1;
use source::blocks::{off_worker, read_blocks};
use source::{Answer, Ask, Assurance, Body, Chunks, Failure, Freshness, Origin, Replay, Trail};

use super::Disk;
use super::damage::is_same_file;
use super::fingerprint::{Fingerprint, read_block};
use super::last_use::Use;
use super::layout::sidecar_of;
use super::publish::is_absent;
use super::sidecar::{Sidecar, Unreadable};
use crate::StoreError;

/// Files up to this many bytes are read and compared at once: most are, and damage in them is then a miss instead of
/// a body that breaks.
pub(super) const AT_ONCE_MAX: u64 = 64 << 10;

/// What is found under an artifact's name.
#[derive(Debug)]
pub(crate) enum Found {
    /// The artifact.
    Kept(Answer),
    /// One that was damaged. It has been set aside.
    Damaged,
    /// Nothing.
    Nothing,
}

/// What stands beside an artifact.
enum Beside {
    /// Its sidecar, and when its last use was noted.
    Sidecar(Sidecar, SystemTime),
    Nothing,
    Damaged,
}

impl Disk {
    /// What is kept for a question. Blocks.
    pub(super) fn get(self: &Arc<Self>, ask: &Ask) -> Result<Option<Answer>, StoreError> {
        match ask {
            Ask::List(module) => return self.list(module),
            Ask::SumDb(_) => return Ok(None),
            _ => {}
        }
        match self.find(ask, Use::Yes)? {
            Found::Kept(answer) => Ok(Some(answer)),
            Found::Damaged | Found::Nothing => Ok(None),
        }
    }

    /// What is kept for a question other than a list. Blocks.
    pub(super) fn find(self: &Arc<Self>, ask: &Ask, is_use: Use) -> Result<Found, StoreError> {
        let path = self.layout.artifact(ask);
        self.look_up(ask, &path, is_use).map_err(StoreError::io("read", &path))
    }

    fn look_up(self: &Arc<Self>, ask: &Ask, path: &Path, is_use: Use) -> io::Result<Found> {
        let Some((file, beside)) = self.open_pair(ask, path)? else { return Ok(Found::Nothing) };
        let size = file.metadata()?.len();
        match beside {
            Beside::Sidecar(sidecar, used_at) if sidecar.fingerprint.size == size => {
                self.note_use(ask, used_at, is_use);
                Ok(self.answer(ask, file, sidecar))
            }
            Beside::Sidecar(sidecar, _) => {
                let expected = sidecar.fingerprint.size;
                Ok(self.damaged(ask, &file, &format!("it has {size} bytes, expected {expected}")))
            }
            Beside::Damaged => Ok(self.damaged(ask, &file, "its sidecar is damaged, nothing vouches for it")),
            Beside::Nothing => match self.take_in(ask, &file, path)? {
                Ok(sidecar) => Ok(self.answer(ask, file, sidecar)),
                Err(flaw) => Ok(self.damaged(ask, &file, &flaw.to_string())),
            },
        }
    }

    fn damaged(&self, ask: &Ask, file: &File, why: &str) -> Found {
        self.set_aside(ask, file, why);
        Found::Damaged
    }

    /// Opens the artifact and reads its sidecar, while nobody changes either.
    fn open_pair(&self, ask: &Ask, path: &Path) -> io::Result<Option<(Arc<File>, Beside)>> {
        let _still = self.locks.read(ask.module());
        let Some(file) = open_regular(path)? else { return Ok(None) };
        let beside = match Sidecar::read(&sidecar_of(path)) {
            Ok((Ok(sidecar), used_at)) => Beside::Sidecar(sidecar, used_at),
            Ok((Err(Unreadable::Damaged), _)) => Beside::Damaged,
            Ok((Err(Unreadable::Foreign), _)) => Beside::Nothing,
            Err(error) if is_absent(&error) => Beside::Nothing,
            Err(error) => return Err(error),
        };
        Ok(Some((Arc::new(file), beside)))
    }

    /// Puts a sidecar beside the open file; `false` when its name means another file by now.
    pub(super) fn write_sidecar(
        &self,
        ask: &Ask,
        file: &File,
        path: &Path,
        sidecar: &Sidecar,
    ) -> io::Result<bool> {
        let note = self.draft_sidecar(sidecar)?;
        let _changing = self.locks.write(ask.module());
        if !is_same_file(file, path) {
            return Ok(false);
        }
        fs::rename(&note.path, sidecar_of(path))?;
        Ok(true)
    }

    /// Notes in the sidecar that somebody has vouched for what is kept, when it still has this hash. Blocks.
    pub(super) fn vouch(&self, ask: &Ask, assurance: Assurance, h1: Option<H1>) -> Result<(), StoreError> {
        let path = self.layout.artifact(ask);
        let raise = || -> io::Result<()> {
            if let Some((file, Beside::Sidecar(sidecar, _))) = self.open_pair(ask, &path)?
                && sidecar.h1 == h1
            {
                self.write_sidecar(ask, &file, &path, &Sidecar { assurance, ..sidecar })?;
            }
            Ok(())
        };
        raise().map_err(StoreError::io("write the sidecar of", &path))
    }

    /// Opens an artifact that has a sidecar.
    pub(super) fn open_vouched(&self, ask: &Ask, path: &Path) -> io::Result<Option<Arc<File>>> {
        let opened = self.open_pair(ask, path)?;
        Ok(opened.and_then(|(file, beside)| matches!(beside, Beside::Sidecar(..)).then_some(file)))
    }

    fn answer(self: &Arc<Self>, ask: &Ask, file: Arc<File>, sidecar: Sidecar) -> Found {
        let answer = about(&sidecar);
        let kept = KeptFile::new(self, ask, file, sidecar);
        let body = if kept.size() > AT_ONCE_MAX {
            Body::replay(Arc::new(kept))
        } else {
            match kept.read_at_once() {
                Ok(bytes) => bytes.into(),
                Err(error) => return self.damaged(ask, &kept.file, &error.to_string()),
            }
        };
        Found::Kept(Answer { body, ..answer })
    }
}

/// What a sidecar says of its artifact, as an answer that still lacks its body.
pub(super) fn about(sidecar: &Sidecar) -> Answer {
    let origin = sidecar.origin.clone().unwrap_or_else(|| Origin::new("unknown"));
    Answer {
        assurance: sidecar.assurance,
        freshness: Freshness::Kept(sidecar.kept_at),
        h1: sidecar.h1,
        sha256: Some(sidecar.fingerprint.sha256),
        ..Answer::live(Bytes::new().into(), origin, Trail::default())
    }
}

/// Opens a regular file; anything else under that name is not ours. Links are not followed, and a pipe is not opened: that
/// would wait for somebody to write into it.
pub(super) fn open_regular(path: &Path) -> io::Result<Option<File>> {
    let opened =
        fs::symlink_metadata(path).and_then(|about| about.is_file().then(|| File::open(path)).transpose());
    match opened {
        Err(error) if is_absent(&error) => Ok(None),
        opened => opened,
    }
}

/// A kept artifact that is open: it stays readable and the same, whatever happens to its name.
#[derive(Debug)]
pub(super) struct KeptFile {
    disk: Arc<Disk>,
    ask: Ask,
    file: Arc<File>,
    fingerprint: Arc<Fingerprint>,
}

impl KeptFile {
    pub(super) fn new(disk: &Arc<Disk>, ask: &Ask, file: Arc<File>, sidecar: Sidecar) -> Self {
        let fingerprint = disk.sharing.share(sidecar.fingerprint);
        Self { disk: disk.clone(), ask: ask.clone(), file, fingerprint }
    }

    fn read_at_once(&self) -> io::Result<Bytes> {
        let mut content = vec![0; usize::try_from(self.size()).map_err(io::Error::other)?];
        let length = read_block(&self.file, 0, &mut content)?.len();
        content.truncate(length);
        self.fingerprint.check(&content)?;
        Ok(content.into())
    }

    /// Takes the artifact out of use and says so to the reader.
    async fn found_damaged(self: Arc<Self>, error: io::Error) -> Failure {
        let message = format!("the kept file {} is damaged ({error}); ask again", self.ask.address());
        let noticed = off_worker(move || {
            self.disk.set_aside(&self.ask, &self.file, &error.to_string());
            Ok(())
        });
        // It can only fail while the process ends; the next reader will notice the damage too.
        let _ = noticed.await;
        Failure::unavailable(&Origin::new("store"), message, Duration::ZERO)
    }
}

impl Replay for KeptFile {
    fn size(&self) -> u64 {
        self.fingerprint.size
    }

    fn chunks(self: Arc<Self>, range: Range<u64>) -> Chunks {
        let fingerprint = self.fingerprint.clone();
        let check = move |number: usize, block: &[u8]| fingerprint.check_block(number, block);
        read_blocks(self.file.clone(), self.size(), range, check)
            .or_else(move |error| {
                let kept = self.clone();
                async move { Err(kept.found_damaged(error).await) }
            })
            .boxed()
    }
}
