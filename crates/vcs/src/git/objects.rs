//! Reading commits and files out of a store. Nothing here goes to the network.

use std::path::PathBuf;

use bytes::Bytes;
use source::Symptom;
use tokio::time::Instant;

use super::command::{Git, GitCall};
use super::complaint::told;
use crate::RepoError;
use crate::exec::ExecError;

/// The longest description of a commit that is read.
const COMMIT_BYTES_MAX: u64 = 4 << 20;

/// What git says about objects is short.
const LISTING_BYTES_MAX: u64 = 16 << 20;

/// Reads one store until a deadline.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    pub(super) git: Git,
    pub(super) store: PathBuf,
    pub(super) deadline: Instant,
}

/// Why something could not be read.
#[derive(Debug)]
pub(super) struct ReadError {
    /// Whether the store is broken: something is missing that was marked as being here.
    pub(super) is_damage: bool,
    pub(super) error: RepoError,
}

/// What stands at a path of a commit.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A file or a link: its object.
    File(String),
    /// A folder.
    Folder,
    /// Nothing, or something that has no content.
    Nothing,
}

/// The first answer of `git cat-file --batch`.
enum Answer {
    Missing,
    Object { kind: String, content: Bytes },
}

impl Reader {
    /// A call that reads the store.
    pub(super) fn call(&self) -> GitCall {
        GitCall::reading(&self.store)
    }

    /// Runs it. A failure of git is damage, unless the caller knows better.
    pub(super) async fn run(&self, call: GitCall) -> Result<Bytes, ReadError> {
        Ok(self.git.run(call, self.deadline).await?.stdout)
    }

    /// The committer's time of a commit (protocol.md D9).
    pub(super) async fn commit_time(&self, commit: &str) -> Result<i64, ReadError> {
        match self.batch(commit, COMMIT_BYTES_MAX).await? {
            Answer::Missing => Err(ReadError::damage(format!("the commit {commit} is missing in the cache"))),
            Answer::Object { kind, .. } if kind != "commit" => {
                Err(RepoError::not_found(format!("{commit} is a {kind}, not a commit")).into())
            }
            Answer::Object { content, .. } => commit_time(&content)
                .ok_or_else(|| RepoError::unavailable(format!("the commit {commit} has no time")).into()),
        }
    }

    /// The name of the tree of a commit.
    pub(super) async fn commit_tree(&self, commit: &str) -> Result<String, ReadError> {
        match self.batch(commit, COMMIT_BYTES_MAX).await? {
            Answer::Object { kind, content } if kind == "commit" => commit_tree(&content)
                .ok_or_else(|| RepoError::unavailable(format!("the commit {commit} has no tree")).into()),
            _ => Err(ReadError::damage(format!("the commit {commit} is missing in the cache"))),
        }
    }

    /// The content of an object; `None` when it is not here.
    pub(super) async fn content(&self, object: &str, bytes_max: u64) -> Result<Option<Bytes>, ReadError> {
        Ok(match self.batch(object, bytes_max).await? {
            Answer::Object { kind, content } if kind == "blob" => Some(content),
            _ => None,
        })
    }

    /// What stands at a path of a commit. Links are not followed.
    pub(super) async fn find(&self, commit: &str, path: &str) -> Result<Found, ReadError> {
        let call = self.call().args(["ls-tree", "-z", "--full-tree", "--end-of-options", commit, path]);
        let listing = self.run(call).await?;
        let text = String::from_utf8_lossy(&listing);
        let mut fields = text.split(['\t', '\0']).next().unwrap_or_default().split(' ');
        Ok(match (fields.next(), fields.next(), fields.next()) {
            (Some(_), Some("blob"), Some(object)) => Found::File(object.to_owned()),
            (Some(_), Some("tree"), _) => Found::Folder,
            _ => Found::Nothing,
        })
    }

