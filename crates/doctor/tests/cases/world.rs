//! What all cases share: authorities, names, a day, a module, and who vouches for it.

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use doctor::{Clock, Limits, Options, Resolve, Trust};
use gomod::gosum::GoSum;
use testkit::{Module, SumDb};

use crate::certificates::Office;
use crate::fault::Goods;
use crate::server::{Reply, Shelf};

/// The name of the database.
pub(crate) const DATABASE: &str = "sum.four.test";

/// The module that everybody is asked for.
pub(crate) const MODULE: &str = "example.com/lib";

/// What all cases share.
pub(crate) struct World {
    pub(crate) office: Office,
    pub(crate) trust: Trust,
    pub(crate) module: Module,
    other_mod: Module,
    other_zip: Module,
    pub(crate) database: SumDb,
    other_key: SumDb,
    other_sums: SumDb,
}

/// 2026-06-15, at all times.
pub(crate) fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_hours(494_856)
}

impl World {
    pub(crate) fn new() -> Self {
        let office = Office::new();
        let trust = Trust::only(&[office.trusted.der()]).unwrap();
        let go_mod = format!("module {MODULE}\n\ngo 1.21\n");
        let module = |go_mod: &str, code: &'static str| {
            Module::new(MODULE, "v1.0.0").file("go.mod", go_mod.to_owned()).file("lib.go", code)
        };
        let right = module(&go_mod, "package lib\n");
        let other_mod = module(&format!("{go_mod}\n// other\n"), "package lib\n");
        let other_zip = module(&go_mod, "package lib\n\nfunc init() { panic(1) }\n");
        let database = |seed: &str, module: &Module| {
            let database = SumDb::with_key_seed(DATABASE, seed);
            database.fill(10);
            database.add(module);
            database
        };
        Self {
            database: database("", &right),
            other_key: database("other", &right),
            other_sums: database("", &other_zip),
            office,
            trust,
            module: right,
            other_mod,
            other_zip,
        }
    }

    /// The hashes that a project has on record.
    pub(crate) fn pins(&self) -> GoSum {
        GoSum::parse_lenient(self.module.go_sum_lines().as_bytes())
    }

    /// How places are examined; this machine's clock is wrong by so many seconds.
    pub(crate) fn options(skew: i64) -> Options {
        let wait = Duration::from_secs(2);
        let limits = Limits {
            connect: wait,
            answer: wait,
            idle: wait,
            question: 5 * wait,
            slow: Duration::from_hours(1),
            ..Limits::default()
        };
        let clock = Clock::new(move || shifted(now(), skew));
        Options { limits, resolver: Arc::new(Names), clock, believes_own_servers: true, ..Options::default() }
    }

    /// What a proxy has, and the database that it mirrors.
    pub(crate) fn shelf(&self, goods: Goods, mirrors: bool) -> Shelf {
        let (right, other_mod, other_zip) =
            (self.module.clone(), self.other_mod.clone(), self.other_zip.clone());
        let wrong_zip = Module::new(MODULE, "v1.2.0").file("go.mod", format!("module {MODULE}\n"));
        let database = self.database(goods);
        Arc::new(move |path| {
            let mirrored = path.strip_prefix(&format!("/sumdb/{DATABASE}/")).filter(|_| mirrors);
            if let Some(below) = mirrored {
                return of_database(&database, below);
            }
            let text = |body: Vec<u8>| Reply { status: 200, kind: "text/plain", body };
            match (path.strip_prefix("/example.com/lib/@v/v1.0.0."), goods) {
                (Some("info"), Goods::NoJson) => text(b"v1.0.0".to_vec()),
                (Some("info"), Goods::OtherVersion) => text(b"{\"Version\":\"v1.2.0\"}".to_vec()),
                (Some("info"), _) => text(right.info().to_vec()),
                (Some("mod"), Goods::OtherMod) => text(other_mod.mod_file().to_vec()),
                (Some("mod"), _) => text(right.mod_file().to_vec()),
                (Some("zip"), Goods::OtherZip) => text(other_zip.zip().to_vec()),
                (Some("zip"), Goods::WrongZip) => text(wrong_zip.zip().to_vec()),
                (Some("zip"), _) => text(right.zip().to_vec()),
                _ => Reply { status: 404, kind: "text/plain", body: b"not found: nobody has it".to_vec() },
            }
        })
    }

    /// What the database's own host has.
    pub(crate) fn own_host(&self, goods: Goods) -> Shelf {
        let database = self.database(goods);
        Arc::new(move |path| of_database(&database, path.trim_start_matches('/')))
    }

    fn database(&self, goods: Goods) -> SumDb {
        match goods {
            Goods::OtherKey => self.other_key.clone(),
            Goods::OtherSums => self.other_sums.clone(),
            _ => self.database.clone(),
        }
    }
}

fn of_database(database: &SumDb, below: &str) -> Reply {
    let reply = database.answer(below);
    Reply { status: reply.status.as_u16(), kind: "text/plain", body: reply.body.to_vec() }
}

pub(crate) fn shifted(time: SystemTime, seconds: i64) -> SystemTime {
    let by = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { time - by } else { time + by }
}

/// Every name is this machine, but for those that no machine has. A multicast address is one that no connection can be made to: the system
/// says so at once, and nothing is sent.
#[derive(Debug)]
struct Names;

#[async_trait::async_trait]
impl Resolve for Names {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        match host {
            host if host.ends_with(".invalid") => Err(io::Error::other("no such host")),
            host if host.starts_with("unrouted.") => Ok(vec![Ipv4Addr::new(224, 0, 0, 1).into()]),
            _ => Ok(vec![Ipv4Addr::LOCALHOST.into()]),
        }
    }
}
