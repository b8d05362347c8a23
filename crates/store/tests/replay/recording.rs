//! From system calls to what they do to the data folder.
//!
//! A call takes effect at its end, a sync at its beginning: what another thread did in between is not covered by it. So the
//! order is one in which the calls may have happened, and of those the one that promises least.

use std::collections::HashMap;
use std::process::{Command, Stdio};

use crate::calls::{Arg, Call, Part, parse};
use crate::disk::{Inode, Op, ROOT};

/// What happened, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// Something was done to the data folder.
    Did(Op),
    /// The writer said something: a line.
    Said(String),
}

/// All calls that can change a folder or a file, whether the store uses them or not: one that is not understood stops the test.
const TRACED: &str = "trace=open,openat,openat2,creat,close,dup,dup2,dup3,fcntl,write,pwrite64,writev,pwritev,pwritev2,\
    truncate,ftruncate,fallocate,copy_file_range,sendfile,splice,rename,renameat,renameat2,unlink,unlinkat,mkdir,\
    mkdirat,rmdir,link,linkat,symlink,symlinkat,fsync,fdatasync,sync,syncfs,sync_file_range";

/// Runs the writer under strace, in a fresh folder, and gives what it did and said.
pub(crate) fn record() -> Vec<Event> {
    let (folder, notes) = (tempfile::tempdir().unwrap(), tempfile::NamedTempFile::new().unwrap());
    let mut strace = Command::new("strace");
    strace.args(["-f", "-xx", "-s", "1000000000", "-e", TRACED, "-o"]).arg(notes.path());
    strace.arg(writer()).arg(folder.path()).stdout(Stdio::piped());
    let output = strace.output().expect("strace is installed (`cargo xtask test` does it)");
    assert!(output.status.success(), "the recorded writer failed: {output:?}");
    let calls = parse(&std::fs::read_to_string(notes.path()).unwrap());
    let mut reader = Reader::new(folder.path().to_str().unwrap());
    for call in &calls {
        reader.read(call);
    }
    reader.events
}

/// `cargo test` builds examples beside the tests.
fn writer() -> std::path::PathBuf {
    let me = std::env::current_exe().unwrap();
    let path = me.ancestors().nth(2).unwrap().join("examples/put_recorded");
    assert!(path.exists(), "{} is missing; build it with: cargo build -p store --examples", path.display());
    path
}

/// Follows the calls with the names and the open files as they are at each moment.
struct Reader {
    root: String,
    names: HashMap<(Inode, String), Inode>,
    open: HashMap<i64, Open>,
    inodes: usize,
    events: Vec<Event>,
}

/// An open file of the data folder.
#[derive(Debug, Clone, Copy)]
struct Open {
    inode: Inode,
    offset: usize,
}

impl Reader {
    fn new(root: &str) -> Self {
        let (names, open) = (HashMap::new(), HashMap::new());
        Self { root: root.to_owned(), names, open, inodes: ROOT, events: Vec::new() }
    }

    fn did(&mut self, op: Op) {
        self.events.push(Event::Did(op));
    }

    fn read(&mut self, call: &Call) {
        match (call.part, call.name.as_str()) {
            (Part::Begin, "fsync" | "fdatasync") => self.sync(call),
            (Part::Begin, "syncfs") if self.file(call).is_some() => self.did(Op::SyncAll),
            (Part::Begin, "close") => drop(self.open.remove(&number(&call.args[0]))),
            (Part::Begin, "write") if call.args[0] == Arg::Word("1".into()) => {
                let said = bytes(&call.args[1]);
                self.events
                    .push(Event::Said(String::from_utf8(said.to_vec()).unwrap().trim_end().to_owned()));
            }
            (Part::End, _) if call.result.is_some() => self.take_effect(call),
            _ => {}
        }
    }

    fn sync(&mut self, call: &Call) {
        if let Some(open) = self.file(call) {
            self.did(Op::Sync(open.inode));
        }
    }

    fn take_effect(&mut self, call: &Call) {
        let args = &call.args;
        match call.name.as_str() {
            "openat" => self.opened(call),
            "write" => self.wrote(call),
            "mkdir" => self.made_folder(&cwd(), &args[0]),
            "mkdirat" => self.made_folder(&args[0], &args[1]),
            "rename" => self.renamed(&cwd(), &args[0], &cwd(), &args[1]),
            "renameat" | "renameat2" => self.renamed(&args[0], &args[1], &args[2], &args[3]),
            "linkat" => self.linked(&args[0], &args[1], &args[2], &args[3]),
            "link" => self.linked(&cwd(), &args[0], &cwd(), &args[1]),
            "unlink" | "rmdir" => self.unlinked(&cwd(), &args[0]),
            "unlinkat" => self.unlinked(&args[0], &args[1]),
            "fsync" | "fdatasync" | "syncfs" | "close" => {}
            "fcntl" if !args[1..].iter().any(|arg| *arg == Arg::Word("F_DUPFD_CLOEXEC".into())) => {}
            _ => assert!(!self.concerns(call), "this call is not understood: {call:?}"),
        }
    }

