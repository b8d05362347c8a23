//! One checksum database.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use gomod::ModuleVersion;
use gomod::glob::PrefixPatterns;
use gomod::gosumdb::{DatabaseName, Lookup, Sums, VerifierKey};
use tokio::sync::Mutex;
use tokio::time::Instant;

use gomod::tlog::{self, DataTile, Tile, TilePath};

use super::engine::Engine;
use super::head::SignedHead;
use super::prompt::Prompt;
use super::puzzle::Tree;
use super::records::Records;
use super::shelf::Shelf;
use super::tiles::Tiles;
use super::way::{TileWay, Way, any_of, once};
use crate::{
    Answer, Ask, Body, Coalesced, Ctx, Failure, FailureKind, Freshness, Kind, Origin, Source, SumDbAsk,
    SumDbPath, Trail, Want,
};

/// The module of go's own distributions, of which go demands a record whatever GONOSUMDB says (protocol.md H4).
const TOOLCHAIN: &str = "golang.org/toolchain";

/// What a database is, and how it is reached.
#[derive(Debug)]
pub struct DatabaseOptions {
    /// Its key.
    pub key: VerifierKey,
    /// Its name, as it stands in addresses.
    pub name: DatabaseName,
    /// Whom to ask, first first.
    pub ways: Vec<Way>,
    /// Where what is proven is kept.
    pub shelf: Arc<dyn Shelf>,
    /// The effective GONOSUMDB: paths of which it must never hear.
    pub private: PrefixPatterns,
    /// The effective GONOPROXY: paths of which only private ways may hear.
    pub gonoproxy: PrefixPatterns,
    /// How long one question to it may take, whoever waits.
    pub patience: Duration,
}

/// A checksum database: every answer is proven, whichever way it came, and kept.
#[derive(Debug)]
pub struct Database {
    engine: Arc<Engine>,
    records: Coalesced<Records>,
    private: PrefixPatterns,
    opened_at: SystemTime,
    /// When a newer head was last looked for on behalf of a client that seems to know one, and what came of it.
    looked: Mutex<Option<(Instant, Result<(), Failure>)>>,
}

/// How often a newer head is looked for because a client asks for a tile that is not in the tree.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How many times as large as the newest known tree one may be that somebody else has seen, and how many records larger a
/// tree that is still small: beyond that nobody is asked for a tile.
const GROWTH_MAX: u64 = 16;
const HEADROOM: u64 = 1 << 20;

impl Database {
    /// A database that goes on from what is on the shelf.
    ///
    /// # Errors
    /// The shelf cannot be read, or the head on it was signed by another key than this one.
    pub async fn open(options: DatabaseOptions) -> std::io::Result<Self> {
        let DatabaseOptions { key, name, ways, shelf, private, gonoproxy, patience } = options;
        let shelf: Arc<dyn Shelf> = Arc::new(Prompt(shelf));
        let any = once(Arc::new(any_of(ways.iter().cloned(), PrefixPatterns::default())), patience);
        let each = ways.iter().map(|way| TileWay::new(way, patience)).collect();
        let tiles = Tiles::new(name.clone(), shelf.clone(), any, each);
        let engine = Arc::new(Engine::start(key, name, tiles, shelf).await?);
        let records = Coalesced::new(Records::new(engine.clone(), ways, gonoproxy), patience);
        Ok(Self { engine, records, private, opened_at: SystemTime::now(), looked: Mutex::default() })
    }

    /// Its name.
    pub fn name(&self) -> &DatabaseName {
        &self.engine.name
    }

    /// The hash of its key, by which what it has vouched for is told from what another one has.
    pub fn key_hash(&self) -> u32 {
        self.engine.key_hash()
    }

    /// How many records the newest tree has that is known; 0 before the first.
    pub fn tree_size(&self) -> u64 {
        self.engine.head().map_or(0, |head| head.head.size)
    }

    /// How often, since the start, somebody has sent a signed head that contradicts the ones before: each time is an alarm.
    pub fn contradictions(&self) -> u64 {
        self.engine.contradictions()
    }

    /// Whether it may be asked about a module: not, when the module is private (protocol.md G7).
    pub fn covers(&self, module: &ModuleVersion) -> bool {
        is_covered(&self.private, module)
    }

