//! The decorator that asks before it is asked: what somebody will want is fetched, and held until it is.
//!
//! For places without a store behind them. Who is told what will be asked ([`Foresight`]) asks for it in the background, so much at a
//! time, and holds the whole answers until a real question claims them: once, then they are forgotten. A real question never waits
//! for its turn among the others: what is still waiting it asks itself, and what is under way it joins. A failure in the background is
//! nobody's: the real question is asked anew.
//!
//! A zip may be *delivered* instead: put where whoever would ask for it finds it by himself. Where that is, others know.
//!
//! What nobody may want takes nothing from what somebody does: when the folder in which answers are buffered takes no more, all that was
//! fetched ahead is given up, and nothing more is.
//!
//! * [`board`]: what is waiting, under way and held, and what may be begun.
//! * [`room`]: how many bytes that is, and how many it may be.

mod board;
mod room;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gomod::{H1, ModuleVersion};
use tokio::sync::watch;
use tokio::time::timeout_at;

use crate::coalesced::impatient;
use crate::{
    Answer, Arrivals, Ask, Ctx, Failure, FailureKind, Foresight, Lifetime, Source, Spool, Want, Whole,
};
use board::{Board, Claim, Landed};

/// How much is asked ahead, and held.
#[derive(Debug, Clone)]
pub struct HeldLimits {
    /// How many `.info` and `.mod` are asked at the same time.
    pub small: usize,
    /// How many zips are asked at the same time.
    pub zips: usize,
    /// How many bytes of answers that nobody has claimed yet may lie there, before nothing more is begun. Zips on their way are reckoned
    /// with; when they turn out to be larger it may be four times as many.
    pub bytes: u64,
    /// How many bytes of zips that nobody has claimed yet may lie there and be under way besides a tenth of those that somebody has
    /// claimed, before no more are begun; when they turn out to be larger it may be four times as many. None where all are wanted.
    pub unclaimed: Option<u64>,
    /// How long one question may take.
    pub patience: Duration,
}

impl Default for HeldLimits {
    /// 64 small ones and 16 zips, as many as go asks with as many threads; 256 MiB, which are all wanted; 10 minutes, as for a real
    /// question.
    fn default() -> Self {
        Self { small: 64, zips: 16, bytes: 256 << 20, unclaimed: None, patience: Duration::from_mins(10) }
    }
}

/// Puts a zip where whoever will ask for it finds it by himself: it need not be held, and is asked for no more.
#[async_trait::async_trait]
pub trait Delivery: std::fmt::Debug + Send + Sync {
    /// Whether the zip of this version, which has this hash, lies there now. Nobody has asked for it so far.
    async fn deliver(&self, module: &ModuleVersion, zip: Whole, h1: H1) -> bool;
}

/// A source that is asked ahead. What it began ends with it.
#[derive(Debug)]
pub struct Held<S>(Arc<Shared<S>>);

#[derive(Debug)]
struct Shared<S> {
    inner: S,
    ahead: Arc<dyn Source>,
    spool: Spool,
    delivery: Option<Arc<dyn Delivery>>,
    patience: Duration,
    board: Mutex<Board>,
    /// Whether nobody can claim anything any more.
    ended: watch::Sender<bool>,
}

impl<S: Source + 'static> Held<S> {
    /// Real questions are for `inner`. What it would answer is asked `ahead` within these limits: perhaps of fewer places, or less hard.
    /// Both buffer in `spool`. What can be delivered is, and not held.
    pub fn new(
        inner: S,
        ahead: Arc<dyn Source>,
        spool: Spool,
        delivery: Option<Arc<dyn Delivery>>,
        limits: &HeldLimits,
    ) -> Self {
        let (patience, board) = (limits.patience, Mutex::new(Board::new(limits)));
        let ended = watch::Sender::new(false);
        Self(Arc::new(Shared { inner, ahead, spool, delivery, patience, board, ended }))
    }
}

