//! What comes in is sent before it counts to those who have waited long, and its end only when it counts.
//!
//! The clock is tokio's own: it stands still while anything else can happen, so that hours pass in no time.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may stop loudly")]

mod common;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use common::{PATH, modules};
use futures_util::stream::{self, StreamExt};
use source::conformance::asks_about;
use source::{
    Answer, Ask, Assurance, Body, Checked, Coalesced, Ctx, Failure, Origin, Progress, Source, Spool, Trail,
};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

const LONG_ENOUGH: Duration = Duration::from_secs(10);
const AN_HOUR: Duration = Duration::from_hours(1);
const HELD_BACK: usize = 256 << 10;

fn zip() -> Ask {
    asks_about(PATH, "v1.2.0")[4].clone()
}

fn content() -> Bytes {
    modules()[1].zip()
}

/// A place whose answers come from channels, one for each time that it is asked. It says of each that all of it is there.
#[derive(Debug)]
struct Slow {
    pieces: Mutex<VecDeque<Receiver<Bytes>>>,
    announced: Option<u64>,
    /// The first answer moves for so long instead, and then stands still.
    stands_still_after: Mutex<Option<Duration>>,
}

impl Slow {
    fn new(answers: Vec<Receiver<Bytes>>, announced: Option<u64>) -> Self {
        Self { pieces: Mutex::new(answers.into()), announced, stands_still_after: Mutex::default() }
    }

    fn show(&self, progress: &Progress) {
        match self.stands_still_after.lock().unwrap().take() {
            Some(after) => drop(tokio::spawn(move_for(after, progress.clone()))),
            None => progress.whole(),
        }
    }
}

async fn move_for(time: Duration, progress: Progress) {
    progress.head();
    let begun = Instant::now();
    while begun.elapsed() < time {
        progress.bytes(100_000);
        sleep(Duration::from_millis(100)).await;
    }
}

#[async_trait::async_trait]
impl Source for Slow {
    async fn ask(&self, _: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let pieces = self.pieces.lock().unwrap().pop_front().expect("it is not asked more often");
        ctx.progress.iter().for_each(|progress| self.show(progress));
        let chunks = stream::unfold(pieces, |mut pieces| async { Some((Ok(pieces.recv().await?), pieces)) });
        let body = Body::stream(chunks, self.announced);
        Ok(Answer::live(body, Origin::new("slow"), Trail::default()))
    }
}

/// A place that has sent everything and not yet said that this was all; and what ends it when it is dropped.
fn nearly_done(announced: Option<u64>, spool: &Path) -> (Coalesced<Checked<Slow>>, Sender<Bytes>) {
    let (pieces, sender) = sent(size());
    (asked_of(Slow::new(vec![pieces], announced), spool), sender)
}

/// The first bytes of the zip, sent; the end comes when the sender is dropped.
fn sent(bytes: u64) -> (Receiver<Bytes>, Sender<Bytes>) {
    let (sender, pieces) = channel(1000);
    let content = content();
    for piece in content[..usize::try_from(bytes).unwrap()].chunks(50_000) {
        sender.try_send(content.slice_ref(piece)).unwrap();
    }
    (pieces, sender)
}

fn asked_of(slow: Slow, spool: &Path) -> Coalesced<Checked<Slow>> {
    Coalesced::new(Checked::new(slow, Spool::new(spool)), AN_HOUR * 10)
}

fn size() -> u64 {
    content().len() as u64
}

/// Whether anything is to be had before the place is done.
async fn comes_early(source: &Coalesced<Checked<Slow>>) -> bool {
    timeout(AN_HOUR, source.ask(&zip(), &Ctx::within(AN_HOUR * 2))).await.is_ok()
}

#[tokio::test(start_paused = true)]
async fn the_beginning_is_sent_after_a_while_and_the_last_block_when_the_answer_counts() {
    let folder = tempfile::tempdir().unwrap();
    let (source, last) = nearly_done(Some(size()), folder.path());
    let source = source.streaming_after(Some(LONG_ENOUGH));
    let begun = Instant::now();
    let answer = source.ask(&zip(), &Ctx::within(AN_HOUR)).await.unwrap();
    assert!(begun.elapsed() >= LONG_ENOUGH, "most zips are there by then");
    assert_eq!(
        (answer.assurance, answer.sha256, answer.body.size()),
        (Assurance::RECEIVED, None, Some(size()))
    );
    let (mut got, mut chunks) = (Vec::new(), answer.body.into_chunks());
    while let Ok(chunk) = timeout(AN_HOUR, chunks.next()).await {
        got.extend_from_slice(&chunk.unwrap().unwrap());
    }
    assert_eq!(got.len(), content().len() - HELD_BACK, "all is there, and nobody has looked at it");
    drop(last);
    while let Some(chunk) = chunks.next().await {
        got.extend_from_slice(&chunk.unwrap());
    }
    assert_eq!(got, content());
}

