//! The ladder of one run: the rungs that answer for modules, and who vouches for what they give.
//!
//! The line in [`Client::ladder`] is its diagram:
//!
//! ```text
//! Databases( [database], Around( asked ahead( Ladder[ cache: Chain[ Verified(Checked(module cache)), … ],
//!     upstream: Chain[ Verified(Steady(Checked(…))), … ], git: Verified(Checked(Direct held to anchors)),
//!     bundle: Chain[ Verified(Checked(bundle)), … ] ] ) ) )
//! ```

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use bundle::BundleSource;
use gomod::goproxy::{Fallback, Place, ProxyList};
use gomod::gosum::GoSum;
use gomod::gosumdb::SumDbSetting;
use ladder::lock::Around;
use ladder::outages::{Outages, Use};
use ladder::rung::{Order, Repositories, Rung};
use ladder::shelf::SharedShelf;
use ladder::{Ladder, Steps};
use source::chain::claims::Claims;
use source::chain::policy::Policy;
use source::chain::{Chain, Link};
use source::first_seen::InMemory;
use source::sumdb::{Database, Databases, Way};
use source::upstream::{HttpClient, HttpOptions, Notice};
use source::{Checked, Ledger, ModCache, Origin, Source, Spool, Steady, Upstream, Verified, Vitals};
use tempfile::TempDir;
use url::Url;
use vcs::{Anchors, Direct, Profile};

use super::access::Keyring;
use super::ahead::{Asked, Foreseen};
use super::databases::{self, Trust};
use super::reach::{self, Reach};
use super::upstreams::{self, Member};
use super::{direct, places};
use crate::bundles::{self, Opened, Stock};
use crate::env::Env;
use crate::exit::Exit;
use crate::files::Disk;
use crate::keys;
use crate::report::{Failed, Problem};
use crate::settings::{Settings, table};

/// The file that remembers which private place owns which path.
const CLAIMS: &str = "claims";

/// The file that remembers which places were down at the end of the last run.
const OUTAGES: &str = "outages.json";

/// Everything that a ladder is made of, as values: it is made when go asks its first question.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    /// What the user wants.
    pub(crate) settings: Settings,
    /// The environment.
    pub(crate) env: Env,
    /// The rungs to use, in order; none for the order of the table.
    pub(crate) rungs: Option<Vec<Rung>>,
    /// The hashes of the project.
    pub(crate) pins: Arc<GoSum>,
    /// What the file is called that they stand in: go.sum, or the lock for those of tools.
    pub(crate) pins_file: &'static str,
    /// The tools that are run, each `PACKAGE@VERSION`, where `pins` are their hashes and not the project's.
    pub(crate) tools: Vec<String>,
    /// What its modules were built from before.
    pub(crate) anchors: Arc<Anchors>,
    /// The bundles that were pulled for the project.
    pub(crate) bundles: Vec<Stock>,
    /// The module cache that go uses.
    pub(crate) module_cache: Option<PathBuf>,
    /// What happens is told to them.
    pub(crate) steps: Arc<Steps>,
    /// Which places were down a moment ago; known once the ladder is made.
    pub(crate) outages: Arc<OnceLock<Outages>>,
    /// What the run will ask, where that is known.
    pub(crate) foreseen: Option<Foreseen>,
    /// Where what comes of places lies until it is read, made with the ladder; none for the folder of everybody.
    pub(crate) scratch: Option<Arc<OnceLock<TempDir>>>,
}

/// The places of a run, and where what comes of them lies.
struct Places {
    client: HttpClient,
    members: Vec<Member>,
    bundles: Vec<Opened>,
    spool: Spool,
    /// Where the client keeps what it has learnt.
    state: PathBuf,
    /// What the first member is told, if it is a modkeep.
    notice: Option<Arc<Notice>>,
}

impl Client {
    /// The ladder.
    pub(crate) async fn ladder(&self) -> Result<Arc<dyn Source>, Failed> {
        let (settings, env) = (&self.settings, &self.env);
        let keyring = Keyring::of_client(env, &Disk).await?;
        let http = reach::http_options(settings, Reach::of(settings, env, &keyring)?)?;
        let mut places = Places {
            client: reach::client(&http)?,
            members: upstreams::all(None, settings, &keyring)?,
            bundles: bundles::open(&self.bundles, &keys::trusted(&self.settings)?),
            spool: Spool::new(self.scratch()),
            state: self.state()?,
            notice: None,
        };
        let first = places.members.first().map(|member| self.notice(member.private)).transpose()?;
        places.notice = first.flatten();
        let trust = self.trust(&places).await?;
        let mut rungs = vec![(Rung::Cache, self.cache(&places, &trust)?)];
        rungs.extend(self.upstream(&places, &trust)?.map(|place| (Rung::Upstream, place)));
        rungs.extend(self.git(&places, &trust, &keyring, http)?.map(|place| (Rung::Git, place)));
        rungs.extend(places.bundles(&trust).map(|place| (Rung::Bundle, place)));
        let ladder = Ladder::new(rungs, self.order()?, trust.ledger.clone(), self.steps.clone());
        let is_private = places.members.iter().all(|member| member.private);
        let asked = Asked { notice: places.notice, is_private, spool: places.spool };
        let led = self.led(ladder, asked)?;
        let known = Around::new(led, self.tools.clone(), self.pins.clone());
        Ok(Arc::new(Databases::new(trust.databases.clone(), known).only_while_able()))
    }

