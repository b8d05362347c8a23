//! What is looked at.

use std::path::Path;

use gomod::glob::PrefixPatterns;
use gomod::gosumdb::DatabaseName;
use store::StoreError;
use store::disk::{LookupFile, Unit, lookups_of, units_of};

use super::authorities::Authorities;

/// The part of a data folder that is looked at.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    /// The data folder.
    pub(super) root: &'a Path,
    /// Which module paths; all without one.
    pub(super) pattern: Option<&'a PrefixPatterns>,
}

impl<'a> Scope<'a> {
    /// What is kept of modules.
    pub(super) fn units(self) -> impl Iterator<Item = Result<Unit, StoreError>> + use<'a> {
        let wanted = move |unit: &Unit| self.wants(unit.module.as_str());
        units_of(self.root).filter(move |unit| unit.as_ref().map_or(true, wanted))
    }

    /// What is kept of the records of a database.
    pub(super) fn lookups(
        self,
        database: &DatabaseName,
    ) -> impl Iterator<Item = Result<LookupFile, StoreError>> + use<'a> {
        let wanted = move |file: &LookupFile| self.wants(file.module.path().as_str());
        lookups_of(self.root, database).filter(move |file| file.as_ref().map_or(true, wanted))
    }

    /// How much there is to read, in bytes.
    pub(super) fn size(self, authorities: Option<&Authorities>) -> u64 {
        let units = self.units().flatten().map(|unit| unit.size).sum::<u64>();
        let databases = authorities.into_iter().flat_map(|authorities| &authorities.databases);
        let lookups = databases.flat_map(|database| self.lookups(database.name())).flatten();
        units + lookups.map(|file| file.size).sum::<u64>()
    }

    fn wants(self, path: &str) -> bool {
        self.pattern.is_none_or(|pattern| pattern.matches(path))
    }
}
