//! `modkeep store ls`: what is kept.
//!
//! Reads the folder alone, so that it works beside a running server and with none.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::SystemTime;

use clap::Args;
use futures_util::StreamExt;
use gomod::glob::PrefixPatterns;
use serde_json::json;
use source::Kind;
use store::Entry;
use store::disk::{entries_of, name_of};

use crate::commands::Session;
use crate::commands::store::selection::{data_folder, patterns};
use crate::commands::store::time::rfc3339;
use crate::report::{Failed, Problem, write_warnings};
use crate::settings::flags::{Flags, OfStore};

/// The arguments of `modkeep store ls`.
#[derive(Debug, Clone, Args)]
pub struct LsArgs {
    /// Only module paths that match this pattern, written as in GOPRIVATE.
    pub pattern: Option<String>,

    /// Print one JSON object per line.
    #[arg(long)]
    pub json: bool,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfStore>,
}

/// Prints what is kept, sorted by module and version.
pub fn run(args: &LsArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let pattern = args.pattern.as_deref().map(patterns).transpose()?;
    let settings = session.settings(&args.flags.given)?;
    let root = data_folder(&settings)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let (versions, unreadable) = runtime.block_on(read(&root, pattern.as_ref()));
    for (key, row) in &versions {
        let line = if args.json { row.to_json(key) } else { row.to_line(key) };
        writeln!(session.out, "{line}")?;
    }
    Ok(write_warnings(&unreadable, session.err)?)
}

/// A module path, and what of it: a version, a branch, or `@latest`.
type Key = (String, String);

/// The files that are kept of one version.
#[derive(Debug)]
struct Row {
    /// Sizes in bytes.
    files: BTreeMap<Kind, u64>,
    /// The latest time at which one of them was put.
    kept_at: SystemTime,
    /// Where that one came from.
    origin: Option<String>,
}

/// All that is kept, and what could not be read of it.
async fn read(root: &Path, pattern: Option<&PrefixPatterns>) -> (BTreeMap<Key, Row>, Vec<Problem>) {
    let (mut versions, mut unreadable) = (BTreeMap::new(), Vec::new());
    let mut entries = entries_of(root);
    while let Some(entry) = entries.next().await {
        match entry {
            Ok(entry) => add(&mut versions, &entry, pattern),
            Err(error) => unreadable.push(Problem::from_error(&error)),
        }
    }
    (versions, unreadable)
}

/// Adds an entry, if its module is one of those asked for.
fn add(versions: &mut BTreeMap<Key, Row>, entry: &Entry, pattern: Option<&PrefixPatterns>) {
    let Some(module) = entry.ask.module().map(ToString::to_string) else { return };
    if pattern.is_some_and(|globs| !globs.matches(&module)) {
        return;
    }
    let origin = entry.origin.as_ref().map(ToString::to_string);
    let key = (module, name_of(&entry.ask));
    let row = versions.entry(key).or_insert_with(|| Row {
        files: BTreeMap::new(),
        kept_at: entry.kept_at,
        origin: origin.clone(),
    });
    row.files.insert(entry.ask.kind(), entry.size);
    if entry.kept_at > row.kept_at {
        (row.kept_at, row.origin) = (entry.kept_at, origin);
    }
}

impl Row {
    fn to_line(&self, (module, version): &Key) -> String {
        let kinds: Vec<&str> = self.files.keys().map(|kind| short(*kind)).collect();
        let size: u64 = self.files.values().sum();
        let origin = self.origin.as_deref().unwrap_or("unknown");
        let separator = if version.starts_with('@') { "" } else { "@" };
        format!(
            "{module}{separator}{version}\t{}\t{size}\t{}\t{origin}",
            kinds.join("+"),
            rfc3339(self.kept_at)
        )
    }

    fn to_json(&self, (module, version): &Key) -> String {
        let files: serde_json::Map<String, serde_json::Value> =
            self.files.iter().map(|(kind, size)| (short(*kind).to_owned(), json!(size))).collect();
        json!({ "module": module, "version": version, "files": files, "kept_at": rfc3339(self.kept_at), "origin": self.origin })
            .to_string()
    }
}

/// The kind without punctuation: `zip`, `latest`.
fn short(kind: Kind) -> &'static str {
    kind.suffix().trim_start_matches(['.', '@'])
}
