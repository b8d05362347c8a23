//! The faults, in the layers in which they sit, and what has to be said of each.

use doctor::Cause;

/// How the connection fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    Good,
    Dns,
    NoRoute,
    Refused,
    /// Taken, and then nothing; with TLS, before it.
    Silent,
    /// No TLS where there should be some.
    Plain,
}

/// Which certificate is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Paper {
    Good,
    Ending,
    Expired,
    Early,
    OtherHost,
    /// Of an authority that nobody knows; each place has another one.
    Unknown,
    SelfSigned,
    /// Of an authority that has the name of one that is trusted, and another key.
    Namesake,
    /// Of an authority whose name says what it does.
    Inspector,
    /// Of one that nobody knows, which vouches for all places of the case that have this one.
    Interceptor,
    ExpiredOtherHost,
    UnknownEarly,
}

/// How it answers, whatever it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    Good,
    Silent,
    StalledHead,
    StalledBody,
    HungUp,
    CutBody,
    NotHttp,
    Circle,
    ToPlain,
    Page,
    PageElsewhere,
    Status(u16),
}

/// What it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goods {
    Right,
    NoJson,
    OtherVersion,
    OtherMod,
    OtherZip,
    /// A zip with the files of another version.
    WrongZip,
    /// A database with a key that nobody knows.
    OtherKey,
    /// A database that says something else than go.sum.
    OtherSums,
}

impl Line {
    pub(crate) const BAD: [Self; 5] = [Self::Dns, Self::NoRoute, Self::Refused, Self::Silent, Self::Plain];

    pub(crate) fn cause(self) -> Option<Cause> {
        Some(match self {
            Self::Good => return None,
            Self::Dns => Cause::Dns,
            Self::NoRoute => Cause::NoRoute,
            Self::Refused => Cause::Refused,
            Self::Silent => Cause::TimeoutBeforeHeaders,
            Self::Plain => Cause::TlsFailed,
        })
    }
}

impl Paper {
    pub(crate) const BAD: [Self; 11] = [
        Self::Ending,
        Self::Expired,
        Self::Early,
        Self::OtherHost,
        Self::Unknown,
        Self::SelfSigned,
        Self::Namesake,
        Self::Inspector,
        Self::Interceptor,
        Self::ExpiredOtherHost,
        Self::UnknownEarly,
    ];

    /// Whether anything may be asked behind it.
    pub(crate) fn is_good(self) -> bool {
        matches!(self, Self::Good | Self::Ending)
    }

    pub(crate) fn causes(self) -> &'static [Cause] {
        match self {
            Self::Good => &[],
            Self::Ending => &[Cause::CertificateExpiring],
            Self::Expired => &[Cause::CertificateExpired],
            Self::Early => &[Cause::CertificateNotYetValid],
            Self::OtherHost => &[Cause::CertificateWrongHost],
            Self::Unknown | Self::SelfSigned | Self::Namesake => &[Cause::CertificateUnknownAuthority],
            Self::Inspector | Self::Interceptor => &[Cause::Interception],
            Self::ExpiredOtherHost => &[Cause::CertificateExpired, Cause::CertificateWrongHost],
            Self::UnknownEarly => &[Cause::CertificateUnknownAuthority, Cause::CertificateNotYetValid],
        }
    }
}

impl Manner {
    pub(crate) const BAD: [Self; 22] = [
        Self::Silent,
        Self::StalledHead,
        Self::StalledBody,
        Self::HungUp,
        Self::CutBody,
        Self::NotHttp,
        Self::Circle,
        Self::ToPlain,
        Self::Page,
        Self::PageElsewhere,
        Self::Status(401),
        Self::Status(403),
        Self::Status(451),
        Self::Status(407),
        Self::Status(429),
        Self::Status(500),
        Self::Status(502),
        Self::Status(503),
        Self::Status(504),
        Self::Status(418),
        Self::Status(204),
        Self::Status(511),
    ];

    /// Whether its answers have a date.
    pub(crate) fn tells_time(self) -> bool {
        !matches!(self, Self::Silent | Self::StalledHead | Self::HungUp | Self::NotHttp)
    }

    pub(crate) fn cause(self) -> Option<Cause> {
        Some(match self {
            Self::Good => return None,
            Self::Silent => Cause::TimeoutBeforeHeaders,
            Self::StalledHead => Cause::TimeoutInHeaders,
            Self::StalledBody => Cause::TimeoutInBody,
            Self::HungUp | Self::CutBody => Cause::BrokenOff,
            Self::NotHttp => Cause::NotHttp,
            Self::Circle | Self::ToPlain => Cause::BadRedirect,
            Self::Page | Self::PageElsewhere | Self::Status(511) => Cause::Page,
            Self::Status(401) => Cause::Unauthorized,
            Self::Status(403 | 451) => Cause::Forbidden,
            Self::Status(407) => Cause::ProxyAuthentication,
            Self::Status(429) => Cause::RateLimited,
            Self::Status(500..) => Cause::ServerError,
            Self::Status(_) => Cause::UnexpectedStatus,
        })
    }
}

impl Goods {
    pub(crate) const BAD_OF_PROXIES: [Self; 5] =
        [Self::NoJson, Self::OtherVersion, Self::OtherMod, Self::OtherZip, Self::WrongZip];
    pub(crate) const BAD_OF_DATABASES: [Self; 2] = [Self::OtherKey, Self::OtherSums];

    pub(crate) fn cause(self) -> Option<Cause> {
        Some(match self {
            Self::Right => return None,
            Self::NoJson | Self::OtherVersion | Self::WrongZip => Cause::WrongContent,
            Self::OtherMod | Self::OtherZip => Cause::WrongHash,
            Self::OtherKey => Cause::BadSignature,
            Self::OtherSums => Cause::SumsDisagree,
        })
    }
}
