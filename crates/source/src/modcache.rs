//! Go's module cache as a place: `$GOMODCACHE/cache/download` (protocol.md I1-I5).
//!
//! It holds the layout of a proxy, but not a proxy's promises: its `list` files miss versions and name others that are not
//! there, its zips may be unfinished, and very old caches hold go.mod files that nobody wrote. So lists are made from
//! what is really there, a zip counts only beside a hash that says it was finished, and a miss is `NotFound`, which
//! outranks nothing. The cache is read without go's locks: all files that are read are published by rename (I5), but
//! for `.ziphash`, whose torn states are recognised by their length.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use gomod::{H1, ModulePath, Version};
use tokio::time::{Instant, timeout_at};

use crate::blocks::off_worker;
use crate::plain_file::PlainFile;
use crate::{
    Answer, Ask, Attempt, Body, Ctx, Failure, FailureKind, Kind, Lifetime, Origin, Source, Trail, VersionList,
};

/// The first bytes of go.mod files that very old go commands made up (protocol.md I4).
const MADE_UP: &[u8] = b"//vgo 0.0.";

/// Reads modules from a module cache of the go command.
#[derive(Debug, Clone)]
pub struct ModCache {
    download: Arc<Path>,
    origin: Origin,
}

impl ModCache {
    /// The module cache at `gomodcache` (the value of `go env GOMODCACHE`). It need not exist yet.
    pub fn new(gomodcache: &Path) -> Self {
        Self::of_downloads(&gomodcache.join("cache").join("download"))
    }

    /// The same for the download folder of a module cache, which may have been copied without the rest.
    pub fn of_downloads(download: &Path) -> Self {
        let origin = Origin::new(format!("module cache {}", download.display()));
        Self { download: download.into(), origin }
    }

    /// The display name.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    async fn read(&self, ask: &Ask) -> Result<Body, Miss> {
        match ask {
            Ask::Latest(_) => Err(Miss::Absent("a module cache does not know the latest version")),
            Ask::List(module) => self.list(module.clone()).await,
            Ask::Info(..) if ask.lifetime() == Lifetime::Mutable => {
                Err(Miss::Absent("a module cache does not resolve branches and tags"))
            }
            Ask::Info(..) => self.open(ask).await,
            Ask::Mod(_) => self.go_mod(ask).await,
            Ask::Zip(_) => self.zip(ask).await,
            Ask::SumDb(_) => Err(Miss::Absent("a checksum database is not asked through a module cache")),
        }
    }

    async fn open(&self, ask: &Ask) -> Result<Body, Miss> {
        let file = PlainFile::open(self.download.join(ask.address()), self.origin.clone()).await?;
        Ok(Body::replay(Arc::new(file)))
    }

    async fn go_mod(&self, ask: &Ask) -> Result<Body, Miss> {
        let bytes = self.open(ask).await?.into_bytes(Kind::Mod.size_max()).await.map_err(io::Error::other)?;
        if bytes.starts_with(MADE_UP) {
            return Err(Miss::Absent("the go.mod in the cache was made up by an old go command"));
        }
        Ok(bytes.into())
    }

    /// The zip, when the hash beside it says that go has finished and hashed it (I2). That the hash is true is for
    /// the reader to verify.
    async fn zip(&self, ask: &Ask) -> Result<Body, Miss> {
        let hash = self.download.join(ask.address()).with_extension("ziphash");
        off_worker(move || finished(&hash)).await?;
        self.open(ask).await
    }

    async fn list(&self, module: ModulePath) -> Result<Body, Miss> {
        let folder = self.download.join(module.escaped().as_str()).join("@v");
        let list = off_worker(move || list_versions(&folder)).await?;
        Ok(list.to_text().into())
    }
}

#[async_trait::async_trait]
impl Source for ModCache {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let begun = Instant::now();
        let read = timeout_at(ctx.deadline, self.read(ask)).await;
        let took = begun.elapsed();
        let attempt = Attempt { origin: self.origin.clone(), failed: None, note: "".into(), took };
        match read.unwrap_or(Err(Miss::Io(io::ErrorKind::TimedOut.into()))) {
            Ok(body) => Ok(Answer::live(body, self.origin.clone(), Trail::of(attempt))),
            Err(miss) => Err(Failure::new(miss.kind(), &self.origin, format!("{ask}: {miss}"), took)),
        }
    }
}

