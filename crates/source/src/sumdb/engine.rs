//! The rules of believing a checksum database: each head goes on from the one before, each record is in the tree.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use gomod::ModuleVersion;
use gomod::gosumdb::{DatabaseName, Lookup, VerifierKey, format_lookup};
use gomod::tlog::{self, Tile};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use super::flaw::Flaw;
use super::head::{Newest, SignedHead};
use super::inclusion;
use super::puzzle::Tree;
use super::shelf::Shelf;
use super::tiles::{Need, Tiles};
use crate::{Ctx, Failure, Origin};

/// What is known of one database, and the rules by which more becomes known.
#[derive(Debug)]
pub(super) struct Engine {
    pub(super) name: DatabaseName,
    pub(super) key: VerifierKey,
    tiles: Tiles,
    pub(super) shelf: Arc<dyn Shelf>,
    newest: Newest,
    contradictions: AtomicU64,
    /// Whether the newest head is on the shelf.
    pub(super) head_is_kept: AtomicBool,
    /// Held while the head moves on.
    moving: Mutex<()>,
}

/// A record that is proven to be in the tree.
#[derive(Debug, Clone)]
pub(super) struct Proven {
    pub(super) id: u64,
    pub(super) text: String,
    /// A head of a tree that holds the record.
    pub(super) head: Arc<SignedHead>,
}

impl Engine {
    /// An engine that goes on from the head on the shelf.
    ///
    /// # Errors
    /// Words for a head that is on the shelf and was signed by another key.
    pub(super) async fn start(
        key: VerifierKey,
        name: DatabaseName,
        tiles: Tiles,
        shelf: Arc<dyn Shelf>,
    ) -> std::io::Result<Self> {
        let newest = Newest::default();
        let engine = Self {
            name,
            key,
            tiles,
            shelf,
            newest,
            contradictions: AtomicU64::new(0),
            head_is_kept: AtomicBool::new(true),
            moving: Mutex::default(),
        };
        if let Some(kept) = engine.kept_head().await? {
            engine.newest.advance(Arc::new(kept));
        }
        Ok(engine)
    }

    /// The hash of its key.
    pub(super) fn key_hash(&self) -> u32 {
        self.key.hash()
    }

    /// How often a place has sent a head that contradicts the newest one.
    pub(super) fn contradictions(&self) -> u64 {
        self.contradictions.load(Ordering::Relaxed)
    }

    /// The newest head that is proven; `None` until there is one.
    pub(super) fn head(&self) -> Option<Arc<SignedHead>> {
        self.newest.get()
    }

    /// Takes a signed head that a place has sent: it must contain the newest one, or be contained in it (protocol.md G15).
    /// What the newest head is then.
    ///
    /// # Errors
    /// `Mismatch` of `place` for a bad signature and for a contradiction, of which the evidence is kept; `Unavailable` when it
    /// cannot be found out.
    pub(super) async fn merge(
        &self,
        note: &[u8],
        place: &Origin,
        ctx: &Ctx,
    ) -> Result<Arc<SignedHead>, Failure> {
        let head = self.open_head(note).map_err(|flaw| flaw.of(place, Duration::ZERO))?;
        if let Some(newest) = self.head().filter(|newest| newest.head.size >= head.head.size) {
            self.keep_head_at_last(&newest).await;
            self.must_contain(&newest, &head, place, ctx).await?;
            return Ok(newest);
        }
        let moving = timeout_at(ctx.deadline, self.moving.lock()).await;
        let _moving = moving.map_err(|_| self.too_late())?;
        match self.head() {
            Some(newest) if newest.head.size >= head.head.size => {
                self.must_contain(&newest, &head, place, ctx).await?;
                Ok(newest)
            }
            newest => self.advance(newest, head, place, ctx).await,
        }
    }

    /// Goes on to a newer head, if it does go on from `newest`. Without any the first one is believed on its signature.
    async fn advance(
        &self,
        newest: Option<Arc<SignedHead>>,
        head: SignedHead,
        place: &Origin,
        ctx: &Ctx,
    ) -> Result<Arc<SignedHead>, Failure> {
        let known = newest.as_ref().map_or(0, |newest| newest.head.size);
        let need = Need { head: head.head, claimed_by: Some(place) };
        let tree = self.tiles.obtain(need, tlog::consistency_tiles(known, head.head.size), ctx).await?;
        if let Some(newest) = newest.filter(|newest| tree.proven.root_of(known) != Some(newest.head.root)) {
            return Err(self.forked(&newest, &head, place).await);
        }
        // These are the tiles that a client wants that goes the same way (protocol.md G20, G23).
        self.tiles.keep(&tree).await;
        let head = Arc::new(head);
        self.keep_head(&head).await;
        self.newest.advance(head.clone());
        Ok(head)
    }

