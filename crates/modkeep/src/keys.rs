//! Who signs, and whose signatures are believed: the keys of bundles and of snapshots.
//!
//! Keys are Ed25519 in the form of Go's signed notes ([`gomod::note`]). Secret ones are files of the user, readable by nobody
//! else ([`secret`]). Public ones are trusted when the user, the system or the command line names them ([`list`]), never
//! because a project or the thing to be verified does (invariant 10).

pub mod list;
pub mod secret;

use clap::Args;
use gomod::gosumdb::VerifierKey;
use gomod::note::SignerKey;

use crate::env::Env;
use crate::exit::Exit;
use crate::mask;
use crate::report::{Failed, Problem};
use crate::settings::origin::Origin;
use crate::settings::values::{self, Trusted};
use crate::settings::{Base, Settings, table};
use list::Missing;

/// Keys that are trusted for one run.
#[derive(Debug, Clone, Default, Args)]
pub struct KeyArgs {
    /// Believe only this key (name+hash+base64), or those of this file, in the place of the trusted keys of the settings.
    #[arg(long = "key", value_name = "KEY")]
    pub keys: Vec<String>,
}

impl KeyArgs {
    /// The keys to believe: those that were given, else those of the settings. Each is there once; there may be none.
    ///
    /// # Errors
    /// [`Exit::Usage`] for a text that is no key; what [`trusted`] says.
    pub fn trusted(&self, settings: &Settings, env: &Env) -> Result<Vec<VerifierKey>, Failed> {
        if self.keys.is_empty() {
            return trusted(settings);
        }
        let base = Base::new(env.cwd(), env);
        let mut members = Vec::new();
        for text in &self.keys {
            members.extend(values::trusted_keys(text, &base).map_err(|invalid| wrong_key(text, &invalid.0))?);
        }
        read(&members, Missing::IsWrong)
    }
}

/// The key to sign with.
///
/// # Errors
/// [`Exit::Unavailable`] where there is none or more than one; [`Exit::Config`] for a file that others can read or that holds
/// no key. No message repeats the key.
pub fn signer(settings: &Settings) -> Result<SignerKey, Failed> {
    match settings.get(&table::SIGNING_KEY)? {
        Some(path) if path.is_dir() => secret::read(&secret::only_one(&path)?),
        Some(path) if is_default(settings, &table::SIGNING_KEY)? && !path.exists() => Err(secret::none()),
        Some(path) => secret::read(&path),
        None => Err(secret::none()),
    }
}

/// The keys whose signatures are believed, each once. There may be none: then nothing is.
///
/// # Errors
/// [`Exit::Config`] for a file that cannot be read or a line that is no key. A default file that is not there is none.
pub fn trusted(settings: &Settings) -> Result<Vec<VerifierKey>, Failed> {
    let missing =
        if is_default(settings, &table::TRUSTED_KEYS)? { Missing::IsEmpty } else { Missing::IsWrong };
    read(&settings.get(&table::TRUSTED_KEYS)?, missing)
}

fn is_default(settings: &Settings, setting: &dyn crate::settings::AnySetting) -> Result<bool, Failed> {
    Ok(settings.value(setting)?.origin == Origin::Default)
}

/// A key that is given twice would make each of its signatures ambiguous.
fn read(members: &[Trusted], missing: Missing) -> Result<Vec<VerifierKey>, Failed> {
    let mut keys = Vec::new();
    for member in members {
        let found = match member {
            Trusted::Key(key) => vec![key.clone()],
            Trusted::File(path) => list::read(path, missing)?,
        };
        keys.extend(found);
    }
    let mut once: Vec<VerifierKey> = Vec::new();
    for key in keys {
        if !once.contains(&key) {
            once.push(key);
        }
    }
    Ok(once)
}

fn wrong_key(text: &str, reason: &str) -> Failed {
    let problem = Problem::new(format!("`{}` is no key to trust", mask::signer_keys(text))).because(reason);
    Failed::new(Exit::Usage, problem.advise("give name+hash+base64, as `modkeep bundle key show` prints it"))
}

#[cfg(test)]
mod tests;
