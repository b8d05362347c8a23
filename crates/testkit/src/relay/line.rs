//! One way of a relay: when each piece leaves, and when it arrives.

use std::io;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::time::{Instant, sleep_until};

/// The most that travels in one piece: 1.3 ms at 100 Mbit/s, so that connections share the line finely.
const PIECE_BYTES: usize = 16 * 1024;

/// Pieces of one connection that may be under way: 8 MiB, which no line here holds.
const UNDER_WAY_MAX: usize = 512;

/// How far ahead of the clock a connection may fill the line. Timers have a grain of a millisecond, and a line that waits for
/// one after each piece would be slower than its speed.
const AHEAD: Duration = Duration::from_millis(4);

/// A line that all connections share: one piece is sent after the other, and each is on its way for the same time.
#[derive(Debug)]
pub(super) struct Line {
    delay: Duration,
    bytes_per_second: u64,
    free_at: Mutex<Option<Instant>>,
}

/// A piece, and when its last byte arrives.
struct Piece {
    bytes: Bytes,
    arrives_at: Instant,
}

impl Line {
    pub(super) fn new(delay: Duration, bytes_per_second: u64) -> Self {
        Self { delay, bytes_per_second, free_at: Mutex::default() }
    }

    /// Takes the line for so many bytes, and says when the last of them has left.
    fn take(&self, bytes: usize, now: Instant) -> Instant {
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let begin = free_at.map_or(now, |free_at| free_at.max(now));
        let end = begin + self.time_of(bytes);
        *free_at = Some(end);
        end
    }

    fn time_of(&self, bytes: usize) -> Duration {
        match self.bytes_per_second {
            0 => Duration::ZERO,
            speed => Duration::from_nanos(bytes as u64 * 1_000_000_000 / speed),
        }
    }

    /// Passes everything on until the end, which it passes on too.
    pub(super) async fn pass(
        &self,
        from: OwnedReadHalf,
        to: OwnedWriteHalf,
        counter: &AtomicU64,
    ) -> io::Result<()> {
        let (sender, receiver) = mpsc::channel(UNDER_WAY_MAX);
        let sent = async {
            // The sender goes with this block, and so the receiver learns of the end.
            let sender = sender;
            self.send(from, &sender, counter).await
        };
        let (first, second) = tokio::join!(sent, receive(receiver, to));
        first.and(second)
    }

    async fn send(
        &self,
        mut from: OwnedReadHalf,
        sender: &Sender<Piece>,
        counter: &AtomicU64,
    ) -> io::Result<()> {
        loop {
            let mut bytes = BytesMut::with_capacity(PIECE_BYTES);
            let count = from.read_buf(&mut bytes).await?;
            counter.fetch_add(count as u64, Ordering::Relaxed);
            let left_at = self.take(count, Instant::now());
            let piece = Piece { bytes: bytes.freeze(), arrives_at: left_at + self.delay };
            if sender.send(piece).await.is_err() || count == 0 {
                return Ok(());
            }
            sleep_until(left_at - AHEAD).await;
        }
    }
}

/// Writes each piece when it arrives; an empty one is the end.
async fn receive(mut receiver: Receiver<Piece>, mut to: OwnedWriteHalf) -> io::Result<()> {
    while let Some(piece) = receiver.recv().await {
        sleep_until(piece.arrives_at).await;
        to.write_all(&piece.bytes).await?;
    }
    to.shutdown().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_follow_each_other_at_the_speed_of_the_line() {
        let line = Line::new(Duration::ZERO, 1_000_000);
        let now = Instant::now();
        assert_eq!(line.take(1000, now), now + Duration::from_millis(1));
        assert_eq!(line.take(2000, now), now + Duration::from_millis(3));
        let later = now + Duration::from_secs(1);
        assert_eq!(line.take(1000, later), later + Duration::from_millis(1), "an idle line saves nothing up");
    }

    #[test]
    fn a_line_without_limit_takes_no_time() {
        let now = Instant::now();
        assert_eq!(Line::new(Duration::ZERO, 0).take(usize::MAX, now), now);
    }
}
