//! Members of the upstream list as links of a chain, and what passes from one to the next.

use std::sync::Arc;

use source::chain::Link;
use source::chain::policy::{Mode, Policy};
use source::upstream::HttpClient;
use source::{Checked, Spool, Steady, Upstream, Verified, Vitals};

use super::databases::Trust;
use super::upstreams::Member;
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::values::Fallback;
use crate::settings::{Settings, table};

/// One member, checked, steadied and held to the ledger.
pub(crate) fn link(
    member: &Member,
    client: &HttpClient,
    spool: Spool,
    trust: &Trust,
) -> Result<Link, Failed> {
    Ok(link_to(upstream(member, client)?, member, spool, trust))
}

/// The place of a member alone.
pub(crate) fn upstream(member: &Member, client: &HttpClient) -> Result<Upstream, Failed> {
    Upstream::with_access(&member.url, client, member.access.clone())
        .map_err(|error| Failed::new(Exit::Config, Problem::from_error(&error)))
}

/// The link of a member whose place this is.
pub(crate) fn link_to(upstream: Upstream, member: &Member, spool: Spool, trust: &Trust) -> Link {
    let (origin, authoritative) = (upstream.origin().clone(), member.private || upstream.knows_us());
    let vitals = Vitals::new(origin.clone(), fastrand::f64);
    let checked = Checked::new(upstream, spool).leaving_flaws_to_a_ledger();
    let steady = Steady::new(checked, vitals.clone());
    let place = Arc::new(Verified::new(steady, trust.ledger.clone()));
    let (then, private, vitals) = (member.then, member.private, Some(vitals));
    Link { place, origin, then, private, authoritative, stands_in: false, vitals }
}

/// What `,` and `|` mean, and which paths are private.
pub(crate) fn policy(settings: &Settings) -> Result<Policy, Failed> {
    let mode = match settings.get(&table::FALLBACK)? {
        Fallback::Resilient => Mode::Resilient,
        Fallback::Go => Mode::Go,
    };
    Ok(Policy {
        mode,
        goprivate: settings.get(&table::GOPRIVATE)?,
        gonoproxy: settings.get(&table::GONOPROXY)?,
        gonosumdb: settings.get(&table::GONOSUMDB)?,
    })
}
