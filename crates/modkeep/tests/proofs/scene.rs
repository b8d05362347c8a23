//! A machine with a network, the binary on one without, and what lies in its data folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use testkit::{FakeUpstream, GoHome, GoOutput, GoRun, Module, ServerCommand, ServerProcess, SumDb};

const BINARY: &str = env!("CARGO_BIN_EXE_modkeep");

/// The name of the database. Nobody listens at its own host: port 1 needs root to open.
pub(crate) const NAME: &str = "127.0.0.1:1/sumdb";

pub(crate) const A: &str = "example.com/a@v1.0.0";
pub(crate) const BIG: &str = "example.com/Big/v2@v2.0.0-RC1";
pub(crate) const LATE: &str = "example.com/late@v1.3.0";
pub(crate) const MODULES: [&str; 3] = [A, BIG, LATE];

/// The module version `path@version`.
pub(crate) fn module(query: &str) -> Module {
    let (path, version) = query.split_once('@').unwrap();
    Module::new(path, version).file("go.mod", format!("module {path}\n")).file("a.go", "package a\n")
}

/// The same module version with another zip.
pub(crate) fn tampered(query: &str) -> Module {
    module(query).file("b.go", "package a\n")
}

/// A proxy that has [`MODULES`] and mirrors a database that knows them: of the tree's three levels of tiles each has a full one.
pub(crate) struct World {
    pub(crate) up: FakeUpstream,
    pub(crate) db: SumDb,
}

impl World {
    pub(crate) fn new() -> Self {
        let (up, db) = (FakeUpstream::builder().modules(MODULES.map(module)).start(), SumDb::new(NAME));
        db.mirror_on(&up);
        for query in MODULES {
            db.fill(30_000);
            db.add(&module(query));
        }
        Self { up, db }
    }

    /// A machine that downloads all modules with GOSUMDB on, while the database grows.
    pub(crate) fn machine(&self) -> GoHome {
        let home = GoHome::fresh();
        for query in MODULES {
            pull(&home, &self.up.url(), &self.db, &[query]).success();
            self.db.fill(700);
        }
        home
    }

    /// A data folder in which a server has kept all modules; the server has ended.
    pub(crate) fn kept(&self) -> Data {
        let data = Data::new();
        let server = data.serve(&self.up.url(), &self.db);
        pull(&GoHome::fresh(), &server.url, &self.db, &MODULES).success();
        server.stop();
        data
    }
}

/// `go mod download` of these in this home, through this proxy, verified with `db`.
pub(crate) fn pull(home: &GoHome, proxy: &str, db: &SumDb, queries: &[&str]) -> GoOutput {
    let run = GoRun::in_home(home).proxy(proxy).sumdb(db.gosumdb());
    run.args(["mod", "download"]).args(queries.iter().copied()).run()
}

/// What a command ended with.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Ended {
    /// Stops the test unless it ended with this code and said all of this.
    #[track_caller]
    pub(crate) fn with(&self, code: i32, words: &[&str]) {
        let told = format!("{}{}", self.out, self.err);
        assert_eq!(self.code, code, "{told}");
        for word in words {
            assert!(told.contains(word), "`{word}` is missing:\n{told}");
        }
    }
}

/// A data folder.
pub(crate) struct Data(tempfile::TempDir);

impl Data {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// A file in it.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// A file of the database in it.
    pub(crate) fn of_database(&self, address: &str) -> PathBuf {
        self.path().join("sumdb").join(NAME).join(address)
    }

    /// The zip of a module version whose path has no upper-case letter.
    pub(crate) fn zip(&self, query: &str) -> PathBuf {
        self.file(module(query).url_path("zip").trim_start_matches('/'))
    }

    /// A command on this folder that sees no variable but `GOSUMDB` and these.
    pub(crate) fn command(&self, args: &[&str], gosumdb: &str, env: &[(&str, &str)]) -> Ended {
        let mut command = assert_cmd::Command::new(BINARY);
        command.env_clear().env("HOME", self.path()).env("GOENV", "off").env("GOPROXY", "off");
        command.env("GOSUMDB", gosumdb).envs(env.iter().copied()).args(args).arg("--data").arg(self.path());
        command.output().unwrap().into()
    }

    /// `modkeep store verify --sumdb`.
    pub(crate) fn verify(&self, db: &SumDb, args: &[&str]) -> Ended {
        self.command(&[&["store", "verify", "--sumdb"], args].concat(), &db.gosumdb(), &[])
    }

    /// `modkeep import`, with nobody else to ask than the place itself.
    pub(crate) fn import(&self, db: &SumDb, args: &[&str]) -> Ended {
        self.command(&[&["import"], args].concat(), &db.gosumdb(), &[])
    }

    /// A server on this folder over this list.
    pub(crate) fn serve(&self, upstreams: &str, db: &SumDb) -> Server {
        self.serve_with(upstreams, &[("GOSUMDB", &db.gosumdb())])
    }

    pub(crate) fn serve_with(&self, upstreams: &str, env: &[(&str, &str)]) -> Server {
        let args = ["serve", "--listen", "127.0.0.1:0", "--scrub-rate", "off", "--upstream", upstreams];
        let command = ServerCommand::new(BINARY).args(args).args([Path::new("--data"), self.path()]);
        let command = env.iter().fold(command, |command, (name, value)| command.env(name, *value));
        let process = command.start("listens on http://{}");
        let url = format!("http://{}", process.captures()[0]);
        Server { process, url }
    }

    /// Every file in it with its content and its time.
    pub(crate) fn snapshot(&self) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
        let read = |file: PathBuf| {
            let changed_at = fs::metadata(&file).unwrap().modified().unwrap();
            (file.clone(), (fs::read(&file).unwrap(), changed_at))
        };
        files(self.path()).into_iter().map(read).collect()
    }
}

/// A running server.
pub(crate) struct Server {
    process: ServerProcess,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn stop(mut self) {
        assert!(self.process.terminate().success(), "{}", self.process.output());
    }

    /// The status and text of an answer.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        get(&format!("{}{path}", self.url))
    }
}

/// The status and text of the answer at a URL.
pub(crate) fn get(url: &str) -> (u16, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let response = reqwest::get(url).await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap_or_default())
    })
}

/// All files below a folder, sorted.
pub(crate) fn files(root: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// Flips a bit in the middle of a file.
pub(crate) fn flip(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(file, bytes).unwrap();
}

/// A path as text.
pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