    /// Repositories alone, held to nothing.
    pub(crate) async fn repositories(&self) -> Result<Direct, Failed> {
        let (settings, env) = (&self.settings, &self.env);
        let keyring = Keyring::of_client(env, &Disk).await?;
        let http = reach::http_options(settings, Reach::of(settings, env, &keyring)?)?;
        direct::of(settings, env, &keyring, http, Spool::new(env.temporary()), Profile::User)
    }

    /// Which places were down a moment ago.
    fn outages(&self, state: &Path) -> &Outages {
        self.outages.get_or_init(|| Outages::read(&state.join(OUTAGES), SystemTime::now))
    }

    /// The folder for what comes of places, which is nobody else's affair. On a disk that takes no folder it stays in memory.
    fn scratch(&self) -> PathBuf {
        let outside = self.env.temporary();
        let Some(scratch) = &self.scratch else { return outside };
        let own = Permissions::from_mode(0o700);
        let make = || tempfile::Builder::new().prefix("modkeep-").permissions(own).tempdir_in(&outside);
        if let (None, Ok(made)) = (scratch.get(), make()) {
            let _ = scratch.set(made);
        }
        scratch.get().map_or(outside, |made| made.path().to_owned())
    }

    fn state(&self) -> Result<PathBuf, Failed> {
        let home = self.env.cache_home().ok_or_else(|| {
            let problem = Problem::new("neither XDG_CACHE_HOME nor HOME is an absolute path");
            Failed::new(
                Exit::Unavailable,
                problem.advise("set HOME: what is known of databases is kept below it"),
            )
        })?;
        Ok(home.join("modkeep/client"))
    }

    async fn trust(&self, places: &Places) -> Result<Trust, Failed> {
        let database = self.database(places).await?;
        let ledger = Ledger::new(database.clone(), Arc::new(InMemory::default()), SystemTime::now);
        let ledger = Arc::new(ledger.pinned_by(self.pins.clone()).with_pins_in(self.pins_file));
        Ok(Trust { ledger, databases: database.into_iter().collect() })
    }

    async fn database(&self, places: &Places) -> Result<Option<Arc<Database>>, Failed> {
        let Places { client, members, bundles, spool, state, .. } = places;
        let SumDbSetting::On(database) = self.settings.get(&table::GOSUMDB)? else { return Ok(None) };
        let mut ways = databases::ways(&database, members, client, spool)?;
        for way in &ways {
            self.outages(state).watch(Use::Database, &way.vitals);
        }
        ways.extend(bundles.iter().flatten().map(|bundle| proofs(bundle, spool)));
        let kept = Arc::new(SharedShelf::new(state, &database.name));
        databases::open_one(&self.settings, state, &database, ways, kept).await.map(Some)
    }

    /// What lies on this machine. Whatever is wrong with a copy there, the next one is looked at.
    fn cache(&self, places: &Places, trust: &Trust) -> Result<Arc<dyn Source>, Failed> {
        let mut links = Vec::new();
        links.extend(self.store(places, trust)?);
        let others = self.settings.get(&table::MODULE_CACHES)?;
        for folder in self.module_cache.iter().chain(&others) {
            let cache = ModCache::new(folder);
            let origin = cache.origin().clone();
            links.push(places.local(trust, cache, origin));
        }
        Ok(one_after_the_other(links))
    }

    /// The folder that `modkeep serve` keeps things in on this machine, if there is one.
    fn store(&self, places: &Places, trust: &Trust) -> Result<Option<Link>, Failed> {
        let folder = self.settings.get(&table::DATA)?;
        let url = folder.is_dir().then(|| Url::from_file_path(&folder).ok()).flatten();
        let Some(url) = url else { return Ok(None) };
        let files = Upstream::new(url.as_str(), &places.client).map_err(databases::unusable)?;
        let origin = files.origin().clone();
        Ok(Some(places.local(trust, files, origin)))
    }

