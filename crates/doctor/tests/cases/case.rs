//! One case: some places with their faults, thrown by dice, and what has to be said of them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use doctor::{Access, Cause, Database, Kind, Place, examine};
use fastrand::Rng;
use gomod::ModuleVersion;
use gomod::gosum::GoSum;
use gomod::gosumdb::SumDbSetting;
use url::Url;

use crate::fault::{Goods, Line, Manner, Paper};
use crate::server::{Conduct, Server};
use crate::world::{World, now, shifted};

/// The domains of the places; the last one is that of the database.
const DOMAINS: [&str; 4] = ["one.test", "two.test", "three.test", "four.test"];

/// A place, or this machine, and what is wrong there.
pub(crate) type Label = (Option<usize>, Cause);

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// One place.
#[expect(clippy::struct_excessive_bools, reason = "each is thrown by itself")]
#[derive(Debug, Clone)]
struct Spot {
    is_secure: bool,
    is_database: bool,
    asks_module: bool,
    mirrors: bool,
    line: Line,
    paper: Paper,
    manner: Manner,
    goods: Goods,
    /// By how many seconds its clock is wrong.
    clock: i64,
}

/// One case.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    spots: Vec<Spot>,
    is_pinned: bool,
    /// By how many seconds the clock of this machine is wrong.
    skew: i64,
}

impl Case {
    pub(crate) fn thrown(seed: u64) -> Self {
        let mut dice = Rng::with_seed(seed);
        let count = dice.usize(2..=4);
        let has_database = dice.bool();
        let mut spots: Vec<Spot> =
            (0..count).map(|at| Spot::thrown(has_database && at + 1 == count, &mut dice)).collect();
        // One place alone has nothing to be the same as.
        if spots.iter().filter(|spot| spot.shows(Paper::Interceptor)).count() < 2 {
            let alone = spots.iter_mut().filter(|spot| spot.paper == Paper::Interceptor);
            alone.for_each(|spot| spot.paper = Paper::Inspector);
        }
        let is_pinned = dice.u8(..4) > 0;
        let mut case = Self { spots, is_pinned, skew: 0 };
        case.keep_to_what_can_be_known(&mut dice);
        case
    }

    /// Takes out what no evidence could tell: a hash without anybody who vouches for another one, and clocks where too few are right.
    fn keep_to_what_can_be_known(&mut self, dice: &mut Rng) {
        if !self.is_pinned {
            let vouches = |spot: &Spot| spot.is_database && spot.is_well() && spot.asks_module;
            let has_voucher = self.spots.iter().any(vouches);
            for spot in &mut self.spots {
                let needs = matches!(spot.goods, Goods::OtherMod | Goods::OtherZip) && !has_voucher;
                if needs || spot.goods == Goods::OtherSums {
                    spot.goods = Goods::Right;
                }
            }
        }
        let right = self.spots.iter().filter(|spot| spot.tells_time() && spot.clock == 0).count();
        if right > 0 && dice.u8(..5) == 0 {
            let skews =
                [-400 * DAY, -3 * DAY, -10 * DAY, -2 * HOUR, 2 * HOUR, 10 * DAY, 400 * DAY, 900 * DAY];
            self.skew = skews[dice.usize(..skews.len())];
        }
        let needed = if self.skew == 0 { 1 } else { 2 };
        if right < needed {
            self.spots.iter_mut().for_each(|spot| spot.clock = 0);
        }
    }

    /// What has to be said.
    pub(crate) fn expected(&self) -> BTreeSet<Label> {
        let skew = (self.skew != 0).then_some((None, Cause::ClockSkew));
        let spots = self.spots.iter().enumerate();
        let of_spots =
            spots.flat_map(|(at, spot)| spot.expected().into_iter().map(move |cause| (Some(at), cause)));
        of_spots.chain(skew).collect()
    }

    /// What is said.
    pub(crate) async fn said(&self, world: &World) -> BTreeSet<Label> {
        let (mut servers, mut places) = (Vec::new(), Vec::new());
        for (at, spot) in self.spots.iter().enumerate() {
            let (running, place) = spot.open(at, world).await;
            servers.extend(running);
            places.push(place);
        }
        let pins = if self.is_pinned { world.pins() } else { GoSum::default() };
        let said = examine(&places, &pins, &World::options(self.skew)).await;
        let of_places = said.places.iter().enumerate().flat_map(|(at, examined)| {
            examined.findings.iter().map(move |finding| (Some(at), finding.cause))
        });
        let of_machine = said.machine.iter().map(|finding| (None, finding.cause));
        of_places.chain(of_machine).collect()
    }
}

