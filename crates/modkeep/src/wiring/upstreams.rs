//! From the upstream list to the places that are asked.
//!
//! Not every member can be asked: `off` ends the list, and a member that is this very server would ask itself for ever. Each that
//! is left out is told with its reason.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::time::Duration;

use gomod::goproxy::{Fallback, Place, ProxyList};
use source::upstream::Access;
use url::Url;

use super::access::Keyring;
use crate::exit::Exit;
use crate::mask;
use crate::report::{Failed, Problem};
use crate::settings::{Settings, table};

/// How long looking up one host name may take at the start.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(2);

/// What the list comes to.
pub(crate) struct Upstreams {
    /// The places that are asked, in order.
    pub(crate) members: Vec<Member>,
    /// Whether the repositories themselves are asked behind all of them; go's grammar lets nothing follow `direct`.
    pub(crate) direct: bool,
    /// The members that are not, with the reason.
    pub(crate) left_out: Vec<String>,
    /// Reasons that the user should see as warnings.
    pub(crate) warnings: Vec<Problem>,
}

/// One place that is asked.
pub(crate) struct Member {
    /// Its URL, with credentials if it has any.
    pub(crate) url: String,
    /// The separator behind it.
    pub(crate) then: Fallback,
    /// Whether a file marks it as private.
    pub(crate) private: bool,
    /// Who we are there, if its URL does not say so.
    pub(crate) access: Access,
}

impl Member {
    /// The place at this URL, with what settings and `keyring` have for it.
    fn of(url: &str, then: Fallback, settings: &Settings, keyring: &Keyring<'_>) -> Result<Self, Failed> {
        let place = settings.place(url);
        let (url, private) = (url.to_owned(), place.is_some_and(|place| place.private));
        let access = keyring.access(place, &url)?;
        Ok(Self { url, then, private, access })
    }

    /// The URL as it may be shown.
    pub(crate) fn shown(&self) -> String {
        mask::secrets(&self.url)
    }
}

/// What this server itself is: a list that leads back to it would ask for ever.
#[derive(Clone, Copy)]
pub(crate) struct Own<'a> {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Where it keeps things.
    pub(crate) data: &'a Path,
}

/// Chooses from the list of the settings, with what `keyring` has for each.
pub(crate) async fn choose(
    settings: &Settings,
    own: Own<'_>,
    keyring: &Keyring<'_>,
) -> Result<Upstreams, Failed> {
    let list: ProxyList = settings.get(&table::UPSTREAM)?;
    let mut chosen =
        Upstreams { members: Vec::new(), direct: false, left_out: Vec::new(), warnings: Vec::new() };
    for member in list.members() {
        match &member.place {
            Place::Direct => chosen.direct = true,
            Place::Off => chosen.left_out.push("off: nobody else is asked".to_owned()),
            Place::Url(url) if own.is_meant_by(url.as_str()).await => {
                chosen.skip_self(url.as_str(), settings)?;
            }
            Place::Url(url) => chosen.push(Member::of(url.as_str(), member.then, settings, keyring)?),
        }
    }
    Ok(chosen)
}

/// The places that a command asks which is no server, and so cannot ask itself: `first`, if there is one, then the list of the
/// settings.
pub(crate) fn all(
    first: Option<&str>,
    settings: &Settings,
    keyring: &Keyring<'_>,
) -> Result<Vec<Member>, Failed> {
    let list: ProxyList = settings.get(&table::UPSTREAM)?;
    let listed = list.members().iter().filter_map(|member| match &member.place {
        Place::Url(url) => Some((url.as_str(), member.then)),
        Place::Direct | Place::Off => None,
    });
    let mut all =
        Upstreams { members: Vec::new(), direct: false, left_out: Vec::new(), warnings: Vec::new() };
    for (url, then) in first.into_iter().map(|url| (url, Fallback::AnyError)).chain(listed) {
        all.push(Member::of(url, then, settings, keyring)?);
    }
    Ok(all.members)
}

impl Upstreams {
    /// Takes a member, unless it is there already: what it did not know or could not do the first time it will not a moment
    /// later. The same URL with other credentials is another member.
    fn push(&mut self, member: Member) {
        if self.members.iter().all(|known| normal(&known.url) != normal(&member.url)) {
            return self.members.push(member);
        }
        self.left_out.push(format!("{}: named twice", member.shown()));
        // Of `a|a,b` the second `a` would have stopped an outage, so the first one has to.
        let last = self.members.last_mut().filter(|last| normal(&last.url) == normal(&member.url));
        if let (Some(last), Fallback::NotFound) = (last, member.then) {
            last.then = Fallback::NotFound;
        }
    }

    /// Inherited from go's settings it is what one gets by starting the server in a shell that is set up to use it, and
    /// harmless; given to modkeep itself it is a mistake.
    fn skip_self(&mut self, url: &str, settings: &Settings) -> Result<(), Failed> {
        let origin = &settings.value(&table::UPSTREAM)?.origin;
        let url = mask::secrets(url);
        let problem = Problem::new(format!("the upstream {url} ({origin}) is this server itself"));
        if origin.is_explicit() {
            let advice = "take it out of the list, or choose another address (--listen) or folder (--data)";
            return Err(Failed::new(Exit::Config, problem.advise(advice)));
        }
        self.left_out.push(format!("{url}: this server itself"));
        self.warnings.push(problem.advise("it is skipped; name the places to ask with --upstream"));
        Ok(())
    }
}

/// One text for the spellings of a URL, with its credentials.
fn normal(url: &str) -> String {
    let parsed = Url::parse(url).map_or_else(|_| url.to_owned(), String::from);
    parsed.trim_end_matches('/').to_owned()
}

