//! A source that has one content for everything, and counts how much of it was read.

use std::fmt::Write;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use protocol::Options;
use sha2::{Digest, Sha256};
use source::{Answer, Ask, Body, Chunks, Ctx, Failure, Freshness, Origin, Replay, Source, Trail, Want};

use crate::common::{Node, long_limits};

/// A zip of the shelf.
pub(crate) const ZIP: &str = "/a.example/m/@v/v1.0.0.zip";
/// A go.mod of the shelf.
pub(crate) const MOD: &str = "/a.example/m/@v/v1.0.0.mod";
/// A list of the shelf.
pub(crate) const LIST: &str = "/a.example/m/@v/list";

/// When the content was put there, and how a header says so.
pub(crate) const KEPT_AT: Duration = Duration::from_secs(784_111_777);
pub(crate) const KEPT_ON: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

/// The source.
#[derive(Debug)]
pub(crate) struct Shelf {
    content: Arc<Content>,
    freshness: Freshness,
    wants: Mutex<Vec<Want>>,
}

#[derive(Debug)]
struct Content {
    bytes: Bytes,
    read: AtomicU64,
}

impl Shelf {
    /// Has this content, which was kept at [`KEPT_AT`].
    pub(crate) fn with(content: impl Into<Bytes>) -> Self {
        Self::of(content, Freshness::Kept(SystemTime::UNIX_EPOCH + KEPT_AT))
    }

    pub(crate) fn of(content: impl Into<Bytes>, freshness: Freshness) -> Self {
        let content = Arc::new(Content { bytes: content.into(), read: AtomicU64::new(0) });
        Self { content, freshness, wants: Mutex::default() }
    }

    /// How many bytes were read so far.
    pub(crate) fn read(&self) -> u64 {
        self.content.read.load(Ordering::SeqCst)
    }

    /// What was wanted so far, since the last time this was asked.
    pub(crate) fn wants(&self) -> Vec<Want> {
        std::mem::take(&mut self.wants.lock().unwrap())
    }

    /// The tag of the content as it is.
    pub(crate) fn tag(&self) -> String {
        let mut tag = String::from("\"");
        Sha256::digest(&self.content.bytes).iter().for_each(|byte| write!(tag, "{byte:02x}").unwrap());
        tag + "\""
    }

    /// A node around a shelf.
    pub(crate) async fn serve(self, options: Options) -> (Node, SocketAddr, Arc<Self>) {
        let shared = Arc::new(self);
        let node = Node::around(shared.clone(), options, long_limits()).await;
        let address = node.address;
        (node, address, shared)
    }
}

#[async_trait::async_trait]
impl Source for Shelf {
    async fn ask(&self, _: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        self.wants.lock().unwrap().push(ctx.want);
        let sha256 = Some(Sha256::digest(&self.content.bytes).into());
        let body = Body::replay(self.content.clone());
        let answer = Answer::live(body, Origin::new("https://up.example"), Trail::default());
        Ok(Answer { freshness: self.freshness, sha256, ..answer })
    }
}

impl Replay for Content {
    fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn chunks(self: Arc<Self>, range: Range<u64>) -> Chunks {
        let range = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
        let chunk = move || {
            self.read.fetch_add(range.len() as u64, Ordering::SeqCst);
            Ok(self.bytes.slice(range))
        };
        stream::once(async move { chunk() }).boxed()
    }
}
