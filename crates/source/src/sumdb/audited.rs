//! The decorator that believes one way to a database only what is proven.

use std::sync::Arc;
use std::time::Duration;

use gomod::ModuleVersion;
use gomod::gosumdb::Lookup;
use gomod::tlog::{self, DataTile, TilePath};

use super::data_tile;
use super::engine::Engine;
use super::flaw::Flaw;
use super::head::Newest;
use crate::{Answer, Ask, Ctx, Failure, FailureKind, Kind, Origin, Source, SumDbPath, Trail};

/// A way whose records are in the tree, and whose heads go on from those that are known.
#[derive(Debug)]
pub(super) struct Audited<S> {
    engine: Arc<Engine>,
    inner: S,
    /// The largest tree that it has called its latest.
    said: Newest,
}

impl<S: Source> Audited<S> {
    pub(super) fn new(engine: Arc<Engine>, inner: S) -> Self {
        Self { engine, inner, said: Newest::default() }
    }

    async fn record(&self, module: &ModuleVersion, answer: Answer, ctx: &Ctx) -> Result<Answer, Failure> {
        let (place, trail) = (answer.origin.clone(), answer.trail.clone());
        let body = answer.read(Kind::Lookup).await?;
        let lookup = Lookup::parse(&body).map_err(|flaw| Flaw::from(flaw).of(&place, Duration::ZERO))?;
        let head = self.engine.merge(lookup.note, &place, ctx).await?;
        let proven = self.engine.prove(module, &lookup, head, &place, ctx).await?;
        self.engine.keep(module, &proven).await;
        Ok(Answer::live(proven.body().into(), place, trail))
    }

    async fn head(&self, answer: Answer, ctx: &Ctx) -> Result<Answer, Failure> {
        let (place, trail) = (answer.origin.clone(), answer.trail.clone());
        let note = answer.read(Kind::Lookup).await?;
        let newest = self.engine.merge(&note, &place, ctx).await?;
        self.goes_on(&note, &place).await?;
        Ok(Answer::live(newest.bytes().into(), place, trail))
    }

    /// A head that comes with a record may be an old one (protocol.md G21), but the latest of one place never shrinks.
    async fn goes_on(&self, note: &[u8], place: &Origin) -> Result<(), Failure> {
        let now = self.engine.open_head(note).map_err(|flaw| flaw.of(place, Duration::ZERO))?;
        if let Some(before) = self.said.get().filter(|before| before.head.size > now.head.size) {
            return Err(self.engine.shrunk(&before, &now, place).await);
        }
        self.said.advance(Arc::new(now));
        Ok(())
    }
}

impl<S: Source> Audited<S> {
    /// Each record is compared with its hash in the newest tree.
    async fn data(&self, data: &DataTile, answer: Answer, ctx: &Ctx) -> Result<Answer, Failure> {
        let (place, trail) = (answer.origin.clone(), answer.trail.clone());
        let unknown =
            || Failure::unavailable(&place, "no tree is known that has these records", Duration::ZERO);
        let head = self.engine.head().ok_or_else(unknown)?;
        let size = head.head.size;
        let whole = tlog::in_tree(size, 0, data.index()).ok_or_else(unknown)?;
        let tree = self.engine.tree(&head, tlog::tile_tiles(size, whole), ctx).await?;
        let body = answer.read(Kind::Lookup).await?;
        if data_tile::is_of(&tree.proven, data, &body) {
            return Ok(Answer::live(body.into(), place, trail));
        }
        Err(Flaw::OtherRecords(data.path()).of(&place, Duration::ZERO))
    }
}

#[async_trait::async_trait]
impl<S: Source> Source for Audited<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let answer = self.inner.ask(ask, ctx).await?;
        let trail = answer.trail.clone();
        let audited = match ask {
            Ask::SumDb(about) => match &about.path {
                SumDbPath::Lookup(module) => self.record(module, answer, ctx).await,
                SumDbPath::Latest => self.head(answer, ctx).await,
                SumDbPath::Tile(TilePath::Data(data)) => self.data(data, answer, ctx).await,
                SumDbPath::Supported | SumDbPath::Tile(TilePath::Hashes(_)) => Ok(answer),
            },
            _ => Ok(answer),
        };
        audited.inspect_err(|failure| alarm(ask, failure, &trail))
    }
}

/// A lie is somebody's business, also when another way tells the truth a moment later.
fn alarm(ask: &Ask, failure: &Failure, trail: &Trail) {
    if failure.kind() == FailureKind::Mismatch {
        tracing::error!(%ask, %failure, %trail, "SECURITY: what was said about a checksum is not proven");
    }
}
