//! `History`: commits and references on their way into one process of `git fast-import`.

use std::fs;
use std::io::{BufWriter, Read as _, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};

use super::{Tree, git_command};

/// Who writes everything.
const WHO: &str = "Testkit <testkit@example.com>";

/// When the first commit is made: 2024-01-01T00:00:00Z, in seconds since 1970.
const BEGIN: i64 = 1_704_067_200;

/// From one commit to the next, in seconds.
const STEP: i64 = 60;

/// How much earlier the author was than the committer, in seconds: enough that nobody mistakes one for the other.
const AUTHORED_BEFORE: i64 = 86_400;

/// A name for commits that no branch holds yet; it is gone at the end.
const SCRATCH: &str = "refs/testkit/scratch";

/// The full names of objects, in hex.
pub(super) type Names = Vec<(u32, String)>;

/// The committer's times of commits, in seconds since 1970.
pub(super) type Times = Vec<(u32, i64)>;

/// A commit, an annotated tag or a blob of the repository that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Object(u32);

impl Object {
    pub(super) fn mark(self) -> u32 {
        self.0
    }
}

/// What is being added to a repository. Git's complaints come at the end. Commits are a minute apart, the first is of 2024-01-01T00:00:00Z; their author was a
/// day earlier.
#[derive(Debug)]
pub struct History {
    import: Child,
    out: BufWriter<ChildStdin>,
    marks_file: PathBuf,
    last: u32,
    /// What a reference is set to when it shall be no more.
    nothing: String,
    is_taken: bool,
    next_time: Option<i64>,
    message: Option<Vec<u8>>,
    times: Times,
}

impl History {
    pub(super) fn start(repo: &Path, hash_digits: usize, known: &[(u32, String)]) -> Self {
        let marks_file = repo.join("testkit-marks");
        let lines: Vec<_> = known.iter().map(|(mark, hash)| format!(":{mark} {hash}\n")).collect();
        fs::write(&marks_file, lines.concat()).expect("a file");
        let mut command = git_command();
        // A pack, even a small one, is one process; loose objects are a second one.
        command.arg("--git-dir").arg(repo).args(["-c", "fastimport.unpackLimit=1", "fast-import"]);
        command.args(["--quiet", "--done", "--force", "--date-format=raw"]);
        command.arg(format!("--import-marks={}", marks_file.display()));
        command.arg(format!("--export-marks={}", marks_file.display()));
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut import = command.spawn().expect("git can be started");
        let out = BufWriter::new(import.stdin.take().expect("a pipe"));
        let last = known.iter().map(|(mark, _)| *mark).max().unwrap_or_default();
        let nothing = "0".repeat(hash_digits);
        Self {
            import,
            nothing,
            out,
            marks_file,
            last,
            is_taken: true,
            next_time: None,
            message: None,
            times: Vec::new(),
        }
    }

    /// The committer's time of the next commit, in seconds since 1970; its author was a day earlier.
    pub fn at(&mut self, time: i64) -> &mut Self {
        self.next_time = Some(time);
        self
    }

    /// The message of the next commit, which is its number otherwise.
    pub fn message(&mut self, text: impl Into<Vec<u8>>) -> &mut Self {
        self.message = Some(text.into());
        self
    }

    /// A commit that holds this tree and nothing else.
    pub fn commit(&mut self, parents: &[Object], tree: &Tree) -> Object {
        self.write_commit(parents, tree, true)
    }

    /// A commit that holds what its first parent holds, but for these changes.
    pub fn change(&mut self, parents: &[Object], changes: &Tree) -> Object {
        self.write_commit(parents, changes, false)
    }

    fn write_commit(&mut self, parents: &[Object], tree: &Tree, is_whole: bool) -> Object {
        let object = self.next();
        let time = self.next_time.take().unwrap_or(BEGIN + STEP * (i64::from(object.0) - 1));
        let message = self.message.take().unwrap_or_else(|| format!("commit {}\n", object.0).into_bytes());
        self.times.push((object.0, time));
        // Without this, fast-import takes the last commit of the name as parent of one that has none.
        self.line(&format!("reset {SCRATCH}\n\ncommit {SCRATCH}\nmark :{}", object.0));
        self.line(&format!("author {WHO} {} +0000\ncommitter {WHO} {time} +0000", time - AUTHORED_BEFORE));
        self.data(&message);
        for (at, parent) in parents.iter().enumerate() {
            let word = if at == 0 { "from" } else { "merge" };
            self.line(&format!("{word} :{}", parent.0));
        }
        if is_whole {
            self.line("deleteall");
        }
        self.is_taken &= tree.write_to(&mut self.out).is_ok();
        self.line("");
        object
    }

