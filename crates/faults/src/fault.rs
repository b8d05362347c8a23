//! What a fault consists of.
//!
//! A fault is data: at which door a client meets it, what it does to an answer, which requests it touches and how often it
//! strikes. Two faults that differ in one of these share all the rest, so `hang~zip` is `hang` with other requests.

use std::fmt;

use crate::Touches;

/// One way in which a module proxy can be broken. All there are: [`crate::CATALOGUE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// A short name in lower case, such as `zip-cut`. `X~zip` is the fault `X` on zips only.
    pub name: &'static str,
    /// What is wrong, in one line.
    pub meaning: &'static str,
    /// Which requests it touches.
    pub touches: Touches,
    /// How often it strikes those that it touches.
    pub strikes: Strikes,
    pub(crate) door: Door,
    pub(crate) effect: Effect,
}

impl Fault {
    /// Something wrong with the answers to some requests, every time.
    pub(crate) const fn on(
        touches: Touches,
        name: &'static str,
        meaning: &'static str,
        effect: Effect,
    ) -> Self {
        Self { name, meaning, touches, strikes: Strikes::Always, door: Door::Plain, effect }
    }

    /// Something wrong with the connections.
    pub(crate) const fn at(door: Door, name: &'static str, meaning: &'static str) -> Self {
        let (touches, strikes) = (Touches::All, Strikes::Always);
        Self { name, meaning, touches, strikes, door, effect: Effect::Nothing }
    }

    /// A 502 now and then.
    pub(crate) const fn sometimes(strikes: Strikes, name: &'static str, meaning: &'static str) -> Self {
        let (touches, effect) = (Touches::All, Effect::Status(502));
        Self { name, meaning, touches, strikes, door: Door::Plain, effect }
    }

    /// The same behind TLS with a good certificate.
    pub(crate) const fn behind_tls(self) -> Self {
        Self { door: Door::Tls(Certificate::Good), ..self }
    }

    /// Whether a proxy with it does nothing wrong: there are two, to compare with.
    pub const fn is_harmless(&self) -> bool {
        matches!((self.door, self.effect), (Door::Plain | Door::Tls(Certificate::Good), Effect::Nothing))
    }

    /// Whether it is an authority that says no to who asks: then nobody should look for the same elsewhere.
    pub const fn is_refusal(&self) -> bool {
        matches!(self.effect, Effect::Status(401 | 403))
    }

    /// Whether a client that does not trust the authority of [`crate::FaultyProxy::ca_pem`] never meets it.
    pub const fn needs_trust(&self) -> bool {
        matches!(self.door, Door::Tls(_))
    }

    /// Whether nothing listens at its address: no request can be counted there.
    pub const fn is_nobody(&self) -> bool {
        matches!(self.door, Door::Nobody(_))
    }
}

/// How often a fault strikes among the requests that it touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strikes {
    /// Every time.
    Always,
    /// The first, the third, the fifth and so on, whoever asks for what.
    EveryOther,
    /// The first so many, whoever asks for what.
    First(u32),
    /// The first time that each address is asked for.
    OncePerFile,
}

impl fmt::Display for Strikes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.pad("always"),
            Self::EveryOther => f.pad("every other request"),
            Self::First(count) => write!(f, "the first {count} requests"),
            Self::OncePerFile => f.pad("the first request for each file"),
        }
    }
}

/// How a client finds the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// HTTP without TLS.
    Plain,
    /// HTTPS.
    Tls(Certificate),
    /// HTTPS that accepts connections and then never says a word.
    Mute,
    /// Closed in an orderly way (FIN) when a request has come.
    Closing,
    /// Broken (RST) when a request has come.
    Breaking,
    /// Nobody listens at this URL.
    Nobody(&'static str),
}

/// What the certificate says. All are signed by the authority of [`crate::FaultyProxy::ca_pem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certificate {
    /// It names the loopback address.
    Good,
    /// It was good until 2021.
    Expired,
    /// It names another host.
    OtherHost,
}

/// What is done to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing.
    Nothing,
    /// This status and a line of text in its place.
    Status(u16),
    /// A login page with status 200 in its place.
    LoginPage,
    /// An empty body with status 200 in its place.
    Empty,
    /// Half of the body, then the end, although the head told the whole length.
    Cut,
    /// Half of the body in chunks, and no last chunk.
    CutChunks,
    /// One bit of one byte in the middle is another one.
    Flip,
    /// A zip of another version of the module.
    OtherZip,
    /// A zip with a name that leads out of its folder.
    EvilZip,
    /// A .mod with one more line.
    OtherMod,
    /// An .info of another version.
    OtherInfo,
    /// No head, for ever.
    Silence,
    /// Half of the body, then nothing more, for ever.
    Stall,
    /// The body, one byte a second.
    Drip,
    /// A redirect to the same address.
    Loop,
    /// A redirect to the good proxy, which speaks HTTP without TLS.
    Downgrade,
    /// A body that says it is gzip and is not.
    BrokenGzip,
    /// A head of 12 MiB.
    HugeHead,
    /// A list without any version.
    NoVersions,
    /// A list without its newest version.
    NoNewest,
}
