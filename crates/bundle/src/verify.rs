//! Reads all of a chain, and proves all that can be proven: each file is the one that was signed, each record is in the tree of its
//! database, and each module file has the hash of its record.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use gomod::glob::PrefixPatterns;
use gomod::gosumdb::{DatabaseName, VerifierKey};
use gomod::{H1, ModuleVersion};
use source::blocks::off_worker;
use source::sumdb::{Holdings, Shelf};
use source::{Ask, SumDbPath};

use crate::paths::{self, Meaning};
use crate::{BundleError, Chain};

/// What was found.
#[derive(Debug, Default)]
pub struct Verified {
    /// How many files were read.
    pub files: usize,
    /// How many module versions have a record that is proven, and the hashes that it says.
    pub proven: usize,
    /// Files that are not what was signed, and records that prove nothing: each a sentence.
    pub flaws: Vec<String>,
    /// Databases whose records were not looked at, since no key for them was given.
    pub unknown_databases: Vec<String>,
}

/// Reads and proves everything. `databases` are those whose keys are trusted; `read` is told of the bytes of each file.
///
/// # Errors
/// A disk that cannot be read. What is wrong in the bundle is a flaw, so that all of it is told.
pub async fn verify(
    chain: &Arc<Chain>,
    databases: &[(DatabaseName, VerifierKey)],
    read: &mut (dyn FnMut(u64) + Send),
) -> io::Result<Verified> {
    let mut verified = Verified::default();
    for bundle in 0..chain.bundles().len() {
        files(chain, bundle, &mut verified, read).await?;
    }
    for name in names(chain) {
        match databases.iter().find(|(known, _)| known.as_str() == name) {
            Some((name, key)) => records(chain, name, key, &mut verified).await?,
            None => verified.unknown_databases.push(name),
        }
    }
    Ok(verified)
}

async fn files(
    chain: &Arc<Chain>,
    bundle: usize,
    verified: &mut Verified,
    read: &mut (dyn FnMut(u64) + Send),
) -> io::Result<()> {
    let Some(sizes) =
        chain.bundles().get(bundle).map(|bundle| bundle.manifest().files.iter().map(|file| file.size))
    else {
        return Ok(());
    };
    for (number, size) in sizes.enumerate() {
        let chain = chain.clone();
        let checked =
            off_worker(move || match chain.bundles().get(bundle).map(|bundle| bundle.content(number)) {
                Some(Err(BundleError::Io(error))) => Err(error),
                Some(Err(flaw)) => Ok(Some(flaw)),
                Some(Ok(_)) | None => Ok(None),
            });
        verified.flaws.extend(checked.await?.map(|flaw| flaw.to_string()));
        verified.files += 1;
        read(size);
    }
    Ok(())
}

/// The databases that are in a chain.
fn names(chain: &Chain) -> Vec<String> {
    let heads = chain.bundles().iter().flat_map(|bundle| &bundle.manifest().databases);
    let mut names: Vec<String> = heads.map(|head| head.name.clone()).collect();
    names.sort();
    names.dedup();
    names
}

async fn records(
    chain: &Arc<Chain>,
    name: &DatabaseName,
    key: &VerifierKey,
    verified: &mut Verified,
) -> io::Result<()> {
    let shelf = Arc::new(ChainShelf { chain: chain.clone(), name: name.clone() });
    let mut holdings = Holdings::open(key.clone(), name.clone(), PrefixPatterns::default(), shelf).await?;
    verified
        .flaws
        .extend(holdings.head_flaws().map(|(address, flaw)| format!("{address} of {name}: {flaw}")));
    for module in modules(chain, name) {
        match holdings.record(&module).await {
            Ok(record) => {
                let flaws = [
                    hold(chain, &Ask::Mod(module.clone()), record.sums.go_mod),
                    hold(chain, &Ask::Zip(module.clone()), record.sums.zip),
                ];
                verified.proven += usize::from(flaws.iter().all(Option::is_none));
                verified.flaws.extend(flaws.into_iter().flatten());
            }
            Err(doubt) => verified.flaws.push(format!("the record of {module} proves nothing: {doubt}")),
        }
    }
    Ok(())
}

/// The module versions of which there is a record.
fn modules(chain: &Chain, name: &DatabaseName) -> Vec<ModuleVersion> {
    let of_record = |ask| match ask {
        Ask::SumDb(asked) if asked.database == *name => match asked.path {
            SumDbPath::Lookup(module) => Some(module),
            _ => None,
        },
        _ => None,
    };
    let mut modules: Vec<ModuleVersion> = chain.asks().filter_map(of_record).collect();
    modules.sort();
    modules
}

/// What is wrong with the hash of a file that is there, by a proven record. That the file has the hash of the manifest was checked.
fn hold(chain: &Chain, ask: &Ask, proven: Option<H1>) -> Option<String> {
    let found = chain.answer(ask)?;
    let signed = found.bundle.entry(found.number)?.h1.as_deref().and_then(|h1| H1::parse(h1).ok());
    let differs = signed != proven;
    differs.then(|| format!("SECURITY: {ask} in it has not the hash that its checksum database says"))
}

/// What a chain has of a database, at the addresses of a shelf.
#[derive(Debug)]
struct ChainShelf {
    chain: Arc<Chain>,
    name: DatabaseName,
}

#[async_trait::async_trait]
impl Shelf for ChainShelf {
    async fn read(&self, address: &str) -> io::Result<Option<Bytes>> {
        let path = format!("{}sumdb/{}/{address}", paths::PROXY, self.name);
        let Some(Meaning::Answer(ask)) = paths::meaning(&path) else { return Ok(None) };
        let chain = self.chain.clone();
        off_worker(move || {
            let Some(found) = chain.answer(&ask) else { return Ok(None) };
            let content = found.content().and_then(|content| content.read());
            content.map(|bytes| Some(bytes.into())).map_err(io::Error::other)
        })
        .await
    }

    async fn write(&self, _: &str, _: Bytes) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    async fn forget(&self, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    async fn keep_evidence(&self, _: &str, _: String) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }
}
