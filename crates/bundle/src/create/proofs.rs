//! What proves the modules of a bundle to a go that can reach no database (protocol.md G21): every record with one and the same signed
//! head, and the tiles that lead from that head to each record, and to each head that an earlier bundle had.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use gomod::gosumdb::{Lookup, format_lookup};
use gomod::tlog::{self, ProvenTree, Tile, TilePath, TreeHead};
use source::{Ask, SumDbAsk, SumDbPath, Want};
use tokio::io::AsyncWrite;

use super::log::{Head, Log};
use super::{CreateError, Packing};
use crate::manifest::DatabaseHead;
use crate::{BundleError, Chain, Content, paths};

/// How many records are proven at a time: what they take is held in memory, some 10 KiB each.
const BATCH: usize = 64;

impl<W: AsyncWrite + Unpin> Packing<'_, W> {
    /// Adds the proofs of all that the database has a record of.
    pub(super) async fn proofs(&mut self) -> Result<Vec<DatabaseHead>, CreateError> {
        let Some(log) =
            self.supply.database.clone().map(|(database, key)| Log::new(database, key, self.supply.patience))
        else {
            return Ok(Vec::new());
        };
        let earlier = self.earlier_heads(&log).await?;
        if self.proven.is_empty() {
            return Ok(Vec::new());
        }
        let head = log.head().await?;
        self.sumdb(&log, SumDbPath::Supported, Content::text("")).await?;
        self.sumdb(&log, SumDbPath::Latest, Content::text(head.note.clone())).await?;
        let ids = self.records(&log, &head).await?;
        self.tiles(&log, head.tree, ids, &earlier).await?;
        Ok(vec![log.described(head.tree)])
    }

    /// The sizes of the trees of earlier bundles. The newest tree must go on from them (protocol.md G27).
    async fn earlier_heads(&mut self, log: &Log) -> Result<Vec<u64>, CreateError> {
        let Some(chain) = self.supply.earlier else { return Ok(Vec::new()) };
        let heads: Vec<&DatabaseHead> = chain.heads(log.name().as_str()).collect();
        if heads.iter().any(|head| head.key != log.key()) {
            return Err(CreateError::OtherDatabase(log.name().to_string()));
        }
        if let Some(found) = chain.answer(&log.asked(SumDbPath::Latest)) {
            let note = found.content()?.read()?;
            log.take_head(&note, chain.newest().origin()).await?;
        }
        Ok(heads.iter().map(|head| head.size).collect())
    }

    /// Adds each new record with the one head, and gives the numbers of those and of the records of earlier bundles.
    async fn records(&mut self, log: &Log, head: &Head) -> Result<BTreeSet<u64>, CreateError> {
        let mut ids = match self.supply.earlier {
            Some(chain) => earlier_ids(chain, log.name().as_str())?,
            None => BTreeSet::new(),
        };
        for module in std::mem::take(&mut self.proven) {
            let path = SumDbPath::Lookup(module);
            if self.is_there(&log.asked(path.clone())) {
                continue;
            }
            let body = log.fetch(path.clone(), Want::Usual).await?;
            let lookup = Lookup::parse(&body).map_err(|error| log.failed(&path, &error))?;
            ids.insert(lookup.id);
            let text = format_lookup(lookup.id, lookup.record, &head.note);
            self.sumdb(log, path, Content::text(text)).await?;
        }
        Ok(ids)
    }

    /// Adds the tiles that are not in an earlier bundle.
    async fn tiles(
        &mut self,
        log: &Log,
        head: TreeHead,
        ids: BTreeSet<u64>,
        earlier: &[u64],
    ) -> Result<(), CreateError> {
        let (size, ids) = (head.size, Vec::from_iter(ids));
        let of_heads = earlier.iter().flat_map(|&old| tlog::consistency_tiles(old, size)).collect::<Vec<_>>();
        let of_records = |ids: &[u64]| ids.iter().flat_map(|&id| tlog::record_tiles(size, id)).collect();
        for batch in [of_heads].into_iter().chain(ids.chunks(BATCH).map(of_records)) {
            self.batch(log, head, batch.into_iter().chain(tlog::edge(size)).collect()).await?;
        }
        Ok(())
    }

    /// Adds some tiles with the edge of the tree. Each is proven once more on its way.
    async fn batch(&mut self, log: &Log, head: TreeHead, wanted: BTreeSet<Tile>) -> Result<(), CreateError> {
        let mut contents: BTreeMap<Tile, Bytes> = BTreeMap::new();
        for tile in wanted {
            contents.insert(tile, log.fetch(tile_path(tile), Want::Usual).await?);
        }
        let (tree, unproven) = ProvenTree::prove(head, contents);
        if let Some((tile, _)) = unproven.first() {
            return Err(log.failed(&tile_path(*tile), &"it is not of the tree"));
        }
        for (tile, content) in tree.tiles() {
            if !self.is_there(&log.asked(tile_path(tile))) {
                self.sumdb(log, tile_path(tile), Content { body: content.clone().into(), h1: None }).await?;
            }
        }
        Ok(())
    }

    async fn sumdb(&mut self, log: &Log, path: SumDbPath, content: Content) -> Result<(), CreateError> {
        self.add(&paths::path_of(&log.asked(path)), content).await
    }
}

fn tile_path(tile: Tile) -> SumDbPath {
    SumDbPath::Tile(TilePath::Hashes(tile))
}

/// The numbers of the records in earlier bundles: the new head is to prove them too.
fn earlier_ids(chain: &Chain, database: &str) -> Result<BTreeSet<u64>, BundleError> {
    let mut ids = BTreeSet::new();
    for ask in chain.asks() {
        let is_record = matches!(&ask, Ask::SumDb(SumDbAsk { database: of, path: SumDbPath::Lookup(_) }) if of.as_str() == database);
        if let Some(found) = chain.answer(&ask).filter(|_| is_record) {
            let body = found.content()?.read()?;
            ids.extend(Lookup::parse(&body).ok().map(|lookup| lookup.id));
        }
    }
    Ok(ids)
}
