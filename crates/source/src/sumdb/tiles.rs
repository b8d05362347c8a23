//! Getting hold of tiles that are proven against a tree head: from the shelf, then by each way in turn.
//!
//! Tiles from a shelf and tiles from a stranger are treated alike: together they must hash to the root (protocol.md G16, G17).
//! Those that do not are asked for again, first by the same way, in case it was the shelf that was damaged, then by the next.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use futures_util::{FutureExt, StreamExt};
use gomod::gosumdb::DatabaseName;
use gomod::tlog::{Tile, TilePath, TreeHead};
use moka::sync::Cache;

use super::puzzle::{Puzzle, Tree};
use super::search::Search;
use super::shelf::Shelf;
use super::way::TileWay;
use crate::{Ask, Ctx, Failure, FailureKind, Kind, Origin, Source, SumDbAsk, SumDbPath, Want};

/// Proven tiles in memory, in bytes: the upper levels of any tree, and what was just used of the lowest.
const MEMORY_BYTES: u64 = 4 << 20;

/// How many tiles are asked for at a time.
const AT_ONCE: usize = 16;

/// The tree of a database, tile by tile.
#[derive(Debug)]
pub(super) struct Tiles {
    database: DatabaseName,
    shelf: Arc<dyn Shelf>,
    ways: Vec<TileWay>,
    memory: Cache<Tile, Bytes>,
}

/// Which tiles are needed, to what end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need<'a> {
    /// The head that they must be proven against.
    pub(super) head: TreeHead,
    /// Who has sent that head, as long as nothing but its signature speaks for it: then it may be this place that lies, and no
    /// other is blamed for tiles that do not fit. It is the first to be asked for them.
    pub(super) claimed_by: Option<&'a Origin>,
}

impl Tiles {
    pub(super) fn new(database: DatabaseName, shelf: Arc<dyn Shelf>, ways: Vec<TileWay>) -> Self {
        let weigh =
            |_: &Tile, bytes: &Bytes| u32::try_from(bytes.len() + size_of::<Tile>()).unwrap_or(u32::MAX);
        let memory = Cache::builder().max_capacity(MEMORY_BYTES).weigher(weigh).build();
        Self { database, shelf, ways, memory }
    }

    /// The tree that is needed, with at least the tiles `wanted` in it, and those on its right edge.
    ///
    /// # Errors
    /// `Unavailable` when no way has them, `Mismatch` when a way had some and they are not those of the tree.
    pub(super) async fn obtain(
        &self,
        need: Need<'_>,
        wanted: impl IntoIterator<Item = Tile>,
        ctx: &Ctx,
    ) -> Result<Tree, Failure> {
        let mut puzzle = self.at_hand(Puzzle::new(need.head, wanted)).await;
        if let Some(tree) = puzzle.solve() {
            return Ok(tree);
        }
        let mut search = Search::default();
        for way in self.ways_in_order(need, ctx) {
            if let Some(tree) = self.by(way, need, ctx, &mut puzzle, &mut search).await {
                return Ok(tree);
            }
        }
        Err(search.give_up(&self.database, need.head))
    }

    /// The tree, with what one way has of what is missing. What does not fit is asked for once more, in case it was the shelf
    /// that was damaged; then it is the way's fault.
    async fn by(
        &self,
        way: &TileWay,
        need: Need<'_>,
        ctx: &Ctx,
        puzzle: &mut Puzzle,
        search: &mut Search,
    ) -> Option<Tree> {
        for is_last in [false, true] {
            self.fetch(way, ctx, puzzle, search).await;
            if !puzzle.missing().is_empty() {
                return None;
            }
            if let Some(tree) = puzzle.solve() {
                return Some(tree);
            }
            if is_last && need.claimed_by.is_none_or(|place| *place == way.origin) {
                search.disproven(&way.origin, need.head);
            }
        }
        None
    }

    /// The puzzle with what is kept of it.
    async fn at_hand(&self, mut puzzle: Puzzle) -> Puzzle {
        for tile in puzzle.missing() {
            if let Some(bytes) = self.at_hand_of(tile).await {
                puzzle.add_kept(tile, bytes);
            }
        }
        puzzle
    }

