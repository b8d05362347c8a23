//! The decorator that repeats what was just said: a memory tier with a budget in bytes.
//!
//! Most requests are for small things that were asked for a moment ago: a build asks for the same `.mod` files as the build
//! before it. They are answered from memory, without a look at the disk. Immutable things are remembered for a day, or until
//! there is no room. Lists, `@latest`, branches and "not found" are remembered for a short while, so that a hundred builds that
//! begin together are one question to the upstreams; that while is the price in freshness, and the operator's choice.
//!
//! Only what is whole and in memory anyway is remembered: files are the page cache's business. Nothing that may be out of
//! date already ([`Freshness::Stale`]) is made older still.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use gomod::H1;
use moka::Expiry;
use moka::sync::Cache;

use crate::{
    Answer, Ask, Assurance, Attempt, Body, Ctx, Failure, FailureKind, Freshness, Lifetime, Origin, Source,
    Trail, Want,
};

/// How long what never changes is repeated without a look at what is kept: an operator who deletes a file, or mends one, is
/// obeyed that soon, and whoever keeps it hears that it is in use.
const FOR_EVER: Duration = Duration::from_mins(10);

/// How long "there is no such version" is repeated at most: somebody may be about to tag it, and cannot ask anew.
const NOTHING_MAX: Duration = Duration::from_secs(10);

/// The largest content that is remembered, in bytes: nearly every `.mod`, `.info` and list is smaller. Larger things are
/// files, and the system's business.
const CONTENT_MAX: usize = 64 << 10;

/// How much is remembered, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryOptions {
    /// Bytes of memory for all that is remembered, keys and bookkeeping included. Zero remembers nothing.
    pub budget_bytes: u64,
    /// How long what can change is repeated without asking. Zero: never.
    pub repeat_for: Duration,
}

impl Default for MemoryOptions {
    /// 64 MiB, which holds some forty thousand `.mod` and `.info` files; ten seconds, in which nobody notices that a new
    /// version is not there yet, and in which the thousand questions of a build are over.
    fn default() -> Self {
        Self { budget_bytes: 64 << 20, repeat_for: Duration::from_secs(10) }
    }
}

/// A source whose small answers are remembered.
#[derive(Debug)]
pub struct Remembered<S> {
    inner: S,
    known: Cache<Ask, Arc<Known>>,
    repeat_for: Duration,
}

/// What was said.
#[derive(Debug)]
enum Known {
    Answer(Spoken),
    /// An authority's word that there is nothing.
    Nothing(Failure),
}

/// An answer without what is of no use to the next asker.
#[derive(Debug)]
struct Spoken {
    bytes: Bytes,
    origin: Origin,
    assurance: Assurance,
    freshness: Freshness,
    h1: Option<H1>,
    sha256: Option<[u8; 32]>,
}

impl<S: Source> Remembered<S> {
    /// Remembers answers of `inner`.
    pub fn new(inner: S, options: MemoryOptions) -> Self {
        let known = Cache::builder()
            .max_capacity(options.budget_bytes)
            .weigher(|ask: &Ask, known: &Arc<Known>| weight(ask, known))
            .expire_after(ForAWhile(options.repeat_for))
            .build();
        Self { inner, known, repeat_for: options.repeat_for }
    }

    fn recall(&self, ask: &Ask) -> Option<Result<Answer, Failure>> {
        self.known.get(ask).map(|known| match &*known {
            Known::Answer(spoken) => Ok(spoken.again()),
            Known::Nothing(failure) => Err(failure.clone().retold()),
        })
    }

    /// Remembers what was said, where it is worth it; the answer as it was.
    fn remember(&self, ask: &Ask, said: Result<Answer, Failure>) -> Result<Answer, Failure> {
        let (known, said) = match said {
            Ok(answer) => {
                let (spoken, answer) = Spoken::of(answer);
                (spoken.map(Known::Answer), Ok(answer))
            }
            Err(failure) => (self.worth_repeating(&failure).map(Known::Nothing), Err(failure)),
        };
        match known {
            Some(known) if known.is_for_ever(ask) || !self.repeat_for.is_zero() => {
                self.known.insert(ask.clone(), Arc::new(known));
            }
            _ => self.known.invalidate(ask),
        }
        said
    }

