//! How many bytes of answers lie there and are on their way, and whether there is room for more.

use std::collections::HashMap;

use super::HeldLimits;
use crate::{Ask, Kind};

/// How many zips may lie there: each is an open file, and go and its agent need some for themselves.
const ZIPS_HELD_MAX: usize = 64;

/// What a zip on its way is reckoned with, in bytes, until its size is known: nearly all are smaller.
const ZIP_BYTES: u64 = 4 << 20;

/// The same where it is only about how much is fetched that perhaps nobody wants: what most have at most.
const USUAL_ZIP_BYTES: u64 = 1 << 20;

/// The same as [`ZIP_BYTES`] for anything else.
const SMALL_BYTES: u64 = 64 << 10;

/// So many times the bytes that are allowed there are, when zips turn out to be larger than they were reckoned with. More are dropped:
/// they would have to be fetched twice, but disks end somewhere.
const OVERSHOOT_MAX: u64 = 4;

/// One byte that nobody may want for so many that somebody did.
const CLAIMED_FOR_ONE: u64 = 10;

/// The bytes of a board.
#[derive(Debug)]
pub(super) struct Room {
    bytes_max: u64,
    unclaimed_max: Option<u64>,
    /// The bytes of all answers that are held.
    held: u64,
    /// How many of them are zips, and their bytes.
    zips_held: (usize, u64),
    small_coming: u64,
    zips_coming: HashMap<Ask, Coming>,
    /// The bytes of all zips that somebody has asked for.
    claimed: u64,
}

/// A zip on its way.
#[derive(Debug, Default)]
struct Coming {
    announced: Option<u64>,
    is_claimed: bool,
}

impl Room {
    pub(super) fn new(limits: &HeldLimits) -> Self {
        Self {
            bytes_max: limits.bytes,
            unclaimed_max: limits.unclaimed,
            held: 0,
            zips_held: (0, 0),
            small_coming: 0,
            zips_coming: HashMap::new(),
            claimed: 0,
        }
    }

    /// Whether something that is no zip may be begun. It does not wait for large zips on their way.
    pub(super) fn takes_small(&self) -> bool {
        self.held + self.small_coming + SMALL_BYTES <= self.bytes_max
    }

    /// Whether a zip may be begun.
    pub(super) fn takes_zip(&self) -> bool {
        self.bytes() + ZIP_BYTES <= self.bytes_max
            && self.zips_held.0 + self.zips_coming.len() < ZIPS_HELD_MAX
            && self.may_be_unclaimed(self.unclaimed() + USUAL_ZIP_BYTES, 1)
    }

    /// It is on its way.
    pub(super) fn begin(&mut self, ask: &Ask) {
        if ask.kind() == Kind::Zip {
            self.zips_coming.insert(ask.clone(), Coming::default());
        } else {
            self.small_coming += SMALL_BYTES;
        }
    }

    /// A zip on its way has this size; whether there is room for it all the same.
    pub(super) fn announced(&mut self, ask: &Ask, size: u64) -> bool {
        let Some(coming) = self.zips_coming.get_mut(ask) else { return false };
        coming.announced = Some(size);
        coming.is_claimed
            || self.bytes() <= self.bytes_max.saturating_mul(OVERSHOOT_MAX)
                && self.may_be_unclaimed(self.unclaimed(), OVERSHOOT_MAX)
    }

    /// Somebody waits for it.
    pub(super) fn joined(&mut self, ask: &Ask) {
        if let Some(coming) = self.zips_coming.get_mut(ask) {
            coming.is_claimed = true;
        }
    }

    /// It is not on its way any more.
    pub(super) fn landed(&mut self, ask: &Ask) {
        if ask.kind() == Kind::Zip {
            self.zips_coming.remove(ask);
        } else {
            self.small_coming -= SMALL_BYTES;
        }
    }

    /// Takes an answer of so many bytes in; whether there is room for it.
    pub(super) fn hold(&mut self, ask: &Ask, size: u64) -> bool {
        let has_room = self.held + size <= self.bytes_max.saturating_mul(OVERSHOOT_MAX);
        if has_room {
            self.held += size;
        }
        if has_room && ask.kind() == Kind::Zip {
            self.zips_held = (self.zips_held.0 + 1, self.zips_held.1 + size);
        }
        has_room
    }