impl<S: Source + 'static> Shared<S> {
    /// Begins what may be begun.
    fn begin(self: &Arc<Self>) {
        if self.spool.is_stuck() {
            self.end();
        }
        loop {
            // Not under the lock: a runtime that ends drops what is spawned, here and now.
            let Some(ask) = self.board().take_off() else { return };
            tokio::spawn(fly(self.clone(), ask));
        }
    }

    /// Asks what nobody has asked yet; cut short when it turns out to be too large for that.
    async fn flown(&self, ask: &Ask) -> Landed {
        let arrivals = Arrivals::default();
        let ctx = Ctx::within(self.patience).foreseen().showing(Some(arrivals.clone()));
        let too_large = async {
            let mut size = arrivals.announced(None).await;
            while self.board().announced(ask, size) {
                size = arrivals.announced(Some(size)).await;
            }
        };
        tokio::select! {
            landed = self.landed(ask, &ctx) => landed,
            () = too_large => Landed::TooLarge,
        }
    }

    async fn landed(&self, ask: &Ask, ctx: &Ctx) -> Landed {
        let landed = Landed::of(self.ahead.ask(ask, ctx).await);
        let (answer, delivery) = match (landed, &self.delivery) {
            (Landed::Answered(answer), Some(delivery)) => (answer, delivery),
            (landed, _) => return landed,
        };
        let is_there = match (ask, zip_of(&answer)) {
            (Ask::Zip(module), Some((zip, h1))) if !self.board().is_joined(ask) => {
                delivery.deliver(module, zip, h1).await
            }
            _ => false,
        };
        if is_there { Landed::Delivered(answer) } else { Landed::Answered(answer) }
    }
}

impl<S> Shared<S> {
    /// Nothing is asked ahead any more, and nothing held.
    fn end(&self) {
        self.ended.send_replace(true);
        self.board().end();
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        // Nothing is done under this lock that could leave the board half changed.
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The zip that go would take, and its hash, where both are at hand.
fn zip_of(answer: &Answer) -> Option<(Whole, H1)> {
    let whole = answer.body.share()?.into_whole().ok()?;
    Some((whole, answer.h1.filter(|_| answer.flaw.is_none())?))
}

/// Asks one question to its end, or to that of all.
async fn fly<S: Source + 'static>(shared: Arc<Shared<S>>, ask: Ask) {
    let mut landing = Landing { shared: &shared, ask: &ask, landed: Landed::Failed };
    let mut ended = shared.ended.subscribe();
    let landed = tokio::select! {
        biased;
        _ = ended.wait_for(|ended| *ended) => None,
        () = shared.spool.until_stuck() => None,
        // What was taken back into memory for want of a disk is in the way of real questions there.
        landed = shared.flown(&ask) => Some(landed).filter(|_| !shared.spool.is_stuck()),
    };
    let Some(landed) = landed else { return shared.end() };
    landing.landed = landed;
    drop(landing);
    shared.begin();
}

/// Tells the board of the end of a flight, also when it ends in a panic.
struct Landing<'a, S> {
    shared: &'a Shared<S>,
    ask: &'a Ask,
    landed: Landed,
}

impl<S> Drop for Landing<'_, S> {
    fn drop(&mut self) {
        let landed = std::mem::replace(&mut self.landed, Landed::Failed);
        self.shared.board().land(self.ask, landed);
    }
}

impl<S: Source + 'static> Foresight for Held<S> {
    /// Only what can never change is asked ahead. Within a runtime.
    fn expect(&self, asks: Vec<Ask>) {
        self.0.board().expect(asks);
        self.0.begin();
    }
}

#[async_trait::async_trait]
impl<S: Source + 'static> Source for Held<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        if ask.lifetime() == Lifetime::Mutable || ctx.want != Want::Usual {
            return self.0.inner.ask(ask, ctx).await;
        }
        let claim = self.0.board().claim(ask);
        // There may be room now for more.
        self.0.begin();
        match claim {
            Claim::Nothing => {}
            Claim::Held(answer) => return Ok(*answer),
            Claim::UnderWay(landing) => match timeout_at(ctx.deadline, landing).await {
                Ok(Ok(answer)) => return Ok(*answer),
                // It has failed, and nobody has heard why.
                Ok(Err(_)) => {}
                Err(_) => return Err(impatient(ask)),
            },
        }
        let answer = self.0.inner.ask(ask, ctx).await?;
        self.0.board().answered(ask, &answer);
        self.0.begin();
        Ok(answer)
    }
}

impl<S> Drop for Held<S> {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl Landed {
    /// That there is nothing, or that somebody says no, is no outage.
    fn of(outcome: Result<Answer, Failure>) -> Self {
        match outcome {
            Ok(answer) => Self::Answered(Box::new(answer)),
            Err(failure) if failure.retry_after().is_some() => Self::Unwelcome,
            Err(failure) if failure.kind() == FailureKind::Unavailable => Self::Failed,
            Err(_) => Self::Denied,
        }
    }
}