    /// Remembers what was said to somebody who asked anew. What cannot change is not forgotten because no place gives it
    /// again.
    fn renew(&self, ask: &Ask, said: Result<Answer, Failure>) -> Result<Answer, Failure> {
        if said.is_err() && ask.lifetime() == Lifetime::Immutable && matches!(self.recall(ask), Some(Ok(_))) {
            return said;
        }
        self.remember(ask, said)
    }

    fn worth_repeating(&self, failure: &Failure) -> Option<Failure> {
        (failure.kind() == FailureKind::NotFound && !self.repeat_for.is_zero()).then(|| failure.clone())
    }
}

#[async_trait::async_trait]
impl<S: Source> Source for Remembered<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        match ctx.want {
            Want::KeptOnly => self.inner.ask(ask, ctx).await,
            Want::Revalidate => self.renew(ask, self.inner.ask(ask, ctx).await),
            Want::Usual => {
                if let Some(said) = self.recall(ask) {
                    return said;
                }
                let said = self.inner.ask(ask, ctx).await;
                // Not every place was asked ahead, so that its "no" is no word for those who ask.
                if ctx.is_ahead() && said.is_err() { said } else { self.remember(ask, said) }
            }
        }
    }
}

impl Spoken {
    /// What to remember of an answer, and the answer as it was.
    fn of(answer: Answer) -> (Option<Self>, Answer) {
        let Answer { body, origin, assurance, freshness, h1, sha256, flaw, trail } = answer;
        let (bytes, body) = match body.into_bytes_at_hand() {
            Ok(bytes) => (worth_remembering(&bytes, assurance), bytes.into()),
            Err(body) => (None, body),
        };
        let spoken = match freshness {
            Freshness::Stale(_) => None,
            Freshness::Live => Some(Freshness::Recent(SystemTime::now())),
            Freshness::Kept(_) | Freshness::Recent(_) => Some(freshness),
        };
        let spoken = bytes.zip(spoken).map(|(bytes, freshness)| Self {
            bytes,
            origin: origin.clone(),
            assurance,
            freshness,
            h1,
            sha256,
        });
        (spoken, Answer { body, origin, assurance, freshness, h1, sha256, flaw, trail })
    }

    fn again(&self) -> Answer {
        Answer {
            body: Body::from(self.bytes.clone()),
            origin: self.origin.clone(),
            assurance: self.assurance,
            freshness: self.freshness,
            h1: self.h1,
            sha256: self.sha256,
            flaw: None,
            trail: Trail::default(),
        }
    }
}

/// A copy of content that was looked at and is small. A copy, because what it came in may be larger, or be lent: the memory
/// that stands in for a full disk is given back with the last of its bytes.
fn worth_remembering(bytes: &Bytes, assurance: Assurance) -> Option<Bytes> {
    let is_worth_it = bytes.len() <= CONTENT_MAX && assurance >= Assurance::WELL_FORMED;
    is_worth_it.then(|| Bytes::copy_from_slice(bytes))
}

impl Known {
    /// What cannot change and is kept. What was only passed on, for want of a disk, has to be fetched and kept one day.
    fn is_for_ever(&self, ask: &Ask) -> bool {
        matches!(self, Self::Answer(spoken) if matches!(spoken.freshness, Freshness::Kept(_)))
            && ask.lifetime() == Lifetime::Immutable
    }
}

/// What an entry costs besides its content: the key's parts, the record, the cache's own nodes. An estimate on the safe side.
const BOOKKEEPING_BYTES: usize = 512;

fn weight(ask: &Ask, known: &Known) -> u32 {
    let content = match known {
        Known::Answer(spoken) => spoken.bytes.len(),
        Known::Nothing(failure) => failure.message().len() + notes(failure.trail()),
    };
    u32::try_from(content + ask.module().map_or(0, |module| module.as_str().len()) + BOOKKEEPING_BYTES)
        .unwrap_or(u32::MAX)
}

