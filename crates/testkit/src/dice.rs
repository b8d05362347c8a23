//! A proxy list in which every member is struck now and then, by dice that fall the same way each time.
//!
//! What happens to a request follows from the seed, the number of the pull, the member, the address, and how often it was asked for in that
//! pull; not from time or order. So two clients that ask for the same things meet the same faults.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;

use crate::upstream::{Action, Reply, Request};
use crate::{FakeUpstream, Module};

/// How long a silent member is silent: longer than anybody waits here.
const SILENCE: Duration = Duration::from_mins(1);

/// What can happen to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Blow {
    /// This status.
    Status(u16),
    /// A login page with status 200.
    Html,
    /// The connection ends without an answer.
    Reset,
    /// The body breaks off.
    Cut,
    /// Nothing comes.
    Silence,
    /// The body stops coming.
    Stall,
    /// A body of no bytes.
    Empty,
    /// A zip that is shorter than it was, and sent as if it were whole.
    ZipCut,
    /// A zip with a byte that is another.
    ZipCorrupt,
}

/// All blows; the last two are for zips alone.
pub const BLOWS: [Blow; 14] = [
    Blow::Status(502),
    Blow::Status(503),
    Blow::Status(500),
    Blow::Status(504),
    Blow::Status(429),
    Blow::Status(403),
    Blow::Html,
    Blow::Reset,
    Blow::Cut,
    Blow::Silence,
    Blow::Stall,
    Blow::Empty,
    Blow::ZipCut,
    Blow::ZipCorrupt,
];

/// How many of them can happen to what is no zip.
const FOR_ALL: usize = 12;

/// The dice.
#[derive(Debug, Clone, Copy)]
pub struct Dice {
    /// All randomness comes from this.
    pub seed: u64,
    /// One request in so many is struck.
    pub one_in: u64,
}

impl Dice {
    /// What happens to the request number `attempt` for `path` at `member` in this pull.
    pub fn throw(self, pull: u64, member: u64, path: &str, attempt: u64) -> Option<Blow> {
        let number = mixed([self.seed, pull, member, attempt, spelled(path)]);
        let kinds = if is_zip(path) { BLOWS.len() } else { FOR_ALL };
        let kind = usize::try_from(mixed([number, 1, 0, 0, 0]) % kinds as u64).unwrap_or_default();
        number.is_multiple_of(self.one_in).then(|| BLOWS[kind])
    }
}

/// go writes the names of its files in lower case.
fn is_zip(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, end)| end == "zip")
}

/// The bytes of a text as one number (FNV-1a).
fn spelled(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |all, byte| (all ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// Numbers stirred into one, of which each bit hangs on all of them (`SplitMix64`).
fn mixed(numbers: [u64; 5]) -> u64 {
    numbers.into_iter().fold(0, |all: u64, number| {
        let mut next = (all ^ number).wrapping_add(0x9e37_79b9_7f4a_7c15);
        next = (next ^ (next >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        next = (next ^ (next >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        next ^ (next >> 31)
    })
}

/// Two upstreams that have the same modules, each struck by the dice.
#[allow(missing_debug_implementations, reason = "what it holds has none")]
pub struct StruckPair {
    upstreams: [FakeUpstream; 2],
    pull: Arc<Mutex<Pull>>,
}

/// What has happened in the pull that is under way.
#[derive(Debug, Default)]
struct Pull {
    number: u64,
    asked: HashMap<(u64, String), u64>,
    blows: Vec<Blow>,
}

impl StruckPair {
    /// Starts both.
    pub fn start(dice: Dice, modules: &[Module]) -> Self {
        let pull = Arc::new(Mutex::new(Pull::default()));
        let zips: HashMap<String, Bytes> =
            modules.iter().map(|module| (module.url_path("zip"), module.zip())).collect();
        let zips = Arc::new(zips);
        let upstreams = [0, 1].map(|member| {
            let upstream = FakeUpstream::builder().modules(modules.iter().cloned()).start();
            let (pull, zips) = (pull.clone(), zips.clone());
            upstream.on(move |request| {
                let blow = lock(&pull).next(dice, member, request)?;
                Some(action(blow, zips.get(&request.path)))
            });
            upstream
        });
        Self { upstreams, pull }
    }

    /// Begins a pull: the dice fall anew.
    pub fn begin(&self, number: u64) {
        *lock(&self.pull) = Pull { number, ..Pull::default() };
        self.upstreams.iter().for_each(FakeUpstream::reset_log);
    }

    /// Both, with this separator between them.
    pub fn list(&self, separator: char) -> String {
        format!("{}{separator}{}", self.upstreams[0].url(), self.upstreams[1].url())
    }

    /// What has struck in the pull that is under way.
    pub fn blows(&self) -> Vec<Blow> {
        lock(&self.pull).blows.clone()
    }
}

impl Pull {
    fn next(&mut self, dice: Dice, member: u64, request: &Request) -> Option<Blow> {
        let asked = self.asked.entry((member, request.path.clone())).or_default();
        let blow = dice.throw(self.number, member, &request.path, *asked);
        *asked += 1;
        self.blows.extend(blow);
        blow
    }
}

fn action(blow: Blow, zip: Option<&Bytes>) -> Action {
    let zip = zip.cloned().unwrap_or_default();
    let zip_reply = |body: Vec<u8>| Reply::new(200, "application/zip", body).into();
    match blow {
        Blow::Status(status) => Reply::text(status, "struck by the dice").into(),
        Blow::Html => Reply::new(200, "text/html", "<html>please log in</html>").into(),
        Blow::Reset => Action::HangUp,
        Blow::Cut => Action::CutBody { after_bytes: 5 },
        Blow::Silence => Action::Delay(SILENCE),
        Blow::Stall => Action::StallBody { after_bytes: 5 },
        Blow::Empty => Reply::new(200, "application/octet-stream", "").into(),
        Blow::ZipCut => zip_reply(zip[..zip.len() / 2].to_vec()),
        Blow::ZipCorrupt => {
            let mut zip = zip.to_vec();
            let middle = zip.len() / 2;
            zip.iter_mut().skip(middle).take(1).for_each(|byte| *byte ^= 0xff);
            zip_reply(zip)
        }
    }
}

fn lock(pull: &Mutex<Pull>) -> MutexGuard<'_, Pull> {
    pull.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_fall_as_often_as_they_should_in_all_ways_and_the_same_each_time() {
        let dice = Dice { seed: 7, one_in: 100 };
        let throw = |pull: u64| dice.throw(pull, 0, "/a.example/@v/v1.0.0.zip", 0);
        let thrown: Vec<Blow> = (0..100_000).filter_map(throw).collect();
        assert!((900..1100).contains(&thrown.len()), "{}", thrown.len());
        assert!(BLOWS.iter().all(|blow| thrown.contains(blow)));
        assert_eq!(thrown, (0..100_000).filter_map(throw).collect::<Vec<_>>());
        let other = (0..100_000).filter_map(|pull| dice.throw(pull, 1, "/a.example/@v/v1.0.0.mod", 0));
        assert!(other.into_iter().all(|blow| BLOWS[..FOR_ALL].contains(&blow)));
    }
}
