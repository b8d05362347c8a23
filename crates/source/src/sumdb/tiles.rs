//! Getting hold of tiles that are proven against a tree head: from the shelf, then by whichever way has them first.
//!
//! Tiles from a shelf and tiles from a stranger are treated alike: together they must hash to the root (protocol.md G16, G17).
//! Those that do not are asked for again, in case it was the shelf that was damaged, then by one way after the other, to find one
//! that tells the truth, and those that do not.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream;
use futures_util::{FutureExt, StreamExt};
use gomod::gosumdb::DatabaseName;
use gomod::tlog::{Tile, TilePath, TreeHead};
use moka::sync::Cache;

use super::puzzle::{Puzzle, Tree};
use super::search::Search;
use super::shelf::Shelf;
use super::way::{TilePlace, TileWay};
use crate::{Ask, Ctx, Failure, FailureKind, Kind, Origin, Source, SumDbAsk, SumDbPath, Want};

/// How much is remembered of the proven tiles on the shelf, in bytes: the upper levels of any tree, and what was just used of the lowest.
const MEMORY_BYTES: u64 = 4 << 20;

/// How many tiles are asked for at a time.
const AT_ONCE: usize = 16;

/// The tree of a database, tile by tile.
#[derive(Debug)]
pub(super) struct Tiles {
    database: DatabaseName,
    shelf: Arc<dyn Shelf>,
    /// All ways in one, the next asked already while one is in arrears.
    any: TilePlace,
    /// Each for itself.
    ways: Vec<TileWay>,
    memory: Cache<Tile, Bytes>,
}

/// Which tiles are needed, to what end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need<'a> {
    /// The head that they must be proven against.
    pub(super) head: TreeHead,
    /// Who has sent that head, as long as nothing but its signature speaks for it: then it may be this place that lies, and no
    /// other is blamed for tiles that do not fit.
    pub(super) claimed_by: Option<&'a Origin>,
}

/// What came of asking one place for all that is missing.
enum Asked {
    Proven(Tree),
    /// It has them, but they are not those of the tree.
    Disproven,
    /// It does not have all of them.
    Incomplete,
}

/// Why a tree cannot be had from what is kept.
#[derive(Debug)]
pub(super) enum Lack {
    /// These are not kept.
    Missing(Vec<Tile>),
    /// These are, but are not proven to be of the tree.
    Disproven(Vec<Tile>),
}

impl Tiles {
    /// Tiles by `any` of the ways that are `each` for itself in `ways`.
    pub(super) fn new(
        database: DatabaseName,
        shelf: Arc<dyn Shelf>,
        any: TilePlace,
        ways: Vec<TileWay>,
    ) -> Self {
        let weigh =
            |_: &Tile, bytes: &Bytes| u32::try_from(bytes.len() + size_of::<Tile>()).unwrap_or(u32::MAX);
        let memory = Cache::builder().max_capacity(MEMORY_BYTES).weigher(weigh).build();
        Self { database, shelf, any, ways, memory }
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
        let found = match ctx.want {
            Want::KeptOnly => None,
            Want::Usual | Want::Revalidate => self.search(need, ctx, &mut puzzle, &mut search).await,
        };
        found.ok_or_else(|| search.give_up(&self.database, need.head))
    }

    /// The tree with at least the tiles `wanted` in it, from what is kept alone.
    pub(super) async fn kept(
        &self,
        head: TreeHead,
        wanted: impl IntoIterator<Item = Tile>,
    ) -> Result<Tree, Lack> {
        let mut puzzle = self.at_hand(Puzzle::new(head, wanted)).await;
        match puzzle.missing() {
            missing if missing.is_empty() => puzzle.solve().ok_or_else(|| Lack::Disproven(puzzle.missing())),
            missing => Err(Lack::Missing(missing)),
        }
    }

    /// What no way has, none has for itself either. What was there and did not fit may be right by another way.
    async fn search(
        &self,
        need: Need<'_>,
        ctx: &Ctx,
        puzzle: &mut Puzzle,
        search: &mut Search,
    ) -> Option<Tree> {
        match self.by(&self.any, ctx, puzzle, search).await {
            Asked::Proven(tree) => return Some(tree),
            Asked::Incomplete => return None,
            Asked::Disproven => {}
        }
        for way in self.ways_in_order(need) {
            match self.by(&way.place, ctx, puzzle, search).await {
                Asked::Proven(tree) => return Some(tree),
                Asked::Disproven if need.claimed_by.is_none_or(|place| *place == way.origin) => {
                    search.disproven(&way.origin, need.head);
                }
                Asked::Disproven | Asked::Incomplete => {}
            }
        }
        None
    }

