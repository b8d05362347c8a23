//! Questions to a clone, each a call of hg.

use std::path::PathBuf;

use bytes::Bytes;
use tokio::time::Instant;

use super::command;
use super::complaint;
use super::snapshot::{REVISIONS, Snapshot, TEMPLATE, names as told_names, split_tags};
use crate::access::Cause;
use crate::cache::{InUse, hex};
use crate::exec::{Call, ExecError, Programs};
use crate::tar::Relative;
use crate::{Archive, EntryKind, RepoError, TreeEntry, names};

/// More than any archive of which a module is made.
const ARCHIVE_BYTES_MAX: u64 = 16 << 30;

/// What a path may take in a listing, on average, with all that stands beside it.
const BYTES_PER_ENTRY: u64 = 128;

/// What stands before every name in an archive; hg wants something there.
const PREFIX: &str = "x";

/// How the commit begins that is no commit: the parent of the first.
const NULL: &str = "0000000000000000000000000000000000000000";

/// One commit of the history.
const COMMIT_TEMPLATE: &str = "--template={node} {date|hgdate} {tags % \"{tag|hex},\"}\\n";

/// A file: the name by which hg knows it, then its content.
const FILE_TEMPLATE: &str = "--template={path|hex}\\n{data}";

/// One look at a clone.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    pub(super) programs: Programs,
    pub(super) clone: PathBuf,
    pub(super) deadline: Instant,
}

/// Why a clone does not answer.
#[derive(Debug)]
pub(super) struct ReadError {
    /// Whether the clone is broken.
    pub(super) is_damage: bool,
    pub(super) error: RepoError,
}

/// A commit that was found in the history.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) node: String,
    /// Seconds since 1970.
    pub(super) time: i64,
    pub(super) tags: Vec<String>,
}

impl Reader {
    /// All names.
    pub(super) async fn snapshot(&self) -> Result<Snapshot, ReadError> {
        let text = self.text(["log", REVISIONS, TEMPLATE]).await?;
        Snapshot::parse(&text).ok_or_else(ReadError::strange)
    }