    /// Takes a signed head that `from` has, so that it need not be asked for record by record: as with each head that comes with a
    /// record, it counts only if it goes on from the newest, or is contained in it (protocol.md G15).
    ///
    /// # Errors
    /// `Mismatch` for a bad signature and for a contradiction, `Unavailable` when that cannot be found out.
    pub async fn take_head(&self, note: &[u8], from: &Origin, ctx: &Ctx) -> Result<(), Failure> {
        self.engine.merge(note, from, ctx).await.map(drop)
    }

    /// The proven hashes of a module version.
    ///
    /// # Errors
    /// `NotFound` when the database knows no such version, `Unavailable` when that cannot be found out, `Mismatch` when
    /// every way lies, `Refused` for a private module.
    pub async fn sums(&self, module: &ModuleVersion, ctx: &Ctx) -> Result<Sums, Failure> {
        let answer = self.lookup(module, ctx).await?;
        let origin = answer.origin.clone();
        let body = answer.read(Kind::Lookup).await?;
        match Lookup::parse(&body) {
            Ok(lookup) => Ok(lookup.sums(module)),
            Err(flaw) => Err(Failure::unavailable(&origin, flaw.to_string(), Duration::ZERO)),
        }
    }

    async fn lookup(&self, module: &ModuleVersion, ctx: &Ctx) -> Result<Answer, Failure> {
        if self.covers(module) {
            self.within(SumDbPath::Lookup(module.clone()), ctx).await
        } else {
            Err(private(module))
        }
    }

    /// Asks for something that is proven on the way, for all who want it at the same time.
    async fn within(&self, path: SumDbPath, ctx: &Ctx) -> Result<Answer, Failure> {
        let ask = Ask::SumDb(SumDbAsk { database: self.name().clone(), path });
        self.records.ask(&ask, ctx).await
    }

    /// The newest head that any way has; the newest that is known, where none can be asked.
    async fn latest(&self, ctx: &Ctx) -> Result<Answer, Failure> {
        let asked = self.within(SumDbPath::Latest, ctx).await;
        match (asked, self.engine.head()) {
            (Ok(asked), Some(head)) => Ok(Answer { body: head.bytes().into(), ..asked }),
            (Err(failure), Some(head)) if failure.kind() != FailureKind::Mismatch => {
                let kept = kept(head.bytes().into(), Freshness::Stale(self.opened_at));
                Ok(if ctx.want == Want::KeptOnly { kept } else { kept.after(failure.trail().clone()) })
            }
            (asked, _) => asked,
        }
    }

    async fn tile(&self, path: &TilePath, ctx: &Ctx) -> Result<Answer, Failure> {
        let body: Body = match path {
            TilePath::Hashes(tile) => {
                let tree = self.tree_with(*tile, ctx).await?;
                let bytes = tree.proven.tile(tile).ok_or_else(|| self.no_such_tile(*tile))?;
                Bytes::copy_from_slice(bytes).into()
            }
            TilePath::Data(data) => self.data_tile(data, ctx).await?.into(),
        };
        Ok(kept(body, Freshness::Kept(self.opened_at)))
    }

    async fn data_tile(&self, data: &DataTile, ctx: &Ctx) -> Result<Bytes, Failure> {
        self.tree_with(data.hashes(), ctx).await?;
        let answer = self.within(SumDbPath::Tile(TilePath::Data(*data)), ctx).await?;
        answer.read(Kind::Tile).await
    }

    /// The newest tree, with this tile in it at least so wide. Whoever asks for one that is not in it has seen a newer head
    /// somewhere else, so that it may be time to look for one.
    async fn tree_with(&self, tile: Tile, ctx: &Ctx) -> Result<Tree, Failure> {
        let asked = match self.head_with(tile) {
            None if self.may_be_elsewhere(tile) => self.look_for_newer(ctx).await,
            _ => Ok(()),
        };
        let Some((head, whole)) = self.head_with(tile) else {
            return Err(match asked {
                Ok(()) => self.no_such_tile(tile),
                // Somebody lies, which is more than being behind.
                Err(failure) if failure.kind() == FailureKind::Mismatch => failure,
                Err(failure) => self.behind(tile, &failure),
            });
        };
        self.engine.tree(&head, tlog::tile_tiles(head.head.size, whole), ctx).await
    }

