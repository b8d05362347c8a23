//! The answers of the database, true or not (protocol.md G5, G6).

use super::SumDb;
use super::lie::{Lie, Place, Told};
use super::log::Log;
use super::note::{Signer, head_text};
use super::route::Route;
use super::state::{State, first_on_edge};
use super::tile::{FULL, HEIGHT, Tile};
use crate::upstream::Reply;

const TEXT: &str = "text/plain; charset=UTF-8";
const BYTES: &str = "application/octet-stream";
const HASH_BYTES: usize = 32;

const LOGIN: &str = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\n\
                     <body><form action=\"/login\"><input name=\"user\"></form></body></html>\n";

/// The database as one who asks sees it.
pub(super) struct Answerer<'a> {
    signer: &'a Signer,
    stranger: &'a Signer,
    state: &'a State,
    lies: Vec<&'a Told>,
}

impl<'a> Answerer<'a> {
    /// One who tells the lies that are for this path.
    pub(super) fn to(db: &'a SumDb, state: &'a State, path: &str) -> Self {
        let lies = state.lies.iter().filter(|told| told.is_told_to(path)).collect();
        Self { lies, ..Self::honest(db, state) }
    }

    pub(super) fn honest(db: &'a SumDb, state: &'a State) -> Self {
        Self { signer: &db.0.signer, stranger: &db.0.stranger, state, lies: Vec::new() }
    }

    pub(super) fn answer(&self, path: &str) -> Reply {
        let route = match Route::parse(path) {
            Ok(route) => route,
            Err((status, words)) => return Reply::text(status, words),
        };
        self.failure(&route).unwrap_or_else(|| match route {
            Route::Supported => Reply::new(200, TEXT, ""),
            Route::Latest => Reply::new(200, TEXT, self.head()),
            Route::Lookup(key) => match self.lookup(&key) {
                Some(body) => Reply::new(200, TEXT, body),
                None => Reply::text(404, &format!("not found: {key} is not in the database")),
            },
            Route::Tile(tile) => self.tile_reply(tile),
        })
    }

    /// The lies that are failures of the server rather than wrong words.
    fn failure(&self, route: &Route) -> Option<Reply> {
        if *route == Route::Supported {
            return self.tells(&Lie::Supported404).then(|| Reply::text(404, "not found: not mirrored here"));
        }
        if self.tells(&Lie::Supported200Then502) {
            return Some(Reply::text(502, "bad gateway"));
        }
        self.tells(&Lie::Html).then(|| Reply::new(200, "text/html", LOGIN))
    }

    fn tells(&self, lie: &Lie) -> bool {
        self.lies.iter().any(|told| told.lie == *lie)
    }

    fn find(&self, pick: impl Fn(&Lie) -> bool) -> Option<&'a Told> {
        self.lies.iter().copied().find(|told| pick(&told.lie))
    }

    /// The history it tells.
    fn log(&self) -> &'a Log {
        self.find(|lie| matches!(lie, Lie::Fork(_))).map_or(&self.state.truth, |told| &told.other)
    }

    /// How many records there are, as it says.
    fn size(&self) -> usize {
        let old = self.lies.iter().filter_map(|told| match told.lie {
            Lie::OldTree(size) => Some(index(size)),
            _ => None,
        });
        old.chain([self.state.published()]).min().unwrap_or_default()
    }

    /// The size of the heads that it gives.
    fn head_size(&self) -> usize {
        let shrunk = self.lies.iter().filter_map(|told| match told.lie {
            Lie::Rollback(size) => Some(index(size)),
            _ => None,
        });
        shrunk.chain([self.size()]).min().unwrap_or_default()
    }

    pub(super) fn head(&self) -> String {
        self.head_at(self.head_size())
    }

    pub(super) fn head_at(&self, size: usize) -> String {
        self.sign(&head_text(size, &self.log().tree.root(size)))
    }

    fn sign(&self, text: &str) -> String {
        if self.tells(&Lie::BadSignature) {
            return self.signer.sign_wrongly(text);
        }
        if self.tells(&Lie::UnknownKey) { self.stranger.sign(text) } else { self.signer.sign(text) }
    }

    /// The body for a module version, `None` if it is not found.
    pub(super) fn lookup(&self, key: &str) -> Option<String> {
        let size = self.size();
        let asked = self.state.id(key).filter(|id| *id < size && !self.tells(&Lie::LookupNotFound))?;
        let id = if self.tells(&Lie::WrongRecord) { (asked + 1) % size } else { asked };
        let head_size = if self.tells(&Lie::RecordIdBeyondHead) { id } else { self.head_size() };
        let head = head_text(head_size, &self.log().tree.root(head_size));
        Some(self.assemble(&format!("{id}\n{}\n", self.record(id)), &head, &self.false_text(asked)))
    }

    /// The answer of a record and a head, with the extra lines where they are told.
    fn assemble(&self, record: &str, head: &str, lines: &str) -> String {
        let at = |place| if self.tells(&Lie::ExtraLines(place)) { lines } else { "" };
        let text = [at(Place::BeforeHead), head, at(Place::AfterHead)].concat();
        [at(Place::BeforeRecord), record, &self.sign(&text), at(Place::AfterSignatures)].concat()
    }

    fn record(&self, id: usize) -> String {
        if self.tells(&Lie::WrongHash) {
            self.false_text(id)
        } else {
            self.log_of_record(id).text(id).to_owned()
        }
    }

    fn false_text(&self, id: usize) -> String {
        self.state.falsehoods.about(self.state.truth.text(id))
    }

    fn forger(&self) -> Option<&'a Told> {
        self.find(|lie| *lie == Lie::ForgedInnerTile)
    }

    fn log_of_record(&self, id: usize) -> &'a Log {
        let forger = self.forger().filter(|_| id < first_on_edge(self.head_size()));
        forger.map_or_else(|| self.log(), |told| &told.other)
    }

    fn log_of_tile(&self, tile: Tile) -> &'a Log {
        let forger = self.forger().filter(|_| !tile.is_on_edge(self.head_size()));
        forger.map_or_else(|| self.log(), |told| &told.other)
    }

    fn tile_reply(&self, tile: Tile) -> Reply {
        let available = tile.available(self.size());
        let is_withheld = self.tells(&Lie::NoPartialTiles) && tile.width < FULL && available == FULL;
        if tile.height != HEIGHT || available < tile.width || is_withheld {
            return Reply::text(404, &format!("not found: {}", tile.path()));
        }
        match tile.level {
            Some(level) => Reply::new(200, BYTES, self.resized(self.hashes(tile, level))),
            None => Reply::new(200, TEXT, self.texts(tile)),
        }
    }

    fn hashes(&self, tile: Tile, level: u32) -> Vec<u8> {
        let level = (level * HEIGHT) as usize;
        self.log_of_tile(tile).tree.nodes(level, tile.index * FULL, tile.width)
    }

    fn texts(&self, tile: Tile) -> String {
        let (log, first) = (self.log_of_tile(tile), tile.index * FULL);
        log.records()[first..first + tile.width].iter().flat_map(|text| [text, "\n"]).collect()
    }

    fn resized(&self, mut hashes: Vec<u8>) -> Vec<u8> {
        if self.tells(&Lie::TruncatedTile) {
            hashes.truncate(hashes.len() - HASH_BYTES);
        }
        if self.tells(&Lie::LongTile) {
            hashes.extend([0; HASH_BYTES]);
        }
        hashes
    }
}

pub(super) fn index(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
