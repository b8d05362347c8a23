//! How many bytes may lie there that no client has asked for.
//!
//! What is fetched ahead and never asked for is waste, and whether it will be asked for is known only afterwards. So the bytes that lie
//! there are bounded beforehand: by what clients have asked for, and a little more to begin with. Who is followed by questions goes
//! on; who is not stops by itself, for as long as it takes until half of what was wasted is forgotten.

use std::time::Duration;

use tokio::time::Instant;

use crate::Kind;

/// Bytes of `.mod` and `.info` files that may lie there before anybody has asked for anything: some two thousand files.
pub(super) const SMALL_ALLOWANCE: u64 = 4 << 20;

/// The same for zips: enough that eight usual ones are under way while as many lie ready.
pub(super) const ZIP_ALLOWANCE: u64 = 16 << 20;

/// One byte more for so many bytes that clients have asked for, for small things and for zips each: a tenth together.
const SHARE: u64 = 20;

/// Asked bytes after which what was is worth half: much that was useful once is no licence for ever.
const HALF_LIFE: u64 = 4 << 30;

/// After so long half of what was wasted is forgotten: one client that did not follow does not end looking ahead for all.
const FORGETS_AFTER: Duration = Duration::from_hours(1);

/// What a zip is taken for before any has come.
const USUAL_ZIP: u64 = 256 << 10;

/// Bytes asked for, and bytes that nobody has asked for.
#[derive(Debug)]
pub(super) struct Budget {
    asked: u64,
    small: Heap,
    zips: Heap,
    usual_zip: u64,
    forgot: Option<Instant>,
}

#[derive(Debug, Default)]
struct Heap {
    lying: u64,
    wasted: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { asked: 0, small: Heap::default(), zips: Heap::default(), usual_zip: USUAL_ZIP, forgot: None }
    }
}

impl Budget {
    /// Whether one more may be begun while so many are under way.
    pub(super) fn has_room(&self, kind: Kind, under_way: usize) -> bool {
        let (heap, allowance, coming) = match kind {
            Kind::Zip => (&self.zips, ZIP_ALLOWANCE, self.usual_zip.saturating_mul(under_way as u64)),
            _ => (&self.small, SMALL_ALLOWANCE, 0),
        };
        heap.lying + heap.wasted + coming < allowance + self.asked / SHARE
    }

    /// A client was given so many bytes that were fetched for it, now or ahead.
    pub(super) fn asked(&mut self, bytes: u64) {
        self.asked += bytes;
        if self.asked > HALF_LIFE {
            self.asked /= 2;
            self.forget_half();
        }
    }

    /// Time has passed.
    pub(super) fn forget(&mut self, now: Instant) {
        if now - *self.forgot.get_or_insert(now) >= FORGETS_AFTER {
            self.forgot = Some(now);
            self.forget_half();
        }
    }

    fn forget_half(&mut self) {
        self.small.wasted /= 2;
        self.zips.wasted /= 2;
    }

    /// So many bytes have come ahead.
    pub(super) fn came(&mut self, kind: Kind, bytes: u64) {
        if kind == Kind::Zip {
            self.usual_zip = (self.usual_zip * 7 + bytes) / 8;
        }
    }

    /// So many bytes lie there now.
    pub(super) fn lies(&mut self, kind: Kind, bytes: u64) {
        self.heap(kind).lying += bytes;
    }

    /// They were claimed.
    pub(super) fn claimed(&mut self, kind: Kind, bytes: u64) {
        self.heap(kind).lying -= bytes;
    }

    /// They will not be claimed any more.
    pub(super) fn expired(&mut self, kind: Kind, bytes: u64) {
        self.heap(kind).lying -= bytes;
        self.wasted(kind, bytes);
    }

    /// So many bytes have come for nothing.
    pub(super) fn wasted(&mut self, kind: Kind, bytes: u64) {
        self.heap(kind).wasted += bytes;
    }

    fn heap(&mut self, kind: Kind) -> &mut Heap {
        if kind == Kind::Zip { &mut self.zips } else { &mut self.small }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_asks_for_stops_by_itself_and_questions_make_room_again() {
        let mut budget = Budget::default();
        assert!(budget.has_room(Kind::Zip, 0));
        budget.lies(Kind::Zip, ZIP_ALLOWANCE);
        assert!(!budget.has_room(Kind::Zip, 0) && budget.has_room(Kind::Mod, 0));
        budget.claimed(Kind::Zip, 1);
        assert!(budget.has_room(Kind::Zip, 0));
        budget.lies(Kind::Zip, 1);
        budget.expired(Kind::Zip, ZIP_ALLOWANCE);
        assert!(!budget.has_room(Kind::Zip, 0), "waste is not forgotten");
        budget.asked(SHARE);
        assert!(budget.has_room(Kind::Zip, 0));
    }

    #[test]
    fn what_is_under_way_counts_as_what_zips_usually_are() {
        let mut budget = Budget::default();
        let many = usize::try_from(ZIP_ALLOWANCE / USUAL_ZIP).unwrap();
        assert!(budget.has_room(Kind::Zip, many - 1) && !budget.has_room(Kind::Zip, many));
        (0..100).for_each(|_| budget.came(Kind::Zip, ZIP_ALLOWANCE));
        assert!(budget.has_room(Kind::Zip, 1) && !budget.has_room(Kind::Zip, 2));
    }

    #[tokio::test]
    async fn waste_is_forgotten_by_half_each_hour() {
        let (mut budget, begun) = (Budget::default(), Instant::now());
        budget.wasted(Kind::Zip, 3 * ZIP_ALLOWANCE);
        for (hours, has_room) in [(0, false), (1, false), (2, true)] {
            budget.forget(begun + FORGETS_AFTER * hours);
            assert_eq!(budget.has_room(Kind::Zip, 0), has_room, "{hours}");
        }
    }

    #[test]
    fn past_merits_fade() {
        let mut budget = Budget::default();
        budget.lies(Kind::Zip, 100 << 30);
        budget.expired(Kind::Zip, 100 << 30);
        (0..30).for_each(|_| budget.asked(HALF_LIFE));
        assert!(budget.asked <= HALF_LIFE && budget.has_room(Kind::Zip, 0));
    }
}
