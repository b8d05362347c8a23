//! What is told at the start: where the server listens, what it keeps where, whom it asks in which order and why, and
//! the line to paste into a shell.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use gomod::goproxy::Fallback as Then;
use gomod::gosumdb::SumDbSetting;

use crate::report::Failed;
use crate::settings::values::Fallback;
use crate::settings::{Settings, table};
use crate::wiring::upstreams::{Member, Upstreams};

/// All that the announcement names.
pub(super) struct Announcement<'a> {
    pub(super) settings: &'a Settings,
    pub(super) address: SocketAddr,
    /// Whether https is served.
    pub(super) secure: bool,
    pub(super) data: &'a Path,
    pub(super) upstreams: &'a Upstreams,
}

impl Announcement<'_> {
    /// Writes it. The first line names the address and is the sign that connections are taken.
    pub(super) fn write(&self, out: &mut dyn Write) -> Result<(), Failed> {
        let prefix = self.settings.get(&table::PATH_PREFIX)?;
        let scheme = if self.secure { "https" } else { "http" };
        writeln!(
            out,
            "modkeep {} listens on {scheme}://{}{prefix}",
            env!("CARGO_PKG_VERSION"),
            self.address
        )?;
        writeln!(out, "keeps what it serves in {}", self.data.display())?;
        self.write_order(out)?;
        self.write_database(out)?;
        writeln!(out, "use it with: export GOPROXY={scheme}://{}{prefix}", reachable(self.address))?;
        Ok(out.flush()?)
    }

    fn write_database(&self, out: &mut dyn Write) -> Result<(), Failed> {
        if let SumDbSetting::On(database) = self.settings.get(&table::GOSUMDB)? {
            writeln!(out, "verifies with the checksum database {}, and answers for it", database.name)?;
        }
        for mirrored in self.settings.get(&table::SUMDB_MIRRORS)? {
            writeln!(out, "answers for the checksum database {}", mirrored.name)?;
        }
        Ok(())
    }

    fn write_order(&self, out: &mut dyn Write) -> Result<(), Failed> {
        let origin = &self.settings.value(&table::UPSTREAM)?.origin;
        let mode = self.settings.get(&table::FALLBACK)?;
        let Upstreams { members, direct, left_out, .. } = self.upstreams;
        let count = members.len() + usize::from(*direct);
        match count {
            0 => writeln!(
                out,
                "asks nobody, serves only what it keeps; name a place to ask with --upstream URL"
            )?,
            _ => writeln!(out, "asks what it does not keep, in the order of {origin}:")?,
        }
        members.iter().enumerate().try_for_each(|(at, member)| write_member(at, member, count, mode, out))?;
        if *direct {
            writeln!(out, "  {count}. direct: the repositories themselves (private paths too)")?;
        }
        left_out.iter().try_for_each(|reason| writeln!(out, "  -  {reason}"))?;
        Ok(())
    }
}

fn write_member(
    at: usize,
    member: &Member,
    count: usize,
    mode: Fallback,
    out: &mut dyn Write,
) -> io::Result<()> {
    let private = if member.private { " (private)" } else { "" };
    write!(out, "  {}. {}{private}", at + 1, member.shown())?;
    if at + 1 < count { writeln!(out, ", then {}", when(member.then, mode)) } else { writeln!(out) }
}

/// When the next place is asked, in words.
fn when(then: Then, mode: Fallback) -> &'static str {
    match (then, mode) {
        (Then::AnyError, Fallback::Resilient) => "after any failure (the better one first)",
        (Then::AnyError, Fallback::Go) => "after any failure",
        (Then::NotFound, Fallback::Resilient) => "after not found or an outage",
        (Then::NotFound, Fallback::Go) => "after not found",
    }
}

/// The address to use from this machine: a listener on all addresses is reached on loopback.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(match address.ip() {
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listener_on_all_addresses_is_used_on_loopback() {
        let text = |address: &str| reachable(address.parse().unwrap()).to_string();
        assert_eq!(text("0.0.0.0:3000"), "127.0.0.1:3000");
        assert_eq!(text("[::]:3000"), "[::1]:3000");
        assert_eq!(text("192.0.2.7:3000"), "192.0.2.7:3000");
    }

    #[test]
    fn the_rule_behind_each_separator_is_told() {
        assert_eq!(when(Then::NotFound, Fallback::Go), "after not found");
        assert_eq!(when(Then::NotFound, Fallback::Resilient), "after not found or an outage");
        assert_eq!(when(Then::AnyError, Fallback::Go), "after any failure");
        assert_eq!(when(Then::AnyError, Fallback::Resilient), "after any failure (the better one first)");
    }
}