    /// The commit whose name begins with these hex digits, if there is exactly one.
    pub(super) async fn complete(&self, digits: &str) -> Result<Option<String>, ReadError> {
        let wanted = format!("{digits}^{{commit}}");
        let call = self.call().args(["rev-parse", "--verify", "--quiet", &wanted]);
        match self.git.run(call, self.deadline).await {
            Ok(output) => {
                let name = String::from_utf8_lossy(&output.stdout).trim().to_owned();
                Ok(is_object_name(&name).then_some(name))
            }
            Err(ExecError::Failed { stderr, .. }) if !stderr.contains("corrupt") => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether a branch or tag leads to a commit. Some servers send more than that (protocol.md D6).
    pub(super) async fn is_reachable(&self, commit: &str) -> Result<bool, ReadError> {
        let contains = format!("--contains={commit}");
        let call = self.call().args(["for-each-ref", "--count=1", "--format=%(refname)", &contains]);
        Ok(!self.run(call).await?.is_empty())
    }

    /// Makes sure that no commit of the history is missing: what is not found in it does not exist.
    pub(super) async fn prove_history(&self) -> Result<(), ReadError> {
        self.run(self.call().args(["rev-list", "--all", "--quiet"])).await.map(drop)
    }

    /// The names of all tags whose commits are ancestors of a commit, or it.
    pub(super) async fn merged_tags(&self, commit: &str) -> Result<Vec<String>, ReadError> {
        let merged = format!("--merged={commit}");
        let call = self.call().args(["for-each-ref", "--format=%(refname)", &merged, "refs/tags/"]);
        let names = self.run(call.with(|call| call.stdout_bytes_max(LISTING_BYTES_MAX))).await?;
        let names = String::from_utf8_lossy(&names);
        Ok(names.lines().filter_map(|name| name.strip_prefix("refs/tags/").map(str::to_owned)).collect())
    }

    async fn batch(&self, object: &str, bytes_max: u64) -> Result<Answer, ReadError> {
        /// The line before the content, and the line end behind it.
        const AROUND: u64 = 4096;
        let call = self.call().args(["cat-file", "--batch"]);
        let call = call.with(|call| {
            call.stdin(format!("{object}\n")).stdout_bytes_max(bytes_max.saturating_add(AROUND))
        });
        let answer = match self.run(call).await? {
            said if said.is_empty() => Err(ReadError::damage(format!("git says nothing about {object}"))),
            said => Ok(answer(&said)),
        };
        match answer? {
            Answer::Object { content, .. } if content.len() as u64 > bytes_max => {
                Err(RepoError::refused(format!("a file is longer than {bytes_max} bytes")).into())
            }
            answer => Ok(answer),
        }
    }
}

impl ReadError {
    pub(super) fn damage(message: impl Into<String>) -> Self {
        Self { is_damage: true, error: RepoError::unavailable(message) }
    }
}

impl From<RepoError> for ReadError {
    fn from(error: RepoError) -> Self {
        Self { is_damage: false, error }
    }
}

impl From<ExecError> for ReadError {
    fn from(error: ExecError) -> Self {
        let message = error.to_string();
        match error {
            ExecError::Failed { stderr, .. } => {
                Self::damage(format!("the kept repository cannot be read: {}", told(&stderr)))
            }
            ExecError::TooMuchOutput { .. } => RepoError::refused(message).into(),
            ExecError::Deadline { .. } | ExecError::Busy { .. } => {
                RepoError::unavailable(message).with_symptom(Symptom::Silent).into()
            }
            ExecError::NotInstalled { .. } | ExecError::NotStarted { .. } => {
                RepoError::unavailable(message).into()
            }
        }
    }
}

/// Whether it is the full name of an object, as git writes it.
pub(super) fn is_object_name(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && is_lower_hex(text)
}

/// Whether it is made of hex digits, none of them a capital.
pub(super) fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Takes `NAME KIND SIZE`, the content and a line end apart.
fn answer(said: &Bytes) -> Answer {
    let Some(end) = said.iter().position(|byte| *byte == b'\n') else { return Answer::Missing };
    let line = String::from_utf8_lossy(&said[..end]);
    let mut fields = line.split(' ');
    let (name, kind, size) = (fields.next(), fields.next(), fields.next());
    let size = size.and_then(|size| size.parse::<usize>().ok());
    match (name, kind, size) {
        (Some(name), Some(kind), Some(size)) if is_object_name(name) && said.len() > end + size => {
            Answer::Object { kind: kind.to_owned(), content: said.slice(end + 1..=end + size) }
        }
        _ => Answer::Missing,
    }
}

/// The tree in the first line.
fn commit_tree(content: &[u8]) -> Option<String> {
    let line = content.split(|byte| *byte == b'\n').next()?;
    let name = String::from_utf8_lossy(line.strip_prefix(b"tree ")?).into_owned();
    is_object_name(&name).then_some(name)
}

/// The time in the line of the committer.
fn commit_time(content: &[u8]) -> Option<i64> {
    let head = content.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty());
    let line = head.into_iter().find_map(|line| line.strip_prefix(b"committer "))?;
    let line = String::from_utf8_lossy(line);
    line.rsplit_once('>')?.1.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committers_time_counts() {
        let commit =
            b"tree x\nauthor A <a> 1 +0000\ncommitter B <b> 1523994202 +0200\n\ncommitter C <c> 3 +0000\n";
        assert_eq!(commit_time(commit), Some(1_523_994_202));
        assert_eq!(commit_time(b"tree x\n\ncommitter C <c> 3 +0000\n"), None);
    }

    #[test]
    fn the_tree_stands_in_the_first_line_and_nowhere_else() {
        let name = "a1".repeat(20);
        assert_eq!(commit_tree(format!("tree {name}\nauthor A\n").as_bytes()), Some(name.clone()));
        for other in [format!("author A\ntree {name}\n"), "tree abc\n".to_owned(), String::new()] {
            assert_eq!(commit_tree(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn answers_are_taken_apart() {
        let name = "a".repeat(40);
        let said = Bytes::from(format!("{name} blob 5\na\nb\nc\n"));
        assert!(
            matches!(answer(&said), Answer::Object { kind, content } if kind == "blob" && content == "a\nb\nc")
        );
        for missing in
            [format!("{name} missing\n"), format!("{name} blob 9\nshort\n"), "HEAD ambiguous\n".into()]
        {
            assert!(matches!(answer(&Bytes::from(missing)), Answer::Missing));
        }
    }
}
