//! The bundles of this user: where they come from, how these places are reached, and where what was pulled lies.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bundle::depot::{Location, Pulled, PulledFrom, Reach};
use bundle::{BundleError, BundleSource, Chain};
use bytes::Bytes;
use gomod::gosumdb::VerifierKey;
use ladder::Unusable;
use ladder::project::Project;
use sha2::{Digest, Sha256};
use source::Origin;

use crate::commands::Session;
use crate::env::Env;
use crate::exit::Exit;
use crate::go::GoSettings;
use crate::report::{Failed, Problem};
use crate::settings::project::ProjectFile;
use crate::settings::{Base, Settings, table, values};

/// Below the user's data: what was pulled, a folder for each place and project.
const FOLDER: &str = "modkeep/bundles";

/// How places for bundles are reached. The user's own settings for S3 go with it, which nobody but the user may use: a place that
/// a project names is to be asked without them.
pub fn reach(settings: &Settings, session: &Session<'_>) -> Result<Reach, Failed> {
    let authorities = settings.get(&table::CA_FILE)?.map(|path| read_pem(&path, session)).transpose()?;
    let env = session.env;
    let value = |name: &str| Some((name.to_owned(), env.var(name)?.to_str()?.to_owned()));
    Ok(Reach {
        connect_timeout: settings.get(&table::CONNECT_TIMEOUT)?,
        idle_timeout: settings.get(&table::IDLE_TIMEOUT)?,
        authorities,
        s3: env.names_with_prefix("AWS_").filter_map(value).collect(),
    })
}

fn read_pem(path: &Path, session: &Session<'_>) -> Result<Bytes, Failed> {
    session.files.read(path).map(Bytes::from).map_err(|error| {
        let problem = Problem::new(format!("cannot read the authorities in {}", path.display()));
        Failed::new(Exit::Config, problem.because(error.to_string()))
    })
}

/// The place that was named on the command line, else the first of the settings.
pub fn location(named: Option<&str>, settings: &Settings, env: &Env) -> Result<Location, Failed> {
    if let Some(text) = named {
        return values::bundle_location(text, &Base::new(env.cwd(), env)).map_err(|invalid| {
            // The text may hold a password, so it is not repeated.
            let problem = Problem::new("the place for bundles cannot be used").because(invalid.0);
            Failed::new(Exit::Usage, problem.advise("name a folder, an https:// URL or s3://BUCKET/PREFIX"))
        });
    }
    settings.get(&table::BUNDLES)?.into_iter().next().ok_or_else(|| {
        let problem = Problem::new("it is not said where bundles are kept");
        Failed::new(Exit::Usage, problem.advise("name the place, or set `bundles` in your own modkeep.toml"))
    })
}

/// Bundles that were pulled.
#[derive(Debug, Clone)]
pub struct Stock {
    /// The place that they came from, as people may see it.
    pub place: String,
    /// Where they lie.
    pub pulled: Pulled,
    /// The project that they must say they are for; `None` where the settings name the place. What nobody names stands in the way of
    /// nothing when it cannot be used.
    pub project: Option<String>,
}

/// Bundles as a place to ask, or a place that says why they cannot be.
pub type Opened = Result<BundleSource, Arc<Unusable>>;

/// What was pulled, opened and verified: what one of `keys` has signed. What lies where nobody names the place comes behind the rest, the
/// newest first.
pub fn open(stocks: &[Stock], keys: &[VerifierKey]) -> Vec<Opened> {
    let (named, others): (Vec<&Stock>, Vec<&Stock>) =
        stocks.iter().partition(|stock| stock.project.is_none());
    let mut others: Vec<Chain> = others.iter().filter_map(|stock| stock.usable(keys)).collect();
    others.sort_by_key(|chain| Reverse(chain.newest().manifest().about.created));
    let others = others.into_iter().map(|chain| Ok(BundleSource::new(Arc::new(chain))));
    named.into_iter().filter_map(|stock| stock.named(keys)).chain(others).collect()
}

impl Stock {
    /// From a place that somebody names: where it cannot be used, that is said.
    fn named(&self, keys: &[VerifierKey]) -> Option<Opened> {
        let reason = match self.pulled.open(keys) {
            Ok(chain) => return chain.map(|chain| Ok(BundleSource::new(Arc::new(chain)))),
            Err(error) => format!("the bundle that was pulled cannot be used: {error}"),
        };
        Some(Err(Arc::new(Unusable::new(Origin::new(self.place.as_str()), reason))))
    }

