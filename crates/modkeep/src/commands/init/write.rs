//! Writing several files, all of them or none: they are prepared beside their places, then renamed. What was made before a failure is
//! taken back.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// Who may do what with a new file, before the user's umask.
const MODE: u32 = 0o666;

/// What the names of files begin with that are not in their places yet.
const BEGIN: &str = ".modkeep-init-";

/// A file that is to be written.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) path: PathBuf,
    pub(super) content: Vec<u8>,
    /// Whether it takes the place of one that is there. Else whatever is there is an error.
    pub(super) replaces: bool,
    /// What it is good for.
    pub(super) why: String,
}

/// Writes the drafts below `root`. `go_on` is asked once, before the first one appears in its place.
///
/// # Errors
/// One of them cannot be written, or `go_on` fails: then everything is as before.
pub(super) fn all(
    root: &Path,
    drafts: &[Draft],
    go_on: impl Fn() -> Result<(), Failed>,
) -> Result<(), Failed> {
    let mut staged = Staged::default();
    for draft in drafts {
        staged.add(root, draft).map_err(|error| failed(&draft.path, &error))?;
    }
    go_on()?;
    staged.publish()
}

/// What has been made so far. Dropped before it is kept, all of it goes again.
#[derive(Default)]
struct Staged {
    folders: Vec<PathBuf>,
    waiting: Vec<Waiting>,
    published: Vec<(PathBuf, Option<NamedTempFile>)>,
}

/// A file beside its place, with a copy of the one that it replaces.
struct Waiting {
    path: PathBuf,
    file: NamedTempFile,
    old: Option<NamedTempFile>,
}

impl Staged {
    fn add(&mut self, root: &Path, draft: &Draft) -> io::Result<()> {
        let folder = draft.path.parent().unwrap_or(root);
        self.make_folders(root, folder)?;
        let mode = if draft.replaces { Some(mode_of_file(&draft.path)?) } else { None };
        let file = beside(folder, &draft.content, mode)?;
        let old = if draft.replaces { Some(beside(folder, &fs::read(&draft.path)?, mode)?) } else { None };
        self.waiting.push(Waiting { path: draft.path.clone(), file, old });
        Ok(())
    }

    /// Makes what is missing of a folder. A link in a project that leads elsewhere is not followed.
    fn make_folders(&mut self, root: &Path, folder: &Path) -> io::Result<()> {
        let below: Vec<&Path> = folder.ancestors().take_while(|above| *above != root).collect();
        for part in below.into_iter().rev() {
            match part.symlink_metadata() {
                Ok(found) if found.is_dir() => {}
                Ok(_) => {
                    return Err(io::Error::new(
                        io::ErrorKind::NotADirectory,
                        format!("{} is no folder", part.display()),
                    ));
                }
                Err(_) => {
                    fs::create_dir(part)?;
                    self.folders.push(part.to_owned());
                }
            }
        }
        Ok(())
    }

    /// Puts all of them in their places.
    fn publish(mut self) -> Result<(), Failed> {
        for Waiting { path, file, old } in std::mem::take(&mut self.waiting) {
            let placed = match old {
                Some(_) => file.persist(&path),
                None => file.persist_noclobber(&path),
            };
            placed.map_err(|error| failed(&path, &error.error))?;
            self.published.push((path, old));
        }
        // They are in their places: that the folders are not durable yet is no reason to take them away again.
        for (path, _) in self.published.drain(..) {
            let _ = path.parent().map(|folder| File::open(folder).and_then(|folder| folder.sync_all()));
        }
        self.folders.clear();
        Ok(())
    }
}

impl Drop for Staged {
    /// Takes back what was made, in the other order. What cannot be taken back is left.
    fn drop(&mut self) {
        self.waiting.clear();
        for (path, old) in self.published.drain(..).rev() {
            let _ = match old {
                Some(old) => old.persist(&path).map(drop).map_err(|error| error.error),
                None => fs::remove_file(&path),
            };
        }
        for folder in self.folders.drain(..).rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// A durable file of this content in the folder.
fn beside(folder: &Path, content: &[u8], mode: Option<u32>) -> io::Result<NamedTempFile> {
    let mut file =
        Builder::new().prefix(BEGIN).permissions(Permissions::from_mode(MODE)).tempfile_in(folder)?;
    if let Some(mode) = mode {
        file.as_file().set_permissions(Permissions::from_mode(mode))?;
    }
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// The mode of a file that is to be replaced. Of a link only the link would be.
fn mode_of_file(path: &Path) -> io::Result<u32> {
    let found = path.symlink_metadata()?;
    if !found.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    Ok(found.permissions().mode() & 0o7777)
}

fn failed(path: &Path, error: &io::Error) -> Failed {
    let problem = Problem::new(format!("cannot write {}", path.display())).because(error.to_string());
    Failed::new(
        Exit::Unavailable,
        problem.advise("everything is as before; make the folder writable, and run it again"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(path: PathBuf, content: &str, replaces: bool) -> Draft {
        Draft { path, content: content.into(), replaces, why: String::new() }
    }

    /// Paths below a folder with their contents.
    fn state(folder: &Path) -> Vec<(PathBuf, String)> {
        let mut found = Vec::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.push((path.clone(), "folder".to_owned()));
                found.extend(state(&path));
            } else {
                found.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
        found.sort();
        found
    }

    #[test]
    fn all_are_written_with_the_modes_of_a_user_and_of_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let (old, new) = (folder.path().join("old"), folder.path().join("a/b/new"));
        fs::write(&old, "1").unwrap();
        fs::set_permissions(&old, Permissions::from_mode(0o640)).unwrap();
        let plain = folder.path().join("plain");
        fs::write(&plain, "").unwrap();
        all(folder.path(), &[draft(old.clone(), "2", true), draft(new.clone(), "3", false)], || Ok(()))
            .unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(
            (fs::read_to_string(&old).unwrap(), fs::read_to_string(&new).unwrap()),
            ("2".into(), "3".into())
        );
        assert_eq!((mode(&old), mode(&new)), (0o640, mode(&plain)));
    }

    #[test]
    fn a_failure_at_any_point_leaves_everything_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let (root, old) = (folder.path(), folder.path().join("old"));
        fs::write(&old, "1").unwrap();
        fs::write(root.join("file"), "").unwrap();
        std::os::unix::fs::symlink("file", root.join("link")).unwrap();
        let before = state(root);
        let (first, second) = (draft(old, "2", true), draft(root.join("a/new"), "3", false));
        let late = draft(root.join("file"), "4", false);
        let last: [(Draft, bool); 5] = [
            (draft(root.join("file/x"), "4", false), true),
            (draft(root.join("link/x"), "4", false), true),
            (draft(root.join("link"), "4", true), true),
            (draft(root.join("b"), "4", false), false),
            (late, true),
        ];
        for (last, goes_on) in last {
            let shown = last.path.clone();
            let go_on =
                || if goes_on { Ok(()) } else { Err(Failed::new(Exit::Failure, Problem::new("stopped"))) };
            all(root, &[first.clone(), second.clone(), last], go_on).unwrap_err();
            assert_eq!(state(root), before, "{}", shown.display());
        }
    }
}
