//! The faults. The order is that of tables: whole answers first, then contents, silences, connections, moods, and faults of
//! single files and of a checksum database.

use crate::Touches::{All, Infos, Lists, Lookups, Mods, SumDb, Tiles, Zips};
use crate::fault::Certificate::{Expired, Good, OtherHost};
use crate::fault::Door::{Breaking, Closing, Mute, Nobody, Plain, Tls};
use crate::fault::Effect::{
    BrokenGzip, Cut, CutChunks, Downgrade, Drip, Empty, EvilZip, Flip, HugeHead, LoginPage, Loop, NoNewest,
    NoVersions, OtherInfo, OtherMod, OtherZip, Silence, Stall, Status,
};
use crate::fault::Fault;
use crate::fault::Strikes::{EveryOther, First, OncePerFile};

/// Port 1 needs the rights of an administrator to open, and nobody opens it: connections are refused.
const CLOSED: &str = "http://127.0.0.1:1";

/// `.invalid` is set apart for names that never exist (RFC 2606).
const UNKNOWN: &str = "http://modules.invalid";

/// All faults, and the two proxies that have none.
pub static CATALOGUE: &[Fault] = &[
    Fault::at(Plain, "good", "nothing is wrong"),
    Fault::at(Tls(Good), "tls-good", "nothing is wrong, behind TLS"),
    Fault::on(All, "404", "says that nothing exists", Status(404)),
    Fault::on(All, "410", "says that everything is gone", Status(410)),
    Fault::on(All, "401", "wants to know who asks", Status(401)),
    Fault::on(All, "403", "forbids everything", Status(403)),
    Fault::on(All, "429", "says that it was asked too often", Status(429)),
    Fault::on(All, "500", "fails", Status(500)),
    Fault::on(All, "502", "stands in front of something that fails", Status(502)),
    Fault::on(All, "503", "is not available", Status(503)),
    Fault::on(All, "504", "stands in front of something that is too slow", Status(504)),
    Fault::on(All, "html", "shows a login page with status 200", LoginPage),
    Fault::on(All, "empty", "answers everything with an empty 200", Empty),
    Fault::on(Zips, "zip-cut", "ends zips half way", Cut),
    Fault::on(All, "chunked-cut", "ends chunked bodies half way", CutChunks),
    Fault::on(Zips, "zip-corrupt", "has one wrong byte in each zip", Flip),
    Fault::on(Zips, "zip-other", "gives a valid zip of another version", OtherZip),
    Fault::on(Zips, "zip-evil", "gives zips with a name that leads out of the folder", EvilZip),
    Fault::on(Mods, "mod-wrong", "gives a valid .mod that is not that of the version", OtherMod),
    Fault::on(Infos, "info-other", "gives the .info of another version", OtherInfo),
    Fault::on(All, "hang", "takes requests and never answers", Silence),
    Fault::on(Zips, "hang~zip", "never answers for zips", Silence),
    Fault::on(Zips, "stall", "falls silent in the middle of zips", Stall),
    Fault::on(All, "drip", "sends one byte a second", Drip),
    Fault::at(Nobody(CLOSED), "refused", "refuses connections"),
    Fault::at(Closing, "reset", "closes the connection in place of an answer"),
    Fault::at(Breaking, "rst", "breaks the connection (RST) in place of an answer"),
    Fault::at(Nobody(UNKNOWN), "dns", "has a name that nobody knows"),
    Fault::at(Tls(Expired), "tls-expired", "has a certificate that expired"),
    Fault::at(Tls(OtherHost), "tls-host", "has the certificate of another host"),
    Fault::at(Mute, "tls-hang", "falls silent in the TLS handshake"),
    Fault::on(All, "loop", "redirects to itself", Loop),
    Fault::on(All, "to-http", "redirects from https to http", Downgrade).behind_tls(),
    Fault::on(All, "gzip", "says gzip and sends something else", BrokenGzip),
    Fault::on(All, "headers", "sends 12 MiB of headers", HugeHead),
    Fault::sometimes(EveryOther, "flap-50", "fails half of the time"),
    Fault::sometimes(OncePerFile, "once", "fails the first time that a file is asked for"),
    Fault::sometimes(First(3), "first-3", "fails three times, then is well"),
    Fault::sometimes(First(20), "first-20", "fails twenty times, then is well"),
    Fault::on(Zips, "502~zip", "fails for zips only", Status(502)),
    Fault::on(Zips, "404~zip", "says that no zip exists", Status(404)),
    Fault::on(Lists, "list-empty", "gives lists without any version", NoVersions),
    Fault::on(Lists, "list-miss", "leaves the newest version out of lists", NoNewest),
    Fault::on(Lists, "502~list", "fails for lists only", Status(502)),
    Fault::on(SumDb, "502~sumdb", "fails for the checksum database that it says it mirrors", Status(502)),
    Fault::on(
        SumDb,
        "404~sumdb",
        "finds nothing in the checksum database that it says it mirrors",
        Status(404),
    ),
    Fault::on(SumDb, "html~sumdb", "shows a login page in place of the checksum database", LoginPage),
    Fault::on(
        SumDb,
        "hang~sumdb",
        "never answers for the checksum database that it says it mirrors",
        Silence,
    ),
    Fault::on(Tiles, "hang~tile", "never answers for tiles of the checksum database", Silence),
    Fault::on(SumDb, "sumdb-cut", "ends what it has of the checksum database half way", Cut),
    Fault::on(Lookups, "lookup-corrupt", "has one wrong byte in each record of the checksum database", Flip),
    Fault::on(Tiles, "tile-corrupt", "has one wrong byte in each tile of the checksum database", Flip),
];

/// The fault with this name.
///
/// ```
/// assert_eq!(faults::find("stall").map(|fault| fault.touches), Some(faults::Touches::Zips));
/// assert_eq!(faults::find("no such fault"), None);
/// ```
pub fn find(name: &str) -> Option<&'static Fault> {
    CATALOGUE.iter().find(|fault| fault.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Strikes, Touches};

    #[test]
    fn names_differ_and_are_easy_to_type() {
        for (at, fault) in CATALOGUE.iter().enumerate() {
            let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '~';
            assert!(fault.name.chars().all(is_plain), "{}", fault.name);
            assert!(CATALOGUE[at + 1..].iter().all(|other| other.name != fault.name), "{}", fault.name);
        }
    }

    #[test]
    fn a_meaning_is_one_short_line() {
        for Fault { name, meaning, .. } in CATALOGUE {
            assert!(meaning.len() < 80 && !meaning.contains('\n') && !meaning.ends_with('.'), "{name}");
        }
    }

    #[test]
    fn two_are_harmless() {
        let harmless = CATALOGUE.iter().filter(|fault| fault.is_harmless()).map(|fault| fault.name);
        assert_eq!(harmless.collect::<Vec<_>>(), ["good", "tls-good"]);
    }

    #[test]
    fn the_part_behind_the_tilde_tells_what_is_touched() {
        for fault in CATALOGUE {
            let touched = match fault.name.split_once('~') {
                Some((_, "zip")) => Touches::Zips,
                Some((_, "list")) => Touches::Lists,
                Some((_, "sumdb")) => Touches::SumDb,
                Some((_, "tile")) => Touches::Tiles,
                Some((_, other)) => panic!("{other}"),
                None => continue,
            };
            assert_eq!((fault.touches, fault.strikes), (touched, Strikes::Always), "{}", fault.name);
        }
    }
}