/// What the attempts of a trail take, in bytes.
fn notes(trail: &Trail) -> usize {
    trail.attempts().iter().map(|attempt| attempt.note.len() + size_of::<Attempt>()).sum()
}

/// Lets what can change be forgotten after a while, counted from when it was said.
#[derive(Debug)]
struct ForAWhile(Duration);

impl ForAWhile {
    fn time_of(&self, ask: &Ask, known: &Known) -> Duration {
        match (known, ask.lifetime()) {
            (Known::Answer(_), Lifetime::Immutable) if known.is_for_ever(ask) => FOR_EVER,
            (Known::Nothing(_), Lifetime::Immutable) => self.0.min(NOTHING_MAX),
            (Known::Answer(_), _) | (_, Lifetime::Mutable) => self.0,
        }
    }
}

impl Expiry<Ask, Arc<Known>> for ForAWhile {
    fn expire_after_create(&self, ask: &Ask, known: &Arc<Known>, _: Instant) -> Option<Duration> {
        Some(self.time_of(ask, known))
    }

    fn expire_after_update(
        &self,
        ask: &Ask,
        known: &Arc<Known>,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(self.time_of(ask, known))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use gomod::{ModulePath, Revision};

    use super::*;

    /// Answers each question with the next of its answers, and counts.
    #[derive(Debug)]
    struct Place {
        said: Mutex<Vec<Result<Answer, Failure>>>,
    }

    #[async_trait::async_trait]
    impl Source for Place {
        async fn ask(&self, _: &Ask, _: &Ctx) -> Result<Answer, Failure> {
            self.said.lock().unwrap().pop().expect("no more questions were expected")
        }
    }

    fn place(mut said: Vec<Result<Answer, Failure>>) -> Place {
        said.reverse();
        Place { said: Mutex::new(said) }
    }

    fn live(text: &'static str) -> Answer {
        let answer = Answer::live(Body::from(text), Origin::new("place"), Trail::default());
        Answer { assurance: Assurance::WELL_FORMED, ..answer }
    }

    fn kept(text: &'static str) -> Answer {
        Answer { freshness: Freshness::Kept(SystemTime::UNIX_EPOCH), ..live(text) }
    }

    fn missing() -> Failure {
        Failure::not_found(&Origin::new("place"), "no such version", Duration::ZERO)
    }

    fn list() -> Ask {
        Ask::List(ModulePath::parse("example.com/m").unwrap())
    }

    fn info() -> Ask {
        Ask::Info(ModulePath::parse("example.com/m").unwrap(), Revision::parse("v1.0.0").unwrap())
    }

    fn options(repeat_for: Duration) -> MemoryOptions {
        MemoryOptions { repeat_for, ..MemoryOptions::default() }
    }

    async fn said(source: &impl Source, ask: &Ask, want: Want) -> Result<Bytes, FailureKind> {
        let answer = source.ask(ask, &Ctx::within(Duration::from_secs(5)).wanting(want)).await;
        match answer {
            Ok(answer) => Ok(answer.body.into_bytes(100).await.unwrap()),
            Err(failure) => Err(failure.kind()),
        }
    }

    #[tokio::test]
    async fn what_cannot_change_is_asked_once_and_what_can_after_a_while() {
        let never = Duration::ZERO;
        let source = Remembered::new(
            place(vec![Ok(kept("{}")), Ok(live("v1.0.0\n")), Ok(live("v1.1.0\n"))]),
            options(never),
        );
        assert_eq!(said(&source, &info(), Want::Usual).await.unwrap(), "{}");
        assert_eq!(said(&source, &info(), Want::Usual).await.unwrap(), "{}");
        assert_eq!(said(&source, &list(), Want::Usual).await.unwrap(), "v1.0.0\n");
        assert_eq!(said(&source, &list(), Want::Usual).await.unwrap(), "v1.1.0\n");
    }

    #[tokio::test]
    async fn what_can_change_is_repeated_for_a_while_and_asked_anew_on_demand() {
        let hour = Duration::from_hours(1);
        let source = Remembered::new(
            place(vec![Ok(live("v1.0.0\n")), Ok(live("v1.1.0\n")), Err(missing())]),
            options(hour),
        );
        assert_eq!(said(&source, &list(), Want::Usual).await.unwrap(), "v1.0.0\n");
        assert_eq!(said(&source, &list(), Want::Usual).await.unwrap(), "v1.0.0\n");
        assert_eq!(said(&source, &list(), Want::Revalidate).await.unwrap(), "v1.1.0\n");
        assert_eq!(said(&source, &list(), Want::Usual).await.unwrap(), "v1.1.0\n");
        for _ in 0..2 {
            assert_eq!(said(&source, &info(), Want::Usual).await, Err(FailureKind::NotFound));
        }
    }

    #[tokio::test]
    async fn an_outage_and_what_is_out_of_date_are_not_repeated() {
        let outage = Failure::unavailable(&Origin::new("place"), "down", Duration::ZERO);
        let stale = Answer { freshness: Freshness::Stale(SystemTime::now()), ..live("v1.0.0\n") };
        let hour = Duration::from_hours(1);
        let source =
            Remembered::new(place(vec![Err(outage), Ok(stale), Ok(live("v1.1.0\n"))]), options(hour));
        assert_eq!(said(&source, &list(), Want::Usual).await, Err(FailureKind::Unavailable));
        assert_eq!(said(&source, &list(), Want::Usual).await.unwrap(), "v1.0.0\n");
        assert_eq!(said(&source, &list(), Want::Usual).await.unwrap(), "v1.1.0\n");
    }

    #[tokio::test]
    async fn what_cannot_change_outlives_a_place_that_does_not_give_it_again() {
        let outage = Failure::unavailable(&Origin::new("place"), "down", Duration::ZERO);
        let hour = Duration::from_hours(1);
        let source = Remembered::new(place(vec![Ok(live("{}")), Err(outage)]), options(hour));
        assert_eq!(said(&source, &info(), Want::Usual).await.unwrap(), "{}");
        assert_eq!(said(&source, &info(), Want::Revalidate).await, Err(FailureKind::Unavailable));
        assert_eq!(said(&source, &info(), Want::Usual).await.unwrap(), "{}");
    }

    #[tokio::test]
    async fn lent_memory_is_given_back_and_what_nobody_looked_at_is_not_repeated() {
        let lent = Arc::new(vec![b'x'; 10]);
        let body = Body::from(Bytes::from_owner(Lent(lent.clone())));
        let unseen = Answer { assurance: Assurance::RECEIVED, ..live("unseen") };
        let hour = Duration::from_hours(1);
        let source = Remembered::new(
            place(vec![Ok(Answer { body, ..live("") }), Ok(unseen), Ok(live("seen"))]),
            options(hour),
        );
        said(&source, &info(), Want::Usual).await.unwrap();
        assert_eq!(Arc::strong_count(&lent), 1);
        assert_eq!(said(&source, &list(), Want::Usual).await.unwrap(), "unseen");
        assert_eq!(said(&source, &list(), Want::Usual).await.unwrap(), "seen");
    }

    struct Lent(Arc<Vec<u8>>);

    impl AsRef<[u8]> for Lent {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }

    #[tokio::test]
    async fn the_budget_holds() {
        let budget_bytes = 10 * 1024;
        let lists = (0..1000).map(|_| Ok(live("v1.0.0\n"))).collect();
        let source =
            Remembered::new(place(lists), MemoryOptions { budget_bytes, ..MemoryOptions::default() });
        for number in 0..1000 {
            let module = ModulePath::parse(&format!("example.com/m{number}")).unwrap();
            said(&source, &Ask::List(module), Want::Usual).await.unwrap();
        }
        source.known.run_pending_tasks();
        assert!(source.known.weighted_size() <= budget_bytes && source.known.entry_count() > 0);
    }
}
