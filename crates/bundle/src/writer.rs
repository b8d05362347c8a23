//! Writes a bundle one file after the other. What is held in memory is one piece of one file, and the manifest so far: some
//! 200 bytes for each file.

use std::collections::HashSet;
use std::time::{SystemTime, UNIX_EPOCH};

use futures_util::TryStreamExt;
use gomod::H1;
use gomod::note::SignerKey;
use sha2::{Digest, Sha256};
use source::Body;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::layout::{self, ManifestAt};
use crate::manifest::{About, DatabaseHead, FILES_MAX, FileEntry, Id, Manifest, hex};
use crate::{BundleError, paths};

/// What stands in every bundle for people who have no modkeep.
const README: &str = "\
This is a modkeep bundle: Go modules, with the proofs of a checksum database, in the layout of a module proxy.

With modkeep:     modkeep bundle verify FILE
Without it:       mkdir folder && tar -xf FILE -C folder
                  GOPROXY=file:///path/to/folder/proxy go build ./...

Leave GOSUMDB as it is: what proves the checksums is in here too. A bundle that builds on earlier ones is unpacked over them,
the earliest first. The file `manifest` says what each file is; it is a signed note, and only modkeep checks its signature.
";

/// A file that goes into a bundle.
#[derive(Debug)]
pub struct Content {
    /// Its whole content, whose size is known.
    pub body: Body,
    /// Its content hash, where it has one.
    pub h1: Option<H1>,
}

impl Content {
    /// A short text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { body: text.into().into(), h1: None }
    }
}

/// A bundle that is being written. It counts only once [`finish`](Self::finish) has signed it.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    about: About,
    files: Vec<FileEntry>,
    taken: HashSet<String>,
    position: u64,
}

impl<W: AsyncWrite + Unpin> Writer<W> {
    /// Begins a bundle. Its time is cut to seconds.
    ///
    /// # Errors
    /// Those of writing.
    pub async fn begin(out: W, about: About) -> Result<Self, BundleError> {
        let about =
            About { created: UNIX_EPOCH + std::time::Duration::from_secs(seconds(about.created)), ..about };
        let mut writer = Self { out, about, files: Vec::new(), taken: HashSet::new(), position: 0 };
        writer.add(paths::README, Content::text(README)).await?;
        Ok(writer)
    }

    /// Whether there is a file at this path already.
    pub fn has(&self, path: &str) -> bool {
        self.taken.contains(path)
    }

    /// How many bytes are written.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Adds a file, and gives its size. The path must be one that a bundle can have, and a new one.
    ///
    /// # Errors
    /// Another path; a body of unknown size, or one that ends early; those of writing. The bundle cannot be finished then.
    pub async fn add(&mut self, path: &str, content: Content) -> Result<u64, BundleError> {
        let wrong = |flaw: &str| BundleError::Content { path: path.to_owned(), flaw: flaw.to_owned() };
        if paths::meaning(path).is_none()
            || self.files.len() >= FILES_MAX
            || !self.taken.insert(path.to_owned())
        {
            return Err(wrong("such a file, or one more, cannot be in a bundle"));
        }
        let size = content.body.size().ok_or_else(|| wrong("its size is not known beforehand"))?;
        let header = layout::header(path, size, seconds(self.about.created))?;
        self.write(&header).await?;
        let sha256 = self.copy(content.body, size).await.map_err(|flaw| match flaw {
            Copying::Out(error) => error.into(),
            Copying::In(flaw) => wrong(&flaw),
        })?;
        let h1 = content.h1.map(|h1| h1.to_string());
        self.files.push(FileEntry { path: path.to_owned(), size, sha256: hex(&sha256), h1 });
        Ok(size)
    }

    /// Ends the bundle with its signed manifest, and gives the output back, flushed, with how many bytes it has.
    ///
    /// # Errors
    /// More than a manifest can hold; those of signing and writing.
    pub async fn finish(
        mut self,
        databases: Vec<DatabaseHead>,
        after: Option<Id>,
        signer: &SignerKey,
    ) -> Result<(W, Manifest, Id, u64), BundleError> {
        let mtime = seconds(self.about.created);
        let files = std::mem::take(&mut self.files);
        let manifest = Manifest { about: self.about.clone(), databases, after, files };
        let text = manifest.to_text()?;
        let note = signer.sign(&text).map_err(|error| BundleError::Manifest(error.to_string()))?;
        let at = ManifestAt { header: self.position, size: note.len() as u64 };
        let header = layout::header(paths::MANIFEST, at.size, mtime)?;
        self.write(&header).await?;
        self.write(note.as_bytes()).await?;
        self.pad(at.size).await?;
        self.write(&layout::tail(at, mtime)?).await?;
        self.out.flush().await?;
        let id = manifest.id()?;
        Ok((self.out, manifest, id, self.position))
    }

    async fn copy(&mut self, body: Body, size: u64) -> Result<[u8; 32], Copying> {
        let (mut chunks, mut hash, mut left) = (body.into_chunks(), Sha256::new(), size);
        while let Some(chunk) = chunks.try_next().await.map_err(|failure| Copying::In(failure.to_string()))? {
            let too_long = || Copying::In("it is longer than was announced".to_owned());
            left = left.checked_sub(chunk.len() as u64).ok_or_else(too_long)?;
            hash.update(&chunk);
            self.write(&chunk).await.map_err(Copying::Out)?;
        }
        if left > 0 {
            return Err(Copying::In("it ended early".to_owned()));
        }
        self.pad(size).await.map_err(Copying::Out)?;
        Ok(hash.finalize().into())
    }

    async fn pad(&mut self, size: u64) -> std::io::Result<()> {
        let zeros = vec![0; layout::to_usize(layout::padding(size))?];
        self.write(&zeros).await
    }

    async fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.position += bytes.len() as u64;
        self.out.write_all(bytes).await
    }
}

/// Which side of a copy failed.
enum Copying {
    In(String),
    Out(std::io::Error),
}

/// A time as a tar has it.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
