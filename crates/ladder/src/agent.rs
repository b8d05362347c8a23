//! The agent: a source on a loopback port, for one go command or one user.
//!
//! Whoever does not know its address gets nothing from it: the path begins with a random word, and the `Host` must be the one that
//! go was given, so that no page in a browser can have it asked.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use gomod::gosumdb::DatabaseName;
use protocol::listen::{self, Limits};
use protocol::{Goproxy, Observers, Options, Prefix};
use source::Source;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Bytes of randomness in the path.
const WORD_BYTES: usize = 16;

/// How many connections one go command may open; go opens as many as it has threads.
const CONNECTIONS_MAX: usize = 1024;

/// How long a connection may idle. go keeps connections for a minute and a half.
const IDLE_MAX: Duration = Duration::from_mins(5);

/// How long go may take nothing of an answer: it may be stopped by its user for a while (Ctrl-Z).
const WRITE_MAX: Duration = Duration::from_hours(1);

/// What the agent answers, and how long it takes for it at most.
#[derive(Debug, Clone)]
pub struct AgentOptions {
    /// The port to take; 0 for any that is free.
    pub port: u16,
    /// The word in the path; none for a new random one.
    pub word: Option<String>,
    /// The checksum databases that are answered for.
    pub databases: Vec<DatabaseName>,
    /// How long one question may take.
    pub ask_timeout: Duration,
    /// Who is told of each request.
    pub observers: Observers,
}

/// A running agent. It ends when it is dropped.
#[derive(Debug)]
pub struct Agent {
    url: String,
    task: JoinHandle<()>,
    _stop: oneshot::Sender<()>,
}

impl Agent {
    /// Starts to answer what `source` answers.
    ///
    /// # Errors
    /// The port is taken, or the system has no randomness.
    pub async fn start(source: Arc<dyn Source>, options: AgentOptions) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let address = listener.local_addr()?;
        let word = options.word.clone().map_or_else(random_word, Ok)?;
        let url = format!("http://{address}/{word}");
        let goproxy = Goproxy::new(source, answers(options, address, &word)?);
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            listen::serve(listener, goproxy, limits(), stopped).await;
        });
        Ok(Self { url, task, _stop: stop })
    }

    /// What goes into GOPROXY. It is a secret of the user.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn answers(options: AgentOptions, address: SocketAddr, word: &str) -> io::Result<Options> {
    Ok(Options {
        prefix: Prefix::parse(word).map_err(io::Error::other)?,
        hosts: vec![address.to_string()],
        databases: options.databases,
        ask_timeout: options.ask_timeout,
        repeat_for: Duration::ZERO,
        observers: options.observers,
        ..Options::default()
    })
}

fn limits() -> Limits {
    Limits {
        header_timeout: IDLE_MAX,
        write_timeout: WRITE_MAX,
        drain_delay: Duration::ZERO,
        drain_timeout: Duration::ZERO,
        connections_max: CONNECTIONS_MAX,
    }
}

/// 128 bits that nobody can guess, as hexadecimal digits.
fn random_word() -> io::Result<String> {
    let mut bytes = [0; WORD_BYTES];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
