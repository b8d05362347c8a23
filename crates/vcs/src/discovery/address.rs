//! Which addresses a stranger's word may lead us to.
//!
//! A module path, a go-import tag and a redirect are all a stranger's word. None of them may make this server speak to a
//! machine that the stranger could not reach himself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether one may connect to this address for a path that is private (GOPRIVATE) or not.
///
/// For a public path only addresses of the public internet; for a private one those of inner networks and of this machine
/// too, but never link-local ones, where clouds tell machines their secrets, nor any that is no single machine's.
pub(super) fn may_reach(ip: IpAddr, is_private: bool) -> bool {
    match ip {
        IpAddr::V4(ip) => may_reach_v4(ip, is_private),
        IpAddr::V6(ip) => may_reach_v6(ip, is_private),
    }
}

fn may_reach_v4(ip: Ipv4Addr, is_private: bool) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_nobodys = a == 0 || a >= 224 || ip.is_link_local();
    let is_inner = ip.is_loopback()
        || ip.is_private()
        || (a == 100 && b & 0xc0 == 64) // carrier-grade NAT
        || (a == 198 && b & 0xfe == 18) // benchmarks
        || (a, b, c) == (192, 0, 0);
    !is_nobodys && (is_private || !is_inner)
}

fn may_reach_v6(ip: Ipv6Addr, is_private: bool) -> bool {
    if let Some(inside) = embedded_v4(ip) {
        return may_reach_v4(inside, is_private);
    }
    let is_metadata = ip == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    let is_nobodys = ip.is_unspecified() || ip.is_multicast() || ip.is_unicast_link_local() || is_metadata;
    let is_site_local = ip.segments()[0] & 0xffc0 == 0xfec0;
    let is_inner = ip.is_loopback() || ip.is_unique_local() || is_site_local;
    !is_nobodys && (is_private || !is_inner)
}

/// The IPv4 address that some kinds of IPv6 addresses lead to.
fn embedded_v4(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let groups = ip.segments();
    let of = |high: u16, low: u16| Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    let last = |groups: [u16; 8]| of(groups[6], groups[7]);
    match groups {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None, // unspecified and loopback
        // Compatible, mapped, translated, NAT64.
        [0, 0, 0, 0, 0, 0 | 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] | [0x64, 0xff9b, ..] => last(groups),
        [0x2002, high, low, ..] => of(high, low),            // 6to4
        [0x2001, 0, ..] => last(groups.map(|group| !group)), // Teredo
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(ip: &str) -> (bool, bool) {
        let ip = ip.parse().unwrap();
        (may_reach(ip, false), may_reach(ip, true))
    }

    #[test]
    fn addresses_of_the_internet_are_open_to_all() {
        for ip in ["1.1.1.1", "172.32.0.1", "100.128.0.1", "198.20.0.1", "2606:4700::1", "64:ff9b::101:101"] {
            assert_eq!(reach(ip), (true, true), "{ip}");
        }
    }

    #[test]
    fn inner_ones_are_for_private_paths() {
        for ip in [
            "127.0.0.1",
            "127.9.9.9",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "100.127.0.1",
            "198.18.0.1",
            "192.0.0.8",
            "::1",
            "fc00::1",
            "fdff::1",
            "fec0::1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "2002:0a00:0001::",
            "2001:0:1:2:3:4:80ff:fffe",
        ] {
            assert_eq!(reach(ip), (false, true), "{ip}");
        }
    }

    #[test]
    fn nobodys_are_for_nobody() {
        for ip in [
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "::",
            "fe80::1",
            "febf::1",
            "ff02::1",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "::ffff:0:0",
        ] {
            assert_eq!(reach(ip), (false, false), "{ip}");
        }
    }
}
