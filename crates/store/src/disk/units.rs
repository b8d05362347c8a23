//! What is removed together: everything that is kept of one version.
//!
//! Nothing is opened for this, so that a collection over a million versions is a million looks at names and times.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use gomod::ModulePath;
use source::Ask;

use super::layout::sidecar_of;
use super::publish::is_absent;
use super::walk::{Folders, asks_of};
use crate::StoreError;

/// What is kept of one version of a module, or of one branch, or its `@latest`: these live and die together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// The module.
    pub module: ModulePath,
    /// The version or branch; `@latest`.
    pub name: String,
    /// The questions that its files answer.
    pub asks: Vec<Ask>,
    /// Artifacts and sidecars, in bytes.
    pub size: u64,
    /// When any of them was last asked for, as far as was noted, which is once a day at most.
    pub used_at: SystemTime,
}

impl Unit {
    /// How it is named: `example.com/m@v1.0.0`.
    pub fn title(&self) -> String {
        let separator = if self.name.starts_with('@') { "" } else { "@" };
        format!("{}{separator}{}", self.module, self.name)
    }
}

/// All units of the data folder, folder by folder: of the whole store no more than one module's versions are in memory.
///
/// Needs no lock. What goes while the walk is under way may or may not be among them; a folder that cannot be read is an error
/// among them.
pub fn units_of(root: &Path) -> impl Iterator<Item = Result<Unit, StoreError>> {
    Folders::new(root).flat_map(move |folder| match folder.and_then(|asks| group(root, asks)) {
        Ok(units) => units.into_iter().map(Ok).collect(),
        Err(error) => vec![Err(error)],
    })
}

/// The units of one module. Needs no lock.
///
/// # Errors
/// The folder cannot be read.
pub fn units_of_module(root: &Path, module: &ModulePath) -> Result<Vec<Unit>, StoreError> {
    group(root, asks_of(root, module)?)
}

fn group(root: &Path, asks: Vec<Ask>) -> Result<Vec<Unit>, StoreError> {
    let mut units: BTreeMap<(ModulePath, String), Unit> = BTreeMap::new();
    for ask in asks {
        let path = root.join(ask.address());
        let Some((size, used_at)) = look_at(&path).map_err(StoreError::io("look at", &path))? else {
            continue;
        };
        let Some(module) = ask.module().cloned() else { continue };
        let name = name_of(&ask);
        let unit = units.entry((module.clone(), name.clone())).or_insert(Unit {
            module,
            name,
            asks: Vec::new(),
            size: 0,
            used_at,
        });
        unit.asks.push(ask);
        unit.size += size;
        unit.used_at = unit.used_at.max(used_at);
    }
    // The order in which they are removed: without its `.info` a version is in no list any more.
    for unit in units.values_mut() {
        unit.asks.sort_by_key(Ask::kind);
    }
    Ok(units.into_values().collect())
}

/// What an artifact is called among those of its module: its version, its branch, or `@latest`.
pub fn name_of(ask: &Ask) -> String {
    match ask {
        Ask::List(_) | Ask::Latest(_) => ask.kind().suffix().to_owned(),
        Ask::Info(_, revision) => revision.to_string(),
        Ask::Mod(module) | Ask::Zip(module) => module.version().to_string(),
        Ask::SumDb(ask) => ask.to_string(),
    }
}

/// The size of an artifact with its sidecar, and when it was last used; `None` when it is gone.
pub(super) fn look_at(path: &Path) -> io::Result<Option<(u64, SystemTime)>> {
    let about = match fs::symlink_metadata(path) {
        Err(error) if is_absent(&error) => return Ok(None),
        about => about?,
    };
    match fs::symlink_metadata(sidecar_of(path)) {
        Err(error) if is_absent(&error) => Ok(Some((about.len(), about.modified()?))),
        sidecar => {
            let sidecar = sidecar?;
            Ok(Some((about.len() + sidecar.len(), sidecar.modified()?)))
        }
    }
}