    /// The commit whose name begins with these hex digits, if there is just one.
    pub(super) async fn find(&self, digits: &str) -> Result<Option<Found>, ReadError> {
        match self.text(["log", &revision(digits), COMMIT_TEMPLATE]).await {
            Ok(text) if text.is_empty() || text.starts_with(NULL) => Ok(None),
            Ok(text) => found(text.trim_end_matches('\n')).map(Some).ok_or_else(ReadError::strange),
            Err(error) if error.error.message.contains("ambiguous") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The tags on a commit and its ancestors.
    pub(super) async fn merged_tags(&self, node: &str) -> Result<Vec<String>, ReadError> {
        let revisions = format!("--rev=ancestors(id({node})) and tag()");
        let text = self.text(["log", &revisions, "--template={tags % \"{tag|hex},\"}"]).await?;
        Ok(split_tags(&told_names(&text).ok_or_else(ReadError::strange)?))
    }

    /// One file, raw.
    pub(super) async fn file(&self, node: &str, path: &str, bytes_max: u64) -> Result<Bytes, ReadError> {
        let args = ["cat", &revision(node), FILE_TEMPLATE, "--", &format!("path:{path}")];
        let name = hex(path.as_bytes());
        let call = command::reading(&self.clone).args(args);
        let call = call.stdout_bytes_max(bytes_max.saturating_add(name.len() as u64 + 1));
        let missing = || RepoError::not_found(format!("the commit {node} has no file {path:?}"));
        let told = self.bytes(call, missing).await?;
        // To hg the path of a folder means all files in it.
        let is_file = told.starts_with(name.as_bytes()) && told.get(name.len()) == Some(&b'\n');
        if is_file { Ok(told.slice(name.len() + 1..)) } else { Err(missing().into()) }
    }

    /// Every file below a folder (empty: the root), in hg's order.
    pub(super) async fn tree(
        &self,
        node: &str,
        dir: &str,
        entries_max: usize,
    ) -> Result<Vec<TreeEntry>, ReadError> {
        let call = command::reading(&self.clone).args(["files", &revision(node)]).args(include(dir));
        let call = call.arg("--template={flags} {path}\\n");
        let call = call.stdout_bytes_max(BYTES_PER_ENTRY * entries_max as u64);
        let missing = || RepoError::not_found(format!("the commit {node} has no folder {dir:?}"));
        let listing = match self.bytes(call, &missing).await {
            // A commit without files is a folder without files.
            Err(error) if dir.is_empty() && error.error.is_not_found() => Bytes::new(),
            other => other?,
        };
        let entries = entries(&listing, dir, entries_max)?;
        // A file in the place of the folder is listed, but not below it.
        if entries.is_empty() && !dir.is_empty() { Err(missing().into()) } else { Ok(entries) }
    }

    /// The files below a folder, as they are (protocol.md C18).
    pub(super) async fn archive(&self, node: &str, dir: &str, in_use: InUse) -> Result<Archive, ReadError> {
        let call =
            command::reading(&self.clone).args(["archive", "--type=tar", "--no-decode", &revision(node)]);
        let call = call.arg(format!("--prefix={PREFIX}/")).args(include(dir)).args(["--", "-"]);
        let call = call.stdout_bytes_max(ARCHIVE_BYTES_MAX);
        let tar = self.programs.stream(call, self.deadline).await?;
        let folder = if dir.is_empty() { PREFIX.to_owned() } else { format!("{PREFIX}/{dir}") };
        Ok(Archive::new(Held { tar: Relative::new(tar, &folder), _in_use: in_use }))
    }

    async fn text<const N: usize>(&self, args: [&str; N]) -> Result<String, ReadError> {
        let call = command::reading(&self.clone).args(args);
        let bytes = self.bytes(call, || RepoError::unavailable("hg has no answer")).await?;
        String::from_utf8(bytes.into()).map_err(|_| ReadError::strange())
    }

    /// Runs a call; `missing` is the error when hg says that there is nothing.
    async fn bytes(&self, call: Call, missing: impl Fn() -> RepoError) -> Result<Bytes, ReadError> {
        match self.programs.run(call, self.deadline).await {
            Ok(output) => Ok(output.stdout),
            Err(error) if complaint::of(&error).cause == Cause::Absent => Err(missing().into()),
            Err(error) => Err(error.into()),
        }
    }
}

/// A commit by its hex digits, and nothing but them.
fn revision(digits: &str) -> String {
    format!("--rev=id({digits})")
}

fn include(dir: &str) -> Option<String> {
    (!dir.is_empty()).then(|| format!("--include=path:{dir}"))
}

fn found(line: &str) -> Option<Found> {
    let mut fields = line.split(' ');
    let (node, time, _zone, tags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let mut tags = split_tags(&told_names(tags)?);
    tags.retain(|tag| tag != super::snapshot::TIP);
    Some(Found { node: node.to_owned(), time: time.parse().ok()?, tags })
}

/// Reads `FLAGS PATH`, a line each. No path has a line end in it: Mercurial cannot keep such.
fn entries(listing: &[u8], dir: &str, entries_max: usize) -> Result<Vec<TreeEntry>, RepoError> {
    let lines = listing.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let mut entries = Vec::new();
    for line in lines {
        if entries.len() == entries_max {
            return Err(RepoError::refused(format!("the repository has more than {entries_max} files")));
        }
        entries.extend(entry(line, dir)?);
    }
    Ok(entries)
}

/// An entry below the folder; none for a file that is in its place.
fn entry(line: &[u8], dir: &str) -> Result<Option<TreeEntry>, RepoError> {
    let strange = || RepoError::unavailable("hg lists a file in a strange way");
    let space = line.iter().position(|byte| *byte == b' ').ok_or_else(strange)?;
    let (flags, path) = (&line[..space], &line[space + 1..]);
    let path = match dir {
        "" => Some(path),
        dir => path.strip_prefix(dir.as_bytes()).and_then(|rest| rest.strip_prefix(b"/")),
    };
    let kind = if flags.contains(&b'l') { EntryKind::Symlink } else { EntryKind::File };
    Ok(path.map(|path| TreeEntry { path: names::text(path), kind }))
}

impl ReadError {
    fn strange() -> Self {
        Self { is_damage: false, error: RepoError::unavailable("hg answers in a strange way") }
    }
}

impl From<RepoError> for ReadError {
    fn from(error: RepoError) -> Self {
        Self { is_damage: false, error }
    }
}

impl From<ExecError> for ReadError {
    fn from(error: ExecError) -> Self {
        let told = complaint::of(&error);
        match error {
            // Nothing but the clone is asked, and for what it has: whatever hg complains about lies there.
            ExecError::Failed { .. } => {
                let error =
                    RepoError::unavailable(format!("hg cannot read the repository: {}", told.message));
                Self { is_damage: true, error }
            }
            ExecError::TooMuchOutput { .. } => RepoError::refused(told.message).into(),
            ExecError::Deadline { .. } => {
                RepoError::unavailable(told.message).with_symptom(source::Symptom::Silent).into()
            }
            _ => RepoError::unavailable(told.message).into(),
        }
    }
}

/// A stream that holds the folder of its clone.
struct Held<R> {
    tar: R,
    _in_use: InUse,
}

impl<R: std::io::Read> std::io::Read for Held<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        self.tar.read(buffer)
    }
}
