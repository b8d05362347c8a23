//! The load generator: one thread, keep-alive connections, one request at a time on each, the same for every side.
//!
//! It does as little as it can, because what it costs limits what can be measured: requests are made beforehand, a body is
//! read and dropped. It asks for a whole set of paths in turn, as builds do, and not for one over and over.

mod answer;
mod connection;
mod once;
mod slow;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token};

use crate::proc;
use connection::Connection;
pub(crate) use once::get;
pub(crate) use slow::SlowReaders;

/// So many failed requests end a run: what is broken is not measured.
const FAILURES_MAX: u64 = 1000;

/// The longest that a run goes on without any answer, beyond its time.
const SILENCE: Duration = Duration::from_secs(10);

/// Read at once: large enough that the number of system calls does not limit a fast server.
const BUFFER_BYTES: usize = 512 << 10;

/// What is asked of whom.
#[derive(Debug)]
pub(crate) struct Load {
    /// The server.
    pub(crate) address: SocketAddr,
    /// The paths, asked in turn by all connections together.
    pub(crate) paths: Vec<String>,
    /// How many connections there are.
    pub(crate) connections: usize,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Whole answers with status 200.
    pub(crate) answers: u64,
    /// Other answers, refused or broken connections.
    pub(crate) failures: u64,
    /// Bytes of bodies, those of unfinished answers too.
    pub(crate) body_bytes: u64,
    /// How long it took.
    pub(crate) seconds: f64,
    /// Processor seconds of this thread.
    pub(crate) client_cpu: f64,
}

impl Tally {
    /// How busy both sides were, the server having used `server_cpu` seconds, and what failed.
    pub(crate) fn told(&self, server_cpu: f64) -> String {
        let [server, client] = [server_cpu, self.client_cpu].map(|cpu| 100.0 * cpu / self.seconds);
        let failed = if self.failures > 0 { format!(", {} failed", self.failures) } else { String::new() };
        format!("server {server:.0} % busy, client {client:.0} %{failed}")
    }
}

impl Load {
    /// Asks once on each connection, all at the same time, and waits for all answers or until `deadline` is over. What
    /// has no whole answer then has failed. The connections are open before the time begins to count.
    pub(crate) fn once(&self, deadline: Duration) -> Tally {
        let mut run = Run { asks_again: false, ..Run::new(self) };
        let begin = Instant::now();
        run.until(begin + deadline);
        run.tally.seconds = begin.elapsed().as_secs_f64();
        run.tally.failures = (self.connections as u64).saturating_sub(run.tally.answers);
        run.tally
    }

    /// Asks until `duration` is over. Answers that are under way then are cut.
    pub(crate) fn run(&self, duration: Duration) -> Tally {
        let mut run = Run::new(self);
        let (begin, cpu) = (Instant::now(), proc::own_cpu_seconds());
        run.until(begin + duration);
        run.tally.seconds = begin.elapsed().as_secs_f64();
        run.tally.client_cpu = proc::own_cpu_seconds() - cpu;
        run.tally
    }
}

struct Run {
    poll: Poll,
    address: SocketAddr,
    requests: Vec<Vec<u8>>,
    next: usize,
    connections: Vec<Connection>,
    asks_again: bool,
    tally: Tally,
}

impl Run {
    fn new(load: &Load) -> Self {
        let poll = Poll::new().expect("epoll");
        let requests = load.paths.iter().map(|path| request(load.address, path)).collect();
        let mut run = Self {
            poll,
            address: load.address,
            requests,
            next: 0,
            connections: Vec::new(),
            asks_again: true,
            tally: Tally::default(),
        };
        for at in 0..load.connections {
            let connection = run.connected(at);
            run.connections.push(connection);
        }
        run
    }

    fn connected(&self, at: usize) -> Connection {
        Connection::open(self.address, self.poll.registry(), Token(at))
    }

    fn until(&mut self, end: Instant) {
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut events = Events::with_capacity(1024);
        (0..self.connections.len()).for_each(|at| self.ask(at));
        let mut heard = Instant::now();
        while Instant::now() < end && !self.is_over() && heard.elapsed() < SILENCE {
            let left = end.saturating_duration_since(Instant::now());
            self.poll.poll(&mut events, Some(left)).expect("epoll");
            for event in &events {
                self.readable(event.token().0, &mut buffer);
                heard = Instant::now();
            }
        }
    }

    fn is_over(&self) -> bool {
        let Tally { answers, failures, .. } = self.tally;
        failures >= FAILURES_MAX || !self.asks_again && answers + failures >= self.connections.len() as u64
    }

    fn ask(&mut self, at: usize) {
        self.next = (self.next + 1) % self.requests.len();
        if self.connections[at].send(&self.requests[self.next]).is_err() {
            self.tally.failures += 1;
        }
    }

    fn readable(&mut self, at: usize, buffer: &mut [u8]) {
        let before = self.connections[at].body_bytes();
        let came = self.connections[at].receive(buffer);
        self.tally.body_bytes += self.connections[at].body_bytes() - before;
        match came {
            Ok(None) => return,
            Ok(Some(200)) => self.tally.answers += 1,
            Ok(Some(_)) | Err(_) => self.tally.failures += 1,
        }
        if !self.asks_again {
            return;
        }
        if came.is_err() || self.connections[at].is_over() {
            self.connections[at] = self.connected(at);
        }
        self.ask(at);
    }
}

/// The bytes of a request, with the header that go sends.
fn request(address: SocketAddr, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nUser-Agent: Go-http-client/1.1\r\n\r\n").into_bytes()
}
