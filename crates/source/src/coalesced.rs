//! The decorator that asks once, however many ask.
//!
//! A question runs as a task of its own ("flight"): whoever asks the same while it is under way joins it, and a client
//! that hangs up, or has no patience, takes nothing away from the others. Whole answers are shared; one that can only be read once goes to
//! the first asker, and the others ask for themselves (which happens only when there is no working disk to keep it).

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use crate::{Answer, Ask, Ctx, Failure, Origin, Source, Want};

type Landed = Result<Arc<Shareable>, Failure>;
type Flight = Shared<BoxFuture<'static, Landed>>;
type Flights = Arc<Mutex<HashMap<(Ask, Want), Flight>>>;

/// A source that is asked each question by one asker at a time.
#[derive(Debug)]
pub struct Coalesced<S> {
    inner: Arc<S>,
    flights: Flights,
    patience: Duration,
}

/// An answer for many: a whole one is handed out again and again, any other once.
struct Shareable(Mutex<Option<Answer>>);

impl Shareable {
    fn take(&self) -> Option<Answer> {
        let mut answer = lock(&self.0);
        match answer.as_ref()?.share() {
            Some(copy) => Some(copy),
            None => answer.take(),
        }
    }
}

impl<S: Source + 'static> Coalesced<S> {
    /// Coalesces the questions to `inner`. A flight may take `patience`, whatever deadline its first asker has:
    /// an impatient one must not end it for all.
    pub fn new(inner: S, patience: Duration) -> Self {
        Self { inner: Arc::new(inner), flights: Flights::default(), patience }
    }

    /// The flight that answers `ask`: the one under way, or a new one.
    fn join(&self, ask: &Ask, ctx: &Ctx) -> Flight {
        let key = (ask.clone(), ctx.want);
        match lock(&self.flights).entry(key) {
            Entry::Occupied(under_way) => under_way.get().clone(),
            Entry::Vacant(place) => place.insert(self.take_off(ask.clone(), ctx.want)).clone(),
        }
    }

    fn take_off(&self, ask: Ask, want: Want) -> Flight {
        let (inner, flights) = (self.inner.clone(), self.flights.clone());
        let ctx = Ctx::within(self.patience).wanting(want);
        let task = tokio::spawn(async move {
            let _landing = Landing { flights, key: (ask.clone(), want) };
            let answer = inner.ask(&ask, &ctx).await?;
            Ok(Arc::new(Shareable(Mutex::new(Some(answer)))))
        });
        async move { task.await.unwrap_or_else(|crash| Err(crashed(&crash))) }.boxed().shared()
    }
}

/// Takes the flight off the board when it ends, also when it ends in a panic.
struct Landing {
    flights: Flights,
    key: (Ask, Want),
}

impl Drop for Landing {
    fn drop(&mut self) {
        lock(&self.flights).remove(&self.key);
    }
}

#[async_trait::async_trait]
impl<S: Source + 'static> Source for Coalesced<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let flight = self.join(ask, ctx);
        let waited = tokio::time::timeout_at(ctx.deadline, flight).await;
        let landed = waited.unwrap_or_else(|_| Err(impatient(ask)))?;
        match landed.take() {
            Some(answer) => Ok(answer),
            None => self.inner.ask(ask, ctx).await,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing is done under these locks that could leave the map half changed, so a poisoned one is as good as new.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn crashed(crash: &tokio::task::JoinError) -> Failure {
    Failure::unavailable(
        &Origin::new("modkeep"),
        format!("internal error, please report it: {crash}"),
        Duration::ZERO,
    )
}

fn impatient(ask: &Ask) -> Failure {
    let message = format!("{ask} is still being fetched; ask again to get it as soon as it is there");
    Failure::unavailable(&Origin::new("modkeep"), message, Duration::ZERO)
}

impl std::fmt::Debug for Shareable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shareable")
    }
}
