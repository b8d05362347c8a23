//! From the upstream list to the places that are asked.
//!
//! Not every member can be asked: `direct` needs a repository reader, `off` ends the list, and a member that is this very
//! server would ask itself for ever. Each that is left out is told with its reason.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use gomod::goproxy::{Fallback, Place, ProxyList};
use url::Url;

use crate::exit::Exit;
use crate::mask;
use crate::report::{Failed, Problem};
use crate::settings::{Settings, table};

/// How long looking up one host name may take at the start.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(2);

/// What the list comes to.
pub(super) struct Upstreams {
    /// The places that are asked, in order.
    pub(super) members: Vec<Member>,
    /// The members that are not, with the reason.
    pub(super) left_out: Vec<String>,
    /// Reasons that the user should see as warnings.
    pub(super) warnings: Vec<Problem>,
}

/// One place that is asked.
pub(super) struct Member {
    /// Its URL, with credentials if it has any.
    pub(super) url: String,
    /// The separator behind it.
    pub(super) then: Fallback,
    /// Whether a file marks it as private.
    pub(super) private: bool,
}

impl Member {
    /// The URL as it may be shown.
    pub(super) fn shown(&self) -> String {
        mask::userinfo(&self.url)
    }
}

/// Chooses from the list of the settings, for a server that listens on `own`.
pub(super) async fn choose(settings: &Settings, own: SocketAddr) -> Result<Upstreams, Failed> {
    let list: ProxyList = settings.get(&table::UPSTREAM)?;
    let explicit = settings.value(&table::UPSTREAM)?.origin.is_explicit();
    let mut chosen = Upstreams { members: Vec::new(), left_out: Vec::new(), warnings: Vec::new() };
    for member in list.members() {
        match &member.place {
            Place::Direct => chosen.left_out.push(
                "direct: repositories are not read by this version; a client can do so with GOPROXY=<this server>,direct"
                    .to_owned(),
            ),
            Place::Off => chosen.left_out.push("off: nobody else is asked".to_owned()),
            Place::Url(url) if leads_to(url.as_str(), own).await => chosen.skip_self(url.as_str(), explicit, settings)?,
            Place::Url(url) => chosen.members.push(Member {
                url: url.as_str().to_owned(),
                then: member.then,
                private: settings.is_private(url.as_str()),
            }),
        }
    }
    Ok(chosen)
}

impl Upstreams {
    /// Inherited from go's settings it is what one gets by starting the server in a shell that is set up to use it, and
    /// harmless; given to modkeep itself it is a mistake.
    fn skip_self(&mut self, url: &str, explicit: bool, settings: &Settings) -> Result<(), Failed> {
        let origin = &settings.value(&table::UPSTREAM)?.origin;
        let url = mask::userinfo(url);
        let problem = Problem::new(format!("the upstream {url} ({origin}) is this server itself"));
        if explicit {
            let advice = "take it out of the list, or listen elsewhere with --listen";
            return Err(Failed::new(Exit::Config, problem.advise(advice)));
        }
        self.left_out.push(format!("{url}: this server itself"));
        self.warnings.push(problem.advise("it is skipped; name the places to ask with --upstream"));
        Ok(())
    }
}

/// Whether the URL leads to a server that listens on `own`.
async fn leads_to(url: &str, own: SocketAddr) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return false };
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let lookup = tokio::net::lookup_host((host, port));
    match tokio::time::timeout(LOOKUP_TIMEOUT, lookup).await {
        Ok(Ok(mut addresses)) => {
            port == own.port() && addresses.any(|address| is_served_by(address.ip(), own.ip()))
        }
        _ => false,
    }
}

/// Whether a connection to `ip` comes out at a listener on `own`.
fn is_served_by(ip: IpAddr, own: IpAddr) -> bool {
    ip == own || (own.is_unspecified() && is_of_this_machine(ip))
}

/// An address belongs to this machine when a socket can be bound to it. Nothing is sent.
fn is_of_this_machine(ip: IpAddr) -> bool {
    UdpSocket::bind((ip, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn this_server_is_recognised_by_every_name_of_it() {
        let own = |text: &str| text.parse::<SocketAddr>().unwrap();
        assert!(leads_to("http://127.0.0.1:3000", own("127.0.0.1:3000")).await);
        assert!(leads_to("http://localhost:3000/prefix", own("127.0.0.1:3000")).await);
        assert!(leads_to("http://127.0.0.1:3000", own("0.0.0.0:3000")).await);
        assert!(leads_to("http://[::1]:3000", own("[::1]:3000")).await);
        assert!(leads_to("http://127.0.0.1", own("0.0.0.0:80")).await);
    }

    #[tokio::test]
    async fn another_server_is_not() {
        let own = "127.0.0.1:3000".parse().unwrap();
        for other in ["http://127.0.0.1:3001", "http://127.0.0.2:3000", "http://192.0.2.1:3000", "file:///m"]
        {
            assert!(!leads_to(other, own).await, "{other}");
        }
    }
}