    /// Content that several trees may hold ([`Tree::blob`]).
    pub fn blob(&mut self, bytes: &[u8]) -> Object {
        let object = self.next();
        self.line(&format!("blob\nmark :{}", object.0));
        self.data(bytes);
        object
    }

    /// Sets a branch, wherever it was.
    pub fn branch(&mut self, name: &str, commit: Object) {
        self.reference(&format!("refs/heads/{name}"), commit);
    }

    /// Sets a light tag, wherever it was.
    pub fn tag(&mut self, name: &str, object: Object) {
        self.reference(&format!("refs/tags/{name}"), object);
    }

    /// Sets an annotated tag of a commit or of another annotated tag.
    pub fn annotated(&mut self, name: &str, target: Object) -> Object {
        let object = self.next();
        self.line(&format!("tag {name}\nmark :{}\nfrom :{}", object.0, target.0));
        self.line(&format!("tagger {WHO} {BEGIN} +0000"));
        self.data(format!("tag {name}\n").as_bytes());
        object
    }

    /// Sets any reference by its full name, such as `refs/pull/1/head`.
    pub fn reference(&mut self, name: &str, object: Object) {
        self.line(&format!("reset {name}\nfrom :{}\n", object.0));
    }

    /// Deletes a reference by its full name.
    pub fn delete(&mut self, name: &str) {
        self.line(&format!("reset {name}\nfrom {}\n", self.nothing));
    }

    fn next(&mut self) -> Object {
        self.last += 1;
        Object(self.last)
    }

    fn line(&mut self, text: &str) {
        self.is_taken &= writeln!(self.out, "{text}").is_ok();
    }

    fn data(&mut self, bytes: &[u8]) {
        self.line(&format!("data {}", bytes.len()));
        self.is_taken &= self.out.write_all(bytes).is_ok();
        self.line("");
    }

    /// The marks of all objects with their names, and the times of the commits made now.
    pub(super) fn finish(mut self) -> (Names, Times) {
        if !self.times.is_empty() {
            self.delete(SCRATCH);
        }
        self.line("done");
        let is_taken = self.is_taken && self.out.flush().is_ok();
        drop(self.out);
        let mut error = String::new();
        let _ = self.import.stderr.take().expect("a pipe").read_to_string(&mut error);
        let status = self.import.wait().expect("a child can be waited for");
        assert!(is_taken && status.success(), "git fast-import: {status}\n{error}");
        let marks = fs::read_to_string(&self.marks_file).expect("the marks of git");
        fs::remove_file(&self.marks_file).expect("a file can be removed");
        (parse_marks(&marks), self.times)
    }
}

fn parse_marks(text: &str) -> Names {
    let parse = |line: &str| {
        let (mark, hash) = line.strip_prefix(':')?.split_once(' ')?;
        Some((mark.parse().ok()?, hash.to_owned()))
    };
    text.lines().filter_map(parse).collect()
}

/// `20240102030405` for a time in seconds since 1970, UTC.
pub(super) fn timestamp(time: i64) -> String {
    let (days, second) = (time.div_euclid(86_400), time.rem_euclid(86_400));
    let (year, month, day) = date(days);
    format!("{year:04}{month:02}{day:02}{:02}{:02}{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// The date of a day since 1970: years begin in March, so that the odd day is the last one.
fn date(days: i64) -> (i64, i64, i64) {
    let since = days + 719_468;
    let era = since.div_euclid(146_097);
    let of_era = since.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_in_pseudo_versions() {
        let known = [
            (0, "19700101000000"),
            (BEGIN, "20240101000000"),
            (1_709_210_096, "20240229123456"),
            (1_709_251_200, "20240301000000"),
            (4_107_542_399, "21000228235959"),
            (4_107_542_400, "21000301000000"),
        ];
        for (time, text) in known {
            assert_eq!(timestamp(time), text);
        }
    }
}
