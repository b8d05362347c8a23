//! From the settings to the places that are looked at, and who we are there.

use std::path::Path;
use std::sync::Arc;

use doctor::{Access, Database, Kind, Place, Trust};
use gomod::glob::PrefixPatterns;
use gomod::goproxy::{Place as Listed, ProxyList};
use gomod::gosumdb::{SumDb, SumDbSetting};
use source::pem;
use source::upstream::Credentials;
use url::Url;

use super::asked::Asked;
use super::config;
use crate::env::Env;
use crate::exit::Exit;
use crate::go::{Found, user_file};
use crate::report::{Failed, Problem};
use crate::settings::origin::Origin;
use crate::settings::{Settings, table};
use crate::wiring::access::Keyring;
use crate::wiring::upstreams::{self, Member};

/// What is looked at, and what is not.
pub(super) struct Places {
    /// In the order of the list, the database's own host last.
    pub(super) examined: Vec<Place>,
    /// What of the list is no place that could be looked at, with the reason.
    pub(super) passed_over: Vec<(&'static str, &'static str)>,
}

/// Who may hear of what.
struct Rules<'a> {
    gonoproxy: PrefixPatterns,
    gonosumdb: PrefixPatterns,
    database: Option<SumDb>,
    asked: &'a Asked<'a>,
    /// Whether the list is the one that comes with go.
    is_gos_own_list: bool,
}

pub(super) fn of(
    settings: &Settings,
    env: &Env,
    keyring: &Keyring<'_>,
    asked: &Asked<'_>,
) -> Result<Places, Failed> {
    let database = match settings.get(&table::GOSUMDB)? {
        SumDbSetting::On(database) => Some(database),
        SumDbSetting::Off => None,
    };
    let rules = Rules {
        gonoproxy: settings.get(&table::GONOPROXY)?,
        gonosumdb: settings.get(&table::GONOSUMDB)?,
        database,
        asked,
        is_gos_own_list: is_gos_own(&settings.value(&table::UPSTREAM)?.origin, env),
    };
    let members = upstreams::all(None, settings, keyring)?;
    let make = |member: &Member| rules.member(member, settings, keyring);
    let mut examined = members.iter().map(make).collect::<Result<Vec<_>, _>>()?;
    let is_off = matches!(&settings.get(&table::UPSTREAM)?.members(), [only] if only.place == Listed::Off);
    if !is_off {
        examined.extend(rules.own_host(settings, keyring)?);
    }
    Ok(Places { examined, passed_over: passed_over(&settings.get(&table::UPSTREAM)?) })
}

/// Whether the list stands in the file that comes with go, and not in the user's.
fn is_gos_own(origin: &Origin, env: &Env) -> bool {
    matches!(origin, Origin::Go(_, Found::File(path)) if user_file::path(env).as_ref() != Some(path))
}

fn passed_over(list: &ProxyList) -> Vec<(&'static str, &'static str)> {
    let reason = |listed: &Listed| match listed {
        Listed::Direct => Some(("direct", "repositories are not looked at")),
        Listed::Off => Some(("off", "nobody else is asked")),
        Listed::Url(_) => None,
    };
    list.members().iter().filter_map(|member| reason(&member.place)).collect()
}

impl Rules<'_> {
    fn member(&self, member: &Member, settings: &Settings, keyring: &Keyring<'_>) -> Result<Place, Failed> {
        let mut url = Url::parse(&member.url).map_err(|error| wrong(&member.shown(), &error.to_string()))?;
        let of_url = Credentials::of_url(&url).map_err(|error| wrong(&member.shown(), &error.to_string()))?;
        // Both fail for URLs that cannot have credentials alone.
        let _ = (url.set_username(""), url.set_password(None));
        let hidden = if member.private { vec![] } else { vec![&self.gonoproxy] };
        let module = self.asked.for_all_but(&hidden);
        let name = url.as_str().trim_end_matches('/').to_owned();
        let kind = match url.to_file_path() {
            Ok(root) if url.scheme() == "file" => Kind::Folder { root, module },
            _ => Kind::Proxy { mirror: self.mirror(&hidden), module, url: url.clone() },
        };
        let login = of_url.or_else(|| member.access.credentials.clone());
        // Everybody on the way could read them (protocol.md B24).
        let login = login.filter(|_| url.scheme() == "https");
        let access = access(&member.url, login, settings, keyring)?;
        Ok(Place { name, kind, access, is_private: member.private, is_public: self.is_gos_own_list })
    }

    /// The database as a proxy may mirror it: not where GOSUMDB gives an address (protocol.md G7).
    fn mirror(&self, hidden: &[&PrefixPatterns]) -> Option<Database> {
        let setting = self.database.clone().filter(|database| database.explicit_url.is_none())?;
        let hidden: Vec<_> = hidden.iter().copied().chain([&self.gonosumdb]).collect();
        Some(Database { module: self.asked.for_all_but(&hidden), setting })
    }

    fn own_host(&self, settings: &Settings, keyring: &Keyring<'_>) -> Result<Option<Place>, Failed> {
        let Some(setting) = self.database.clone() else { return Ok(None) };
        let text = setting.url().as_str().to_owned();
        let url = Url::parse(&text).map_err(|error| wrong(setting.name.as_str(), &error.to_string()))?;
        let known = SumDbSetting::parse(setting.name.as_str());
        let is_public = known.is_ok_and(|known| known == SumDbSetting::On(setting.clone()));
        let module = self.asked.for_all_but(&[&self.gonoproxy, &self.gonosumdb]);
        let access = access(&text, None, settings, keyring)?;
        let name = url.as_str().trim_end_matches('/').to_owned();
        let kind = Kind::Database { url, database: Database { setting, module } };
        Ok(Some(Place { name, kind, access, is_private: false, is_public }))
    }
}

fn access(
    url: &str,
    login: Option<Credentials>,
    settings: &Settings,
    keyring: &Keyring<'_>,
) -> Result<Access, Failed> {
    let place = settings.place(url);
    let identity = place.and_then(|place| place.certificate.as_ref());
    let identity = identity.map(|pair| {
        let (certificate, key) = (keyring.read(&pair.certificate)?, keyring.read(&pair.key)?);
        let key = pem::certified_key(&certificate, &key);
        key.map(Arc::new).map_err(|error| wrong(&pair.certificate.display().to_string(), &error.to_string()))
    });
    let own = place.and_then(|place| place.ca_file.clone());
    let all: Vec<_> = settings.get(&table::CA_FILE)?.into_iter().chain(own).collect();
    Ok(Access {
        authorization: login.map(Credentials::into_header),
        authorizer: keyring.authorizer(),
        identity: identity.transpose()?,
        trust: trust(&all, keyring)?,
    })
}

/// The authorities of the system, and those in these files.
fn trust(files: &[impl AsRef<Path>], keyring: &Keyring<'_>) -> Result<Trust, Failed> {
    let mut more = Vec::new();
    for file in files {
        let file = file.as_ref();
        let read = pem::certificates(&keyring.read(file)?);
        more.extend(read.map_err(|error| wrong(&file.display().to_string(), &error.to_string()))?);
    }
    Trust::of_system(&more).map_err(|error| {
        let problem = Problem::new("there is no certificate authority to trust").because(error.to_string());
        Failed::new(Exit::Unavailable, problem.advise("install the system's CA certificates"))
    })
}

fn wrong(what: &str, why: &str) -> Failed {
    config(Problem::new(format!("{what} cannot be used")).because(why))
}