    /// Whether the newest tree begins with that of `other`, which came from `place`.
    async fn must_contain(
        &self,
        newest: &SignedHead,
        other: &SignedHead,
        place: &Origin,
        ctx: &Ctx,
    ) -> Result<(), Failure> {
        let root = if newest.head.size == other.head.size {
            Some(newest.head.root)
        } else {
            let tiles = tlog::consistency_tiles(other.head.size, newest.head.size);
            self.tree(newest, tiles, ctx).await?.proven.root_of(other.head.size)
        };
        if root == Some(other.head.root) { Ok(()) } else { Err(self.forked(newest, other, place).await) }
    }

    /// The tree of a head that is believed, with these tiles in it, all of which are kept from now on.
    pub(super) async fn tree(
        &self,
        head: &SignedHead,
        tiles: impl IntoIterator<Item = Tile>,
        ctx: &Ctx,
    ) -> Result<Tree, Failure> {
        let tree = self.tiles.obtain(Need { head: head.head, claimed_by: None }, tiles, ctx).await?;
        self.tiles.keep(&tree).await;
        Ok(tree)
    }

    /// Reads a note that the database has signed.
    pub(super) fn open_head(&self, note: &[u8]) -> Result<SignedHead, Flaw> {
        SignedHead::open(note, &self.key)
    }

    async fn forked(&self, one: &SignedHead, other: &SignedHead, place: &Origin) -> Failure {
        self.keep_evidence("fork", "has signed two trees that contradict each other", [one, other], place)
            .await;
        Flaw::Fork { known: one.head, other: other.head }.of(place, Duration::ZERO)
    }

    /// A place called `before` its latest tree, and now calls a smaller one so. An alarm, since a log only grows.
    pub(super) async fn shrunk(&self, before: &SignedHead, now: &SignedHead, place: &Origin) -> Failure {
        self.keep_evidence("shrunk", "is said to have shrunk", [before, now], place).await;
        Flaw::Shrunk { before: before.head, now: now.head }.of(place, Duration::ZERO)
    }

    /// The name of the evidence is that of the contradiction: told a thousand times it is kept once.
    async fn keep_evidence(&self, kind: &str, what: &str, [one, other]: [&SignedHead; 2], place: &Origin) {
        let root: String =
            other.head.root.to_string().chars().filter(char::is_ascii_alphanumeric).take(16).collect();
        let database = self.name.as_str().replace(['/', ':'], "_");
        let name = format!("{database}-{kind}-{}-{root}.txt", other.head.size);
        let text = format!(
            "The checksum database {} {what}.\nThe second head was sent by {place}.\n\n{}\n{}",
            self.name, one.note, other.note
        );
        tracing::error!(database = %self.name, %place, evidence = name, "SECURITY: the checksum database {what}");
        self.contradictions.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = self.shelf.keep_evidence(&name, text).await {
            tracing::error!(database = %self.name, %error, "cannot keep the evidence of a {kind}");
        }
    }

    /// Proves that a record is in the newest tree and is about `module` (protocol.md G13).
    ///
    /// # Errors
    /// `Mismatch` when it is not, `Unavailable` when it cannot be found out.
    pub(super) async fn prove(
        &self,
        module: &ModuleVersion,
        lookup: &Lookup<'_>,
        head: Arc<SignedHead>,
        place: &Origin,
        ctx: &Ctx,
    ) -> Result<Proven, Failure> {
        let begun = Instant::now();
        let flawed = |flaw: Flaw| flaw.of(place, begun.elapsed());
        inclusion::sums_of(module, lookup).map_err(flawed)?;
        let wanted = inclusion::tiles_of(lookup, head.head.size).map_err(flawed)?;
        let tree = self.tree(&head, wanted, ctx).await?;
        inclusion::check(lookup, &tree.proven).map_err(flawed)?;
        Ok(Proven { id: lookup.id, text: lookup.record.to_owned(), head })
    }

    fn too_late(&self) -> Failure {
        let message = format!("the tree head of {} could not be brought up to date in time", self.name);
        Failure::unavailable(&Origin::new("modkeep"), message, Duration::ZERO)
    }
}

impl Proven {
    /// The answer to a lookup. Any head will do in whose tree the record is (protocol.md G21).
    pub(super) fn body(&self) -> String {
        format_lookup(self.id, &self.text, &self.head.note)
    }
}