#[tokio::test(start_paused = true)]
async fn switched_off_nothing_is_sent_before_the_answer_counts() {
    let folder = tempfile::tempdir().unwrap();
    let (source, last) = nearly_done(Some(size()), folder.path());
    assert!(!comes_early(&source).await);
    drop(last);
    let answer = source.ask(&zip(), &Ctx::within(AN_HOUR)).await.unwrap();
    assert!(answer.assurance > Assurance::RECEIVED);
}

#[tokio::test(start_paused = true)]
async fn where_the_last_block_is_not_known_nothing_is_sent_before() {
    let folder = tempfile::tempdir().unwrap();
    for (announced, spool) in [(None, folder.path()), (Some(size()), Path::new("/dev/null/no"))] {
        let (source, _last) = nearly_done(announced, spool);
        let source = source.streaming_after(Some(LONG_ENOUGH));
        assert!(!comes_early(&source).await, "{announced:?} {spool:?}");
    }
}

/// Somebody looks ahead, and then somebody asks: what both get.
async fn ahead_and_asked(
    source: &Arc<Coalesced<Checked<Slow>>>,
) -> (JoinHandle<Result<Answer, Failure>>, Answer) {
    let looking = source.clone();
    let ahead = async move { looking.ask(&zip(), &Ctx::within(AN_HOUR * 9).ahead()).await };
    let ahead = tokio::spawn(ahead);
    tokio::task::yield_now().await;
    (ahead, source.ask(&zip(), &Ctx::within(AN_HOUR)).await.unwrap())
}

#[tokio::test(start_paused = true)]
async fn who_asks_for_what_was_begun_ahead_is_sent_the_beginning_too() {
    let folder = tempfile::tempdir().unwrap();
    let (source, last) = nearly_done(Some(size()), folder.path());
    let source = Arc::new(source.streaming_after(Some(LONG_ENOUGH)));
    let (ahead, answer) = ahead_and_asked(&source).await;
    assert_eq!((answer.assurance, answer.body.size()), (Assurance::RECEIVED, Some(size())));
    assert!(!ahead.is_finished(), "who looks ahead waits for what counts");
    drop(last);
    assert_eq!(answer.body.into_bytes(size()).await.unwrap(), content());
    assert!(ahead.await.unwrap().unwrap().assurance > Assurance::RECEIVED);
}

#[tokio::test(start_paused = true)]
async fn where_what_was_begun_ahead_breaks_off_it_is_asked_anew_for_the_rest() {
    let ((broken, cut), (whole, last)) = (sent(size() - 50_000), sent(size()));
    let slow = Slow::new(vec![broken, whole], Some(size()));
    let ahead = begun_ahead_and_ended_anew(slow, vec![cut, last]).await;
    assert!(ahead.await.unwrap().is_err());
}

#[tokio::test(start_paused = true)]
async fn where_what_was_begun_ahead_stands_still_it_is_asked_anew_for_the_rest() {
    let ((halting, held), (whole, last)) = (sent(size() - 50_000), sent(size()));
    let slow = Slow::new(vec![halting, whole], Some(size()));
    *slow.stands_still_after.lock().unwrap() = Some(LONG_ENOUGH * 2);
    let begun = Instant::now();
    let ahead = begun_ahead_and_ended_anew(slow, vec![last]).await;
    assert!(begun.elapsed() < LONG_ENOUGH * 3, "the client does not wait for the one that stands still");
    assert!(!ahead.is_finished());
    drop(held);
}

/// Has a zip begun ahead and its beginning sent, then drops `ends`: all comes, the rest from elsewhere. Who looked ahead.
async fn begun_ahead_and_ended_anew(
    slow: Slow,
    ends: Vec<Sender<Bytes>>,
) -> JoinHandle<Result<Answer, Failure>> {
    let folder = tempfile::tempdir().unwrap();
    let source = Arc::new(asked_of(slow, folder.path()).streaming_after(Some(LONG_ENOUGH)));
    let (ahead, answer) = ahead_and_asked(&source).await;
    let mut chunks = answer.body.into_chunks();
    let mut got = chunks.next().await.unwrap().unwrap().to_vec();
    drop(ends);
    while let Some(chunk) = chunks.next().await {
        got.extend_from_slice(&chunk.unwrap());
    }
    assert_eq!(got, content());
    ahead
}
