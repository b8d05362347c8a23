//! What the shelf of one database holds, proven with nothing but itself, for whoever wants to know now. Nobody is asked and nothing
//! is changed.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gomod::ModuleVersion;
use gomod::glob::PrefixPatterns;
use gomod::gosumdb::{DatabaseName, Lookup, Sums, VerifierKey};
use gomod::tlog::{self, Tile};

use super::database::is_covered;
use super::flaw::Flaw;
use super::head::{KeptHeads, SignedHead};
use super::inclusion;
use super::shelf::Shelf;
use super::tiles::{Lack, Tiles};
use super::way::{any_of, once};
use crate::SumDbPath;

/// The shelf of one database, of which every record can be proven offline: against its tiles, these against the newest tree head,
/// that against the key (protocol.md G13, G15, G17).
#[derive(Debug)]
pub struct Holdings {
    name: DatabaseName,
    key: VerifierKey,
    private: PrefixPatterns,
    shelf: Arc<dyn Shelf>,
    tiles: Tiles,
    heads: KeptHeads,
}

/// A record that is proven to be in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProvenRecord {
    /// Its number, counted from 0.
    pub id: u64,
    /// How many records the tree has that it is proven to be in.
    pub tree_size: u64,
    /// The hashes that it says.
    pub sums: Sums,
}

/// Why a record proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// Something is not kept that it takes; what.
    #[error("{0}")]
    Missing(String),
    /// What is kept is not what was kept; in what way.
    #[error("{0}")]
    Damaged(String),
}

impl From<Flaw> for Doubt {
    fn from(flaw: Flaw) -> Self {
        Self::Damaged(flaw.to_string())
    }
}

impl Holdings {
    /// What `shelf` holds of the database with this key and name. Paths that match `private`, the effective GONOSUMDB, are none of
    /// its business.
    ///
    /// # Errors
    /// The tree head cannot be read. That it is wrong is none: see [`head_flaws`](Self::head_flaws).
    pub async fn open(
        key: VerifierKey,
        name: DatabaseName,
        private: PrefixPatterns,
        shelf: Arc<dyn Shelf>,
    ) -> io::Result<Self> {
        let nobody = once(Arc::new(any_of([], PrefixPatterns::default())), Duration::ZERO);
        let tiles = Tiles::new(name.clone(), shelf.clone(), nobody, Vec::new());
        let heads = KeptHeads::read(&*shelf, &key).await?;
        Ok(Self { name, key, private, shelf, tiles, heads })
    }

    /// The name of the database.
    pub fn name(&self) -> &DatabaseName {
        &self.name
    }

    /// Whether the database vouches for this module ([`Database::covers`](super::Database::covers)).
    pub fn covers(&self, module: &ModuleVersion) -> bool {
        is_covered(&self.private, module)
    }

    /// How many records the newest tree has whose signed head is kept; `None` when none is.
    pub fn tree_size(&self) -> Option<u64> {
        self.heads.newest.as_ref().map(|newest| newest.head.size)
    }

    /// The kept copies of the newest head that are not signed by the database, by address, each with the reason.
    pub fn head_flaws(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.heads.flaws.iter().map(|(address, flaw)| (*address, flaw.to_string()))
    }

    /// The record of a module version, with its whole proof. A process may be adding to the shelf: what is newer than the head that
    /// was read is looked at again with the head that came with it.
    ///
    /// # Errors
    /// It is not proven.
    pub async fn record(&mut self, module: &ModuleVersion) -> Result<ProvenRecord, Doubt> {
        match self.prove(module).await {
            Err(_) if self.has_moved_on().await => self.prove(module).await,
            proven => proven,
        }
    }

    async fn has_moved_on(&mut self) -> bool {
        let known = self.tree_size();
        if let Ok(heads) = KeptHeads::read(&*self.shelf, &self.key).await {
            self.heads = heads;
        }
        self.tree_size() > known
    }

    async fn prove(&self, module: &ModuleVersion) -> Result<ProvenRecord, Doubt> {
        let body = self.read(&SumDbPath::Lookup(module.clone()).address()).await?;
        let lookup = Lookup::parse(&body).map_err(Flaw::from)?;
        let sums = inclusion::sums_of(module, &lookup)?;
        let own = SignedHead::open(lookup.note, &self.key)?;
        let newest = self.newest(&own)?;
        let (size, own_size) = (newest.head.size, own.head.size);
        inclusion::tiles_of(&lookup, own_size)?;
        let mut wanted = inclusion::tiles_of(&lookup, size)?;
        wanted.extend(tlog::consistency_tiles(own_size, size));
        let tree = match self.tiles.kept(newest.head, wanted).await {
            Ok(tree) => tree.proven,
            Err(lack) => return Err(self.doubt(lack, size).await),
        };
        if tree.root_of(own_size) != Some(own.head.root) {
            return Err(Flaw::Fork { known: newest.head, other: own.head }.into());
        }
        inclusion::check(&lookup, &tree)?;
        Ok(ProvenRecord { id: lookup.id, tree_size: size, sums })
    }

    async fn read(&self, address: &str) -> Result<Bytes, Doubt> {
        let name = &self.name;
        match self.shelf.read(address).await {
            Ok(Some(body)) => Ok(body),
            Ok(None) => Err(Doubt::Missing(format!("no record of it in {name} is kept"))),
            Err(error) => Err(Doubt::Damaged(format!("the record of it in {name} cannot be read: {error}"))),
        }
    }

    /// The newest head, when the one that a record came with can be held against it.
    fn newest(&self, own: &SignedHead) -> Result<&SignedHead, Doubt> {
        let name = &self.name;
        match &self.heads.newest {
            None => Err(Doubt::Missing(format!("no signed tree head of {name} is kept"))),
            Some(newest) if newest.head.size < own.head.size => Err(Doubt::Missing(format!(
                "the record came with a tree of {} records, and the newest tree head of {name} that is kept is of {}",
                own.head.size, newest.head.size
            ))),
            Some(newest) => Ok(newest),
        }
    }

    async fn doubt(&self, lack: Lack, size: u64) -> Doubt {
        let name = &self.name;
        match lack {
            Lack::Missing(tiles) if self.are_absent(&tiles).await => {
                let what = paths(&tiles);
                Doubt::Missing(format!("of the tree of {size} records of {name} these are not kept: {what}"))
            }
            Lack::Missing(tiles) | Lack::Disproven(tiles) => Doubt::Damaged(format!(
                "of the tree of {size} records of {name} one of these is damaged: {}",
                paths(&tiles)
            )),
        }
    }

    /// Whether nothing is there; a tile that was cut or cannot be read is damaged.
    async fn are_absent(&self, tiles: &[Tile]) -> bool {
        for tile in tiles {
            if !matches!(self.shelf.read(&tile.path()).await, Ok(None)) {
                return false;
            }
        }
        true
    }
}

fn paths(tiles: &[Tile]) -> String {
    tiles.iter().map(Tile::path).collect::<Vec<_>>().join(", ")
}
