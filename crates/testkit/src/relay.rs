//! `Relay`: a TCP way that is as slow as a real one.
//!
//! The kernel of a test machine may have no means to delay packets, so this passes bytes on when a line of a given speed
//! and length would have.

mod line;

use std::future::pending;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::watch;

use crate::listening::Listening;
use line::Line;

/// How a relay treats what passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelaySpec {
    /// How long each byte is on its way, each way.
    pub delay: Duration,
    /// How many round trips it takes to connect, before the client's first byte sets out.
    pub connect_round_trips: u32,
    /// How many bytes all connections together may send in a second, each way; 0 is without limit.
    pub bytes_per_second: u64,
}

impl RelaySpec {
    /// The way of the issue's numbers: 25 ms each way, one more round trip to connect, 100 Mbit/s each way.
    pub const ISSUE: Self =
        Self { delay: Duration::from_millis(25), connect_round_trips: 1, bytes_per_second: 100_000_000 / 8 };

    /// No delay and no limit: what passes is counted, no more.
    pub const NONE: Self = Self { delay: Duration::ZERO, connect_round_trips: 0, bytes_per_second: 0 };
}

/// A relay from a loopback port of its own to an address. Dropping it breaks all its connections.
#[derive(Debug)]
pub struct Relay {
    listening: Listening,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    target: SocketAddr,
    connect: Duration,
    up: Line,
    down: Line,
    up_bytes: AtomicU64,
    down_bytes: AtomicU64,
    connections: AtomicUsize,
    /// How often all connections were frozen.
    frozen: watch::Sender<usize>,
}

impl Relay {
    /// Relays to this address.
    pub fn start(target: SocketAddr, spec: RelaySpec) -> Self {
        let line = || Line::new(spec.delay, spec.bytes_per_second);
        let shared = Arc::new(Shared {
            target,
            connect: spec.delay * 2 * spec.connect_round_trips,
            up: line(),
            down: line(),
            up_bytes: AtomicU64::default(),
            down_bytes: AtomicU64::default(),
            connections: AtomicUsize::default(),
            frozen: watch::Sender::default(),
        });
        let of_connections = Arc::clone(&shared);
        let listening = Listening::start(move |stream| relay(stream, Arc::clone(&of_connections)));
        Self { listening, shared }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.listening.address()
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// Passes nothing more on the connections that there are, and leaves them open, as a way does that has been lost. Later ones are
    /// as ever.
    pub fn freeze(&self) {
        self.shared.frozen.send_modify(|times| *times += 1);
    }

    /// How many bytes went from clients to the target.
    pub fn up_bytes(&self) -> u64 {
        self.shared.up_bytes.load(Ordering::Relaxed)
    }

    /// How many bytes went from the target to clients.
    pub fn down_bytes(&self) -> u64 {
        self.shared.down_bytes.load(Ordering::Relaxed)
    }
}

async fn relay(client: TcpStream, shared: Arc<Shared>) {
    let mut frozen = shared.frozen.subscribe();
    shared.connections.fetch_add(1, Ordering::Relaxed);
    tokio::time::sleep(shared.connect).await;
    // A target that is gone looks to the client like one that hangs up.
    let Ok(target) = TcpStream::connect(shared.target).await else { return };
    let _ = target.set_nodelay(true);
    let ((from_client, to_client), (from_target, to_target)) = (client.into_split(), target.into_split());
    let mut passing = pin!(async {
        tokio::join!(
            pass(from_client, to_target, &shared.up, &shared.up_bytes),
            pass(from_target, to_client, &shared.down, &shared.down_bytes),
        )
    });
    tokio::select! {
        _ = &mut passing => {}
        // The connections go on to exist with what is not driven any more.
        _ = frozen.changed() => pending().await,
    }
}

async fn pass(from: OwnedReadHalf, to: OwnedWriteHalf, line: &Line, counter: &AtomicU64) {
    // A break on either side ends both halves soon; there is nobody to tell.
    let _ = line.pass(from, to, counter).await;
}