/// Why the cache does not answer.
#[derive(Debug, thiserror::Error)]
enum Miss {
    #[error("{0}")]
    Absent(&'static str),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Miss {
    fn kind(&self) -> FailureKind {
        match self {
            Self::Absent(_) => FailureKind::NotFound,
            Self::Io(error) if error.kind() == io::ErrorKind::NotFound => FailureKind::NotFound,
            Self::Io(_) => FailureKind::Unavailable,
        }
    }
}

/// Whether the `.ziphash` at `path` holds a hash; while go writes it, it may be empty or cut (protocol.md F7, I5).
fn finished(path: &Path) -> io::Result<()> {
    let text = std::fs::read_to_string(path)?;
    H1::parse(&text)
        .map(drop)
        .map_err(|_| io::Error::new(io::ErrorKind::NotFound, "its .ziphash is unfinished"))
}

/// The versions of which all three files are there. go's own `list` file is not trusted (protocol.md I3).
fn list_versions(folder: &Path) -> io::Result<VersionList> {
    let mut names = BTreeSet::new();
    for entry in folder.read_dir()? {
        names.extend(entry?.file_name().into_string().ok());
    }
    let whole =
        |stem: &&str| [".info", ".zip", ".ziphash"].iter().all(|end| names.contains(&format!("{stem}{end}")));
    let stems = names.iter().filter_map(|name| name.strip_suffix(".mod")).filter(whole);
    Ok(stems.filter_map(|stem| Version::unescape(stem).ok()).collect())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use super::*;

    struct Cache {
        _folder: tempfile::TempDir,
        at_v: PathBuf,
        source: ModCache,
    }

    fn cache() -> Cache {
        let folder = tempfile::tempdir().unwrap();
        let at_v = folder.path().join("cache/download/a.example/m/@v");
        std::fs::create_dir_all(&at_v).unwrap();
        let source = ModCache::new(folder.path());
        Cache { _folder: folder, at_v, source }
    }

    impl Cache {
        fn file(&self, name: &str, content: &str) -> &Self {
            std::fs::write(self.at_v.join(name), content).unwrap();
            self
        }

        async fn get(&self, ask: &Ask) -> Result<String, FailureKind> {
            let answer = self.source.ask(ask, &Ctx::within(Duration::from_secs(5))).await;
            let body = answer.map_err(|failure| failure.kind())?.body;
            Ok(String::from_utf8(body.into_bytes(1 << 20).await.unwrap().to_vec()).unwrap())
        }
    }

    fn module() -> ModulePath {
        ModulePath::parse("a.example/m").unwrap()
    }

    fn at(version: &str) -> gomod::ModuleVersion {
        gomod::ModuleVersion::new(module(), Version::parse(version).unwrap()).unwrap()
    }

    const HASH: &str = "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

    #[tokio::test]
    async fn a_zip_counts_only_when_go_has_finished_it() {
        let cache = cache();
        cache.file("v1.0.0.zip", "zip");
        assert_eq!(cache.get(&Ask::Zip(at("v1.0.0"))).await, Err(FailureKind::NotFound));
        cache.file("v1.0.0.ziphash", "");
        assert_eq!(cache.get(&Ask::Zip(at("v1.0.0"))).await, Err(FailureKind::NotFound));
        cache.file("v1.0.0.ziphash", HASH);
        assert_eq!(cache.get(&Ask::Zip(at("v1.0.0"))).await.unwrap(), "zip");
    }

    #[tokio::test]
    async fn the_list_names_what_is_whole_and_not_what_gos_list_says() {
        let cache = cache();
        for version in ["v1.0.0", "v1.1.0-!r!c1", "v0.0.0-20240101000000-abcdefabcdef"] {
            for end in ["info", "mod", "zip", "ziphash"] {
                cache.file(&format!("{version}.{end}"), "");
            }
        }
        cache.file("v1.2.0.mod", "").file("list", "v1.2.0\nv9.9.9\n");
        assert_eq!(cache.get(&Ask::List(module())).await.unwrap(), "v1.0.0\nv1.1.0-RC1\n");
    }

    #[tokio::test]
    async fn what_an_old_go_made_up_and_what_a_cache_cannot_know_is_absent() {
        let cache = cache();
        cache.file("v1.0.0.mod", "//vgo 0.0.4\n\nmodule a.example/m\n").file("main.info", "{}");
        assert_eq!(cache.get(&Ask::Mod(at("v1.0.0"))).await, Err(FailureKind::NotFound));
        assert_eq!(cache.get(&Ask::Latest(module())).await, Err(FailureKind::NotFound));
        let branch = Ask::Info(module(), gomod::Revision::parse("main").unwrap());
        assert_eq!(cache.get(&branch).await, Err(FailureKind::NotFound));
    }
}