impl Spot {
    fn thrown(is_database: bool, dice: &mut Rng) -> Self {
        let mut spot = Self {
            is_secure: dice.u8(..4) > 0,
            is_database,
            asks_module: dice.u8(..4) > 0,
            mirrors: dice.bool(),
            line: Line::Good,
            paper: Paper::Good,
            manner: Manner::Good,
            goods: Goods::Right,
            clock: 0,
        };
        // Of four places one has nothing, two have one fault, one has two.
        for _ in 0..[0, 1, 1, 2][dice.usize(..4)] {
            spot.spoil(dice);
        }
        spot.settle();
        spot
    }

    fn spoil(&mut self, dice: &mut Rng) {
        match dice.u8(..10) {
            0 | 1 => self.line = Line::BAD[dice.usize(..Line::BAD.len())],
            2..=4 if self.is_secure => self.paper = Paper::BAD[dice.usize(..Paper::BAD.len())],
            5 if self.is_database => {
                self.goods = Goods::BAD_OF_DATABASES[dice.usize(..Goods::BAD_OF_DATABASES.len())];
            }
            5 => self.goods = Goods::BAD_OF_PROXIES[dice.usize(..Goods::BAD_OF_PROXIES.len())],
            6 => self.clock = [-DAY, -HOUR, HOUR, 300 * DAY][dice.usize(..4)],
            _ => self.manner = Manner::BAD[dice.usize(..Manner::BAD.len())],
        }
    }

    /// Takes out what cannot be together: nothing lies behind a line that does not stand, and what is asked for cannot be wrong unless it is
    /// asked for.
    fn settle(&mut self) {
        if self.line == Line::Plain && !self.is_secure {
            self.line = Line::Refused;
        }
        if self.manner == Manner::PageElsewhere && self.is_secure {
            self.manner = Manner::Page;
        }
        if self.line != Line::Good {
            (self.paper, self.manner, self.clock) = (Paper::Good, Manner::Good, 0);
        }
        if !self.is_asked_for_goods() {
            self.goods = Goods::Right;
        }
        if !self.tells_time() {
            self.clock = 0;
        }
    }

    fn is_asked_for_goods(&self) -> bool {
        let is_open = self.line == Line::Good && self.manner == Manner::Good && self.paper.is_good();
        is_open && (self.asks_module || self.goods == Goods::OtherKey)
    }

    fn shows(&self, paper: Paper) -> bool {
        self.line == Line::Good && self.is_secure && self.paper == paper
    }

    fn tells_time(&self) -> bool {
        self.line == Line::Good && self.manner.tells_time()
    }

    fn is_well(&self) -> bool {
        self.expected().is_empty()
    }

    fn expected(&self) -> Vec<Cause> {
        if let Some(cause) = self.line.cause() {
            return vec![cause];
        }
        let mut causes = Vec::new();
        if self.is_secure {
            causes.extend(self.paper.causes());
        }
        causes.extend(self.manner.cause());
        causes.extend(self.goods.cause());
        causes.extend((self.clock != 0).then_some(Cause::PlaceClock));
        causes
    }

    async fn open(&self, at: usize, world: &World) -> (Vec<Server>, Place) {
        let domain = if self.is_database { DOMAINS[3] } else { DOMAINS[at] };
        let host = match self.line {
            Line::Dns => format!("proxy.{domain}.invalid"),
            Line::NoRoute => format!("unrouted.{domain}"),
            _ => format!("proxy.{domain}"),
        };
        let goods =
            if self.is_database { world.own_host(self.goods) } else { world.shelf(self.goods, self.mirrors) };
        let conduct = Conduct {
            line: self.line,
            manner: self.manner,
            tls: self.is_secure.then(|| world.office.acceptor(&host, self.paper)),
            date: Some(shifted(now(), self.clock)),
            portal: None,
            shelf: goods,
            heard: Arc::new(Mutex::default()),
        };
        let portal =
            Server::start(Conduct { line: Line::Good, manner: Manner::Page, tls: None, ..conduct.clone() });
        let portal = portal.await;
        let url = format!("http://portal.test:{}/login", portal.address.port());
        let server = Server::start(Conduct { portal: Some(url), ..conduct }).await;
        let scheme = if self.is_secure { "https" } else { "http" };
        let url = Url::parse(&format!("{scheme}://{host}:{}", server.address.port())).unwrap();
        (vec![server, portal], self.place(&url, world))
    }

    fn place(&self, url: &Url, world: &World) -> Place {
        let module = self
            .asks_module
            .then(|| ModuleVersion::parse(world.module.path(), world.module.version()).unwrap());
        let Ok(SumDbSetting::On(setting)) = SumDbSetting::parse(&world.database.gosumdb()) else {
            panic!("the database has a key")
        };
        let database = Database { setting, module: module.clone() };
        let url = url.clone();
        let name = url.to_string();
        let kind = if self.is_database {
            Kind::Database { url, database }
        } else {
            Kind::Proxy { url, module, mirror: self.mirrors.then_some(database) }
        };
        let access = Access::anonymous(world.trust.clone());
        Place { name, kind, access, is_private: false, is_public: false }
    }
}