    fn upstream(&self, places: &Places, trust: &Trust) -> Result<Option<Arc<dyn Source>>, Failed> {
        if places.members.is_empty() {
            return Ok(None);
        }
        let links = places.links(trust)?;
        let vitals = links.iter().filter_map(|link| link.vitals.as_ref());
        vitals.for_each(|vitals| self.outages(&places.state).watch(Use::Modules, vitals));
        let chain = Chain::new(links, places::policy(&self.settings)?, claims(&places.state)?);
        Ok(Some(Arc::new(chain)))
    }

    /// Repositories, with the user's own git and ssh.
    fn git(
        &self,
        places: &Places,
        trust: &Trust,
        keyring: &Keyring<'_>,
        http: HttpOptions,
    ) -> Result<Option<Arc<dyn Source>>, Failed> {
        if self.is_off()? {
            return Ok(None);
        }
        let spool = places.spool.clone();
        let direct = direct::of(&self.settings, &self.env, keyring, http, spool.clone(), Profile::User)?;
        self.outages(&places.state).watch_hosts(direct.known_hosts());
        Ok(Some(direct::link(direct.held_to(self.anchors.clone()), spool, trust).place))
    }

    /// Which rungs may be asked what.
    pub(crate) fn order(&self) -> Result<Order, Failed> {
        let list: ProxyList = self.settings.get(&table::UPSTREAM)?;
        let end = list.members().last().map(|member| &member.place);
        let repositories =
            if matches!(end, Some(Place::Off)) { Repositories::OfUnproxied } else { Repositories::OfAll };
        Ok(Order {
            chosen: self.rungs.clone(),
            ends_direct: matches!(end, Some(Place::Direct)),
            repositories,
            gonoproxy: self.settings.get(&table::GONOPROXY)?,
        })
    }

    /// Whether the user wants no network at all.
    fn is_off(&self) -> Result<bool, Failed> {
        let list: ProxyList = self.settings.get(&table::UPSTREAM)?;
        Ok(list.members().iter().all(|member| matches!(member.place, Place::Off)))
    }
}

/// What a bundle has of a checksum database, behind all other ways to it.
fn proofs(bundle: &BundleSource, spool: &Spool) -> Way {
    let origin = bundle.origin().clone();
    let vitals = Vitals::new(origin.clone(), fastrand::f64);
    let place = Arc::new(Steady::new(Checked::new(bundle.clone(), spool.clone()), vitals.clone()));
    Way { place, origin, private: true, vitals }
}

impl Places {
    /// The members of the list.
    fn links(&self, trust: &Trust) -> Result<Vec<Link>, Failed> {
        let mut notice = self.notice.clone();
        let link = |member: &Member| {
            let upstream = places::upstream(member, &self.client)?;
            let upstream = match notice.take() {
                Some(notice) => upstream.with_notice(notice),
                None => upstream,
            };
            Ok(places::link_to(upstream, member, self.spool.clone(), trust))
        };
        self.members.iter().map(link).collect()
    }

    /// Bundles, one after the other.
    fn bundles(&self, trust: &Trust) -> Option<Arc<dyn Source>> {
        let links = self.bundles.iter().map(|opened| match opened {
            Ok(bundle) => self.local(trust, bundle.clone(), bundle.origin().clone()),
            Err(unusable) => self.local(trust, unusable.clone(), unusable.origin().clone()),
        });
        let links: Vec<_> = links.collect();
        (!links.is_empty()).then(|| one_after_the_other(links))
    }

    /// A place on this machine, to which any other is next.
    fn local(&self, trust: &Trust, place: impl Source + 'static, origin: Origin) -> Link {
        let checked = Checked::new(place, self.spool.clone()).leaving_flaws_to_a_ledger();
        let place = Arc::new(Verified::new(checked, trust.ledger.clone()));
        let then = Fallback::AnyError;
        Link { place, origin, then, private: true, authoritative: false, stands_in: false, vitals: None }
    }
}

/// Places of this machine, which may hear of every path.
fn one_after_the_other(links: Vec<Link>) -> Arc<dyn Source> {
    Arc::new(Chain::new(links, Policy::default(), Claims::in_memory()))
}

fn claims(state: &Path) -> Result<Claims, Failed> {
    let path = state.join(CLAIMS);
    if let Err(error) = std::fs::create_dir_all(state) {
        // A cache that cannot be written is no reason not to build.
        tracing::warn!(folder = %state.display(), %error, "cannot remember which private place owns which path");
        return Ok(Claims::in_memory());
    }
    Claims::in_file(&path).map_err(|error| {
        let problem = Problem::new(format!("cannot open {}", path.display())).because(error.to_string());
        Failed::new(
            Exit::Unavailable,
            problem.advise("make it readable and writable, or set XDG_CACHE_HOME to another folder"),
        )
    })
}