    /// Whether somebody may have seen a tree with this tile: no tree grows far beyond the known one between two looks.
    fn may_be_elsewhere(&self, tile: Tile) -> bool {
        let known = self.tree_size();
        known == 0
            || tile
                .records_min()
                .is_some_and(|size| size <= known.saturating_mul(GROWTH_MAX).saturating_add(HEADROOM))
    }

    /// Asks for a newer head, unless that was done a moment ago: whatever tile a client makes up, the ways hear of it that seldom.
    async fn look_for_newer(&self, ctx: &Ctx) -> Result<(), Failure> {
        let mut looked = self.looked.lock().await;
        if let Some((_, outcome)) = looked.as_ref().filter(|(at, _)| at.elapsed() < LOOK_EVERY) {
            return outcome.clone();
        }
        let outcome = self.within(SumDbPath::Latest, ctx).await.map(drop);
        *looked = Some((Instant::now(), outcome.clone()));
        outcome
    }

    fn head_with(&self, tile: Tile) -> Option<(Arc<SignedHead>, Tile)> {
        let head = self.engine.head()?;
        let whole = tlog::in_tree(head.head.size, tile.level(), tile.index())?;
        (whole.width() >= tile.width()).then_some((head, whole))
    }

    /// Those who were asked have no newer tree either.
    fn no_such_tile(&self, tile: Tile) -> Failure {
        let message = format!(
            "the newest tree of {} that can be found has {} records, and no {} in it; a go command that has seen a newer one \
             elsewhere has to wait until the upstreams of this server have it too",
            self.name(),
            self.tree_size(),
            tile.path()
        );
        Failure::not_found(&Origin::new("kept"), message, Duration::ZERO)
    }

    /// The asker has seen a newer tree (protocol.md G25). What to do comes first: the end is cut off where several places have to
    /// be told (protocol.md B12).
    fn behind(&self, tile: Tile, failure: &Failure) -> Failure {
        let message = format!(
            "this go command has seen a newer tree of {} elsewhere than the one of {} records known here: let this server reach \
             the database once, see docs/sumdb.md (no {}; {})",
            self.name(),
            self.tree_size(),
            tile.path(),
            failure.message()
        );
        Failure::unavailable(failure.origin(), message, Duration::ZERO).with_trail(failure.trail().clone())
    }
}

fn kept(body: Body, freshness: Freshness) -> Answer {
    Answer { freshness, ..Answer::live(body, Origin::new("kept"), Trail::default()) }
}

/// Whether a database may be asked about a module, where the effective GONOSUMDB is this.
pub(super) fn is_covered(private: &PrefixPatterns, module: &ModuleVersion) -> bool {
    let path = module.path().as_str();
    path == TOOLCHAIN || !private.matches(path)
}

/// Nobody outside may learn that a private module is asked for.
fn private(module: &ModuleVersion) -> Failure {
    let message = format!(
        "{module} matches GONOSUMDB (or GOPRIVATE) of this server, so it is asked of no checksum database; set GONOSUMDB or \
         GOPRIVATE for it where go runs"
    );
    Failure::new(FailureKind::Refused, &Origin::new("modkeep"), message, Duration::ZERO)
}

#[async_trait::async_trait]
impl Source for Database {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let asked = match ask {
            Ask::SumDb(asked) if asked.database == *self.name() => asked,
            _ => return Err(not_here(ask)),
        };
        match &asked.path {
            SumDbPath::Supported => Ok(kept(Bytes::new().into(), Freshness::Kept(self.opened_at))),
            SumDbPath::Latest => self.latest(ctx).await,
            SumDbPath::Lookup(module) => self.lookup(module, ctx).await,
            SumDbPath::Tile(tile) => self.tile(tile, ctx).await,
        }
    }
}

fn not_here(ask: &Ask) -> Failure {
    Failure::not_found(&Origin::new("modkeep"), format!("{ask} is not answered here"), Duration::ZERO)
}
