//! The folder of the agent, and the secret word in its address.
//!
//! The word is made once and kept, so that the address stays the same when the agent is started again. Who can read it can have the
//! agent asked, so nobody else may: the folder and the file are for their owner alone, and are refused when they are not.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustix::process::geteuid;
use source::durable::{self, Already, Readers};

use crate::env::Env;
use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// Below the user's state.
const FOLDER: &str = "modkeep/agent";

/// The file with the word.
const WORD: &str = "word";

/// How many hexadecimal digits a word has: 128 bits, which nobody can guess.
const WORD_DIGITS: usize = 32;

/// What no other user may do with the folder and the file: anything.
const OF_OTHERS: u32 = 0o077;

/// The folder of the agent.
#[derive(Debug, Clone)]
pub struct Home(PathBuf);

impl Home {
    /// The folder of this user, which there need not be yet.
    ///
    /// # Errors
    /// [`Exit::Unavailable`] where the user has no folder for such things.
    pub fn of(env: &Env) -> Result<Self, Failed> {
        let state = env.state_home().ok_or_else(|| {
            let problem = Problem::new("neither XDG_STATE_HOME nor HOME is an absolute path");
            Failed::new(
                Exit::Unavailable,
                problem.advise("set HOME: the address of the agent is kept below it"),
            )
        })?;
        Ok(Self(state.join(FOLDER)))
    }

    /// A file in it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Makes the folder, for its owner alone.
    ///
    /// # Errors
    /// [`Exit::Unavailable`] when it cannot be made, [`Exit::Config`] when others can use it.
    pub fn make(&self) -> Result<(), Failed> {
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.0);
        made.and_then(|()| self.0.metadata())
            .map_err(|error| unusable(&self.0, &error))
            .and_then(|found| check_private(&self.0, &found, "700"))
    }

    /// The word, made now if there is none yet.
    ///
    /// # Errors
    /// As [`Self::make`], for the folder and the file; [`Exit::Config`] when the file holds no word.
    pub fn word(&self) -> Result<String, Failed> {
        self.make()?;
        if let Some(word) = self.known_word()? {
            return Ok(word);
        }
        let path = self.file(WORD);
        match durable::write(&path, format!("{}\n", new_word()?).as_bytes(), Readers::Owner, Already::Keep) {
            Ok(()) => {}
            // Another process has made one just now, and that one counts.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(unusable(&path, &error)),
        }
        self.known_word()?.ok_or_else(|| unusable(&path, &io::ErrorKind::NotFound.into()))
    }

    /// The word, if there is one already.
    ///
    /// # Errors
    /// [`Exit::Config`] when others can read it, or when the file holds no word; [`Exit::Unavailable`] when it cannot be read.
    pub fn known_word(&self) -> Result<Option<String>, Failed> {
        let path = self.file(WORD);
        let found = match path.metadata() {
            Err(error) if is_absent(&error) => return Ok(None),
            found => found.map_err(|error| unusable(&path, &error))?,
        };
        check_private(&path, &found, "600")?;
        let text = fs::read(&path).map_err(|error| unusable(&path, &error))?;
        let text = String::from_utf8_lossy(&text);
        let word = text.trim_end();
        let is_word = word.len() == WORD_DIGITS && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_word { Ok(Some(word.to_owned())) } else { Err(no_word(&path)) }
    }
}

/// The address of the agent with this word: what stands in GOPROXY.
pub fn url(port: u16, word: &str) -> String {
    format!("http://127.0.0.1:{port}/{word}")
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn new_word() -> Result<String, Failed> {
    let mut bytes = [0; WORD_DIGITS / 2];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| {
        Failed::new(
            Exit::Unavailable,
            Problem::new("the system gives no random numbers for the address of the agent"),
        )
    })?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// Only this user may read it, and nobody else may have put it there.
fn check_private(path: &Path, found: &Metadata, mode: &str) -> Result<(), Failed> {
    let (owner, bits) = (found.uid(), found.permissions().mode() & 0o7777);
    if owner == geteuid().as_raw() && bits & OF_OTHERS == 0 {
        return Ok(());
    }
    let shown = path.display();
    let problem = Problem::new(format!("{shown} can be used by other users"));
    let problem = problem.because(format!("its mode is {bits:04o}, and it belongs to user {owner}"));
    let advice = format!(
        "run chmod {mode} {shown}; if somebody may have read it, delete it: the next start makes a new address"
    );
    Err(Failed::new(Exit::Config, problem.advise(advice)))
}

fn no_word(path: &Path) -> Failed {
    let problem = Problem::new(format!("{} holds no word of an agent", path.display()));
    Failed::new(Exit::Config, problem.advise("delete it: the next start makes a new address"))
}

fn unusable(path: &Path, error: &io::Error) -> Failed {
    let problem = Problem::new(format!("cannot use {}", path.display())).because(error.to_string());
    Failed::new(
        Exit::Unavailable,
        problem.advise("make it usable for this user, or set XDG_STATE_HOME to another folder"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::Permissions;

    fn home(folder: &Path) -> Home {
        Home(folder.join("agent"))
    }

    #[test]
    fn the_word_is_made_once_and_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let home = home(folder.path());
        assert_eq!(home.known_word().unwrap(), None);
        let word = home.word().unwrap();
        assert_eq!((word.len(), home.word().unwrap()), (WORD_DIGITS, word.clone()));
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&home.0), mode(&home.file(WORD))), (0o700, 0o600));
        fs::remove_file(home.file(WORD)).unwrap();
        assert_ne!(home.word().unwrap(), word);
    }

    #[test]
    fn what_others_can_use_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let home = home(folder.path());
        home.word().unwrap();
        for (path, mode) in [(home.file(WORD), 0o640), (home.file(WORD), 0o602), (home.0.clone(), 0o711)] {
            let before = path.metadata().unwrap().permissions();
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let failed = home.word().unwrap_err();
            assert_eq!(failed.exit, Exit::Config);
            assert!(failed.problems[0].message.contains("can be used by other users"), "{failed:?}");
            fs::set_permissions(&path, before).unwrap();
        }
        home.word().unwrap();
    }

    #[test]
    fn a_file_that_holds_something_else_is_not_taken_for_a_word() {
        let folder = tempfile::tempdir().unwrap();
        let home = home(folder.path());
        home.make().unwrap();
        for text in ["", "short\n", "../../../../../../../../etc/passwd"] {
            durable::write(&home.file(WORD), text.as_bytes(), Readers::Owner, Already::Replace).unwrap();
            assert_eq!(home.word().unwrap_err().exit, Exit::Config, "{text:?}");
        }
    }
}
