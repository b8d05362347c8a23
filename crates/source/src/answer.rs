//! An answer: a body, and what is known about it.

use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use gomod::H1;

use crate::{Body, Failure, Kind, Origin, Trail, Whole};

/// What vouches for an answer's content, from least to most.
///
/// Only this crate's checks raise an assurance, each at the one place where it does the checking, so that content
/// can never be called better than what was done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Assurance(Level);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Level {
    Received,
    WellFormed,
    FirstSeen,
    /// By the database with the key of this hash.
    Verified(u32),
}

impl Assurance {
    /// As the place gave it; nothing was checked.
    pub const RECEIVED: Self = Self(Level::Received);
    /// Complete and of the form that was asked for ([`Checked`](crate::Checked)); nobody vouches for the content.
    pub(crate) const WELL_FORMED: Self = Self(Level::WellFormed);

    /// Well-formed, and the same as when it was first seen here; no checksum database may be asked for it ([`Ledger`](crate::Ledger)).
    pub(crate) const FIRST_SEEN: Self = Self(Level::FirstSeen);
    /// Well-formed, and a checksum database has its hash in a record that is proven to be in its tree: the one with the key of
    /// this hash ([`VerifierKey::hash`](gomod::gosumdb::VerifierKey::hash)).
    pub(crate) const fn verified(key_hash: u32) -> Self {
        Self(Level::Verified(key_hash))
    }

    /// The assurance that a store wrote down earlier, as it is printed; an unknown word is worth nothing. Only for what a store
    /// reads back from its own records: it is the store's word that the check was made.
    pub fn recalled(word: &str) -> Self {
        match word.split_once(':') {
            None if word == "well-formed" => Self::WELL_FORMED,
            None if word == "first-seen" => Self::FIRST_SEEN,
            Some(("verified", key)) => u32::from_str_radix(key, 16).map_or(Self::RECEIVED, Self::verified),
            _ => Self::RECEIVED,
        }
    }
}

impl fmt::Display for Assurance {
    /// The word for it in sidecars and logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Level::Received => f.pad("received"),
            Level::WellFormed => f.pad("well-formed"),
            Level::FirstSeen => f.pad("first-seen"),
            Level::Verified(key) => write!(f, "verified:{key:08x}"),
        }
    }
}

/// How current an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// A place gave it just now.
    Live,
    /// It was kept since then and cannot have changed.
    Kept(SystemTime),
    /// A place gave it then, so short a while ago that nobody was asked again.
    Recent(SystemTime),
    /// It was kept since then, may have changed, and no place could be asked.
    Stale(SystemTime),
}

/// What a [`Source`](crate::Source) says to a question.
#[derive(Debug)]
pub struct Answer {
    /// The content: complete, or ending in an error.
    pub body: Body,
    /// The place that gave it in the first place (also when it was kept since).
    pub origin: Origin,
    /// Which check vouches for it.
    pub assurance: Assurance,
    /// How current it is.
    pub freshness: Freshness,
    /// The content hash of a `.zip` or `.mod`, where it was computed (protocol.md F1, F2).
    pub h1: Option<H1>,
    /// The SHA-256 of the body, where it was computed: two bodies with the same are the same, byte for byte.
    pub sha256: Option<[u8; 32]>,
    /// What is wrong with the form of a zip, which then counts only if somebody vouches for its hash: go is to see it and refuse
    /// it itself ([`Checked::leaving_flaws_to_a_ledger`](crate::Checked::leaving_flaws_to_a_ledger)).
    pub flaw: Option<Failure>,
    /// Who was asked for it now; empty for what is kept.
    pub trail: Trail,
}

impl Answer {
    /// An unchecked answer that a place has just given.
    pub fn live(body: Body, origin: Origin, trail: Trail) -> Self {
        Self {
            body,
            origin,
            assurance: Assurance::RECEIVED,
            freshness: Freshness::Live,
            h1: None,
            sha256: None,
            flaw: None,
            trail,
        }
    }

