//! `SvnRepo`: a Subversion repository, loaded from a dump that is written here.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// Every repository has this one, so that nothing about them is by chance.
const UUID: &str = "7e57c1e5-0000-4000-8000-000000000001";

/// A repository with the usual folders or others. Revision N is made N minutes after 2024-01-01T00:00:00Z.
#[derive(Debug)]
pub struct SvnRepo {
    folder: TempDir,
}

/// The revisions of a repository to be; the first is 1.
#[derive(Debug)]
pub struct SvnHistory {
    dump: Vec<u8>,
    revisions: u32,
}

/// What one revision changes, in order.
#[derive(Clone, Debug, Default)]
pub struct SvnChange {
    nodes: Vec<Vec<u8>>,
}

impl SvnRepo {
    /// One in a temporary folder of its own.
    pub fn create(build: impl FnOnce(&mut SvnHistory)) -> Self {
        let folder = TempDir::with_prefix("testkit-svn-").expect("a temporary folder");
        let repo = Self { folder };
        repo.admin("create", &[]);
        let mut history = SvnHistory::begin();
        build(&mut history);
        repo.admin("load", &history.dump);
        repo
    }

    /// Its folder.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("repo")
    }

    /// Its address as `file://` URL.
    pub fn url(&self) -> String {
        format!("file://{}", self.path().display())
    }

    fn admin(&self, verb: &str, input: &[u8]) {
        let mut command = Command::new("svnadmin");
        command.arg(verb).arg(self.path()).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("svnadmin can be started");
        let is_taken = child.stdin.take().expect("a pipe").write_all(input).is_ok();
        let output = child.wait_with_output().expect("a child can be waited for");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(is_taken && output.status.success(), "svnadmin {verb}: {}\n{error}", output.status);
    }
}

impl SvnHistory {
    fn begin() -> Self {
        let mut history = Self { dump: Vec::new(), revisions: 0 };
        history.text(&format!("SVN-fs-dump-format-version: 2\n\nUUID: {UUID}\n\n"));
        history.revision(0);
        history
    }

    fn text(&mut self, text: &str) {
        self.dump.extend_from_slice(text.as_bytes());
    }

    fn revision(&mut self, number: u32) {
        let date = format!("2024-01-01T{:02}:{:02}:00.000000Z", number / 60, number % 60);
        let log = format!("revision {number}");
        let properties = properties(&[("svn:author", "testkit"), ("svn:date", &date), ("svn:log", &log)]);
        let bytes = properties.len();
        self.text(&format!(
            "Revision-number: {number}\nProp-content-length: {bytes}\nContent-length: {bytes}\n\n"
        ));
        self.text(&properties);
        self.text("\n");
    }

    /// Adds a revision and returns its number.
    pub fn commit(&mut self, change: &SvnChange) -> u32 {
        self.revisions += 1;
        self.revision(self.revisions);
        self.dump.extend(change.nodes.iter().flatten());
        self.revisions
    }
}

impl SvnChange {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new folder; its parent must be there.
    #[must_use]
    pub fn folder(self, path: &str) -> Self {
        let none = properties(&[]);
        self.node(
            path,
            "dir",
            "add",
            &format!("Prop-content-length: {0}\nContent-length: {0}\n", none.len()),
            &none,
            b"",
        )
    }

    /// A new file.
    #[must_use]
    pub fn file(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.file_with(path, bytes, &[])
    }

    /// A new file with properties such as `svn:executable`, `svn:special` (a link, whose text is `link TARGET`),
    /// `svn:eol-style` and `svn:keywords`.
    #[must_use]
    pub fn file_with(self, path: &str, bytes: impl AsRef<[u8]>, known: &[(&str, &str)]) -> Self {
        self.text(path, "add", &properties(known), bytes.as_ref())
    }

    /// Other content for a file that is there.
    #[must_use]
    pub fn edit(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.text(path, "change", &properties(&[]), bytes.as_ref())
    }

    /// A copy of what was at `from` in this revision: how Subversion tags and branches.
    #[must_use]
    pub fn copy(self, from: &str, revision: u32, to: &str) -> Self {
        let headers = format!("Node-copyfrom-rev: {revision}\nNode-copyfrom-path: {from}\n");
        self.node(to, "dir", "add", &headers, "", b"")
    }

    /// No such file or folder any more.
    #[must_use]
    pub fn delete(mut self, path: &str) -> Self {
        self.nodes.push(format!("Node-path: {path}\nNode-action: delete\n\n\n").into_bytes());
        self
    }

    fn text(self, path: &str, action: &str, properties: &str, bytes: &[u8]) -> Self {
        let (own, text) = (properties.len(), bytes.len());
        let lengths = format!(
            "Prop-content-length: {own}\nText-content-length: {text}\nContent-length: {}\n",
            own + text
        );
        self.node(path, "file", action, &lengths, properties, bytes)
    }

    fn node(mut self, path: &str, kind: &str, action: &str, headers: &str, own: &str, bytes: &[u8]) -> Self {
        let head = format!("Node-path: {path}\nNode-kind: {kind}\nNode-action: {action}\n{headers}\n{own}");
        self.nodes.push([head.as_bytes(), bytes, b"\n\n"].concat());
        self
    }
}

fn properties(known: &[(&str, &str)]) -> String {
    let line = |(key, value): &(&str, &str)| format!("K {}\n{key}\nV {}\n{value}\n", key.len(), value.len());
    known.iter().map(line).collect::<Vec<_>>().concat() + "PROPS-END\n"
}
