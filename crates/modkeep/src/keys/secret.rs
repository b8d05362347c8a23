//! Secret keys as files of the user.

use std::io;
use std::path::{Path, PathBuf};

use gomod::note::SignerKey;
use source::durable::{self, Already, Readers};

use crate::env::Env;
use crate::exit::Exit;
use crate::files::{Disk, Files};
use crate::report::{Failed, Problem};
use crate::settings::table;

/// What the names of files with secret keys end in, behind a dot.
pub const SUFFIX: &str = "key";

/// A name of more characters is refused: it is in every signature line.
pub const NAME_CHARS_MAX: usize = 64;

/// How to come to a key.
const MAKE_ONE: &str = "`modkeep bundle key new` makes one";

/// The user's folder of secret keys, which there need not be.
pub fn folder(env: &Env) -> Result<PathBuf, Failed> {
    Ok(config_home(env)?.join(table::KEYS_FOLDER))
}

/// The user's folder of settings.
pub(super) fn config_home(env: &Env) -> Result<PathBuf, Failed> {
    env.config_home().ok_or_else(|| {
        let problem = Problem::new("neither XDG_CONFIG_HOME nor HOME is an absolute path");
        Failed::new(Exit::Unavailable, problem.advise("set HOME: keys are kept below it"))
    })
}

/// Makes a key of this name in the user's folder, from 32 bytes of the system's randomness.
///
/// # Errors
/// [`Exit::Usage`] for a name that is none or that is taken; [`Exit::Unavailable`] when the file cannot be written.
pub fn create(env: &Env, name: &str) -> Result<(SignerKey, PathBuf), Failed> {
    check_name(name)?;
    let key = SignerKey::from_seed(name, seed()?)
        .map_err(|error| Failed::new(Exit::Usage, Problem::from_error(&error)))?;
    let folder = folder(env)?;
    let path = folder.join(format!("{name}.{SUFFIX}"));
    let content = format!("{}\n", key.to_secret_string());
    make_private(&folder)
        .and_then(|()| durable::write(&path, content.as_bytes(), Readers::Owner, Already::Keep))
        .map_err(|error| not_written(&path, &error))?;
    Ok((key, path))
}

/// Reads a key.
pub fn read(path: &Path) -> Result<SignerKey, Failed> {
    let unreadable = |error: io::Error| {
        let problem = Problem::new(format!("cannot read the secret key {}", path.display()));
        Failed::new(Exit::Config, problem.because(error.to_string()).advise(MAKE_ONE))
    };
    check_private(path).map_err(unreadable)??;
    let content = Disk.read(path).map_err(unreadable)?;
    let text = std::str::from_utf8(&content).unwrap_or_default();
    SignerKey::parse(text.trim_end_matches(['\n', '\r'])).map_err(|error| {
        let problem = Problem::new(format!("{} holds no secret key", path.display()));
        Failed::new(Exit::Config, problem.because(error.to_string()).advise(MAKE_ONE))
    })
}

/// The files with keys in a folder, sorted by name. A folder that is not there has none.
pub fn all(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match folder.read_dir() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let paths: io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
    let mut keys: Vec<PathBuf> =
        paths?.into_iter().filter(|path| path.extension().is_some_and(|end| end == SUFFIX)).collect();
    keys.sort();
    Ok(keys)
}

/// The one key of a folder: which of several is meant must be said.
pub(super) fn only_one(folder: &Path) -> Result<PathBuf, Failed> {
    let unreadable = |error: io::Error| {
        let problem = Problem::new(format!("cannot read the folder of keys {}", folder.display()));
        Failed::new(Exit::Unavailable, problem.because(error.to_string()))
    };
    let mut keys = all(folder).map_err(unreadable)?;
    match (keys.pop(), keys.len()) {
        (Some(key), 0) => Ok(key),
        (None, _) => Err(none()),
        (Some(_), others) => {
            let problem =
                Problem::new(format!("there are {} secret keys in {}", others + 1, folder.display()));
            Err(Failed::new(Exit::Unavailable, problem.advise("say which one signs with --signing-key FILE")))
        }
    }
}

/// There is nothing to sign with.
pub(super) fn none() -> Failed {
    Failed::new(Exit::Unavailable, Problem::new("there is no secret key to sign with").advise(MAKE_ONE))
}

/// The name becomes that of a file, and stands in signature lines and lists with commas.
fn check_name(name: &str) -> Result<(), Failed> {
    let is_good = |c: char| c.is_ascii_alphanumeric() || "._@-".contains(c);
    let begins_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins_well && name.chars().all(is_good) && name.len() <= NAME_CHARS_MAX {
        return Ok(());
    }
    let problem = Problem::new(format!("`{name}` cannot be the name of a key"));
    let advice = format!(
        "take up to {NAME_CHARS_MAX} letters, digits and ._@-, such as me@corp.example; begin with a letter or digit"
    );
    Err(Failed::new(Exit::Usage, problem.advise(advice)))
}

fn seed() -> Result<[u8; 32], Failed> {
    let mut seed = [0; 32];
    aws_lc_rs::rand::fill(&mut seed).map_err(|_| {
        Failed::new(Exit::Unavailable, Problem::new("the system gives no random numbers for a key"))
    })?;
    Ok(seed)
}

fn not_written(path: &Path, error: &io::Error) -> Failed {
    if error.kind() == io::ErrorKind::AlreadyExists {
        let problem = Problem::new(format!("{} is there already", path.display()));
        return Failed::new(Exit::Usage, problem.advise("give the new key another name"));
    }
    let problem = Problem::new(format!("cannot write the secret key {}", path.display()));
    Failed::new(Exit::Unavailable, problem.because(error.to_string()))
}

/// Makes a folder that only its owner can look into.
#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)
}

/// A key that others can read is theirs too: whatever it signs is worth nothing.
#[cfg(unix)]
fn check_private(path: &Path) -> io::Result<Result<(), Failed>> {
    use std::os::unix::fs::PermissionsExt;
    const OF_OTHERS: u32 = 0o077;
    let mode = path.metadata()?.permissions().mode();
    if mode & OF_OTHERS == 0 {
        return Ok(Ok(()));
    }
    let problem = Problem::new(format!("the secret key {} can be used by other users", path.display()));
    let advice = format!("if no one else has read it, run chmod 600 {}; else make a new one", path.display());
    Ok(Err(Failed::new(
        Exit::Config,
        problem.because(format!("its mode is {:04o}", mode & 0o7777)).advise(advice),
    )))
}

#[cfg(not(unix))]
fn check_private(_: &Path) -> io::Result<Result<(), Failed>> {
    Ok(Ok(()))
}
