//! Getting hold of tiles that are proven against a tree head: from the shelf, then by whichever way has them first.
//!
//! Tiles from a shelf and tiles from a stranger are treated alike: together they must hash to the root (protocol.md G16, G17).
//! Those that do not are asked for again, in case it was the shelf that was damaged, then by one way after the other, to find one
//! that tells the truth, and those that do not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use futures_util::{FutureExt, StreamExt};
use gomod::gosumdb::DatabaseName;
use gomod::tlog::{self, ProvenTree, Tile, TilePath, TreeHead};
use moka::sync::Cache;

use super::shelf::Shelf;
use super::way::{TilePlace, TileWay};
use crate::{Ask, Ctx, Failure, FailureKind, Kind, Origin, Source, SumDbAsk, SumDbPath, Trail, Want};

/// Proven tiles in memory, in bytes: the upper levels of any tree, and what was just used of the lowest.
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

/// A tree of which some tiles are known to be true.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) proven: ProvenTree<Bytes>,
    /// The tiles that are not on the shelf yet.
    fresh: BTreeSet<Tile>,
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

type Held = BTreeMap<Tile, Bytes>;

/// What is at hand while a tree is put together.
struct Work {
    /// Tiles from wherever, each proven or not looked at yet.
    held: Held,
    /// Those that did not come from the shelf.
    fresh: BTreeSet<Tile>,
    search: Search,
}

/// What came of asking one place for all that is missing.
enum Asked {
    Proven(ProvenTree<Bytes>),
    /// It has them, but they are not those of the tree.
    Disproven,
    /// It does not have all of them.
    Incomplete,
}