    /// A tile from memory or the shelf; of a full one a part will do (protocol.md G24).
    async fn at_hand_of(&self, tile: Tile) -> Option<Bytes> {
        for wider in [Some(tile), Some(tile.full()).filter(|_| !tile.is_full())].into_iter().flatten() {
            let known = match self.memory.get(&wider) {
                Some(bytes) => Some(bytes),
                None => self.shelved(wider).await,
            };
            if let Some(bytes) = known.filter(|bytes| bytes.len() >= tile.size_bytes()) {
                return Some(bytes.slice(..tile.size_bytes()));
            }
        }
        None
    }

    async fn shelved(&self, tile: Tile) -> Option<Bytes> {
        let read = self.shelf.read(&tile.path()).await.inspect_err(|error| {
            tracing::warn!(database = %self.database, tile = tile.path(), %error, "cannot read a tile");
        });
        let bytes = read.ok()??;
        self.memory.insert(tile, bytes.clone());
        Some(bytes)
    }

    /// The ways, those that are known to be out last; none, where only what is kept may answer.
    fn ways_in_order(&self, need: Need<'_>, ctx: &Ctx) -> Vec<&TileWay> {
        let mut ways: Vec<&TileWay> = self.ways.iter().filter(|_| ctx.want != Want::KeptOnly).collect();
        ways.sort_by_key(|way| {
            (need.claimed_by.is_some_and(|place| *place != way.origin), way.vitals.is_out())
        });
        ways
    }

    /// Adds what a way has of what is missing.
    async fn fetch(&self, way: &TileWay, ctx: &Ctx, puzzle: &mut Puzzle, search: &mut Search) {
        let tiles = puzzle.missing();
        let asking: Vec<_> = tiles.iter().map(|tile| self.fetch_one(way, *tile, ctx).boxed()).collect();
        let answers: Vec<_> = stream::iter(asking).buffered(AT_ONCE).collect().await;
        for (tile, answer) in tiles.into_iter().zip(answers) {
            match answer {
                Ok(bytes) => puzzle.add_fetched(tile, bytes),
                Err(failure) => search.failed(failure),
            }
        }
    }

    /// A tile, or the beginning of the full one: a server may have dropped partial tiles (protocol.md G16).
    async fn fetch_one(&self, way: &TileWay, tile: Tile, ctx: &Ctx) -> Result<Bytes, Failure> {
        match self.ask(way, tile, ctx).await {
            Err(failure) if failure.kind() == FailureKind::NotFound && !tile.is_full() => {
                let full = self.ask(way, tile.full(), ctx).await?;
                Ok(full.slice(..tile.size_bytes()))
            }
            asked => asked,
        }
    }

    async fn ask(&self, way: &TileWay, tile: Tile, ctx: &Ctx) -> Result<Bytes, Failure> {
        let path = SumDbPath::Tile(TilePath::Hashes(tile));
        let ask = Ask::SumDb(SumDbAsk { database: self.database.clone(), path });
        let answer = way.place.ask(&ask, ctx).await?;
        let body = answer.body.into_bytes(Kind::Tile.size_max()).await;
        body.map_err(|error| Failure::unavailable(&way.origin, error.to_string(), Duration::ZERO))
    }

    /// Puts those tiles of a tree on the shelf that are not there: once the tree is known to be *the* tree. What cannot be kept is
    /// fetched again the next time.
    pub(super) async fn keep(&self, tree: &Tree) {
        for (tile, bytes) in tree.proven.tiles().filter(|(tile, _)| tree.fresh.contains(tile)) {
            if let Err(error) = self.keep_one(tile, bytes.clone()).await {
                tracing::warn!(database = %self.database, tile = tile.path(), %error, "cannot keep a tile");
            }
            self.memory.insert(tile, bytes.clone());
        }
    }

    /// The narrower ones of a full tile have had their time: whoever wants one gets a part of the full one.
    async fn keep_one(&self, tile: Tile, bytes: Bytes) -> std::io::Result<()> {
        self.shelf.write(&tile.path(), bytes).await?;
        if tile.is_full() { self.shelf.forget(&format!("{}.p", tile.path())).await } else { Ok(()) }
    }
}
