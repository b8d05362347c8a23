//! `modkeep store ls`: what is kept.
//!
//! Reads the folder alone, so that it works beside a running server and with none.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;
use futures_util::StreamExt;
use gomod::glob::{Pattern, PrefixPatterns};
use serde_json::json;
use source::{Ask, Kind};
use store::Entry;
use store::disk::entries_of;

use crate::commands::Session;
use crate::exit::Exit;
use crate::report::{Failed, Problem, write_warnings};
use crate::settings::flags::{Flags, OfStore};
use crate::settings::table;

/// The last second of the year 9999 after 1970: RFC 3339 has four digits for a year.
const TIME_MAX: Duration = Duration::from_secs(253_402_300_799);

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
    let root = settings.get(&table::DATA)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let (versions, unreadable) = runtime.block_on(read(&root, pattern.as_ref()))?;
    for (key, row) in &versions {
        let line = if args.json { row.to_json(key) } else { row.to_line(key) };
        writeln!(session.out, "{line}")?;
    }
    Ok(write_warnings(&unreadable, session.err)?)
}

/// Reads the pattern. To go a malformed one matches nothing, which here would look like an empty store.
fn patterns(text: &str) -> Result<PrefixPatterns, Failed> {
    match text.split(',').find(|item| Pattern::parse(item).is_none()) {
        None => Ok(PrefixPatterns::parse(text)),
        Some(bad) => {
            let problem =
                Problem::new(format!("`{bad}` is not a pattern: a [ is not closed, or a \\ ends it"));
            Err(Failed::new(Exit::Usage, problem.advise("write it as in GOPRIVATE, such as *.corp.example")))
        }
    }
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
async fn read(
    root: &Path,
    pattern: Option<&PrefixPatterns>,
) -> Result<(BTreeMap<Key, Row>, Vec<Problem>), Failed> {
    if let Err(error) = root.read_dir() {
        let problem = Problem::new(format!("cannot read the data folder {}", root.display()));
        let advice = "name it with --data; `modkeep config show` says which one is meant without it";
        return Err(Failed::new(Exit::Unavailable, problem.because(error.to_string()).advise(advice)));
    }
    let (mut versions, mut unreadable) = (BTreeMap::new(), Vec::new());
    let mut entries = entries_of(root);
    while let Some(entry) = entries.next().await {
        match entry {
            Ok(entry) if pattern.is_none_or(|globs| globs.matches(entry.ask.module().as_str())) => {
                add(&mut versions, &entry);
            }
            Ok(_) => {}
            Err(error) => unreadable.push(Problem::from_error(&error)),
        }
    }
    Ok((versions, unreadable))
}

fn add(versions: &mut BTreeMap<Key, Row>, entry: &Entry) {
    let origin = entry.origin.as_ref().map(ToString::to_string);
    let key = (entry.ask.module().to_string(), name_of(&entry.ask));
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

fn name_of(ask: &Ask) -> String {
    match ask {
        Ask::List(_) | Ask::Latest(_) => ask.kind().suffix().to_owned(),
        Ask::Info(_, revision) => revision.to_string(),
        Ask::Mod(module) | Ask::Zip(module) => module.version().to_string(),
    }
}

impl Row {
    fn to_line(&self, (module, version): &Key) -> String {
        let kinds: Vec<&str> = self.files.keys().map(|kind| short(*kind)).collect();
        let size: u64 = self.files.values().sum();
        let origin = self.origin.as_deref().unwrap_or("unknown");
        let separator = if version.starts_with('@') { "" } else { "@" };
        format!("{module}{separator}{version}\t{}\t{size}\t{}\t{origin}", kinds.join("+"), self.time())
    }

    fn to_json(&self, (module, version): &Key) -> String {
        let files: serde_json::Map<String, serde_json::Value> =
            self.files.iter().map(|(kind, size)| (short(*kind).to_owned(), json!(size))).collect();
        json!({ "module": module, "version": version, "files": files, "kept_at": self.time(), "origin": self.origin })
            .to_string()
    }

    /// File times are what somebody set them to, so one may lie outside the years that can be written.
    fn time(&self) -> String {
        humantime::format_rfc3339_seconds(self.kept_at.clamp(UNIX_EPOCH, UNIX_EPOCH + TIME_MAX)).to_string()
    }
}

/// The kind without punctuation: `zip`, `latest`.
fn short(kind: Kind) -> &'static str {
    kind.suffix().trim_start_matches(['.', '@'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_that_cannot_be_written_are_shown_as_the_nearest_that_can() {
        let shown = |kept_at| Row { files: BTreeMap::new(), kept_at, origin: None }.time();
        assert_eq!(shown(UNIX_EPOCH - Duration::from_secs(1)), "1970-01-01T00:00:00Z");
        assert_eq!(shown(UNIX_EPOCH + TIME_MAX), "9999-12-31T23:59:59Z");
        assert_eq!(shown(UNIX_EPOCH + TIME_MAX * 2), "9999-12-31T23:59:59Z");
    }

    #[test]
    fn a_malformed_pattern_is_a_wrong_command_line() {
        for bad in ["[", "a.example,b[", "a\\"] {
            assert_eq!(patterns(bad).unwrap_err().exit, Exit::Usage, "{bad}");
        }
        assert!(patterns("*.corp.example,git.example/[a-z]*").is_ok());
    }
}