    /// Gives out an answer that is held.
    pub(super) fn give(&mut self, ask: &Ask, size: u64) {
        self.held -= size;
        if ask.kind() == Kind::Zip {
            self.zips_held = (self.zips_held.0 - 1, self.zips_held.1 - size);
        }
        self.claimed(ask, size);
    }

    /// Somebody has asked for so many bytes.
    pub(super) fn claimed(&mut self, ask: &Ask, size: u64) {
        if ask.kind() == Kind::Zip {
            self.claimed += size;
        }
    }

    /// Nothing is held any more.
    pub(super) fn clear(&mut self) {
        (self.held, self.zips_held) = (0, (0, 0));
    }

    /// The bytes of what is held and on its way, as far as anybody can know.
    fn bytes(&self) -> u64 {
        self.held + self.small_coming + self.zips_coming(ZIP_BYTES)
    }

    /// The bytes of zips that nobody has asked for yet.
    fn unclaimed(&self) -> u64 {
        self.zips_held.1 + self.zips_coming(USUAL_ZIP_BYTES)
    }

    /// The bytes of zips on their way that nobody waits for, with so many for each of which nobody knows.
    fn zips_coming(&self, unknown: u64) -> u64 {
        let coming = self.zips_coming.values().filter(|zip| !zip.is_claimed);
        coming.map(|zip| zip.announced.unwrap_or(unknown)).sum()
    }

    /// Whether so many bytes may be fetched for nothing, or so many times as many.
    fn may_be_unclaimed(&self, bytes: u64, times: u64) -> bool {
        let max = |base: u64| (base + self.claimed / CLAIMED_FOR_ONE).saturating_mul(times);
        self.unclaimed_max.is_none_or(|base| bytes <= max(base))
    }
}

#[cfg(test)]
mod tests {
    use gomod::ModuleVersion;

    use super::*;

    const MIB: u64 = 1 << 20;

    fn zip(at: usize) -> Ask {
        Ask::Zip(ModuleVersion::parse(&format!("m.example/m{at}"), "v1.0.0").unwrap())
    }

    fn room(bytes: u64, unclaimed: Option<u64>) -> Room {
        Room::new(&HeldLimits { bytes, unclaimed, ..HeldLimits::default() })
    }

    /// Begins zips until there is room for no more.
    fn filled(room: &mut Room) -> usize {
        let begun = (0..).take_while(|at| {
            let takes = room.takes_zip();
            if takes {
                room.begin(&zip(*at));
            }
            takes
        });
        begun.count()
    }

    #[test]
    fn a_zip_on_its_way_counts_with_its_size_once_that_is_known() {
        let mut room = room(9 * MIB, None);
        assert_eq!(filled(&mut room), 2, "4 MiB for each");
        assert!(room.announced(&zip(0), 1) && room.takes_zip());
        assert!(room.announced(&zip(1), 28 * MIB) && !room.takes_zip() && room.takes_small());
        assert!(!room.announced(&zip(0), 9 * MIB), "four times as many bytes are the end");
        room.joined(&zip(0));
        assert!(room.announced(&zip(0), 9 * MIB), "somebody waits for it");
        room.landed(&zip(0));
        room.landed(&zip(1));
        assert!(!room.hold(&zip(0), 37 * MIB) && room.hold(&zip(0), 36 * MIB) && !room.takes_small());
    }

    #[test]
    fn little_is_fetched_that_nobody_claims_and_more_for_whoever_claims_much() {
        let mut room = room(1 << 30, Some(4 * MIB));
        assert_eq!(filled(&mut room), 4, "one mebibyte for each");
        for at in 0..4 {
            assert!(room.announced(&zip(at), MIB));
            room.landed(&zip(at));
            assert!(room.hold(&zip(at), MIB));
        }
        assert!(!room.takes_zip());
        room.give(&zip(0), MIB);
        assert_eq!(filled(&mut room), 1, "its place is free");
        room.claimed(&zip(9), 30 * MIB);
        assert!(room.takes_zip(), "a tenth of that");
        room.begin(&zip(9));
        assert!(!room.announced(&zip(9), 40 * MIB), "it is too large for nothing");
        room.joined(&zip(9));
        assert!(room.announced(&zip(9), 40 * MIB));
    }
}
