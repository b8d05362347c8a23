//! How long to wait for what, through whom to go, and what time it is.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use source::upstream::Proxies;

use crate::resolve::{Resolve, System};

/// How places are examined.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long to wait for what.
    pub limits: Limits,
    /// Who finds addresses.
    pub resolver: Arc<dyn Resolve>,
    /// Through whom to go.
    pub proxies: Proxies,
    /// What time it is.
    pub clock: Clock,
    /// Whether a server on this machine says something about this machine's clock. It has the same one, so that it does not; a test
    /// has no others.
    pub believes_own_servers: bool,
}

impl Default for Options {
    /// The system's resolver and clock, no proxies, and the limits of [`Limits::default`].
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            resolver: Arc::new(System),
            proxies: Proxies::default(),
            clock: Clock::default(),
            believes_own_servers: false,
        }
    }
}

/// A limit for every wait, and what counts as too much of something.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For finding the addresses of a host; for each connection; for TLS.
    pub connect: Duration,
    /// From the request until the head of the answer.
    pub answer: Duration,
    /// Between two pieces of a body.
    pub idle: Duration,
    /// For one question, with its redirects and its body.
    pub question: Duration,
    /// Bytes of the largest zip that is taken to be compared with its hash. It is held in memory, one for each place.
    pub zip_max: u64,
    /// From the start until the first byte of the first answer: a place that takes longer is slow.
    pub slow: Duration,
    /// By how much a clock may be wrong.
    pub clock_tolerance: Duration,
    /// How long before its end a certificate is worth a warning, if less than a third of its life is left too.
    pub expiring: Duration,
}

impl Default for Limits {
    /// 5 s to connect, 15 s to an answer and between pieces, 60 s for a question, 32 MiB, slow after 3 s, clocks 5 minutes apart,
    /// certificates 14 days.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(15),
            idle: Duration::from_secs(15),
            question: Duration::from_mins(1),
            zip_max: 32 << 20,
            slow: Duration::from_secs(3),
            clock_tolerance: Duration::from_mins(5),
            expiring: Duration::from_hours(14 * 24),
        }
    }
}

/// What time it is.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    /// A clock that shows what this says.
    pub fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// The time.
    pub fn now(&self) -> SystemTime {
        (self.0)()
    }

    /// The same clock, set forward or back.
    #[must_use]
    pub(crate) fn set(&self, by: Offset) -> Self {
        let clock = self.clone();
        Self::new(move || by.applied_to(clock.now()))
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(SystemTime::now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// How far a clock is from another one, in seconds: positive when the other is ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Offset(pub(crate) i64);

impl Offset {
    /// From `ours` to `other`.
    pub(crate) fn between(ours: SystemTime, other: SystemTime) -> Self {
        let seconds = |span: Duration| i64::try_from(span.as_secs()).unwrap_or(i64::MAX);
        match other.duration_since(ours) {
            Ok(ahead) => Self(seconds(ahead)),
            Err(behind) => Self(-seconds(behind.duration())),
        }
    }

    pub(crate) fn size(self) -> Duration {
        Duration::from_secs(self.0.unsigned_abs())
    }

    pub(crate) fn is_within(self, tolerance: Duration) -> bool {
        self.size() <= tolerance
    }

    fn applied_to(self, time: SystemTime) -> SystemTime {
        let moved = if self.0 < 0 { time.checked_sub(self.size()) } else { time.checked_add(self.size()) };
        moved.unwrap_or(time)
    }
}