    /// Whether a call names anything in the data folder.
    fn concerns(&self, call: &Call) -> bool {
        call.args.iter().any(|arg| match arg {
            Arg::Bytes(path) => path.starts_with(self.root.as_bytes()),
            Arg::Word(word) => word.parse().is_ok_and(|number: i64| self.open.contains_key(&number)),
        })
    }

    fn file(&self, call: &Call) -> Option<Open> {
        self.open.get(&number(&call.args[0])).copied()
    }

    fn opened(&mut self, call: &Call) {
        let [at, path, Arg::Word(flags), ..] = call.args.as_slice() else { panic!("{call:?}") };
        if text(path) == self.root {
            self.open.insert(call.result.unwrap(), Open { inode: ROOT, offset: 0 });
            return;
        }
        let Some(place) = self.place(at, path) else { return };
        assert!(!flags.contains("O_APPEND"), "{call:?}");
        let there = self.names.get(&place).copied();
        let inode = there.unwrap_or_else(|| {
            assert!(flags.contains("O_CREAT"), "a file that nobody made: {call:?}");
            let inode = self.new_inode();
            self.name(place, Some(inode));
            inode
        });
        if there.is_some() && flags.contains("O_TRUNC") {
            self.did(Op::Empty(inode));
        }
        self.open.insert(call.result.unwrap(), Open { inode, offset: 0 });
    }

    fn wrote(&mut self, call: &Call) {
        let Some(open) = self.file(call) else { return };
        let length = usize::try_from(call.result.unwrap()).unwrap();
        let content = bytes(&call.args[1])[..length].to_vec();
        self.open.get_mut(&number(&call.args[0])).unwrap().offset += length;
        self.did(Op::Write(open.inode, open.offset, content));
    }

    fn made_folder(&mut self, at: &Arg, path: &Arg) {
        let Some(place) = self.place(at, path) else { return };
        let inode = self.new_inode();
        self.did(Op::Folder(inode));
        self.name(place, Some(inode));
    }

    /// First under both names, then under the new one only: what lies between is worse than what a disk does.
    fn renamed(&mut self, from_at: &Arg, from: &Arg, to_at: &Arg, to: &Arg) {
        self.linked(from_at, from, to_at, to);
        self.unlinked(from_at, from);
    }

    fn linked(&mut self, from_at: &Arg, from: &Arg, to_at: &Arg, to: &Arg) {
        let (Some(from), Some(to)) = (self.place(from_at, from), self.place(to_at, to)) else { return };
        let inode = self.names[&from];
        self.name(to, Some(inode));
    }

    fn unlinked(&mut self, at: &Arg, path: &Arg) {
        if let Some(place) = self.place(at, path) {
            self.name(place, None);
        }
    }

    fn name(&mut self, place: (Inode, String), inode: Option<Inode>) {
        match inode {
            Some(inode) => self.names.insert(place.clone(), inode),
            None => self.names.remove(&place),
        };
        self.did(Op::Name(place.0, place.1, inode));
    }

    fn new_inode(&mut self) -> Inode {
        self.inodes += 1;
        self.inodes
    }

    /// The folder and the name in it that a path means; `None` outside of the data folder.
    fn place(&self, at: &Arg, path: &Arg) -> Option<(Inode, String)> {
        let path = text(path);
        let (mut folder, below) = if path.starts_with('/') {
            (ROOT, path.strip_prefix(&self.root)?.strip_prefix('/')?)
        } else {
            (self.open.get(&number(at))?.inode, path)
        };
        let mut parts: Vec<&str> = below.split('/').collect();
        let name = parts.pop()?;
        for part in parts {
            folder = self.names[&(folder, part.to_owned())];
        }
        Some((folder, name.to_owned()))
    }
}

fn cwd() -> Arg {
    Arg::Word("AT_FDCWD".into())
}

/// The number of an open file; none has -1.
fn number(arg: &Arg) -> i64 {
    match arg {
        Arg::Word(word) => word.parse().unwrap_or(-1),
        Arg::Bytes(_) => -1,
    }
}

fn bytes(arg: &Arg) -> &[u8] {
    match arg {
        Arg::Bytes(bytes) => bytes,
        Arg::Word(word) => panic!("{word} is no string"),
    }
}

/// A path, without a slash at its end.
fn text(path: &Arg) -> &str {
    std::str::from_utf8(bytes(path)).unwrap().trim_end_matches('/')
}
