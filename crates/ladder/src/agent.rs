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

/// How long answers under way may take when the agent is told to end.
const FINISHING_MAX: Duration = Duration::from_secs(5);

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
    /// Dropped, it ends the accepting.
    stop: Option<oneshot::Sender<()>>,
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
        Ok(Self { url, task, stop: Some(stop) })
    }

    /// What goes into GOPROXY. It is a secret of the user.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Accepts nobody any more, and waits for the answers under way: 5 seconds at most, then they are cut.
    pub async fn finish(mut self) {
        drop(self.stop.take());
        // That it was cut, or has panicked, makes no difference at the end.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn answers(options: AgentOptions, address: SocketAddr, word: &str) -> io::Result<Options> {
    Ok(Options {
        prefix: Prefix::parse(word).map_err(io::Error::other)?.secret(),
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
        drain_timeout: FINISHING_MAX,
        connections_max: CONNECTIONS_MAX,
    }
}

/// 128 bits that nobody can guess, as hexadecimal digits.
fn random_word() -> io::Result<String> {
    let mut bytes = [0; WORD_BYTES];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use gomod::ModulePath;
    use source::{Answer, Ask, Ctx, Failure, Origin, Trail};
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;

    use super::*;

    /// Has one list.
    #[derive(Debug)]
    struct Lists;

    #[async_trait::async_trait]
    impl Source for Lists {
        async fn ask(&self, ask: &Ask, _: &Ctx) -> Result<Answer, Failure> {
            assert_eq!(*ask, Ask::List(ModulePath::parse("a.example/m").unwrap()));
            Ok(Answer::live("v1.0.0\n".into(), Origin::new("lists"), Trail::default()))
        }
    }

    fn options(port: u16) -> AgentOptions {
        AgentOptions {
            port,
            word: None,
            databases: Vec::new(),
            ask_timeout: Duration::from_secs(30),
            observers: Observers::default(),
        }
    }

    /// The status of one request.
    async fn status(address: &str, path: &str, host: &str) -> u16 {
        answer(address, path, host).await.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// The answer to one request, with its head.
    async fn answer(address: &str, path: &str, host: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn its_word_is_in_no_answer() {
        let agent = Agent::start(Arc::new(Lists), options(0)).await.unwrap();
        let (address, word) = agent.url().strip_prefix("http://").unwrap().split_once('/').unwrap();
        for (path, host) in [("/", address), ("/a.example/m/@v/list", address), ("/", "evil.example")] {
            let answer = answer(address, path, host).await;
            assert!(answer.starts_with("HTTP/1.1 4") && !answer.contains(word), "{answer}");
        }
    }

    /// Answers when it is told to.
    #[derive(Debug, Default)]
    struct Slow {
        asked: tokio::sync::Notify,
        answered: tokio::sync::Notify,
    }

    #[async_trait::async_trait]
    impl Source for Slow {
        async fn ask(&self, _: &Ask, _: &Ctx) -> Result<Answer, Failure> {
            self.asked.notify_one();
            self.answered.notified().await;
            Ok(Answer::live("v1.0.0\n".into(), Origin::new("slow"), Trail::default()))
        }
    }

    #[tokio::test]
    async fn told_to_end_it_finishes_what_is_under_way() {
        let slow = Arc::new(Slow::default());
        let agent = Agent::start(slow.clone(), options(0)).await.unwrap();
        let (address, word) = agent.url().strip_prefix("http://").unwrap().split_once('/').unwrap();
        let (address, path) = (address.to_owned(), format!("/{word}/a.example/m/@v/list"));
        let asking = tokio::spawn(async move { answer(&address, &path, &address).await });
        slow.asked.notified().await;
        let finishing = tokio::spawn(agent.finish());
        slow.answered.notify_one();
        finishing.await.unwrap();
        assert!(asking.await.unwrap().ends_with("v1.0.0\n"));
    }

    #[tokio::test]
    async fn told_to_end_it_leaves_its_port() {
        let agent = Agent::start(Arc::new(Lists), options(0)).await.unwrap();
        let (address, word) = agent.url().strip_prefix("http://").unwrap().split_once('/').unwrap();
        let (address, list) = (address.to_owned(), format!("/{word}/a.example/m/@v/list"));
        agent.finish().await;
        // Another test may have the port by now; it does not know the word.
        let is_left = TcpStream::connect(&address).await.is_err();
        assert!(is_left || status(&address, &list, &address).await != 200);
    }

    #[tokio::test]
    async fn it_answers_nobody_who_does_not_know_its_word_and_its_host() {
        let agent = Agent::start(Arc::new(Lists), options(0)).await.unwrap();
        let (address, word) = agent.url().strip_prefix("http://").unwrap().split_once('/').unwrap();
        let list = "/a.example/m/@v/list";
        assert_eq!(word.len(), 2 * WORD_BYTES);
        assert_eq!(status(address, &format!("/{word}{list}"), address).await, 200);
        assert_eq!(status(address, list, address).await, 404);
        assert_eq!(
            status(address, &format!("/0{}{list}", &word[1..]), address).await,
            if word.starts_with('0') { 200 } else { 404 }
        );
        assert_eq!(status(address, &format!("/{word}{list}"), "evil.example").await, 421);
        assert_eq!(status(address, "/healthz", "evil.example").await, 421);
    }

    #[tokio::test]
    async fn a_port_that_is_taken_is_an_error_and_two_agents_have_two_words() {
        let one = Agent::start(Arc::new(Lists), options(0)).await.unwrap();
        let port = one.url().split(':').nth(2).unwrap().split('/').next().unwrap().parse().unwrap();
        assert!(Agent::start(Arc::new(Lists), options(port)).await.is_err());
        let other = Agent::start(Arc::new(Lists), options(0)).await.unwrap();
        assert_ne!(one.url().rsplit('/').next(), other.url().rsplit('/').next());
    }
}