    /// From a place that nobody names: what lies there, if it can be used and is for the right project.
    fn usable(&self, keys: &[VerifierKey]) -> Option<Chain> {
        let told = |error: &BundleError| {
            tracing::warn!(place = self.place, %error, "a bundle that was pulled cannot be used");
        };
        let chain = self.pulled.open(keys).inspect_err(told).ok()??;
        let is_for = |project: &String| *project == chain.newest().manifest().about.project;
        self.project.as_ref().is_none_or(is_for).then_some(chain)
    }
}

/// All that was pulled, from wherever, for whatever project is `wanted`.
pub fn stocked(env: &Env, wanted: impl Fn(&str) -> bool) -> Vec<Stock> {
    let folders = env.data_home().and_then(|data| data.join(FOLDER).read_dir().ok());
    let folders = folders.into_iter().flatten().flatten().map(|entry| Pulled::at(&entry.path()));
    let stock = |pulled: Pulled| {
        let PulledFrom { place, project } = pulled.from().filter(|from| wanted(&from.project))?;
        Some(Stock { place, pulled, project: Some(project) })
    };
    folders.filter_map(stock).collect()
}

/// Where bundles of the project were pulled to: from the places that the user names, from those that the project does, and from any other.
pub fn of_project(
    settings: &Settings,
    project: &Project,
    file: &ProjectFile,
    env: &Env,
) -> Result<Vec<Stock>, Failed> {
    let Some(path) = project.module_path() else { return Ok(Vec::new()) };
    let mut locations = settings.get(&table::BUNDLES)?;
    locations.extend(file.locations(project.root().unwrap_or(env.cwd()))?);
    let named = |location: &Location| {
        Ok(Stock { place: location.to_string(), pulled: pulled(location, &path, env)?, project: None })
    };
    let mut all: Vec<Stock> = locations.iter().map(named).collect::<Result<_, Failed>>()?;
    let others = stocked(env, |project| project == path);
    let is_known = |other: &Stock| all.iter().any(|known| known.pulled == other.pulled);
    let others: Vec<Stock> = others.into_iter().filter(|other| !is_known(other)).collect();
    all.extend(others);
    Ok(all)
}

/// The place that was named on the command line, else the first of the settings, else the first that the project names, and how it is
/// reached: whatever a project names is asked without the user's own settings for S3.
pub fn source(
    named: Option<&str>,
    settings: &Settings,
    session: &Session<'_>,
) -> Result<(Location, Reach), Failed> {
    let reach = reach(settings, session)?;
    if named.is_none()
        && settings.get(&table::BUNDLES)?.is_empty()
        && let Some(location) = of_the_project_here(session)?
    {
        return Ok((location, Reach { s3: Vec::new(), ..reach }));
    }
    Ok((location(named, settings, session.env)?, reach))
}

/// The first place that the project names in whose folder this is.
fn of_the_project_here(session: &Session<'_>) -> Result<Option<Location>, Failed> {
    let project = here(session);
    let Some(root) = project.root() else { return Ok(None) };
    let locations = ProjectFile::read(root, session.files)?.locations(root)?;
    Ok(locations.into_iter().next())
}

/// The project in whose folder this is.
pub fn here(session: &Session<'_>) -> Project {
    let gowork = GoSettings::load(session.env, session.files).get("GOWORK").map(|(value, _)| value);
    Project::find(session.env.cwd(), gowork.as_deref())
}

/// Where the bundles for a project lie that were pulled from a place.
pub fn pulled(location: &Location, project: &str, env: &Env) -> Result<Pulled, Failed> {
    let none = || {
        let problem = Problem::new("neither XDG_DATA_HOME nor HOME is an absolute path");
        Failed::new(Exit::Unavailable, problem.advise("set HOME: bundles are kept below it"))
    };
    let data: PathBuf = env.data_home().ok_or_else(none)?;
    let hash: [u8; 32] = Sha256::digest(format!("{location}\n{project}")).into();
    let begin = hash.first_chunk().copied().unwrap_or_default();
    Ok(Pulled::at(&data.join(FOLDER).join(format!("{:016x}", u64::from_be_bytes(begin)))))
}
