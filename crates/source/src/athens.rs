//! The disk store of an Athens proxy as a place: what a team that moves here has filled for years.
//!
//! Its layout is not that of a proxy. The three files of a version lie in `ROOT/MODULE/VERSION/` as `VERSION.info`, `go.mod` and
//! `source.zip`, and neither module path nor version is `!`-escaped. They are written in place, the `.info` last, so that a
//! crash leaves a cut one behind: nothing here counts before it went through [`Checked`](crate::Checked).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gomod::{ModulePath, ModuleVersion, Version};
use tokio::time::{Instant, timeout_at};

use crate::blocks::off_worker;
use crate::plain_file::PlainFile;
use crate::{Answer, Ask, Attempt, Body, Ctx, Failure, FailureKind, Origin, Source, Trail, VersionList};

/// The name of a version's go.mod.
const GO_MOD: &str = "go.mod";

/// The name of a version's zip.
const ZIP: &str = "source.zip";

/// Reads modules from the disk store of an Athens proxy.
#[derive(Debug, Clone)]
pub struct Athens {
    root: Arc<Path>,
    origin: Origin,
}

impl Athens {
    /// The store at `root`.
    pub fn new(root: &Path) -> Self {
        let origin = Origin::new(format!("Athens store {}", root.display()));
        Self { root: root.into(), origin }
    }

    /// The display name.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Whether the folder `folder` is one that such a store keeps a version in, by the files in it.
    pub fn is_version(folder: &Path) -> bool {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        Version::parse(name).is_ok()
            && (folder.join(ZIP).is_file()
                || folder.join(GO_MOD).is_file() && folder.join(format!("{name}.info")).is_file())
    }

    /// What the files in the folder at `below_root` answer, a relative path with `/`. Nothing for a folder that is none of a
    /// version. Blocks.
    pub fn questions(&self, below_root: &str) -> Vec<Ask> {
        let Some(module) = module_at(below_root) else { return Vec::new() };
        let revision = module.version().clone().into();
        let asks = [Ask::Info(module.path().clone(), revision), Ask::Mod(module.clone()), Ask::Zip(module)];
        asks.into_iter().filter(|ask| self.file(ask).is_some_and(|file| file.is_file())).collect()
    }

    /// The file that answers; `None` for what such a store has no file for.
    fn file(&self, ask: &Ask) -> Option<PathBuf> {
        let module = ask.version()?;
        let version = module.version().as_str();
        let name = match ask {
            Ask::Info(..) => format!("{version}.info"),
            Ask::Mod(_) => GO_MOD.to_owned(),
            Ask::Zip(_) => ZIP.to_owned(),
            Ask::List(_) | Ask::Latest(_) | Ask::SumDb(_) => return None,
        };
        Some(self.root.join(module.path().as_str()).join(version).join(name))
    }

    async fn read(&self, ask: &Ask) -> io::Result<Body> {
        if let Ask::List(module) = ask {
            let folder = self.root.join(module.as_str());
            return off_worker(move || list(&folder)).await.map(|list| list.to_text().into());
        }
        let file = self.file(ask).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::NotFound,
                "an Athens store knows neither branches nor the latest version",
            )
        })?;
        Ok(Body::replay(Arc::new(PlainFile::open(file, self.origin.clone()).await?)))
    }
}

#[async_trait::async_trait]
impl Source for Athens {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let begun = Instant::now();
        let read = timeout_at(ctx.deadline, self.read(ask)).await;
        let took = begun.elapsed();
        match read.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(body) => {
                let attempt = Attempt { origin: self.origin.clone(), failed: None, note: "".into(), took };
                Ok(Answer::live(body, self.origin.clone(), Trail::of(attempt)))
            }
            Err(error) => Err(Failure::new(kind_of(&error), &self.origin, format!("{ask}: {error}"), took)),
        }
    }
}

fn kind_of(error: &io::Error) -> FailureKind {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => FailureKind::NotFound,
        _ => FailureKind::Unavailable,
    }
}

/// The versions of which a zip is there.
fn list(folder: &Path) -> io::Result<VersionList> {
    let mut versions = Vec::new();
    for entry in folder.read_dir()? {
        let name = entry?.file_name();
        let version = name.to_str().and_then(|name| Version::parse(name).ok());
        versions.extend(version.filter(|version| folder.join(version.as_str()).join(ZIP).is_file()));
    }
    Ok(versions.into_iter().collect())
}

/// The module version whose folder lies at `below_root`.
fn module_at(below_root: &str) -> Option<ModuleVersion> {
    let (path, version) = below_root.rsplit_once('/')?;
    ModuleVersion::new(ModulePath::parse(path).ok()?, Version::parse(version).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn store() -> (tempfile::TempDir, Athens) {
        let folder = tempfile::tempdir().unwrap();
        let athens = Athens::new(folder.path());
        (folder, athens)
    }

    fn file(root: &Path, name: &str, content: &str) {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    async fn get(athens: &Athens, ask: &Ask) -> Result<String, FailureKind> {
        let answer = athens.ask(ask, &Ctx::within(Duration::from_secs(5))).await;
        let body = answer.map_err(|failure| failure.kind())?.body;
        Ok(String::from_utf8(body.into_bytes(1 << 20).await.unwrap().to_vec()).unwrap())
    }

    #[tokio::test]
    async fn names_are_not_escaped_and_each_file_answers_for_itself() {
        let (folder, athens) = store();
        for (name, content) in [("v1.0.0-RC1.info", "info"), ("go.mod", "mod"), ("source.zip", "zip")] {
            file(folder.path(), &format!("example.com/Upper/v1.0.0-RC1/{name}"), content);
        }
        let asks = athens.questions("example.com/Upper/v1.0.0-RC1");
        let addresses: Vec<_> = asks.iter().map(Ask::address).collect();
        let at = "example.com/!upper/@v/v1.0.0-!r!c1";
        assert_eq!(addresses, [format!("{at}.info"), format!("{at}.mod"), format!("{at}.zip")]);
        for (ask, content) in asks.iter().zip(["info", "mod", "zip"]) {
            assert_eq!(get(&athens, ask).await.unwrap(), content);
        }
        let list = Ask::List(asks[0].module().unwrap().clone());
        assert_eq!(get(&athens, &list).await.unwrap(), "v1.0.0-RC1\n");
    }

    #[tokio::test]
    async fn what_is_not_there_is_not_found() {
        let (folder, athens) = store();
        file(folder.path(), "example.com/m/v1.0.0/go.mod", "module example.com/m\n");
        let module = ModuleVersion::parse("example.com/m", "v1.0.0").unwrap();
        assert_eq!(athens.questions("example.com/m/v1.0.0"), [Ask::Mod(module.clone())]);
        for ask in [Ask::Latest(module.path().clone()), Ask::Zip(module)] {
            assert_eq!(get(&athens, &ask).await, Err(FailureKind::NotFound), "{ask}");
        }
        assert!(athens.questions("example.com/m").is_empty());
        assert!(athens.questions("example.com/m/v2.0.0").is_empty(), "the path has no /v2");
    }
}
