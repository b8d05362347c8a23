//! What was seen at a place, before anybody says what it means.

use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use gomod::H1;
use gomod::gosumdb::Sums;

use crate::certificate::Shown;

/// All that was seen at one place.
#[derive(Debug, Clone, Default)]
pub struct Observation {
    /// How the first connection was made.
    pub way: Way,
    /// The certificate that the place has shown.
    pub certificate: Option<Shown>,
    /// From the start until the first answer's head.
    pub first_byte: Option<Duration>,
    /// What the place says about the time.
    pub reading: Option<Reading>,
    /// What was asked, and what came of it. The first trouble is the last answer.
    pub answers: Vec<Answer>,
    /// Whether credentials were kept back because the certificate is no good.
    pub is_withheld: bool,
}

/// How a connection was made, and how long each step took.
#[derive(Debug, Clone, Default)]
pub struct Way {
    /// The HTTP proxy that the environment names for this place, without its password.
    pub through: Option<String>,
    /// The addresses of the host that was connected to.
    pub addresses: Vec<IpAddr>,
    /// Finding them.
    pub dns: Option<Duration>,
    /// Connecting.
    pub tcp: Option<Duration>,
    /// Securing.
    pub tls: Option<Duration>,
}

/// Two clocks at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// What the place says.
    pub said: SystemTime,
    /// What this machine's clock shows.
    pub ours: SystemTime,
    /// Whether the place is on this machine, and so has the same clock.
    pub is_own: bool,
}

/// One question and what came of it.
#[derive(Debug, Clone)]
pub struct Answer {
    /// What was asked.
    pub question: Question,
    /// What came of it.
    pub outcome: Outcome,
}

/// What places are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// For a module that cannot exist: any proxy says so.
    Nobody,
    /// For the `.info` of the version.
    Info,
    /// For its `.mod`.
    GoMod,
    /// For its `.zip`.
    Zip,
    /// Whether the proxy mirrors the database.
    Supported,
    /// For the database's newest tree head.
    Latest,
    /// For the database's record of the version.
    Lookup,
}

impl Question {
    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nobody => "a module that cannot exist",
            Self::Info => ".info",
            Self::GoMod => ".mod",
            Self::Zip => ".zip",
            Self::Supported => "supported",
            Self::Latest => "latest",
            Self::Lookup => "lookup",
        }
    }
}

/// What came of a question.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// An answer of the right form.
    Content(Content),
    /// It does not exist there (404, 410).
    Absent,
    /// Another status than 200.
    Status(Refusal),
    /// A web page where there should be none.
    Page(Page),
    /// An answer that is not what was asked for.
    Wrong(String),
    /// What the database has not signed.
    Unsigned(String),
    /// No answer, or no whole one.
    Trouble(Trouble),
    /// It was not taken, for this reason.
    Untaken(String),
}

/// What a good answer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing that could be compared.
    Plain,
    /// A go.mod with this hash.
    GoMod(H1),
    /// A zip with this hash.
    Zip(H1),
    /// What the database has on record.
    Sums(Sums),
}

/// A status, and the words that came with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status.
    pub status: u16,
    /// The text for people, if it is plain, in one line.
    pub text: Option<String>,
    /// When to ask again, in the place's words.
    pub retry_after: Option<String>,
    /// The HTTP proxy on the way, if it was it that refused.
    pub by_proxy: Option<String>,
}

/// A web page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its title, if it has one.
    pub title: Option<String>,
    /// The other host that led there.
    pub elsewhere: Option<String>,
}

/// Up to where a connection was heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Before it stood.
    Connect,
    /// Before it was secured.
    Tls,
    /// Before the HTTP proxy on the way had connected it.
    Tunnel,
    /// Before the first byte of an answer.
    Answer,
}

impl Stage {
    /// What was waited for.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Connect => "a connection",
            Self::Tls => "the TLS handshake",
            Self::Tunnel => "the HTTP proxy to connect",
            Self::Answer => "the first byte of an answer",
        }
    }
}

/// Why there is no whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The host has no address that could be found.
    Dns(String),
    /// This machine knows no way to the address.
    NoRoute(String),
    /// Nobody listens.
    Refused(String),
    /// The connection failed in another way.
    Unconnected(String),
    /// Nothing was heard.
    Silent {
        /// For what was waited.
        stage: Stage,
        /// How long.
        waited: Duration,
    },
    /// The head of the answer began and did not end.
    StalledHead {
        /// Bytes of it.
        bytes: u64,
        /// How long was waited for the rest.
        waited: Duration,
    },
    /// The body began and did not end.
    StalledBody {
        /// Bytes of it.
        bytes: u64,
        /// How long was waited for more.
        waited: Duration,
    },
    /// There is no TLS there, or none that we share.
    Tls(String),
    /// The connection was closed in the middle.
    BrokenOff(String),
    /// Something else than HTTP came.
    NotHttp(String),
    /// A redirect that go would not follow either.
    Redirect(String),
    /// The HTTP proxy on the way did not connect.
    Tunnel(Refusal),
    /// The folder is not there or cannot be read.
    Folder(String),
    /// The certificate is no good, and our own was not shown to it; see [`Observation::certificate`].
    Distrusted,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(why)
            | Self::NoRoute(why)
            | Self::Refused(why)
            | Self::Unconnected(why)
            | Self::Tls(why)
            | Self::BrokenOff(why)
            | Self::NotHttp(why)
            | Self::Redirect(why)
            | Self::Folder(why) => f.write_str(why),
            Self::Silent { stage, waited } => {
                write!(f, "waited {} for {}", in_seconds(*waited), stage.name())
            }
            Self::StalledHead { bytes, waited } => {
                write!(f, "the answer's head stopped after {bytes} bytes, for {}", in_seconds(*waited))
            }
            Self::StalledBody { bytes, waited } => {
                write!(f, "the body stopped after {bytes} bytes, for {}", in_seconds(*waited))
            }
            Self::Tunnel(refusal) => write!(f, "the HTTP proxy on the way answers {}", refusal.status),
            Self::Distrusted => f.write_str("our own certificate is not shown to one that is no good"),
        }
    }
}

fn in_seconds(span: Duration) -> String {
    format!("{:.1} s", span.as_secs_f64())
}
