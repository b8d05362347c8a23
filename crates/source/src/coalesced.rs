//! The decorator that asks once, however many ask.
//!
//! A question runs as a task of its own ("flight"): whoever asks the same while it is under way joins it, and a client
//! that hangs up, or has no patience, takes nothing away from the others. Whole answers are shared; one that can only be read once goes to
//! the first asker, and the others ask for themselves (which happens only when there is no working disk to keep it).
//!
//! Who has waited long for a zip may be sent what has come of it so far ([`Coalesced::streaming_after`]).
//!
//! What was begun ahead of all askers ([`Ctx::ahead`]) is asked of fewer places and less hard. Who really asks joins it all the same,
//! because it is mostly there in a moment; where it fails or is in arrears, the question is asked anew, as if nobody had looked ahead,
//! also when something of it was sent already.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use tokio::time::{Instant, timeout_at};

use crate::arrivals::Growing;
use crate::chain::lags;
use crate::following::{Outcome, follow};
use crate::{Answer, Arrivals, Ask, Ctx, Failure, Kind, Origin, Progress, Source, Want};

/// How long a flight may take after its deadline, when every place has given up: what came may still be on its way to the disk.
const LANDING_MAX: Duration = Duration::from_secs(10);

/// How long a place that was asked ahead may be silent when somebody really asks: as long as the most patient hedge
/// ([`resilience::HedgeDelay`]), since asking anew may fetch a zip twice.
const SILENCE_MAX: Duration = Duration::from_millis(600);

type Landed = Result<Arc<Shareable>, Failure>;

/// A question under way.
#[derive(Debug, Clone)]
struct Flight {
    landing: Shared<BoxFuture<'static, Landed>>,
    /// By then it has landed.
    deadline: Instant,
    /// Where what comes in is shown, if it may be sent before the flight has landed.
    arrivals: Option<Arrivals>,
    /// Whether it was under way already: places are asked for who started it.
    joined: bool,
    /// How far it is, where nobody had asked when it was begun.
    ahead: Option<Progress>,
}

/// What is asked how, and whether it was begun ahead of all askers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    ask: Ask,
    want: Want,
    ahead: bool,
}

type Flights = Arc<Mutex<HashMap<Key, Flight>>>;

/// A source that is asked each question by one asker at a time. Clones are the same one.
#[derive(Debug)]
pub struct Coalesced<S> {
    inner: Arc<S>,
    flights: Flights,
    patience: Duration,
    stream_after: Option<Duration>,
}

impl<S> Clone for Coalesced<S> {
    fn clone(&self) -> Self {
        let (inner, flights) = (self.inner.clone(), self.flights.clone());
        Self { inner, flights, patience: self.patience, stream_after: self.stream_after }
    }
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

    fn share(&self) -> Option<Answer> {
        lock(&self.0).as_ref()?.share()
    }
}

