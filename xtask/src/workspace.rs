//! The checkout that a chore works on: where it is, which files belong to it, how cargo sees it.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context as _, Failure};
use crate::metadata::Metadata;
use crate::run;

/// One checkout, looked at once at the start of a chore.
pub(crate) struct Workspace {
    /// The folder of the root `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// What `cargo metadata` says.
    pub(crate) metadata: Metadata,
}

/// A text file of the checkout.
pub(crate) struct TextFile {
    /// Its path from the root, with `/` between the parts.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
}

impl Workspace {
    /// Finds the checkout that `cargo run` was called in, which is not the one that this program was compiled from
    /// where several share a target folder.
    pub(crate) fn open() -> Result<Self, Failure> {
        let own = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let own = PathBuf::from(own);
        let root = own.parent().unwrap_or(&own).to_path_buf();
        let metadata = Metadata::load(&root)?;
        Ok(Self { root, metadata })
    }

    /// `cargo`, the one that runs this chore, started in the root.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = cargo();
        cargo.current_dir(&self.root);
        cargo
    }

    /// Cargo for tests, which interrupt programs: a shell has what it runs in the background ignore interrupts, and all that is
    /// started there inherits it. GNU env takes that back; elsewhere such a run has to be in the foreground.
    pub(crate) fn cargo_for_tests(&self) -> Command {
        if !cfg!(target_os = "linux") {
            return self.cargo();
        }
        let mut env = Command::new("env");
        env.arg("--default-signal=INT,QUIT,HUP").arg(cargo().get_program()).current_dir(&self.root);
        env
    }

    /// Where chores keep what they download: under cargo's target folder, so that `cargo clean` removes it.
    pub(crate) fn tools(&self) -> PathBuf {
        self.metadata.target_directory.join("tools")
    }

    /// The paths of all files that are, or could next be, committed. An ignored file is none of ours; a new one
    /// counts before `git add`, or the first commit would be the first time that it is checked.
    pub(crate) fn files(&self) -> Result<Vec<String>, Failure> {
        let mut git = Command::new("git");
        git.current_dir(&self.root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
        let listed = run::capture(&mut git)?;
        let mut files: Vec<String> = listed.split_terminator('\0').map(str::to_owned).collect();
        files.sort();
        files.dedup();
        files.retain(|path| self.root.join(path).is_file());
        Ok(files)
    }

    /// The text files among [`Workspace::files`] whose path `wanted` accepts. What is not UTF-8 is no text.
    pub(crate) fn texts(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<TextFile>, Failure> {
        let mut texts = Vec::new();
        for path in self.files()?.into_iter().filter(|path| wanted(path)) {
            let bytes = std::fs::read(self.root.join(&path)).cannot(format_args!("read {path}"))?;
            if let Ok(text) = String::from_utf8(bytes) {
                texts.push(TextFile { path, text });
            }
        }
        Ok(texts)
    }
}

/// Whether `path` ends in `.` and one of `extensions`.
pub(crate) fn has_extension(path: &str, extensions: &[&str]) -> bool {
    Path::new(path).extension().is_some_and(|own| extensions.iter().any(|wanted| own == *wanted))
}

/// `cargo`, the one that runs this chore.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
