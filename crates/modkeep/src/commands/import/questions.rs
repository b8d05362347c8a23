//! Everything that is to be imported: one question per file, found by walking a folder or taken from a list.
//!
//! A folder is walked twice, first to count. That costs little beside reading what lies in it, and neither the number of files
//! nor their names have to fit into memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use gomod::{H1, ModulePath, ModuleVersion};
use source::{Ask, Athens, Ctx, Kind, Lifetime, Source, VersionList};
use store::Entry;
use store::disk::entries_of;
use tokio::sync::mpsc;

use super::Asked;
use super::list::List;
use super::place::Place;
use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// How far the walk runs ahead of the work, in files.
const AHEAD_MAX: usize = 256;

/// One file to import, or what kept the walk from finding it.
pub(super) type Found = Result<Item, Problem>;

/// One file to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// The question that it answers.
    pub(super) ask: Ask,
    /// The hash that its content must have.
    pub(super) expected: Option<H1>,
}

/// Where the questions come from.
pub(super) enum Questions {
    /// The walk over a folder.
    Folder(Place),
    /// A list.
    Given(Vec<Item>),
}

impl Questions {
    /// The questions for this place. The versions behind `path@all` are asked of `source`.
    pub(super) async fn of(
        place: &Place,
        listed: Option<List>,
        source: &Asked,
        patience: Duration,
    ) -> Result<Self, Failed> {
        let Some(List { mut files, all }) = listed else { return Ok(Self::Folder(place.clone())) };
        for module in all {
            for version in versions_of(&module, source, patience).await? {
                for_version(&version).for_each(|ask| _ = files.entry(ask).or_insert(None));
            }
        }
        Ok(Self::Given(files.into_iter().map(|(ask, expected)| Item { ask, expected }).collect()))
    }

    /// How many there are.
    pub(super) async fn count(&self) -> usize {
        match self {
            Self::Folder(place) => walk(place).count().await,
            Self::Given(items) => items.len(),
        }
    }

    /// All of them, in no particular order.
    pub(super) fn into_stream(self) -> BoxStream<'static, Found> {
        match self {
            Self::Folder(place) => walk(&place),
            Self::Given(items) => stream::iter(items.into_iter().map(Ok)).boxed(),
        }
    }
}

/// The three files of a version.
pub(super) fn for_version(module: &ModuleVersion) -> impl Iterator<Item = Ask> {
    let info = Ask::Info(module.path().clone(), module.version().clone().into());
    [info, Ask::Mod(module.clone()), Ask::Zip(module.clone())].into_iter()
}

async fn versions_of(
    module: &ModulePath,
    source: &Asked,
    patience: Duration,
) -> Result<Vec<ModuleVersion>, Failed> {
    let failed = |why: String| {
        let problem = Problem::new(format!("cannot list the versions of {module}")).because(why);
        Failed::new(Exit::Failure, problem.advise("name single versions, as path@version"))
    };
    let answer = source.ask(&Ask::List(module.clone()), &Ctx::within(patience)).await;
    let body = answer.map_err(|failure| failed(failure.to_string()))?.body;
    let bytes = body.into_bytes(Kind::List.size_max()).await.map_err(|error| failed(error.to_string()))?;
    let list = std::str::from_utf8(&bytes).ok().and_then(VersionList::parse);
    let list = list.ok_or_else(|| failed("the answer is not a version list".to_owned()))?;
    let versions = list.iter().cloned();
    Ok(versions.filter_map(|version| ModuleVersion::new(module.clone(), version).ok()).collect())
}

fn walk(place: &Place) -> BoxStream<'static, Found> {
    match place {
        Place::Athens(root) => walk_athens(root.clone()),
        Place::ModCache(root) => walk_mod_cache(root),
        Place::Tree(root) => walk_tree(root),
        Place::Proxy(_) => stream::empty().boxed(),
    }
}

fn walk_tree(root: &Path) -> BoxStream<'static, Found> {
    let item = |entry: Entry| Item { ask: entry.ask, expected: None };
    entries_of(root).map(move |entry| entry.map(item).map_err(|error| Problem::from_error(&error))).boxed()
}

/// A module cache does not know what a branch is today: nobody wrote down when it asked. What go found a zip's hash to be it did
/// write down.
fn walk_mod_cache(root: &Path) -> BoxStream<'static, Found> {
    let shared: Arc<Path> = root.into();
    let with_hash = move |found: Found| {
        let root = shared.clone();
        async move {
            match found {
                Ok(item) if item.ask.lifetime() == Lifetime::Mutable => None,
                Ok(Item { ask, .. }) => Some(Ok(Item { expected: hash_beside(&root, &ask).await, ask })),
                Err(problem) => Some(Err(problem)),
            }
        }
    };
    walk_tree(root).filter_map(with_hash).boxed()
}

/// The hash that go wrote beside a zip (protocol.md I2).
async fn hash_beside(root: &Path, ask: &Ask) -> Option<H1> {
    let Ask::Zip(_) = ask else { return None };
    let file = root.join(ask.address()).with_extension("ziphash");
    H1::parse(&tokio::fs::read_to_string(file).await.ok()?).ok()
}

fn walk_athens(root: PathBuf) -> BoxStream<'static, Found> {
    let (found, items) = mpsc::channel(AHEAD_MAX);
    tokio::task::spawn_blocking(move || Walk { athens: Athens::new(&root), root: root.into(), found }.run());
    stream::unfold(items, |mut items| async { items.recv().await.map(|item| (item, items)) }).boxed()
}

/// The reader has gone.
struct Unwanted;

struct Walk {
    athens: Athens,
    root: Arc<Path>,
    found: mpsc::Sender<Found>,
}

impl Walk {
    fn run(&self) {
        let mut ahead = vec![PathBuf::new()];
        while let Some(folder) = ahead.pop() {
            if self.visit(&folder, &mut ahead).is_err() {
                return;
            }
        }
    }

    fn visit(&self, below_root: &Path, ahead: &mut Vec<PathBuf>) -> Result<(), Unwanted> {
        for ask in below_root.to_str().into_iter().flat_map(|folder| self.athens.questions(folder)) {
            self.tell(Ok(Item { ask, expected: None }))?;
        }
        let folder = self.root.join(below_root);
        let entries = match folder.read_dir() {
            Ok(entries) => entries,
            Err(error) => {
                let problem = Problem::new(format!("cannot read {}", folder.display()));
                return self.tell(Err(problem.because(error.to_string())));
            }
        };
        let folders = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        ahead.extend(folders.map(|entry| below_root.join(entry.file_name())));
        Ok(())
    }

    fn tell(&self, found: Found) -> Result<(), Unwanted> {
        self.found.blocking_send(found).map_err(|_| Unwanted)
    }
}
