//! Whether somebody on the way opens the traffic: a certificate for the right name, of an authority that nobody knows.
//!
//! That alone may be a company's own authority that this machine was not told of. It is taken for an interception when
//!
//! * an authority in its chain names itself after a product that inspects traffic,
//! * the place is one that shows the whole world a public certificate, or
//! * the same unknown authority vouches for hosts of different domains, whose owners have nothing to do with each other.

use std::collections::BTreeSet;

use crate::certificate::{Distrust, Shown};
use crate::evidence::Observation;
use crate::place::Place;

/// Words in the names of authorities that inspect traffic, in lower case: products, and what they call what they do.
const INSPECTORS: [&str; 42] = [
    "avast",
    "barracuda",
    "bitdefender",
    "blue coat",
    "bluecoat",
    "burp",
    "portswigger",
    "charles proxy",
    "check point",
    "cisco umbrella",
    "content filter",
    "contentkeeper",
    "cyberoam",
    "decrypt",
    "eset ssl",
    "fiddler",
    "forcepoint",
    "fortigate",
    "fortinet",
    "goguardian",
    "inspection",
    "interception",
    "kaspersky",
    "lightspeed",
    "mcafee web gateway",
    "menlo security",
    "mitmproxy",
    "netskope",
    "palo alto",
    "proxyman",
    "securly",
    "skyhigh",
    "smoothwall",
    "sonicwall",
    "sophos",
    "squid",
    "ssl-proxy",
    "untangle",
    "watchguard",
    "web filter",
    "websense",
    "zscaler",
];

/// How an interception is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Interception(pub(super) String);

/// For each place, whether its traffic is opened, and how that is known.
pub(super) fn find(places: &[Place], seen: &[Observation]) -> Vec<Option<Interception>> {
    let suspects: Vec<Option<Suspect<'_>>> =
        places.iter().zip(seen).map(|(place, seen)| suspect(place, seen)).collect();
    let all: Vec<&Suspect<'_>> = suspects.iter().flatten().collect();
    suspects.iter().map(|suspect| suspect.as_ref().and_then(|suspect| evidence(suspect, &all))).collect()
}

/// A right name under an unknown authority.
struct Suspect<'a> {
    place: &'a Place,
    host: &'a str,
    shown: &'a Shown,
}

fn suspect<'a>(place: &'a Place, seen: &'a Observation) -> Option<Suspect<'a>> {
    let shown = seen.certificate.as_ref()?;
    let is_suspect = shown.is_for_host && shown.trust == Err(Distrust::Unknown) && !shown.is_self_signed;
    let host = place.kind.url()?.host_str()?;
    is_suspect.then_some(Suspect { place, host, shown })
}

fn evidence(suspect: &Suspect<'_>, all: &[&Suspect<'_>]) -> Option<Interception> {
    if let Some(name) = suspect.shown.issuers.iter().find(|name| is_inspector(name)) {
        return Some(Interception(format!("{name:?} is the name of something that inspects traffic")));
    }
    if suspect.place.is_public {
        let what = "everywhere else this host shows a certificate of a public authority";
        return Some(Interception(what.to_owned()));
    }
    let same = all.iter().filter(|other| other.shown.issuer_key == suspect.shown.issuer_key);
    let domains: BTreeSet<&str> = same.map(|other| domain(other.host)).collect();
    let names: Vec<&str> = domains.iter().copied().collect();
    let what = || format!("the same unknown authority vouches for {}", names.join(" and "));
    (domains.len() > 1).then(|| Interception(what()))
}

fn is_inspector(name: &str) -> bool {
    let name = name.to_lowercase();
    INSPECTORS.iter().any(|word| name.contains(word))
}

/// The last two parts of a name; an address stands for itself.
fn domain(host: &str) -> &str {
    if host.starts_with('[') || host.parse::<std::net::IpAddr>().is_ok() {
        return host;
    }
    let dots = host.match_indices('.').map(|(at, _)| at);
    dots.rev().nth(1).map_or(host, |at| &host[at + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_one_owner_are_one_domain() {
        assert_eq!(domain("a.b.corp.example"), "corp.example");
        assert_eq!(domain("corp.example"), "corp.example");
        assert_eq!(domain("localhost"), "localhost");
        assert_ne!(domain("10.0.0.1"), domain("10.9.0.1"));
    }

    #[test]
    fn products_are_known_by_their_names() {
        assert!(is_inspector("C=US, O=Zscaler Inc., CN=Zscaler Intermediate Root CA"));
        assert!(is_inspector("O=Acme, CN=Acme SSL Inspection CA"));
        assert!(!is_inspector("O=Acme, CN=Acme Internal CA 2"));
    }
}
