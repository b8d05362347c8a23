//! The bundles of this user: where they come from, how these places are reached, and where what was pulled lies.

use std::path::{Path, PathBuf};

use bundle::depot::{Location, Pulled, Reach};
use bytes::Bytes;
use ladder::project::Project;
use sha2::{Digest, Sha256};

use crate::commands::Session;
use crate::env::Env;
use crate::exit::Exit;
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

/// All that was pulled for a project, from wherever, with the names of the places.
pub fn pulled_for(project: &str, env: &Env) -> Vec<(String, Pulled)> {
    let folders = env.data_home().and_then(|data| data.join(FOLDER).read_dir().ok());
    let folders = folders.into_iter().flatten().flatten().map(|entry| Pulled::at(&entry.path()));
    let is_for = |pulled: Pulled| Some((pulled.from().filter(|from| from.project == project)?.place, pulled));
    let mut all: Vec<_> = folders.filter_map(is_for).collect();
    all.sort_by(|(one, _), (other, _)| one.cmp(other));
    all
}

/// The place that was named on the command line, else the first of the settings, else the first that the project names, and how it is
/// reached: whatever a project names is asked without the user's own settings for S3.
pub fn source(
    named: Option<&str>,
    settings: &Settings,
    session: &Session<'_>,
) -> Result<(Location, Reach), Failed> {
    let reach = reach(settings, session)?;
    if named.is_none() && settings.get(&table::BUNDLES)?.is_empty() {
        let project = Project::find(session.env.cwd(), None);
        let read = |root| ProjectFile::read(root, session.files);
        let file = project.root().map(read).transpose()?.unwrap_or_default();
        if let Some(text) = file.bundle.locations.first() {
            let reach = Reach { s3: Vec::new(), ..reach };
            return Ok((location(Some(text), settings, session.env)?, reach));
        }
    }
    Ok((location(named, settings, session.env)?, reach))
}

/// Where the bundles for a project lie that were pulled from a place.
pub fn pulled(location: &Location, project: Option<&str>, env: &Env) -> Result<Pulled, Failed> {
    let none = || {
        let problem = Problem::new("neither XDG_DATA_HOME nor HOME is an absolute path");
        Failed::new(Exit::Unavailable, problem.advise("set HOME: bundles are kept below it"))
    };
    let data: PathBuf = env.data_home().ok_or_else(none)?;
    let hash: [u8; 32] = Sha256::digest(format!("{location}\n{}", project.unwrap_or_default())).into();
    let begin = hash.first_chunk().copied().unwrap_or_default();
    Ok(Pulled::at(&data.join(FOLDER).join(format!("{:016x}", u64::from_be_bytes(begin)))))
}