    /// The tree, with what one place has of what is missing. What does not fit is asked for once more, in case it was the shelf
    /// that was damaged; then it is the place's fault.
    async fn by(&self, place: &TilePlace, ctx: &Ctx, puzzle: &mut Puzzle, search: &mut Search) -> Asked {
        for _ in 0..2 {
            self.fetch(place, ctx, puzzle, search).await;
            if !puzzle.missing().is_empty() {
                return Asked::Incomplete;
            }
            if let Some(tree) = puzzle.solve() {
                return Asked::Proven(tree);
            }
        }
        Asked::Disproven
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
        read.ok()?
    }

    /// The ways, the one that has sent the head first, those that are known to be out last.
    fn ways_in_order(&self, need: Need<'_>) -> Vec<&TileWay> {
        let mut ways: Vec<&TileWay> = self.ways.iter().collect();
        ways.sort_by_key(|way| {
            (need.claimed_by.is_some_and(|place| *place != way.origin), way.vitals.is_out())
        });
        ways
    }

    /// Adds what a place has of what is missing.
    async fn fetch(&self, place: &TilePlace, ctx: &Ctx, puzzle: &mut Puzzle, search: &mut Search) {
        let tiles = puzzle.missing();
        let asking: Vec<_> = tiles.iter().map(|tile| self.fetch_one(place, *tile, ctx).boxed()).collect();
        let answers: Vec<_> = stream::iter(asking).buffered(AT_ONCE).collect().await;
        for (tile, answer) in tiles.into_iter().zip(answers) {
            match answer {
                Ok(bytes) => puzzle.add_fetched(tile, bytes),
                Err(failure) => search.failed(failure),
            }
        }
    }

    /// A tile, or the beginning of the full one: a server may have dropped partial tiles (protocol.md G16).
    async fn fetch_one(&self, place: &TilePlace, tile: Tile, ctx: &Ctx) -> Result<Bytes, Failure> {
        match self.ask(place, tile, ctx).await {
            Err(failure) if !tile.is_full() && is_missed(&failure) => {
                match self.ask(place, tile.full(), ctx).await {
                    Ok(full) => Ok(full.slice(..tile.size_bytes())),
                    Err(other) if other.kind() > failure.kind() => Err(other),
                    Err(_) => Err(failure),
                }
            }
            asked => asked,
        }
    }

    async fn ask(&self, place: &TilePlace, tile: Tile, ctx: &Ctx) -> Result<Bytes, Failure> {
        let path = SumDbPath::Tile(TilePath::Hashes(tile));
        let ask = Ask::SumDb(SumDbAsk { database: self.database.clone(), path });
        place.ask(&ask, ctx).await?.read(Kind::Tile).await
    }

    /// Puts those tiles of a tree on the shelf that are not there, once the tree is known to be *the* tree, and remembers what is on
    /// the shelf. What cannot be kept is fetched again the next time.
    pub(super) async fn keep(&self, tree: &Tree) {
        for (tile, bytes) in tree.proven.tiles() {
            if tree.fresh.contains(&tile)
                && let Err(error) = self.keep_one(tile, bytes.clone()).await
            {
                tracing::warn!(database = %self.database, tile = tile.path(), %error, "cannot keep a tile");
            } else if !self.memory.contains_key(&tile) {
                self.memory.insert(tile, bytes.clone());
            }
        }
    }

    /// The narrower ones of a full tile have had their time: whoever wants one gets a part of the full one.
    async fn keep_one(&self, tile: Tile, bytes: Bytes) -> std::io::Result<()> {
        self.shelf.write(&tile.path(), bytes).await?;
        if tile.is_full() { self.shelf.forget(&format!("{}.p", tile.path())).await } else { Ok(()) }
    }
}

/// Whether some place says that there is no such tile, whatever the others say.
fn is_missed(failure: &Failure) -> bool {
    failure.trail().attempts().iter().any(|attempt| attempt.failed == Some(FailureKind::NotFound))
}
