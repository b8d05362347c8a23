//! Who vouches for what is kept, as far as the data folder itself holds it: checksum databases, and what was seen first.
//!
//! The same authority applies to each module as in a server with these settings. Nobody is asked.

use std::path::Path;
use std::sync::Arc;

use gomod::gosumdb::{SumDb, SumDbSetting};
use gomod::{H1, ModuleVersion};
use source::sumdb::{Doubt, Holdings, ProvenRecord};
use source::{Ask, FirstSeen, Subject};
use store::disk::{FirstSeenLog, shelf_of};
use tokio::runtime::{Builder, Runtime};

use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::{Settings, table};

/// The authorities over one data folder.
pub(super) struct Authorities {
    pub(super) runtime: Runtime,
    /// What is kept of each database. The first is the one that vouches, if `vouches`; the others are there for clients.
    pub(super) databases: Vec<Holdings>,
    vouches: bool,
    seen: FirstSeenLog,
}

/// The right hash of a file.
pub(super) struct Expected {
    pub(super) h1: H1,
    /// Who says so, as the end of the sentence "… has the hash by".
    pub(super) by: String,
    /// Whether that is a database.
    pub(super) is_proven: bool,
}

impl Authorities {
    /// Those that the settings name, over the data folder `root`.
    pub(super) fn open(settings: &Settings, root: &Path) -> Result<Self, Failed> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let mut named: Vec<SumDb> = Vec::new();
        let vouches = match settings.get(&table::GOSUMDB)? {
            SumDbSetting::On(database) => {
                named.push(database);
                true
            }
            SumDbSetting::Off => false,
        };
        for mirrored in settings.get(&table::SUMDB_MIRRORS)? {
            if named.iter().all(|known| known.name != mirrored.name) {
                named.push(mirrored);
            }
        }
        let private = settings.get(&table::GONOSUMDB)?;
        let holdings = named.into_iter().map(|SumDb { key, name, .. }| {
            let shelf = Arc::new(shelf_of(root, &name));
            let opened = runtime.block_on(Holdings::open(key, name.clone(), private.clone(), shelf));
            opened.map_err(|error| unreadable(root, name.as_str(), &error))
        });
        let databases = holdings.collect::<Result<_, _>>()?;
        Ok(Self { databases, vouches, seen: FirstSeenLog::open(root)?, runtime })
    }

    /// What the hash of a zip or go.mod must be; `None` for what has no hash.
    pub(super) fn expected(&mut self, ask: &Ask) -> Option<Result<Expected, Doubt>> {
        let (module, subject) = match ask {
            Ask::Mod(module) => (module, Subject::GoMod),
            Ask::Zip(module) => (module, Subject::Zip),
            _ => return None,
        };
        let database = self.databases.first_mut().filter(|database| self.vouches && database.covers(module));
        Some(match database {
            Some(database) => by_record(&self.runtime, database, module, subject),
            None => self.by_first_sight(module, subject),
        })
    }

    fn by_first_sight(&self, module: &ModuleVersion, subject: Subject) -> Result<Expected, Doubt> {
        let recalled = self.runtime.block_on(self.seen.recall(module, subject));
        match recalled.map_err(|error| Doubt::Damaged(error.to_string()))? {
            Some(sighting) => {
                let h1 = sighting.h1;
                Ok(Expected { h1, by: format!("the record {sighting}"), is_proven: false })
            }
            None => Err(Doubt::Missing("no database covers it, and no hash of it was seen first".to_owned())),
        }
    }
}

fn by_record(
    runtime: &Runtime,
    database: &mut Holdings,
    module: &ModuleVersion,
    subject: Subject,
) -> Result<Expected, Doubt> {
    let ProvenRecord { id, tree_size, sums } = match runtime.block_on(database.record(module)) {
        // The record is told as damaged where the records are looked at; of the file nothing is known.
        Err(doubt) => return Err(Doubt::Missing(doubt.to_string())),
        Ok(record) => record,
    };
    let by = format!("record {id} of {}, proven in its tree of {tree_size} records", database.name());
    let h1 = match subject {
        Subject::Zip => sums.zip,
        Subject::GoMod => sums.go_mod,
    };
    let h1 = h1.ok_or_else(|| Doubt::Missing(format!("it has no hash by {by}")))?;
    Ok(Expected { h1, by, is_proven: true })
}

fn unreadable(root: &Path, name: &str, error: &std::io::Error) -> Failed {
    let folder = root.join("sumdb").join(name);
    let problem = Problem::new(format!("cannot read the checksum database kept in {}", folder.display()));
    let advice = "make it readable for the user that runs this command";
    Failed::new(Exit::Unavailable, problem.because(error.to_string()).advise(advice))
}
