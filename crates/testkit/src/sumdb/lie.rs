//! The ways in which the database lies, and the other histories that some of them need.

use super::log::{self, Log};
use super::state::Falsehoods;
use crate::module::escape::escape;
use crate::upstream::pick::matches;

/// A way to lie or to fail. Each says what a right client does about it.
///
/// Where a lie gives sums other than the logged ones, they are those of [`crate::SumDb::falsify`], else made up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lie {
    /// Heads bear the name and id of the right key, but the signature does not hold. Refused.
    BadSignature,
    /// Heads are signed by another key of the same name only. Refused.
    UnknownKey,
    /// Another history, rightly signed: the record of this id has other sums, all others are the same. A client that knows
    /// a head beyond that id refuses (protocol.md G15); one that knows none cannot tell.
    Fork(u64),
    /// Heads of at most this size, rightly signed, of the same history; records and tiles are there as ever. To be
    /// survived where the record is under that head, but no client goes back to it (G15, G27).
    Rollback(u64),
    /// All is as it was at this size: what came later is not found. A client that knows a later head can go on only with
    /// what it has itself (G25), and does not go back.
    OldTree(u64),
    /// Lookups give a record with other sums than the logged ones. Refused.
    WrongHash,
    /// Lookups give the record that comes next (after the last one, the first), with its true id. It says nothing of what
    /// was asked for. Refused.
    WrongRecord,
    /// Lookups have more lines of the form `path version h1:…` here, with other sums. Never to be read (G14,
    /// CVE-2026-56864).
    ExtraLines(Place),
    /// Lookups give a record with other sums, and the tile that proves it, and all above it but those that make the root,
    /// are made to fit. Refused, but not by a client that skips the first tiles below those of the root (G17,
    /// CVE-2026-56865). Such a client counted the root's tiles wrong where a tree has more whole parts (one bits in its
    /// size) than edge tiles, as one of 70 001 records has.
    ///
    /// Limited to some lookups, it concerns their records, whoever asks for the tiles. It does not concern fillers and
    /// records in the tiles that make the root; [`crate::SumDb::lie`] stops the test if none is left.
    ForgedInnerTile,
    /// The last hash of each tile is not sent. Refused.
    TruncatedTile,
    /// Each tile has one hash too many. Refused.
    LongTile,
    /// A partial tile is not found where there is a full one. To be survived (G16).
    NoPartialTiles,
    /// Says that it is not mirrored here, and answers all the same. A client goes elsewhere (G9).
    Supported404,
    /// Says that it is mirrored here, and answers everything else with 502.
    Supported200Then502,
    /// Everything but `supported` is a login page with the status 200. Refused.
    Html,
    /// Lookups are not found.
    LookupNotFound,
    /// Lookups come with a head, rightly signed, that just does not hold the record (G5, G13). Refused, unless the client
    /// knows a later head.
    RecordIdBeyondHead,
}

/// Where [`Lie::ExtraLines`] stand in the answer to a lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Above the record's id. Such an answer is malformed.
    BeforeRecord,
    /// In the note's text, signed, above what makes it a tree head. Such a head is malformed.
    BeforeHead,
    /// In the note's text, signed, below the root hash, where lines are to be ignored (G3). To be survived.
    AfterHead,
    /// Below the signatures. Such a note is malformed.
    AfterSignatures,
}

/// A lie that is being told.
#[derive(Debug)]
pub(super) struct Told {
    /// To whom: a pattern for the paths below the database's root.
    pattern: String,
    pub(super) lie: Lie,
    /// The history that stands in for the true one; empty for lies that need none.
    pub(super) other: Log,
}

impl Told {
    pub(super) fn new(pattern: &str, lie: Lie, truth: &Log, falsehoods: &Falsehoods) -> Self {
        let mut told = Self { pattern: pattern.to_owned(), lie, other: Log::default() };
        told.tell_anew(truth, falsehoods);
        told
    }

    /// Makes the other history, if there is to be one, as long as the true one.
    pub(super) fn tell_anew(&mut self, truth: &Log, falsehoods: &Falsehoods) {
        self.other = Log::default();
        truth.records().iter().for_each(|text| self.follow(text, falsehoods));
    }

    /// Adds what becomes of the next true record to the other history.
    pub(super) fn follow(&mut self, text: &str, falsehoods: &Falsehoods) {
        if matches!(self.lie, Lie::Fork(_) | Lie::ForgedInnerTile) {
            let is_false = self.is_false(self.other.size(), text);
            self.other.push(if is_false { falsehoods.about(text) } else { text.to_owned() });
        }
    }

    fn is_false(&self, id: usize, text: &str) -> bool {
        match self.lie {
            Lie::Fork(first) => id as u64 == first,
            _ => !log::is_filler(text) && matches(&self.pattern, &lookup_path(text)),
        }
    }

    /// Whether the truth has this record in a tile that can be forged, and the other history another one.
    pub(super) fn forges(&self, truth: &Log, id: usize, edge: usize) -> bool {
        self.lie == Lie::ForgedInnerTile && id < edge && self.other.text(id) != truth.text(id)
    }

    /// Whether the one who asks for this path is lied to. A forged tile is one for everybody.
    pub(super) fn is_told_to(&self, path: &str) -> bool {
        self.lie == Lie::ForgedInnerTile || matches(&self.pattern, path)
    }
}

fn lookup_path(text: &str) -> String {
    format!("lookup/{}", escape(&log::key(text)))
}