impl Own<'_> {
    /// Whether the URL leads to this server or to the folder that it keeps things in.
    pub(crate) async fn is_meant_by(self, url: &str) -> bool {
        let Ok(url) = Url::parse(url) else { return false };
        match url.to_file_path() {
            Ok(folder) if url.scheme() == "file" => is_same_folder(&folder, self.data),
            _ => leads_to(&url, self.address).await,
        }
    }
}

fn is_same_folder(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Whether the URL leads to a server that listens on `own`. A host that cannot be looked up leads nowhere.
async fn leads_to(url: &Url, own: SocketAddr) -> bool {
    let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else { return false };
    if port != own.port() {
        return false;
    }
    // A name with a dot at its end is the same name, but the file of local names knows only the one without.
    let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    let lookup = tokio::net::lookup_host((host, port));
    match tokio::time::timeout(LOOKUP_TIMEOUT, lookup).await {
        Ok(Ok(mut addresses)) => addresses.any(|address| is_served_by(reached(address.ip()), own.ip())),
        _ => false,
    }
}

/// The address that a connection to `ip` comes out at: "no address" is loopback of the same family to the system.
fn reached(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    }
}

/// Whether a connection that comes out at `ip` is taken by a listener on `own`. One on `0.0.0.0` takes only IPv4, one on
/// `[::]` takes both families.
fn is_served_by(ip: IpAddr, own: IpAddr) -> bool {
    match own.to_canonical() {
        IpAddr::V4(own) if own.is_unspecified() => ip.is_ipv4() && is_of_this_machine(ip),
        IpAddr::V6(own) if own.is_unspecified() => is_of_this_machine(ip),
        own => ip == own,
    }
}

/// An address belongs to this machine when a socket can be bound to it. Nothing is sent.
fn is_of_this_machine(ip: IpAddr) -> bool {
    UdpSocket::bind((ip, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn is_self(url: &str, own: &str) -> bool {
        let data = Path::new("/nowhere");
        Own { address: own.parse().unwrap(), data }.is_meant_by(url).await
    }

    #[tokio::test]
    async fn this_server_is_recognised_by_every_name_of_it() {
        for (url, own) in [
            ("http://127.0.0.1:3000", "127.0.0.1:3000"),
            ("http://localhost:3000/prefix", "127.0.0.1:3000"),
            ("http://LOCALHOST.:3000", "127.0.0.1:3000"),
            ("http://0.0.0.0:3000", "127.0.0.1:3000"),
            ("http://[::ffff:127.0.0.1]:3000", "127.0.0.1:3000"),
            ("http://[::ffff:0.0.0.0]:3000", "127.0.0.1:3000"),
            ("http://127.0.0.1:3000", "[::ffff:127.0.0.1]:3000"),
            ("http://127.0.0.1:3000", "0.0.0.0:3000"),
            ("http://0.0.0.0:3000", "0.0.0.0:3000"),
            ("http://127.0.0.1:3000", "[::]:3000"),
            ("http://[::1]:3000", "[::]:3000"),
            ("http://[::]:3000", "[::1]:3000"),
            ("http://[::1]:3000", "[::1]:3000"),
            ("http://127.0.0.1", "0.0.0.0:80"),
        ] {
            assert!(is_self(url, own).await, "{url} is {own}");
        }
    }

    #[tokio::test]
    async fn another_server_is_not() {
        for (url, own) in [
            ("http://127.0.0.1:3001", "127.0.0.1:3000"),
            ("http://127.0.0.2:3000", "127.0.0.1:3000"),
            ("http://192.0.2.1:3000", "127.0.0.1:3000"),
            ("http://192.0.2.1:3000", "[::]:3000"),
            ("http://[::1]:3000", "0.0.0.0:3000"),
            ("http://[::]:3000", "127.0.0.1:3000"),
            ("file:///m", "127.0.0.1:3000"),
        ] {
            assert!(!is_self(url, own).await, "{url} is not {own}");
        }
    }

    #[tokio::test]
    async fn its_own_folder_is_recognised_through_links() {
        let dir = tempfile::tempdir().unwrap();
        let (data, link) = (dir.path().join("data"), dir.path().join("link"));
        std::fs::create_dir(&data).unwrap();
        std::os::unix::fs::symlink(&data, &link).unwrap();
        let own = Own { address: "127.0.0.1:3000".parse().unwrap(), data: &data };
        for folder in [&data, &link] {
            assert!(own.is_meant_by(&format!("file://{}/", folder.display())).await, "{folder:?}");
        }
        assert!(!own.is_meant_by(&format!("file://{}", dir.path().display())).await);
    }

    #[test]
    fn a_member_that_is_named_twice_is_asked_once() {
        let list = ProxyList::parse("https://a.example|A.example/,https://u:p@a.example|b.example,a.example")
            .unwrap();
        let mut chosen =
            Upstreams { members: Vec::new(), direct: false, left_out: Vec::new(), warnings: Vec::new() };
        for member in list.members() {
            let Place::Url(url) = &member.place else { unreachable!("the list has URLs only") };
            let (url, access) = (url.as_str().to_owned(), Access::default());
            chosen.push(Member { url, then: member.then, private: false, access });
        }
        let kept: Vec<_> = chosen.members.iter().map(|member| (member.url.as_str(), member.then)).collect();
        assert_eq!(
            kept,
            [
                ("https://a.example", Fallback::NotFound),
                ("https://u:p@a.example", Fallback::AnyError),
                ("https://b.example", Fallback::NotFound)
            ]
        );
        assert_eq!(chosen.left_out, ["https://A.example/: named twice", "https://a.example: named twice"]);
    }
}