    /// The whole content, which is at most as long as an answer of this kind may be.
    ///
    /// # Errors
    /// `Unavailable` of the place that gave it, when it ends early or is too long.
    pub(crate) async fn read(self, kind: Kind) -> Result<Bytes, Failure> {
        let origin = self.origin;
        let bytes = self.body.into_bytes(kind.size_max()).await;
        bytes.map_err(|error| Failure::unavailable(&origin, error.to_string(), Duration::ZERO))
    }

    /// The same answer for one more asker, when the body can be read more than once.
    pub fn share(&self) -> Option<Self> {
        let body = self.body.share()?;
        let Self { origin, assurance, freshness, h1, sha256, flaw, trail, .. } = self;
        Some(Self {
            body,
            origin: origin.clone(),
            assurance: *assurance,
            freshness: *freshness,
            h1: *h1,
            sha256: *sha256,
            flaw: flaw.clone(),
            trail: trail.clone(),
        })
    }

    /// The same answer for somebody on whose behalf nobody was asked ([`Trail::retold`]).
    #[must_use]
    pub fn retold(mut self) -> Self {
        self.trail = std::mem::take(&mut self.trail).retold();
        self
    }

    /// The same answer with what happened before it put in front of its trail.
    #[must_use]
    pub fn after(mut self, mut earlier: Trail) -> Self {
        earlier.extend(std::mem::take(&mut self.trail));
        self.trail = earlier;
        self
    }
}

/// Content that is complete and has passed a check: the only thing that a store accepts.
///
/// There is no constructor from loose bytes; [`Vetted::from_answer`] is the one way in, so that "kept" implies
/// "was looked at" by type and not by habit.
#[derive(Debug, Clone)]
pub struct Vetted {
    content: Whole,
    origin: Origin,
    assurance: Assurance,
    h1: Option<H1>,
    sha256: Option<[u8; 32]>,
}

impl Vetted {
    /// Takes an answer whose body is whole and whose form was checked; gives any other back as it was.
    #[expect(
        clippy::result_large_err,
        reason = "the refused answer is handed back to be used, not an error to pass up"
    )]
    pub fn from_answer(answer: Answer) -> Result<Self, Answer> {
        let Answer { body, origin, assurance, h1, sha256, .. } = answer;
        match body.into_whole() {
            Ok(content) if assurance >= Assurance::WELL_FORMED => {
                Ok(Self { content, origin, assurance, h1, sha256 })
            }
            Ok(content) => Err(Answer { body: content.into(), origin, assurance, h1, ..answer }),
            Err(body) => Err(Answer { body, origin, assurance, h1, ..answer }),
        }
    }

    /// The content.
    pub fn content(&self) -> &Whole {
        &self.content
    }

    /// The place that gave it.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Which check vouches for it.
    pub fn assurance(&self) -> Assurance {
        self.assurance
    }

    /// The SHA-256 of the content, where it was computed.
    pub fn sha256(&self) -> Option<[u8; 32]> {
        self.sha256
    }

    /// The content hash of a `.zip` or `.mod`.
    pub fn h1(&self) -> Option<H1> {
        self.h1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(assurance: Assurance, body: Body) -> Answer {
        Answer { assurance, ..Answer::live(body, Origin::new("place"), Trail::default()) }
    }

    #[test]
    fn what_was_not_checked_cannot_be_kept() {
        assert!(Vetted::from_answer(answer(Assurance::RECEIVED, Body::from("x"))).is_err());
        assert!(Vetted::from_answer(answer(Assurance::WELL_FORMED, Body::from("x"))).is_ok());
    }

    #[test]
    fn what_is_not_complete_cannot_be_kept() {
        let body = Body::stream(futures_util::stream::empty(), None);
        assert!(Vetted::from_answer(answer(Assurance::WELL_FORMED, body)).is_err());
    }

    #[test]
    fn an_assurance_survives_being_written_down() {
        for assurance in
            [Level::Received, Level::WellFormed, Level::FirstSeen, Level::Verified(7)].map(Assurance)
        {
            assert_eq!(Assurance::recalled(&assurance.to_string()), assurance);
        }
        assert_eq!(Assurance::recalled("notarized by the moon"), Assurance::RECEIVED);
    }
}