impl<S: Source + 'static> Coalesced<S> {
    /// Coalesces the questions to `inner`. A flight may take `patience`, whatever deadline its first asker has:
    /// an impatient one must not end it for all.
    pub fn new(inner: S, patience: Duration) -> Self {
        Self { inner: Arc::new(inner), flights: Flights::default(), patience, stream_after: None }
    }

    /// Who has waited so long for a zip is sent what has come of it, before it is whole and was looked at; all but its last
    /// block, and that only when the answer is this very zip. `None`: nothing is sent before all of it counts.
    #[must_use]
    pub fn streaming_after(self, stream_after: Option<Duration>) -> Self {
        Self { stream_after, ..self }
    }

    /// The flight that answers `ask`: the one under way, or a new one. One that was begun for somebody is joined first.
    fn join(&self, ask: &Ask, ctx: &Ctx) -> Flight {
        let key = |ahead| Key { ask: ask.clone(), want: ctx.want, ahead };
        let mut flights = lock(&self.flights);
        match flights.get(&key(false)).or_else(|| flights.get(&key(true))) {
            Some(under_way) => Flight { joined: true, ..under_way.clone() },
            None => flights
                .entry(key(ctx.is_ahead()))
                .or_insert_with(|| self.take_off(key(ctx.is_ahead()), ctx))
                .clone(),
        }
    }

    /// The same, but not with one that was begun ahead.
    fn join_asked(&self, ask: &Ask, ctx: &Ctx) -> Flight {
        let key = Key { ask: ask.clone(), want: ctx.want, ahead: false };
        match lock(&self.flights).entry(key) {
            Entry::Occupied(under_way) => Flight { joined: true, ..under_way.get().clone() },
            Entry::Vacant(place) => {
                let flight = self.take_off(place.key().clone(), ctx);
                place.insert(flight).clone()
            }
        }
    }

    /// Begins a flight. Who looks ahead may want to know how far it is.
    fn take_off(&self, key: Key, asker: &Ctx) -> Flight {
        let (inner, flights) = (self.inner.clone(), self.flights.clone());
        let arrivals = self.stream_after.filter(|_| key.ask.kind() == Kind::Zip).map(|_| Arrivals::default());
        let ctx = Ctx::within(self.patience).wanting(key.want).showing(arrivals.clone());
        let ahead = key.ahead.then(|| asker.progress.clone().unwrap_or_default());
        let ctx = if key.ahead { Ctx { progress: ahead.clone(), ..ctx.ahead() } } else { ctx };
        let deadline = ctx.deadline + LANDING_MAX;
        let task = tokio::spawn(async move {
            let landing = Landing { flights, key };
            let answer = inner.ask(&landing.key.ask, &ctx).await?;
            Ok(Arc::new(Shareable(Mutex::new(Some(answer)))))
        });
        let landing = async move { task.await.unwrap_or_else(|crash| Err(crashed(&crash))) };
        Flight { landing: landing.boxed().shared(), deadline, arrivals, joined: false, ahead }
    }

    /// The answer of this flight.
    async fn aboard(&self, flight: Flight, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let landed = tokio::select! {
            biased;
            landed = flight.landing.clone() => landed.map_err(|failure| flight.tell(failure))?,
            growing = self.early(&flight, ctx) => {
                let joined = flight.joined;
                let answer = follow(ask, growing, self.outcome(flight, ask, ctx));
                return Ok(if joined { answer.retold() } else { answer });
            }
            () = tokio::time::sleep_until(ctx.deadline) => return Err(impatient(ask)),
        };
        match landed.take() {
            Some(answer) if flight.joined => Ok(answer.retold()),
            Some(answer) => Ok(answer),
            None => self.inner.ask(ask, ctx).await,
        }
    }

    /// What may be sent of a zip that is still coming in, to somebody who has waited long enough. Never ends where nothing may, and for
    /// who looks ahead.
    async fn early(&self, flight: &Flight, ctx: &Ctx) -> Growing {
        let arrivals = flight.arrivals.as_ref().filter(|_| !ctx.is_ahead());
        let (Some(long_enough), Some(arrivals)) = (self.stream_after, arrivals) else {
            return std::future::pending().await;
        };
        tokio::time::sleep(long_enough).await;
        arrivals.something_to_send().await
    }

    /// The answer in the end, for one who is being sent what comes in. Where a flight that was begun ahead fails or is in arrears, it is
    /// asked anew: that of another place may begin with the same bytes.
    fn outcome(&self, flight: Flight, ask: &Ask, ctx: &Ctx) -> Outcome {
        let anew = flight.ahead.is_some().then(|| (self.clone(), ctx.clone()));
        let ask = ask.clone();
        async move {
            let lags = flight.lags();
            let landed = tokio::select! {
                biased;
                landed = flight.in_time(&ask) => landed,
                () = lags => Err(impatient(&ask)),
            };
            let landed = match (landed, anew) {
                (Err(_), Some((board, ctx))) => board.join_asked(&ask, &ctx).in_time(&ask).await,
                (landed, _) => landed,
            };
            landed?.share().ok_or_else(|| unrepeatable(&ask))
        }
        .boxed()
    }
}

impl Flight {
    fn tell(&self, failure: Failure) -> Failure {
        if self.joined { failure.retold() } else { failure }
    }

    /// Ends when a flight that was begun ahead is in arrears; never for any other.
    fn lags(&self) -> impl Future<Output = ()> + Send + use<> {
        let progress = self.ahead.clone();
        async move {
            match progress {
                Some(progress) => lags(&progress, SILENCE_MAX).await,
                None => std::future::pending().await,
            }
        }
    }

    /// What it lands with, by the time at which it has.
    async fn in_time(self, ask: &Ask) -> Landed {
        timeout_at(self.deadline, self.landing).await.unwrap_or_else(|_| Err(impatient(ask)))
    }
}

/// Takes the flight off the board when it ends, also when it ends in a panic.
struct Landing {
    flights: Flights,
    key: Key,
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
        let Some(progress) = flight.ahead.clone().filter(|_| !ctx.is_ahead()) else {
            return self.aboard(flight, ask, ctx).await;
        };
        tokio::select! {
            biased;
            answer = self.aboard(flight, ask, ctx) => if answer.is_ok() || ctx.is_over() { return answer },
            () = lags(&progress, SILENCE_MAX) => {}
        }
        self.aboard(self.join_asked(ask, ctx), ask, ctx).await
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

/// Who asked has no more time, and the question goes on.
pub(crate) fn impatient(ask: &Ask) -> Failure {
    let message = format!("{ask} is still being fetched; ask again to get it as soon as it is there");
    Failure::unavailable(&Origin::new("modkeep"), message, Duration::ZERO)
}

fn unrepeatable(ask: &Ask) -> Failure {
    let message = format!("{ask} came, but cannot be read twice; ask again for it");
    Failure::unavailable(&Origin::new("modkeep"), message, Duration::ZERO)
}

impl std::fmt::Debug for Shareable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shareable")
    }
}
