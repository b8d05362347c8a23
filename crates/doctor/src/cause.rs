//! The causes that are told apart, and what to do about each: one table.

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing has to be done.
    Note,
    /// It works, and somebody should look at it.
    Warning,
    /// It does not work.
    Broken,
}

impl Severity {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Broken => "broken",
        }
    }
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// This machine has no way to the address.
    NoRoute,
    /// The host has no address.
    Dns,
    /// Nobody listens there.
    Refused,
    /// The connection failed in another way.
    Unconnected,
    /// Not a byte of an answer within the time.
    TimeoutBeforeHeaders,
    /// The head of the answer stopped.
    TimeoutInHeaders,
    /// The body of the answer stopped.
    TimeoutInBody,
    /// The connection was closed in the middle.
    BrokenOff,
    /// There is no TLS there, or none that we share.
    TlsFailed,
    /// The certificate's time is over.
    CertificateExpired,
    /// The certificate's time has not come.
    CertificateNotYetValid,
    /// The certificate is another host's.
    CertificateWrongHost,
    /// Nobody whom we trust vouches for the certificate.
    CertificateUnknownAuthority,
    /// The certificate cannot be used for another reason.
    CertificateUnusable,
    /// Somebody on the way opens the traffic and closes it again with a certificate of its own.
    Interception,
    /// The certificate ends soon.
    CertificateExpiring,
    /// What answers does not speak HTTP.
    NotHttp,
    /// A redirect that cannot be followed.
    BadRedirect,
    /// A page for people: a login, a captive portal.
    Page,
    /// 401.
    Unauthorized,
    /// 403, 451.
    Forbidden,
    /// 407.
    ProxyAuthentication,
    /// 429.
    RateLimited,
    /// 5xx.
    ServerError,
    /// Another status.
    UnexpectedStatus,
    /// An answer that is not what was asked for.
    WrongContent,
    /// Content with another hash than the right one.
    WrongHash,
    /// What the database has not signed.
    BadSignature,
    /// go.sum and the database say different things.
    SumsDisagree,
    /// The folder cannot be read.
    Folder,
    /// The place's clock is wrong.
    PlaceClock,
    /// It answers, and takes long to do so.
    Slow,
    /// This machine's clock is wrong.
    ClockSkew,
}

impl Cause {
    /// All causes, in the order in which they are documented.
    pub const ALL: [Self; 33] = [
        Self::NoRoute,
        Self::Dns,
        Self::Refused,
        Self::Unconnected,
        Self::TimeoutBeforeHeaders,
        Self::TimeoutInHeaders,
        Self::TimeoutInBody,
        Self::BrokenOff,
        Self::TlsFailed,
        Self::CertificateExpired,
        Self::CertificateNotYetValid,
        Self::CertificateWrongHost,
        Self::CertificateUnknownAuthority,
        Self::CertificateUnusable,
        Self::Interception,
        Self::CertificateExpiring,
        Self::NotHttp,
        Self::BadRedirect,
        Self::Page,
        Self::Unauthorized,
        Self::Forbidden,
        Self::ProxyAuthentication,
        Self::RateLimited,
        Self::ServerError,
        Self::UnexpectedStatus,
        Self::WrongContent,
        Self::WrongHash,
        Self::BadSignature,
        Self::SumsDisagree,
        Self::Folder,
        Self::PlaceClock,
        Self::Slow,
        Self::ClockSkew,
    ];