impl Tiles {
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
        let wanted: Vec<Tile> = wanted.into_iter().chain(tlog::edge(need.head.size)).collect();
        let held = self.at_hand(&wanted).await;
        let mut work = Work { held, fresh: BTreeSet::new(), search: Search::default() };
        if let Some(proven) = self.complete(need.head, &wanted, &mut work.held) {
            return Ok(Tree { proven, fresh: work.fresh });
        }
        match self.search(need, &wanted, ctx, &mut work).await {
            Some(proven) => Ok(Tree { proven, fresh: work.fresh }),
            None => Err(work.search.give_up(&self.database, need.head)),
        }
    }

    /// What no way has, none has for itself either. What was there and did not fit may be right by another way.
    async fn search(
        &self,
        need: Need<'_>,
        wanted: &[Tile],
        ctx: &Ctx,
        work: &mut Work,
    ) -> Option<ProvenTree<Bytes>> {
        if ctx.want == Want::KeptOnly {
            return None;
        }
        match self.by(&self.any, need, wanted, ctx, work).await {
            Asked::Proven(tree) => return Some(tree),
            Asked::Incomplete => return None,
            Asked::Disproven => {}
        }
        for way in self.ways_in_order(need) {
            match self.by(&way.place, need, wanted, ctx, work).await {
                Asked::Proven(tree) => return Some(tree),
                Asked::Disproven if need.claimed_by.is_none_or(|place| *place == way.origin) => {
                    work.search.disproven(way, need.head);
                }
                Asked::Disproven | Asked::Incomplete => {}
            }
        }
        None
    }

    /// The tree, with what one place has of what is missing. What does not fit is asked for once more, in case it was the shelf
    /// that was damaged; then it is the place's fault.
    async fn by(
        &self,
        place: &TilePlace,
        need: Need<'_>,
        wanted: &[Tile],
        ctx: &Ctx,
        work: &mut Work,
    ) -> Asked {
        for _ in 0..2 {
            let missing = missing(wanted, &work.held);
            let fetched = self.fetch(place, &missing, ctx, &mut work.search).await;
            let is_all = fetched.len() == missing.len();
            work.fresh.extend(missing);
            work.held.extend(fetched);
            if !is_all {
                return Asked::Incomplete;
            }
            if let Some(proven) = self.complete(need.head, wanted, &mut work.held) {
                return Asked::Proven(proven);
            }
        }
        Asked::Disproven
    }

    /// The tree, when all of it that is wanted is held and proven. Else what is held and not proven is let go.
    fn complete(&self, head: TreeHead, wanted: &[Tile], held: &mut Held) -> Option<ProvenTree<Bytes>> {
        if !missing(wanted, held).is_empty() {
            return None;
        }
        let (tree, unproven) = ProvenTree::prove(head, held.clone());
        for (tile, _) in &unproven {
            held.remove(tile);
        }
        unproven.is_empty().then_some(tree)
    }

    async fn at_hand(&self, wanted: &[Tile]) -> Held {
        let mut held = Held::new();
        for tile in wanted {
            if let Some(bytes) = self.at_hand_of(*tile).await {
                held.insert(*tile, bytes);
            }
        }
        held
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

    /// The ways, the one that has sent the head first, those that are known to be out last.
    fn ways_in_order(&self, need: Need<'_>) -> Vec<&TileWay> {
        let mut ways: Vec<&TileWay> = self.ways.iter().collect();
        ways.sort_by_key(|way| {
            (need.claimed_by.is_some_and(|place| *place != way.origin), way.vitals.is_out())
        });
        ways
    }

    /// What a place has of these tiles.
    async fn fetch(
        &self,
        place: &TilePlace,
        tiles: &[Tile],
        ctx: &Ctx,
        search: &mut Search,
    ) -> Vec<(Tile, Bytes)> {
        let asking: Vec<_> = tiles.iter().map(|tile| self.fetch_one(place, *tile, ctx).boxed()).collect();
        let answers: Vec<_> = stream::iter(asking).buffered(AT_ONCE).collect().await;
        let mut fetched = Vec::new();
        for (tile, answer) in tiles.iter().zip(answers) {
            match answer {
                Ok(bytes) => fetched.push((*tile, bytes)),
                Err(failure) => search.failed(failure),
            }
        }
        fetched
    }

    /// A tile, or the beginning of the full one: a server may have dropped partial tiles (protocol.md G16).
    async fn fetch_one(&self, place: &TilePlace, tile: Tile, ctx: &Ctx) -> Result<Bytes, Failure> {
        match self.ask(place, tile, ctx).await {
            Err(failure) if failure.kind() == FailureKind::NotFound && !tile.is_full() => {
                let full = self.ask(place, tile.full(), ctx).await?;
                Ok(full.slice(..tile.size_bytes()))
            }
            asked => asked,
        }
    }

    async fn ask(&self, place: &TilePlace, tile: Tile, ctx: &Ctx) -> Result<Bytes, Failure> {
        let path = SumDbPath::Tile(TilePath::Hashes(tile));
        let ask = Ask::SumDb(SumDbAsk { database: self.database.clone(), path });
        let answer = place.ask(&ask, ctx).await?;
        let origin = answer.origin.clone();
        let body = answer.body.into_bytes(Kind::Tile.size_max()).await;
        body.map_err(|error| Failure::unavailable(&origin, error.to_string(), Duration::ZERO))
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

fn missing(wanted: &[Tile], held: &Held) -> Vec<Tile> {
    let mut missing: Vec<Tile> = wanted.iter().filter(|tile| !held.contains_key(tile)).copied().collect();
    missing.sort();
    missing.dedup();
    missing
}

/// What came of asking, while not all tiles are proven.
#[derive(Debug, Default)]
struct Search {
    trail: Trail,
    worst: Option<Failure>,
}

impl Search {
    fn failed(&mut self, failure: Failure) {
        self.trail.extend(failure.trail().clone());
        if self.worst.as_ref().is_none_or(|worst| failure.kind() > worst.kind()) {
            self.worst = Some(failure);
        }
    }

    fn disproven(&mut self, way: &TileWay, head: TreeHead) {
        let message = format!("it sent tiles that are not those of the tree of {} records", head.size);
        tracing::error!(place = %way.origin, message, "SECURITY: a checksum database's tiles are forged or damaged");
        self.failed(Failure::new(FailureKind::Mismatch, &way.origin, message, Duration::ZERO));
    }

    /// That a place has no such tile says nothing about what was to be proven with it.
    fn give_up(self, database: &DatabaseName, head: TreeHead) -> Failure {
        let (kind, origin) = match &self.worst {
            Some(worst) if worst.kind() == FailureKind::Mismatch => {
                (FailureKind::Mismatch, worst.origin().clone())
            }
            Some(worst) => (FailureKind::Unavailable, worst.origin().clone()),
            None => (FailureKind::Unavailable, Origin::new("modkeep")),
        };
        let why = self
            .worst
            .map_or_else(|| "they are not kept here".to_owned(), |worst| worst.message().to_owned());
        let message =
            format!("cannot get the tiles of {database} that prove a tree of {} records: {why}", head.size);
        Failure::new(kind, &origin, message, Duration::ZERO).with_trail(self.trail)
    }
}
