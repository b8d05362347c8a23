//! The content of an answer: bytes at hand, a file that can be read again, or a stream that is still coming.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{BoxStream, Stream, StreamExt, once};

use crate::{Failure, SpoolFile, Whole};

/// The chunks of a body; it ends after the last one, or after the first error.
pub type Chunks = BoxStream<'static, Result<Bytes, Failure>>;

/// Complete content that can be read any number of times, by any number of readers at once: a file of the store.
pub trait Replay: fmt::Debug + Send + Sync {
    /// The size in bytes.
    fn size(&self) -> u64;
    /// The content of this range of bytes, which lies within the size. Ends in an error when the file turns out damaged or
    /// unreadable.
    fn chunks(self: Arc<Self>, range: Range<u64>) -> Chunks;
}

/// A body arrives complete or ends in an error; a shorter body that looks whole does not exist.
pub struct Body(Inner);

enum Inner {
    Bytes(Bytes),
    Spooled(Arc<SpoolFile>),
    Replay(Arc<dyn Replay>),
    Stream { chunks: Chunks, size: Option<u64> },
}

impl Body {
    /// A body that is still coming. `size` is what the place announced, if it did.
    pub fn stream(
        chunks: impl Stream<Item = Result<Bytes, Failure>> + Send + 'static,
        size: Option<u64>,
    ) -> Self {
        Self(Inner::Stream { chunks: chunks.boxed(), size })
    }

    /// Complete content in a temporary file.
    pub fn spooled(file: Arc<SpoolFile>) -> Self {
        Self(Inner::Spooled(file))
    }

    /// Complete content that somebody keeps.
    pub fn replay(content: Arc<dyn Replay>) -> Self {
        Self(Inner::Replay(content))
    }

    /// The size in bytes, where it is known beforehand.
    pub fn size(&self) -> Option<u64> {
        match &self.0 {
            Inner::Bytes(bytes) => Some(bytes.len() as u64),
            Inner::Spooled(file) => Some(file.size()),
            Inner::Replay(content) => Some(content.size()),
            Inner::Stream { size, .. } => *size,
        }
    }

    /// The same content for one more reader; `None` for a stream, which can be read once.
    pub fn share(&self) -> Option<Self> {
        Some(Self(match &self.0 {
            Inner::Bytes(bytes) => Inner::Bytes(bytes.clone()),
            Inner::Spooled(file) => Inner::Spooled(file.clone()),
            Inner::Replay(content) => Inner::Replay(content.clone()),
            Inner::Stream { .. } => return None,
        }))
    }

    /// The content, when it is in memory already; else the body as it was.
    pub fn into_bytes_at_hand(self) -> Result<Bytes, Self> {
        match self.0 {
            Inner::Bytes(bytes) => Ok(bytes),
            other => Err(Self(other)),
        }
    }

    /// The content as a whole, when it is in memory or in a temporary file already; else the body as it was.
    pub fn into_whole(self) -> Result<Whole, Self> {
        match self.0 {
            Inner::Bytes(bytes) => Ok(Whole::Memory(bytes)),
            Inner::Spooled(file) => Ok(Whole::File(file)),
            other => Err(Self(other)),
        }
    }

    /// The content piece by piece.
    pub fn into_chunks(self) -> Chunks {
        match self.0 {
            Inner::Bytes(bytes) => once(async move { Ok(bytes) }).boxed(),
            Inner::Spooled(file) => file.chunks(0..file.size()),
            Inner::Replay(content) => {
                let all = 0..content.size();
                content.chunks(all)
            }
            Inner::Stream { chunks, .. } => chunks,
        }
    }

    /// The bytes of `range` alone, without reading those before it. The body as it was, when it is a stream, which can only
    /// be read from its start, or when the range does not lie within it.
    ///
    /// ```
    /// # use source::Body;
    /// let part = Body::from("v1.0.0\nv1.1.0\n").into_range(7..13).unwrap();
    /// assert_eq!(part.size(), Some(6));
    /// assert!(Body::from("v1.0.0").into_range(3..7).is_err());
    /// ```
    pub fn into_range(self, range: Range<u64>) -> Result<Self, Self> {
        if range.start > range.end || self.size().is_none_or(|size| range.end > size) {
            return Err(self);
        }
        let size = Some(range.end - range.start);
        match self.0 {
            Inner::Bytes(bytes) => Ok(part_of(&bytes, range).into()),
            Inner::Spooled(file) => Ok(Self(Inner::Stream { chunks: file.chunks(range), size })),
            Inner::Replay(content) => Ok(Self(Inner::Stream { chunks: content.chunks(range), size })),
            stream @ Inner::Stream { .. } => Err(Self(stream)),
        }
    }

    /// The whole content in memory.
    ///
    /// # Errors
    /// The body's own failure, or [`TooLarge`](BodyError::TooLarge) when there are more than `limit` bytes.
    pub async fn into_bytes(self, limit: u64) -> Result<Bytes, BodyError> {
        if let Inner::Bytes(bytes) = self.0 {
            return if bytes.len() as u64 > limit { Err(BodyError::TooLarge { limit }) } else { Ok(bytes) };
        }
        let mut chunks = self.into_chunks();
        let mut all = BytesMut::new();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
            if all.len() as u64 + chunk.len() as u64 > limit {
                return Err(BodyError::TooLarge { limit });
            }
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }
}

/// The part of bytes that are in memory. What lies beyond their end is not there.
fn part_of(bytes: &Bytes, range: Range<u64>) -> Bytes {
    let at = |offset: u64| usize::try_from(offset).map_or(bytes.len(), |offset| offset.min(bytes.len()));
    bytes.slice(at(range.start)..at(range.end))
}

/// Why a body could not be taken in whole.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The place failed in the middle of it.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// It is larger than anything of its kind may be.
    #[error("the body is larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The temporary file could not be written or read.
    #[error("cannot buffer the body in a temporary file: {0}")]
    Spool(#[from] std::io::Error),
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self(Inner::Bytes(bytes))
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match &self.0 {
            Inner::Bytes(_) => "bytes",
            Inner::Spooled(_) => "spooled",
            Inner::Replay(_) => "replay",
            Inner::Stream { .. } => "stream",
        };
        write!(f, "Body({kind}, size {:?})", self.size())
    }
}
