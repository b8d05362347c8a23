//! Proving the records of checksum databases, also those of modules that are not kept.

use std::io;

use source::sumdb::{Doubt, Holdings};
use source::{Ask, SumDbAsk, SumDbPath};
use store::StoreError;
use store::disk::LookupFile;
use tokio::runtime::Runtime;

use super::authorities::Authorities;
use super::found::Records;
use super::scope::Scope;
use super::telling::{Kind, Telling};

/// Proves all records of all databases.
pub(super) fn prove_all(
    authorities: &mut Authorities,
    scope: Scope<'_>,
    telling: &mut Telling<'_, '_>,
) -> io::Result<Vec<Records>> {
    let Authorities { runtime, databases, .. } = authorities;
    let prove =
        |holdings| Proving { runtime, holdings, scope, telling, records: Records::default() }.prove_all();
    databases.iter_mut().map(prove).collect()
}

/// The records of one database.
struct Proving<'a, 'b, 'c> {
    runtime: &'a Runtime,
    holdings: &'a mut Holdings,
    scope: Scope<'a>,
    telling: &'a mut Telling<'b, 'c>,
    records: Records,
}

impl Proving<'_, '_, '_> {
    fn prove_all(mut self) -> io::Result<Records> {
        let (name, flaws) = (self.holdings.name().clone(), self.holdings.head_flaws().collect::<Vec<_>>());
        for (address, why) in flaws {
            let file = self.scope.root.join("sumdb").join(name.as_str()).join(address);
            self.records.damaged += 1;
            self.telling.tell(Kind::Damaged, Some(&file), &why)?;
        }
        for file in self.scope.lookups(&name) {
            self.prove(file)?;
        }
        Ok(Records { name: name.to_string(), tree_size: self.holdings.tree_size(), ..self.records })
    }

    fn prove(&mut self, file: Result<LookupFile, StoreError>) -> io::Result<()> {
        let LookupFile { module, size } = match file {
            Ok(file) => file,
            Err(error) => {
                self.records.damaged += 1;
                return self.telling.tell(Kind::Damaged, None, &error.to_string());
            }
        };
        self.telling.read(size)?;
        let Err(doubt) = self.runtime.block_on(self.holdings.record(&module)) else {
            self.records.proven += 1;
            return Ok(());
        };
        let path = SumDbPath::Lookup(module);
        self.tell(&Ask::SumDb(SumDbAsk { database: self.holdings.name().clone(), path }), &doubt)
    }

    fn tell(&mut self, ask: &Ask, doubt: &Doubt) -> io::Result<()> {
        let (kind, count) = match doubt {
            Doubt::Damaged(_) => (Kind::Damaged, &mut self.records.damaged),
            Doubt::Missing(_) => (Kind::Unproven, &mut self.records.unproven),
        };
        *count += 1;
        self.telling.tell(kind, Some(&self.scope.root.join(ask.address())), &doubt.to_string())
    }
}
