//! Files of trusted keys: one verifier key a line. Empty lines do not count, nor do those that begin with `#`.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use gomod::gosumdb::VerifierKey;
use source::durable::{self, Already, Readers};

use super::secret::config_home;
use crate::env::Env;
use crate::exit::Exit;
use crate::files::{Disk, Files};
use crate::report::{Failed, Problem};
use crate::settings::table;

/// What a file that is not there means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It trusts nobody: a default file.
    IsEmpty,
    /// Somebody named a file that should be there.
    IsWrong,
}

/// The file that [`add`] writes to.
pub fn of_user(env: &Env) -> Result<PathBuf, Failed> {
    Ok(config_home(env)?.join(table::TRUSTED_FILE))
}

/// Reads the keys of a file, in its order.
///
/// # Errors
/// [`Exit::Config`]: the file cannot be read, or a line is no key. Nothing of such a file counts.
pub fn read(path: &Path, missing: Missing) -> Result<Vec<VerifierKey>, Failed> {
    let content = match Disk.read(path) {
        Err(error) if missing == Missing::IsEmpty && is_missing(&error) => return Ok(Vec::new()),
        content => content.map_err(|error| unreadable(path, &error))?,
    };
    let not_text = |_| unreadable(path, &io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"));
    let text = String::from_utf8(content).map_err(not_text)?;
    parse(&text).map_err(|(line, reason)| {
        let problem = Problem::new(format!("{}:{line}: this is no verifier key", path.display()));
        let advice = "each line is name+hash+base64, as `modkeep bundle key show` prints it";
        Failed::new(Exit::Config, problem.because(reason).advise(advice))
    })
}

/// Adds keys to the user's file. Those in it already are not added again; the rest of the file stays as it is.
///
/// # Errors
/// [`Exit::Config`] for a file that cannot be read; [`Exit::Unavailable`] for one that cannot be written, or that somebody else
/// is writing.
pub fn add(env: &Env, keys: &[VerifierKey]) -> Result<PathBuf, Failed> {
    let path = of_user(env)?;
    let folder = path.parent().unwrap_or(Path::new("/"));
    let not_written = |error: &io::Error| {
        let problem = Problem::new(format!("cannot write {}", path.display()));
        Failed::new(Exit::Unavailable, problem.because(error.to_string()))
    };
    std::fs::create_dir_all(folder).map_err(|error| not_written(&error))?;
    let lock = File::open(folder).map_err(|error| not_written(&error))?;
    lock.try_lock().map_err(|error| not_written(&error.into()))?;
    let known = read(&path, Missing::IsEmpty)?;
    let mut text = current(&path).map_err(|error| not_written(&error))?;
    for (at, key) in keys.iter().enumerate() {
        if !known.contains(key) && !keys[..at].contains(key) {
            text.extend([key.to_string().as_str(), "\n"]);
        }
    }
    durable::write(&path, text.as_bytes(), Readers::Owner, Already::Replace)
        .map_err(|error| not_written(&error))?;
    Ok(path)
}

/// The text of the file, with an end to its last line.
fn current(path: &Path) -> io::Result<String> {
    let mut text = match Disk.read(path) {
        Err(error) if is_missing(&error) => String::new(),
        content => String::from_utf8_lossy(&content?).into_owned(),
    };
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// The keys, or the number of the line that is none, and why.
fn parse(text: &str) -> Result<Vec<VerifierKey>, (usize, String)> {
    let lines = text.lines().map(str::trim).enumerate();
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let key =
        |(at, line): (usize, &str)| VerifierKey::parse(line).map_err(|error| (at + 1, error.to_string()));
    lines.map(key).collect()
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn unreadable(path: &Path, error: &io::Error) -> Failed {
    let problem = Problem::new(format!("cannot read the trusted keys in {}", path.display()));
    Failed::new(Exit::Config, problem.because(error.to_string()))
}
