//! The file of a bundle: written under another name, and renamed when it is whole and on the disk.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use source::durable::{self, Already, Readers};
use tempfile::NamedTempFile;

use super::PackArgs;
use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// A file in the making.
pub(super) struct Output {
    path: PathBuf,
    draft: NamedTempFile,
    already: Already,
}

impl Output {
    /// Begins the file that the arguments name.
    pub(super) fn begin(args: &PackArgs, project: &str, cwd: &Path) -> Result<Self, Failed> {
        let named =
            args.output.clone().unwrap_or_else(|| PathBuf::from(default_name(project, SystemTime::now())));
        let path = cwd.join(named);
        refuse_old(&path, args.force)?;
        let folder = path.parent().unwrap_or(cwd);
        let draft = durable::draft_in(folder, Readers::All).map_err(|error| not_written(&path, &error))?;
        let already = if args.force { Already::Replace } else { Already::Keep };
        Ok(Self { path, draft, already })
    }

    /// The file to write to.
    pub(super) fn file(&self) -> Result<tokio::fs::File, Failed> {
        let file = self.draft.as_file().try_clone().map_err(|error| not_written(&self.path, &error))?;
        Ok(tokio::fs::File::from_std(file))
    }

    /// Gives the file its name, which it keeps when the power fails now.
    pub(super) fn publish(self) -> Result<PathBuf, Failed> {
        let Self { path, draft, already } = self;
        durable::publish(draft, &path, already).map_err(|error| not_written(&path, &error))?;
        Ok(path)
    }
}

/// A file that is there stays, unless it may be replaced.
pub(super) fn refuse_old(path: &Path, may_replace: bool) -> Result<(), Failed> {
    if may_replace || !path.exists() {
        return Ok(());
    }
    let problem = Problem::new(format!("{} is there already", path.display()));
    Err(Failed::new(Exit::Usage, problem.advise("name another file with --output, or give --force")))
}

fn not_written(path: &Path, error: &io::Error) -> Failed {
    let problem = Problem::new(format!("cannot write the bundle {}", path.display()));
    Failed::new(Exit::Unavailable, problem.because(error.to_string()))
}

/// After the last part of the module path, and the day.
fn default_name(project: &str, now: SystemTime) -> String {
    let last =
        project.rsplit('/').find(|part| !part.is_empty() && !part.starts_with('.')).unwrap_or("bundle");
    let last: String = last.chars().filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).collect();
    let day: String = humantime::format_rfc3339_seconds(now).to_string().chars().take(10).collect();
    format!("{last}-{day}.tar")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_that_of_the_project_and_leads_nowhere() {
        let day = SystemTime::UNIX_EPOCH;
        assert_eq!(default_name("example.com/a/tool", day), "tool-1970-01-01.tar");
        assert_eq!(default_name("..", day), "bundle-1970-01-01.tar");
        assert_eq!(default_name("a/b~c", day), "bc-1970-01-01.tar");
    }
}