    /// The word for scripts.
    pub const fn code(self) -> &'static str {
        self.row().0
    }

    /// What it means, in one sentence without a stop.
    pub const fn meaning(self) -> &'static str {
        self.row().1
    }

    /// What to do about it.
    pub const fn fix(self) -> &'static str {
        self.row().2
    }

    /// How bad it is.
    pub const fn severity(self) -> Severity {
        match self {
            Self::CertificateExpiring | Self::PlaceClock | Self::Slow => Severity::Warning,
            _ => Severity::Broken,
        }
    }

    /// Code, meaning, and fix.
    const fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NoRoute | Self::Dns | Self::Refused | Self::Unconnected => self.of_connections(),
            Self::TimeoutBeforeHeaders | Self::TimeoutInHeaders | Self::TimeoutInBody | Self::BrokenOff => {
                self.of_silence()
            }
            Self::TlsFailed
            | Self::CertificateExpired
            | Self::CertificateNotYetValid
            | Self::CertificateWrongHost
            | Self::CertificateUnknownAuthority
            | Self::CertificateUnusable
            | Self::Interception
            | Self::CertificateExpiring => self.of_certificates(),
            Self::WrongContent | Self::WrongHash | Self::BadSignature | Self::SumsDisagree => {
                self.of_content()
            }
            Self::Folder | Self::PlaceClock | Self::Slow | Self::ClockSkew => self.of_the_rest(),
            _ => self.of_http(),
        }
    }

    const fn of_connections(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NoRoute => (
                "no-route",
                "this machine has no way to its address",
                "connect to the network or VPN that leads there, or look at routes and firewall (`ip route get ADDRESS`)",
            ),
            Self::Dns => (
                "dns",
                "its host name has no address",
                "see that the name is spelled right; else ask whoever runs your DNS, or connect to the VPN that knows the name",
            ),
            Self::Refused => (
                "refused",
                "nobody listens at its address and port",
                "start the server, or correct the port; if both are right, a firewall refuses the connection",
            ),
            _ => (
                "unconnected",
                "the connection cannot be made",
                "see what the system says above: a local firewall or a limit of this user is the usual reason",
            ),
        }
    }

    const fn of_silence(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::TimeoutBeforeHeaders => (
                "timeout-before-headers",
                "it does not begin to answer",
                "see whether the server hangs or a firewall drops the packets; a slow one may need a longer --first-byte-timeout",
            ),
            Self::TimeoutInHeaders => (
                "timeout-in-headers",
                "its answer stops in the headers",
                "restart what stands there: a server or a middle box that hangs in its headers is broken",
            ),
            Self::TimeoutInBody => (
                "timeout-in-body",
                "its answer stops in the body",
                "see whether its storage hangs, or whether a middle box holds large answers back (scanning, MTU)",
            ),
            _ => (
                "broken-off",
                "it closes the connection in the middle",
                "look into its log, and into that of load balancers and filters between: one of them cuts",
            ),
        }
    }

    const fn of_certificates(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::TlsFailed => (
                "tls-failed",
                "there is no TLS there, or none that both sides know",
                "see that the port speaks TLS (http:// for one that does not), and a client certificate if it wants one ([[place]])",
            ),
            Self::CertificateExpired => (
                "certificate-expired",
                "its certificate has expired",
                "have its owner renew the certificate, and reload the server",
            ),
            Self::CertificateNotYetValid => (
                "certificate-not-yet-valid",
                "its certificate is not valid yet",
                "have its owner use one that is; the clock of whoever issued it may be wrong",
            ),
            Self::CertificateWrongHost => (
                "certificate-wrong-host",
                "its certificate is for another host",
                "use a name that the certificate has, or have its owner get one for this name",
            ),
            Self::CertificateUnknownAuthority => (
                "certificate-unknown-authority",
                "nobody whom this machine trusts vouches for its certificate",
                "if it is your company's authority, name it with --ca-file or `ca-file` in [[place]] (for go: SSL_CERT_FILE)",
            ),
            Self::Interception => (
                "interception",
                "somebody on the way opens the encrypted traffic",
                "have the inspection leave this host alone, or trust its authority with --ca-file (for go: SSL_CERT_FILE)",
            ),
            Self::CertificateExpiring => (
                "certificate-expiring",
                "its certificate ends soon",
                "have its owner renew the certificate before that",
            ),
            _ => (
                "certificate-unusable",
                "its certificate cannot be used",
                "have its owner get a certificate for servers, and send the whole chain",
            ),
        }
    }

    const fn of_http(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NotHttp => (
                "not-http",
                "what answers there does not speak HTTP",
                "correct the port or the scheme (https:// for a port with TLS)",
            ),
            Self::BadRedirect => (
                "bad-redirect",
                "it redirects to where nobody may follow",
                "have its owner correct the redirect: never in a circle, never from https to http",
            ),
            Self::Page => (
                "page",
                "a page for people stands where modules should be",
                "log in to the network (captive portal) or to the server in a browser; or correct the path in the URL",
            ),
            Self::Unauthorized => (
                "unauthorized",
                "it wants to know who you are (401)",
                "put user and token into netrc or a [[place]] table of your settings; if they are there, renew them",
            ),
            Self::Forbidden => (
                "forbidden",
                "it knows the question and refuses it (403)",
                "ask whoever runs it for the right to read there, or whether the module is blocked by a policy",
            ),
            Self::ProxyAuthentication => (
                "proxy-authentication",
                "the HTTP proxy on the way wants to know who you are (407)",
                "put user and password into HTTPS_PROXY, or the host into NO_PROXY if it can be reached directly",
            ),
            Self::RateLimited => (
                "rate-limited",
                "it has had too many requests from here (429)",
                "wait, and let builds share a cache (`modkeep serve`) so that it is asked less",
            ),
            Self::ServerError => (
                "server-error",
                "the server fails (5xx)",
                "look into its log, or wait: the fault is on its side",
            ),
            _ => (
                "unexpected-status",
                "it answers with a status that means nothing here",
                "see that the URL is that of a module proxy or a checksum database, with its whole path",
            ),
        }
    }

    const fn of_content(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::WrongContent => (
                "wrong-content",
                "it answers something else than what was asked for",
                "have its owner empty its cache for this module; until then take it out of GOPROXY",
            ),
            Self::WrongHash => (
                "wrong-hash",
                "its content does not have the hash on record",
                "do not use it: tell its owner, keep what it sent, and take it out of GOPROXY until it is known why",
            ),
            Self::BadSignature => (
                "bad-signature",
                "it says what the database has not signed",
                "see that GOSUMDB has the right key; if it has, somebody stands between you and the database",
            ),
            _ => (
                "sums-disagree",
                "the database has another hash than go.sum",
                "find out when and by whom the line of go.sum was made: a tag was moved, or one of the two was tampered with",
            ),
        }
    }

    const fn of_the_rest(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Folder => (
                "folder",
                "its folder cannot be read",
                "mount it or make it readable, or correct the path in GOPROXY",
            ),
            Self::PlaceClock => (
                "place-clock",
                "its clock is wrong",
                "have its owner set its clock (NTP): certificates and caches depend on it",
            ),
            Self::Slow => (
                "slow",
                "it takes long to answer",
                "see which step takes the time; a cache nearby (`modkeep serve`) makes up for a place far away",
            ),
            _ => (
                "clock-skew",
                "the clock of this machine is wrong",
                "set the clock, and let NTP keep it (`timedatectl set-ntp true`)",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_a_word_of_its_own_and_something_to_do() {
        for (at, cause) in Cause::ALL.iter().enumerate() {
            assert!(Cause::ALL[at + 1..].iter().all(|other| other.code() != cause.code()), "{cause:?}");
            assert!(!cause.fix().is_empty() && !cause.meaning().ends_with('.'), "{cause:?}");
            assert_eq!(cause.code().replace('-', ""), format!("{cause:?}").to_lowercase(), "{cause:?}");
        }
    }
}
